/** A guard on the back-edge of every loop: the only thing that can stop a loop that never awaits. */
import type { Statement } from "oxc-parser";
import type { Edits } from "./edits.ts";
import type { Closure } from "./scopes.ts";

/** `__g` is a constant of the cell's function and of each unit's factory. A plain read, not an atomic one: it must cost nothing. */
export const guardDeclaration = "const __g=__rt.guard;";
const guard = "if(__g[0])__rt.interrupted();";

export function guardLoops(bodies: readonly Statement[], edits: Edits<Closure>): void {
  for (const body of bodies) {
    if (body.type === "BlockStatement") edits.insert(body.start + 1, guard);
    else if (body.type === "EmptyStatement") edits.replace(body.start, body.end, `{${guard}}`);
    else edits.wrap(body, `{${guard}`, "}");
  }
}
