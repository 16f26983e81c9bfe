/** Draws a view's output in a notebook, and writes into the notebook what it should keep. */
import { ViewPanel, type Snapshot } from "../../runtime/page/panel.ts";
import type { LuminoWidgets, MimeModel, SessionContext } from "./jupyterlab.ts";
import { KernelLink } from "./kernel-link.ts";

export const VIEW_MIME = "application/vnd.ray-ts.view+json";

export function rendererClass({ Widget }: LuminoWidgets, context: SessionContext): new () => InstanceType<LuminoWidgets["Widget"]> & { renderModel(model: MimeModel): Promise<void> } {
  return class ViewRenderer extends Widget {
    readonly #panel: ViewPanel;
    readonly #link: KernelLink;
    #model: MimeModel | undefined;
    /** What is written now comes back as if somebody had changed the output. */
    #isWriting = false;
    #isTrusted = false;

    constructor() {
      const node = document.createElement("div");
      super({ node });
      this.addClass("ray-ts-view");
      // a notebook from elsewhere talks to no kernel before it is trusted
      this.#panel = new ViewPanel({ connect: (request, heard) => (this.#isTrusted ? this.#link.connect(request, heard) : undefined), keep: (bundle) => this.#keep(bundle) });
      this.#link = new KernelLink({ context, there: () => { if (this.#isTrusted) this.#panel.connect(); }, gone: (why) => this.#panel.lost(why) });
      node.append(this.#panel.element);
    }

    async renderModel(model: MimeModel): Promise<void> {
      this.#model = model;
      if (this.#isWriting) return;
      this.#isTrusted = model.trusted;
      const snapshot = model.data[VIEW_MIME];
      if (isSnapshot(snapshot)) this.#panel.show(snapshot);
      else this.#panel.element.textContent = String(model.data["text/plain"] ?? "");
    }

    override dispose(): void {
      this.#link.end();
      this.#panel.close();
      super.dispose();
    }

    #keep(bundle: Readonly<Record<string, unknown>>): void {
      const model = this.#model;
      if (model === undefined || JSON.stringify(model.data[VIEW_MIME]) === JSON.stringify(bundle[VIEW_MIME])) return;
      this.#isWriting = true;
      try {
        model.setData({ data: { ...model.data, ...bundle } });
      } finally {
        this.#isWriting = false;
      }
    }
  };
}

function isSnapshot(value: unknown): value is Snapshot {
  if (typeof value !== "object" || value === null) return false;
  const { id, node, version } = value as Readonly<Record<string, unknown>>;
  return typeof id === "string" && node !== undefined && version === 1;
}
