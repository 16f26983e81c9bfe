import type { Html } from "./html.ts";

/** A drawn view: one short stable line, and the same for a page. */
export interface View {
  readonly plain: string;
  readonly html: Html;
}
