/** Comms by which pages watch views: what the front tells goes out as it is, what a page says is handed on. */
import type { CommMessage } from "../../runtime/session/output.ts";
import type { Front } from "../../runtime/front/front.ts";
import { isObject } from "../request-fields.ts";
import type { JsonObject } from "../wire/message.ts";

export const VIEW_TARGET = "ray-ts.view";

/** Says something on a comm, as an answer to a message or of the kernel's own accord. */
export type Say = (what: CommMessage["what"], data: JsonObject, buffers?: readonly Uint8Array[]) => void;

type Watch = ReturnType<Front["watchView"]>;
type ViewWatch = NonNullable<Awaited<Watch>>;

export class ViewComms {
  readonly #front: () => Pick<Front, "watchView">;
  readonly #open = new Map<string, Watch>();

  constructor(front: () => Pick<Front, "watchView">) {
    this.#front = front;
  }

  has(comm: string): boolean {
    return this.#open.has(comm);
  }

  /** `say` works as long as the comm is open. */
  opened({ comm, data }: CommMessage, say: Say): void {
    const request = isObject(data) ? data : {};
    const tell = (message: object): void => { if (this.#open.has(comm)) say("msg", { ...message }); };
    // known here first: it is told what it shows at once
    const watch = Promise.resolve().then(() => this.#front().watchView({ id: String(request["id"]), view: request["view"], look: request["look"] }, tell));
    this.#open.set(comm, watch);
    void watch.then((known) => {
      if (known !== undefined || !this.#open.delete(comm)) return;
      say("close", { reason: "unknown" });
    });
  }

  async said({ what, comm, data }: CommMessage, say: Say): Promise<void> {
    const watching = this.#open.get(comm);
    if (what === "close") this.#open.delete(comm);
    const watch = await watching;
    if (watch === undefined) return;
    if (what === "close") return watch.close();
    if (!isObject(data)) return;
    if ("look" in data) watch.look(data["look"]);
    if ("act" in data) await answer(watch, data, say);
    if (typeof data["isInSight"] === "boolean") watch.setInSight(data["isInSight"]);
  }
}

async function answer(watch: ViewWatch, { act, request }: JsonObject, say: Say): Promise<void> {
  try {
    say("msg", { type: "answer", request, text: await watch.act(act), isError: false });
  } catch (error) {
    say("msg", { type: "answer", request, text: (error as Error).message, isError: true });
  }
}
