/**
 * A look at the guard after each `await`: code that waited when its cell was interrupted, or its task cancelled, does not run on when
 * what it waited for comes. A loop has its guard; this is for statements in a row, and for functions that await themselves for ever.
 */
import type { Node } from "./ast.ts";
import type { Edits } from "./edits.ts";
import type { CellRuntime } from "./compiled-cell.ts";
import type { Closure } from "./scopes.ts";

export function guardAwaits(awaits: readonly Node[], edits: Edits<Closure>): void {
  for (const node of awaits) edits.wrap(node, "__rt.resumed(", ")");
}

/** `__rt.resumed`: throws if the code is to stop, else gives the value that was awaited. */
export function resumed<T>(this: Pick<CellRuntime, "guard" | "interrupted">, value: T): T {
  if (this.guard[0]) this.interrupted();
  return value;
}
