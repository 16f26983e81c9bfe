/** A value as a cell's result: text always, richer forms where the value offers them, a live view for what lives in the cluster. */
import { inspect, types } from "node:util";
import type { MimeBundle, Output, ViewDescriptor } from "./output.ts";

export interface PresentContext {
  /** Recognises refs, lists of refs, actor handles and the cluster's context. */
  readonly viewOf: (value: unknown) => { readonly view: ViewDescriptor; readonly snapshot: readonly unknown[] } | undefined;
  readonly newDisplayId: () => string;
  /** The value stands for an output that this cell has already. */
  readonly isShown: (value: unknown) => boolean;
}

/** Deno's and ours: a method (or a ready bundle) by which a value draws itself. */
const OWN_DISPLAYS = [Symbol.for("Jupyter.display"), Symbol.for("Jupyter.mimebundle")];

/**
 * The output for a cell's last value; undefined for `undefined`, which shows nothing, and for what is shown already. A promise only when the value draws
 * itself in one: text is made synchronously, where an interrupt can still cut it.
 */
export function presentResult(value: unknown, context: PresentContext): Output | undefined | Promise<Output> {
  if (value === undefined || context.isShown(value)) return undefined;
  const live = context.viewOf(value);
  if (live !== undefined) {
    return { type: "view", view: live.view, snapshot: live.snapshot, displayId: context.newDisplayId(), isResult: true };
  }
  const data = mimeBundle(value);
  const result = (bundle: MimeBundle): Output => ({ type: "result", data: bundle, metadata: {} });
  return data instanceof Promise ? data.then(result) : result(data);
}

export function mimeBundle(value: unknown): MimeBundle | Promise<MimeBundle> {
  const own = drawItself(value);
  return types.isPromise(own) ? own.then((bundle) => withText(value, bundle)) : withText(value, own);
}

function withText(value: unknown, own: unknown): MimeBundle {
  if (own === null || typeof own !== "object") return { "text/plain": textOf(value) };
  const bundle = jsonSafe(own as MimeBundle);
  return "text/plain" in bundle ? bundle : { "text/plain": textOf(value), ...bundle };
}

export function textOf(value: unknown): string {
  return inspect(value, {
    depth: 4,
    maxArrayLength: 100,
    maxStringLength: 10_000,
    breakLength: 100,
    getters: false,
    colors: false,
  });
}

function drawItself(value: unknown): unknown {
  if (value === null || (typeof value !== "object" && typeof value !== "function") || types.isProxy(value)) return undefined;
  for (const symbol of OWN_DISPLAYS) {
    const own = (value as Record<symbol, unknown>)[symbol];
    if (typeof own === "function") return (own as () => unknown).call(value);
    if (own !== undefined) return own;
  }
  return undefined;
}

/** Bytes of an image become the base64 text that the MIME types of notebooks are. */
function jsonSafe(bundle: MimeBundle): MimeBundle {
  const safe = Object.entries(bundle).map(([type, data]) => [type, data instanceof Uint8Array ? Buffer.from(data).toString("base64") : data] as const);
  return Object.fromEntries(safe.filter(([, data]) => data !== undefined));
}
