/**
 * Top-level variables as locals of a hot loop: five to thirty times faster than a property of the scope object.
 *
 * `for (let i = 0; i < n; i++) total += i` becomes `{let n=__$.n,total=__$.total;try{…}finally{__$.total=total;}}`. While such a loop
 * runs nobody else may see its variables, so it has to be closed (loops.ts), and no function of any cell so far may name
 * the variable; of a constant there is but one value, whoever names it. An error or an interrupt leaves by the `finally`. Only
 * SIGINT does not, which cuts native code that runs for 50 ms: a loop that calls nothing has no such code, unless a single
 * operator takes that long (a power of a huge BigInt); its variables have the values of the loop's begin then.
 */
import type { DeclarationKind } from "./compiled-cell.ts";
import type { Edits } from "./edits.ts";
import type { Loop } from "./loops.ts";
import { lastAtMost } from "./positions.ts";
import type { Closure } from "./scopes.ts";
import { isOfTop, isTooEarly } from "./top-names.ts";
import type { Surroundings } from "./top-names.ts";
import type { Walk } from "./walk.ts";

/** True while `Math` means JavaScript's own everywhere in the cell. */
export function hasOwnMath(walk: Walk, { known }: Pick<Surroundings, "known">): boolean {
  return !known.has("Math") && !walk.references.some(({ name, scope }) => name === "Math" && scope.find(name) !== null);
}

export class LoopLocals {
  /** Sorted by their place: no two overlap. */
  readonly #loops: readonly LoopWithLocals[];
  readonly #starts: readonly number[];

  constructor(loops: readonly LoopWithLocals[]) {
    this.#loops = loops;
    this.#starts = loops.map(({ start }) => start);
  }

  /** True when the name is a local at that offset. */
  has(name: string, offset: number): boolean {
    return this.around(offset)?.names.has(name) ?? false;
  }

  around(offset: number): LoopWithLocals | undefined {
    const loop = this.#loops[lastAtMost(this.#starts, offset)];
    return loop && offset >= loop.start && offset < loop.end ? loop : undefined;
  }

  /** What was decided, as text. */
  get description(): string {
    return this.#loops.map(({ start, names }) => `${start}:${[...names.keys()].join(",")}`).join(";");
  }
}

interface LoopWithLocals {
  readonly start: number;
  readonly end: number;
  /** With true for those that the loop assigns to. */
  readonly names: Map<string, boolean>;
}

export function loopLocals(walk: Walk, edits: Edits<Closure>, surroundings: Surroundings, captured: ReadonlySet<string>): LoopLocals {
  const mayCallMath = hasOwnMath(walk, surroundings);
  const isClosed = (loop: Loop): boolean => loop.isClosed && (mayCallMath || !loop.callsMath);
  const outermost = walk.loops.filter((loop) => !loop.isInFunction && isClosed(loop) && !(loop.parent && isClosed(loop.parent)));
  const loops = outermost.map(({ statement: { start, end } }): LoopWithLocals => ({ start, end, names: new Map() }));
  const locals = new LoopLocals(loops.sort((a, b) => a.start - b.start));
  if (loops.length === 0) return locals;
  const kindOf = (name: string): DeclarationKind | undefined => walk.declared.get(name) ?? surroundings.known.get(name)?.kind;
  const mayBeLocal = (name: string): boolean => {
    const kind = kindOf(name);
    if (name.startsWith("__")) return false; // might be one of ours
    return kind === "const" || ((kind === "let" || kind === "var") && !captured.has(name) && !surroundings.captured(name));
  };
  for (const reference of walk.references) {
    const names = locals.around(reference.start)?.names;
    if (names && isOfTop(walk, reference) && !isTooEarly(walk, reference) && mayBeLocal(reference.name)) {
      const { name, isWrite } = reference;
      const kind = kindOf(name);
      names.set(name, names.get(name) || kind === "var" || (isWrite && kind === "let"));
    }
  }
  for (const { node } of walk.topVariables) {
    const names = locals.around(node.start)?.names;
    for (const { id } of node.declarations) if (names && id.type === "Identifier" && mayBeLocal(id.name)) names.set(id.name, true);
  }
  for (const loop of loops) enclose(loop, edits);
  return locals;
}

function enclose(loop: LoopWithLocals, edits: Edits<Closure>): void {
  const { names } = loop;
  if (names.size === 0) return;
  const read = `{let ${[...names.keys()].map((name) => `${name}=__$.${name}`).join(",")};`;
  const written = [...names].filter(([, isAssigned]) => isAssigned).map(([name]) => `__$.${name}=${name};`);
  if (written.length === 0) edits.wrap(loop, read, "}");
  else edits.wrap(loop, `${read}try{`, `}finally{${written.join("")}}}`);
}
