/** Units: the functions and classes of a cell that can be sent by themselves, and the text that registers each. */
import { isClass } from "./ast.ts";
import type { Node } from "./ast.ts";
import type { Unit } from "./compiled-cell.ts";
import type { Edits } from "./edits.ts";
import type { Position } from "./positions.ts";
import { memberAccess, namedWrap } from "./named-wrap.ts";
import { addPrivateState } from "./private-state.ts";
import { isInside } from "./scopes.ts";
import type { Closure } from "./scopes.ts";
import type { Walk } from "./walk.ts";

export { namedWrap };

/** Stands for the `this` around an arrow function, in the unit and among its locals. */
export const outerThisName = "__this";

export interface UnitOrigin {
  readonly cell: string;
  /** Tells apart cells of one name in different sessions. */
  readonly hash: string;
  positionAt(offset: number): Position;
}

export function registerUnits(walk: Walk, edits: Edits<Closure>, origin: UnitOrigin): Map<Unit, Closure> {
  const ids = new Map<Closure, string>();
  for (const closure of walk.closures) if (isUnit(closure)) ids.set(closure, `${origin.cell}#${ids.size}~${origin.hash}`);
  const units = new Map<Unit, Closure>();
  for (const closure of walk.closures) {
    if (isClass(closure.node)) addPrivateState(closure.node, edits);
    const id = ids.get(closure);
    if (id === undefined) continue;
    forgetOwnName(closure);
    register(closure, id, edits);
    units.set(toUnit(closure, id, ids, origin), closure);
  }
  registerMethods(ids, edits);
  return units;
}

const isUnit = (closure: Closure): boolean => closure.placement !== "unregistered" && !closure.isTied && !isLocalHelper(closure);

/** Inside a function, a function that is only ever called goes nowhere; registering it would cost more than most calls. */
const isLocalHelper = (closure: Closure): boolean => closure.isBoundForGood && closure.parent !== null && !closure.escapes;

/** A declaration inside a function brings its own name with it. */
function forgetOwnName(closure: Closure): void {
  if (closure.placement === "declaration" && !closure.isTop) for (const names of [closure.locals, closure.eager]) names.delete(closure.name);
}

function toUnit(closure: Closure, id: string, ids: ReadonlyMap<Closure, string>, origin: UnitOrigin): Unit {
  const locals = localsOf(closure);
  const needed = new Set([...closure.tops, ...locals]);
  return {
    id,
    cell: origin.cell,
    name: closure.name,
    kind: isClass(closure.node) ? "class" : "function",
    ...origin.positionAt(closure.start),
    tops: [...closure.tops],
    locals,
    assigned: [...closure.assigned].filter((name) => needed.has(name)),
    nested: [...ids].filter(([inner]) => inner !== closure && isInside(inner, closure)).map(([, innerId]) => innerId),
  };
}

const localsOf = (closure: Closure): string[] => (closure.outerThis ? [...closure.locals, outerThisName] : [...closure.locals]);

function register(closure: Closure, id: string, edits: Edits<Closure>): void {
  const { name, placement, isTop, node } = closure;
  const rest = restOfCall(closure, id);
  if (placement === "method") return; // with its object
  if (placement === "expression") {
    const [open, close] = closure.takesName ? namedWrap(name) : ["", ""];
    edits.wrap(closure, `__rt.def(${open}`, (unit) => `${close}${rest(unit)}`);
  } else if (isClass(node)) {
    edits.after(closure, (unit) => `;${isTop ? `__$.${name}=` : ""}__rt.def(${name}${rest(unit)};`);
  } else if (isTop) {
    edits.insert(0, `__$.${name}=__rt.def(${name}${rest(undefined)};`, node.start);
  } else {
    // Functions are there from the start of their block.
    const { block } = closure;
    const text = (unit: Closure | undefined): string => `;__rt.def(${name}${rest(unit)};`;
    if (block && (block.type === "BlockStatement" || block.type === "TSModuleBlock")) edits.insert(block.start + 1, text);
    else edits.after(closure, text);
  }
}

/** Methods are registered once their object is there: `((o) => (__rt.def(o.m, id), o))({ m() {} })`. */
function registerMethods(ids: ReadonlyMap<Closure, string>, edits: Edits<Closure>): void {
  const byObject = new Map<Node, [Closure, string][]>();
  for (const [closure, id] of ids) {
    const { object } = closure;
    if (object) byObject.set(object, [...(byObject.get(object) ?? []), [closure, id]]);
  }
  for (const [object, methods] of byObject) {
    const registrations = (unit: Closure | undefined): string =>
      methods.map(([closure, id]) => `__rt.def(__o${memberAccess(closure.name)}${restOfCall(closure, id)(unit)},`).join("");
    edits.wrap(object, (unit) => `((__o)=>(${registrations(unit)}__o))(`, ")");
  }
}

/** `, id, () => ({captured}))`: the values are read when the unit is sent, not when it is made. */
function restOfCall(closure: Closure, id: string): (unit: Closure | undefined) => string {
  const { outerThis } = closure;
  const names = [...closure.locals];
  const head = `,${JSON.stringify(id)}`;
  if (names.length === 0 && !outerThis) return () => `${head})`;
  return (unit) => {
    const self = outerThis ? [`${outerThisName}:${unit && !isInside(outerThis, unit) ? outerThisName : "this"}`] : [];
    return `${head},()=>({${[...names, ...self]}}))`;
  };
}
