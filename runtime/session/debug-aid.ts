/**
 * What a debugger asks of the session itself, by calls into the main thread through V8's inspector, also while that is stopped: texts
 * and maps of scripts, code for a frame, the session's variables, how a value shows itself. All of it is data or text; nothing runs
 * a user's code but what the debugger was asked to evaluate.
 */
import { types } from "node:util";
import { compileCell } from "../compile/compile-cell.ts";
import type { CellRuntime, DeclarationKind } from "../compile/compiled-cell.ts";
import type { StackMapper } from "../compile/stack-map.ts";
import { formatError, type ErrorContext } from "./format-error.ts";
import type { MimeBundle } from "./output.ts";
import { bundleOf } from "./bundles/bundle-of.ts";
import { textOf } from "./bundles/text-of.ts";
import type { CellScope } from "./scope.ts";

/** Under this name globalThis has it. */
export const DEBUG_AID: unique symbol = Symbol.for("ray-ts.debug-aid") as never;

export interface DebugAidParts {
  readonly scope: CellScope;
  readonly stacks: Pick<StackMapper, "script" | "scripts">;
  readonly runtime: (result: (value: unknown) => void) => CellRuntime;
  readonly errors: ErrorContext;
}

export class DebugAid {
  readonly #parts: DebugAidParts;
  #evaluations = 0;

  constructor(parts: DebugAidParts) {
    this.#parts = parts;
  }

  /** The scope object: `__$` of code that is evaluated. */
  get names(): Record<string, unknown> {
    return this.#parts.scope.names;
  }

  /** Names and texts of the scripts there are, as JSON. */
  scripts(): string {
    return JSON.stringify(this.#parts.stacks.scripts());
  }

  /** A script's text and map as JSON; "" for one that is not ours. */
  script(name: string): string {
    const script = this.#parts.stacks.script(name);
    return script === undefined ? "" : JSON.stringify(script);
  }

  /** Names that a cell declared. */
  declaredBy(cell: string): string {
    return JSON.stringify([...this.#parts.scope.known].filter(([, known]) => known.cell === cell).map(([name]) => name));
  }

  /** The user's variables with their values, as far as they have one. */
  variables(only?: readonly string[]): object {
    const { scope } = this.#parts;
    const values = Object.create(null) as Record<string, unknown>;
    for (const name of only ?? scope.known.keys()) {
      const found = scope.peek(name);
      if (found !== undefined) values[name] = found.value;
    }
    return values;
  }

  /** JavaScript for code of a user, to be evaluated where `locals` are in scope; `{"error"}` when it cannot be. */
  compile(code: string, locals: readonly string[], isStopped: boolean): string {
    const { scope, errors } = this.#parts;
    const name = `debug[${++this.#evaluations}]`;
    const near = new Set(locals);
    try {
      const compiled = compileCell(code, { name, known: near.size === 0 ? scope.known : withoutThose(scope.known, near), captured: (captured) => scope.captured.has(captured), globals: (global) => near.has(global) || global in globalThis });
      if (compiled.isAsync && isStopped) return JSON.stringify({ error: "await and import do not end while the session is stopped: continue first, or look at the promise itself" });
      scope.declare(compiled, name);
      return JSON.stringify({ code: compiled.code, isAsync: compiled.isAsync });
    } catch (thrown) {
      const { ename, evalue } = formatError(thrown, errors);
      return JSON.stringify({ error: `${ename}: ${evalue}` });
    }
  }

  /** Runs what `compile` made: `run` is the function that the frame gave for it. */
  evaluate(run: (names: object, runtime: CellRuntime) => unknown): unknown {
    const last: { value: unknown } = { value: undefined };
    const done = run(this.names, this.#parts.runtime((value) => { last.value = value; }));
    // in an object: a promise that is the value is not awaited
    return types.isPromise(done) ? done.then(() => last) : last;
  }

  /** A part of a long collection: `[name, value]` for each of its members from `start` on. */
  members(collection: object, start: number, count: number): [name: string, value: unknown][] {
    if (types.isMap(collection)) return take(Map.prototype.entries.call(collection), start, count).map(([key, value], i) => [labelOf(key, start + i), isPlain(key) ? value : { key, value }]);
    if (types.isSet(collection)) return take(Set.prototype.values.call(collection), start, count).map((value, i) => [String(start + i), value]);
    const indexed = collection as Record<number, unknown>;
    return Array.from({ length: count }, (_, i) => [String(start + i), types.isTypedArray(collection) ? indexed[start + i] : Object.getOwnPropertyDescriptor(indexed, start + i)?.value]);
  }

  /** What shows a value; text alone when it draws itself only in a while. */
  bundle(value: unknown): MimeBundle {
    const bundle = bundleOf(value);
    return types.isPromise(bundle) ? { "text/plain": textOf(value).text } : (bundle as MimeBundle);
  }

  /** Makes a variable of the session. */
  define(name: string, value: unknown): void {
    this.#parts.scope.declare({ declared: new Map([[name, "let"]]), captured: new Set() }, "debug");
    this.names[name] = value;
  }
}

export function offerDebugAid(parts: DebugAidParts): void {
  Object.defineProperty(globalThis, DEBUG_AID, { value: new DebugAid(parts), configurable: true, enumerable: false });
}

type Known = ReadonlyMap<string, { readonly kind: DeclarationKind; readonly cell: string }>;

const withoutThose = (known: Known, names: ReadonlySet<string>): Known => new Map([...known].filter(([name]) => !names.has(name)));

const isPlain = (key: unknown): boolean => typeof key === "string" || typeof key === "number" || typeof key === "boolean";
const labelOf = (key: unknown, index: number): string => (isPlain(key) ? String(key) : String(index));

function take<T>(items: Iterable<T>, start: number, count: number): T[] {
  const taken: T[] = [];
  let at = 0;
  for (const item of items) {
    if (at >= start + count) break;
    if (at++ >= start) taken.push(item);
  }
  return taken;
}
