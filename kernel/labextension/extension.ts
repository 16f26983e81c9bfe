/**
 * The extension of JupyterLab and Notebook 7 that draws live views. It is one file without a bundler of its own: the page loads
 * it as a module-federation container, which is an object with `init` and `get` under the package's name.
 * https://jupyterlab.readthedocs.io/en/stable/extension/extension_dev.html, "Prebuilt Extensions".
 */
import type { LuminoWidgets, NotebookPanel, NotebookTracker } from "./jupyterlab.ts";
import { rendererClass, VIEW_MIME } from "./view-renderer.ts";

/** A package by version, each with how to load it. */
type Shared = Readonly<Record<string, Readonly<Record<string, { get(): Promise<() => unknown> }>>>>;

const NAME = "ray-ts";
const containers = ((window as { _JUPYTERLAB?: Record<string, unknown> })._JUPYTERLAB ??= {});
let shared: Shared = {};

async function load<T>(name: string): Promise<T> {
  const versions = shared[name];
  const newest = versions && Object.keys(versions).sort((a, b) => a.localeCompare(b, undefined, { numeric: true })).at(-1);
  if (versions === undefined || newest === undefined) throw new Error(`ray-ts: this page does not share ${name}`);
  return (await (versions[newest] as { get(): Promise<() => unknown> }).get())() as T;
}

async function plugin(): Promise<unknown> {
  const [{ INotebookTracker }, widgets] = await Promise.all([load<{ INotebookTracker: unknown }>("@jupyterlab/notebook"), load<LuminoWidgets>("@lumino/widgets")]);
  const draw = ({ content, sessionContext }: NotebookPanel): void => {
    const Renderer = rendererClass(widgets, sessionContext);
    // safe: nothing of an output is read as markup, so that it may be drawn in a notebook that is not trusted
    content.rendermime.addFactory({ safe: true, mimeTypes: [VIEW_MIME], createRenderer: () => new Renderer() }, 0);
  };
  return {
    id: `${NAME}:views`,
    description: "Draws the live views of the TypeScript (ray-ts) kernel.",
    autoStart: true,
    requires: [INotebookTracker],
    activate: (_app: unknown, tracker: NotebookTracker) => {
      tracker.forEach(draw);
      tracker.widgetAdded.connect((_, panel) => draw(panel));
    },
  };
}

containers[NAME] = {
  init: (scope: Shared) => { shared = scope; },
  get: async (module: string) => {
    if (module !== "./extension") throw new Error(`ray-ts: there is no ${module} in this extension`);
    const found = { __esModule: true, default: await plugin() };
    return () => found;
  },
};
