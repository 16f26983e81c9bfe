/** A value as a cell's result: its MIME bundle, or a live view of what lives in the cluster. */
import type { BundleContext } from "./bundles/bundle-context.ts";
import { bundleOf } from "./bundles/bundle-of.ts";
import type { MimeBundle, Output, ViewDescriptor } from "./output.ts";

export interface PresentContext {
  /** Recognises refs, lists of refs, actor handles and the cluster's context. */
  readonly viewOf: (value: unknown) => { readonly view: ViewDescriptor; readonly snapshot: readonly unknown[] } | undefined;
  readonly newDisplayId: () => string;
  /** The value stands for an output that this cell has already. */
  readonly isShown: (value: unknown) => boolean;
  readonly bundles: Omit<BundleContext, "place">;
}

/**
 * The output for the last value of the cell with this name; undefined for `undefined`, which shows nothing, and for what is shown already. A promise only
 * when the value draws itself in one.
 */
export function presentResult(value: unknown, context: PresentContext, cell: string): Output | undefined | Promise<Output> {
  if (value === undefined || context.isShown(value)) return undefined;
  const live = context.viewOf(value);
  if (live !== undefined) {
    return { type: "view", view: live.view, snapshot: live.snapshot, displayId: context.newDisplayId(), isResult: true };
  }
  const data = bundleOf(value, { ...context.bundles, place: placeOf(cell) });
  const result = (bundle: MimeBundle): Output => ({ type: "result", data: bundle, metadata: {} });
  return data instanceof Promise ? data.then(result) : result(data);
}

/** What gives a cell's value again. */
function placeOf(cell: string): string {
  const number = /^In\[(\d+)\]$/.exec(cell)?.[1];
  return number === undefined ? "_" : `Out[${number}]`;
}
