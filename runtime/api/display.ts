/** `ray.display`: rich output by MIME type. */
import { randomUUID } from "node:crypto";
import { inspect, types } from "node:util";
import { describeValue } from "./describe-value.ts";
import type { RayHost } from "./host.ts";
import { checkOptions, CLEAR_OPTIONS, DISPLAY_OPTIONS } from "./options.ts";
import { noteShown } from "./shown.ts";
import { viewOf } from "./view-of.ts";

/** Options of `ray.display`. */
export interface DisplayOptions {
  /** Names the output, so that it can be changed later; made if not given. */
  readonly displayId?: string | undefined;
}

/** An output that can be changed. */
export interface DisplayHandle<T> {
  readonly displayId: string;
  /** Draws another value in place of the one shown. */
  update(value: T): void;
}

/** Shows one kind of content. */
export type Show<T> = (content: T, options?: DisplayOptions) => DisplayHandle<T>;

/**
 * Shows a value as a cell's last expression would be shown. A value with `[Symbol.for("Jupyter.display")]()` gives its own
 * MIME bundle.
 *
 * @example
 * const handle = ray.display.html("<b>0%</b>");
 * handle.update("<b>100%</b>");
 */
export interface Display {
  <T>(value: T, options?: DisplayOptions): DisplayHandle<unknown>;
  readonly html: Show<string>;
  readonly markdown: Show<string>;
  readonly svg: Show<string>;
  readonly latex: Show<string>;
  readonly javascript: Show<string>;
  /** Any JSON value. */
  readonly json: Show<unknown>;
  /** Bytes, or base64 text. */
  readonly png: Show<Uint8Array | string>;
  /** Bytes, or base64 text. */
  readonly jpeg: Show<Uint8Array | string>;
  /** Takes away what the cell has put out so far: at once, or with `wait` when it puts out something else, so that nothing flickers. */
  clear(options?: ClearOptions): void;
}

/** Options of `ray.display.clear`. */
export interface ClearOptions {
  readonly wait?: boolean | undefined;
}

type Bundle = Record<string, unknown>;

const JUPYTER_DISPLAY = Symbol.for("Jupyter.display");

export function makeDisplay(host: RayHost): Display {
  const shower = <T>(call: string, bundleOf: (content: T) => Bundle): Show<T> => (content, options) => {
    const displayId = checkOptions(options, DISPLAY_OPTIONS, call).displayId ?? randomUUID();
    host.display(bundleOf(content), { displayId });
    return noteShown({ displayId, update: (changed) => host.display(bundleOf(changed), { displayId, update: true }) }, host.origin());
  };
  const texts = (call: string, mime: string): Show<string> => shower(call, (content) => {
    if (typeof content !== "string") throw new TypeError(`${call} wants a string; got ${describeValue(content)}`);
    return { [mime]: content, ...(mime === "text/markdown" || mime === "text/latex" ? { "text/plain": content } : {}) };
  });
  const image = (call: string, mime: string): Show<Uint8Array | string> => shower(call, (content) => ({ [mime]: base64Of(content, call) }));

  return Object.assign(anyShower(host), {
    html: texts("ray.display.html", "text/html"),
    markdown: texts("ray.display.markdown", "text/markdown"),
    svg: texts("ray.display.svg", "image/svg+xml"),
    latex: texts("ray.display.latex", "text/latex"),
    javascript: texts("ray.display.javascript", "application/javascript"),
    json: shower("ray.display.json", (content: unknown) => ({ "application/json": content, "text/plain": inspect(content) })),
    png: image("ray.display.png", "image/png"),
    jpeg: image("ray.display.jpeg", "image/jpeg"),
    clear: (options?: ClearOptions) => host.clearOutput?.(checkOptions(options, CLEAR_OPTIONS, "ray.display.clear").wait ?? false),
  });
}

/** Shows any value: a live view, its own bundle, or its text. */
function anyShower(host: RayHost): (value: unknown, options?: DisplayOptions) => DisplayHandle<unknown> {
  const show = (value: unknown, displayId: string, update: boolean): void => {
    const view = host.displayView && viewOf(value);
    if (view) return host.displayView?.(view.view, view.snapshot, { displayId, update });
    const bundle = host.bundleOf?.(value) ?? ownBundle(value);
    if (!types.isPromise(bundle)) return host.display(bundle, { displayId, update });
    bundle.then(
      (drawn) => host.display(drawn as Bundle, { displayId, update }),
      (error: unknown) => host.display({ "text/plain": `[Symbol.for("Jupyter.display")]() failed: ${inspect(error)}` }, { displayId, update }),
    );
  };
  return (value, options) => {
    const displayId = checkOptions(options, DISPLAY_OPTIONS, "ray.display").displayId ?? randomUUID();
    show(value, displayId, false);
    return noteShown({ displayId, update: (changed) => show(changed, displayId, true) }, host.origin());
  };
}

function ownBundle(value: unknown): Bundle | Promise<unknown> {
  if ((typeof value === "object" && value !== null) || typeof value === "function") {
    const draw = (value as { [JUPYTER_DISPLAY]?: unknown })[JUPYTER_DISPLAY];
    if (typeof draw === "function") return draw.call(value) as Bundle | Promise<unknown>;
  }
  return { "text/plain": inspect(value) };
}

function base64Of(content: unknown, call: string): string {
  if (typeof content === "string") return content;
  if (!types.isUint8Array(content)) throw new TypeError(`${call} wants a Uint8Array or base64 text; got ${describeValue(content)}`);
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString("base64");
}
