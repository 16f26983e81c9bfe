/** Arrays that `ray.state` and `ray.timeline` gave: as a cell's value they are views, for everything else arrays. */
import type { ViewDescriptor } from "../session/output.ts";

type RowsView = Extract<ViewDescriptor, { kind: "rows" | "timeline" }>;

const views = new WeakMap<object, RowsView>();

export function drawnAs<T extends object>(rows: T, view: RowsView): T {
  views.set(rows, view);
  return rows;
}

export const viewOfRows = (value: object): RowsView | undefined => views.get(value);
