/** An error as a value: what it says in sight, where it was thrown folded away, the remote part apart from ours. */
import type { ViewDescriptor } from "../session/output.ts";
import { folded } from "./folded.ts";
import type { Look } from "./look.ts";
import { block, column, faint, failure, line } from "./view-node.ts";
import type { View } from "./view.ts";

export type ErrorDescriptor = Extract<ViewDescriptor, { kind: "error" }>;

export function errorView({ text, where, stacks }: ErrorDescriptor, look: Look): View {
  const parts = stacks.map(({ title, stack }, i) => folded(`stack ${i}`, title, look, () => block(stack)));
  return { plain: text, node: column(where === undefined ? failure(text) : column(failure(text), line(faint(where))), ...parts) };
}
