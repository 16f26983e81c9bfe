import type { ViewNode } from "./view-node.ts";

/** A drawn view: one short stable line, and what a page shows. */
export interface View {
  readonly plain: string;
  readonly node: ViewNode;
}
