/**
 * What the cell compiler gives, and what compiled code expects around it: plain types that `session`, `ship` and the
 * worker share. No code here.
 *
 * A compiled cell is the text of a function expression `(__$, __rt) => {…}` (async when the cell awaits). Every top-level
 * name of the cell is a property of `__$`, the session's one persistent scope object.
 */

export type DeclarationKind = "var" | "let" | "const" | "function" | "class" | "enum" | "namespace" | "import";

/** A version 3 source map, as an object. */
export interface SourceMap {
  readonly version: 3;
  readonly sources: readonly (string | null)[];
  readonly sourcesContent?: readonly (string | null)[];
  readonly names: readonly string[];
  readonly mappings: string;
}

/** A function or class of a cell that can be sent by itself: its source, and the names that it needs. */
export interface Unit {
  /** Content-addressed, so that sessions that share workers never mix: `In[3]#0~1a2b3c4d`. */
  readonly id: string;
  /** The cell's shown name: `In[3]`, or a file's path. */
  readonly cell: string;
  /** Its own name, or the name that it is bound to, or "". */
  readonly name: string;
  readonly kind: "function" | "class";
  /** 1-based position of the node in the cell. */
  readonly line: number;
  readonly column: number;
  /** Names it (or a unit inside it) reads from the scope object. */
  readonly tops: readonly string[];
  /** Names it captures from enclosing functions of the cell. */
  readonly locals: readonly string[];
  /** Those of `tops` and `locals` that it assigns to: a copy there, which deserves a warning. */
  readonly assigned: readonly string[];
  /** Units inside its text. */
  readonly nested: readonly string[];
}

/** A unit lowered to JavaScript. `code` is a statement list that assigns the function or class to `__unit`; it may use `__$`, `__rt`, the unit's locals and, in a class, `__captured` (see `unit-factory.ts`). */
export interface UnitSource {
  readonly code: string;
  readonly map: SourceMap;
}

export interface CompiledCell {
  /** Shown name: `In[3]`. */
  readonly name: string;
  /** The name V8 knows the script by; unlike any shown name, so that a stack is never mapped twice. */
  readonly scriptName: string;
  readonly code: string;
  /** From lines and columns of `code` to the cell's. */
  readonly map: SourceMap;
  readonly isAsync: boolean;
  readonly declared: ReadonlyMap<string, DeclarationKind>;
  /** Top-level names, of this cell or any other, that its functions and classes read or write. */
  readonly captured: ReadonlySet<string>;
  readonly units: readonly Unit[];
  /** Lowers a unit on first need. */
  unitSource(id: string): UnitSource;
}

/** A magic of a cell whose text is blank by now. Offsets are the cell's. */
export interface CellMagic {
  /** `stands`: a statement of its own; `around`: is called before and after what stands on its line, or all of the cell; `repeats`: is given the cell's statements as a function. */
  readonly form: "stands" | "around" | "repeats";
  /** It is about the whole cell. */
  readonly isCell: boolean;
  readonly start: number;
  /** Where the code on its line begins. */
  readonly textStart: number;
  /** The end of its line. */
  readonly end: number;
}

/** What `__rt` offers to compiled code, in a session and in a worker alike. */
export interface CellRuntime {
  /** Registers a function or class as unit `id`; `locals` reads what it captured. Returns `fn`. */
  def<F>(fn: F, id: string, locals?: () => Record<string, unknown>): F;
  /** Imports as the cell's module would: relative to the notebook's folder. */
  import(specifier: string, options?: { with?: Record<string, string> }): Promise<Record<string, unknown>>;
  /** Makes local names live getters of a namespace: `{ local: "imported" | "default" | "*" }`; `"*"` alone binds every export. */
  bind(namespace: Record<string, unknown>, names: Record<string, string> | "*", specifier: string): void;
  /** Throws the TypeError for an assignment to a constant or an import. */
  assignToConstant(name: string): never;
  /** Word 0 is non-zero while an interrupt or cancel is wanted. Loops read it plainly at each back-edge. */
  readonly guard: Int32Array;
  /** Called by a guard that saw a non-zero word: throws if the caller's execution is the one meant; also the place where waiting records leave. */
  interrupted(): void;
  /** Around each `await`: as a guard, then gives the value (guard-awaits.ts). */
  resumed<T>(value: T): T;
  /** True while an instance is rebuilt through its constructor. */
  readonly reviving: { on: boolean };
  /** Receives the value of the cell's last expression. */
  result(value: unknown): void;
  /** Does what the cell's magic with this index does; `body`: the statements that it repeats. */
  magic(index: number, body?: () => unknown): unknown;
  readonly meta: { readonly url: string; readonly filename: string; readonly dirname: string };
  readonly require: (specifier: string) => unknown;
}
