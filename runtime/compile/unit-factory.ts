/** The text around a unit's code, for whoever evaluates it: in a worker, or in the session that a function came back to. */
import type { Unit, UnitSource } from "./compiled-cell.ts";

export interface UnitFactory {
  /**
   * A function expression `(__$, __rt, __captured?) => [value, setLocals]`. `value` is the function or class, `setLocals(o)`
   * gives it what it captured. A class that reads captured values while it is evaluated (its base, static members) takes
   * them from `__captured`, of which only those properties are read.
   */
  readonly code: string;
  /** To be given to `vm.Script`: lines of a stack are then those of the unit's own code. */
  readonly lineOffset: number;
}

export function unitFactory(unit: Pick<Unit, "locals">, source: Pick<UnitSource, "code">): UnitFactory {
  const { locals } = unit;
  const declared = locals.length > 0 ? `let ${locals.join(",")};` : "";
  const assigned = locals.map((name) => `${name}=__o.${name};`).join("");
  const head = `(function(__$,__rt,__captured){"use strict";const __g=__rt.guard;let __unit;${declared}`;
  return { code: `${head}\n${source.code}\nreturn [__unit,(__o)=>{${assigned}}];})`, lineOffset: -1 };
}
