/**
 * What this process knows of code: functions and classes that compiled code registered, the units they were made from, and
 * the classes that are live here, by identity and by unit.
 *
 * Owns: identities of classes. A class gets a token when it is first sent; every process keeps one class for a token, so
 * `instanceof` holds across arguments and captures, and a class that comes home is the very class that went.
 */
import { randomBytes } from "node:crypto";
import type { CellRuntime, CompiledCell, SourceMap, Unit, UnitSource } from "../compile/compiled-cell.ts";

/** Names that code reads through `__$`. */
export interface ScopeView {
  readonly names: object;
  /** What the name is bound to by an import, else undefined. */
  importOf(name: string): ImportedName | undefined;
}

export interface ImportedName {
  readonly specifier: string;
  /** `default`, `*` or an export's name. */
  readonly imported: string;
  readonly from?: string;
  /** Of a local module, which may be edited. */
  readonly version?: string;
  /** Import attributes: without them the module is another one, or none. */
  readonly with?: Readonly<Record<string, string>>;
}

export interface CodeMeta {
  readonly unitId: string;
  readonly locals: (() => Record<string, unknown>) | undefined;
  readonly scope: ScopeView;
}

/** A unit as it is sent: plain data. */
export interface ShippedUnit extends Pick<Unit, "id" | "cell" | "name" | "kind" | "line" | "column" | "tops" | "locals" | "assigned" | "nested"> {
  readonly code: string;
  readonly map: SourceMap | undefined;
  /** For code that our compiler did not make: where its text stands in which script. */
  readonly script?: ForeignScript;
}

export interface ForeignScript {
  /** The name V8 knows the script by: a file URL, a path, or a cell's script name. */
  readonly name: string;
  /** 0-based place of the function's first character. */
  readonly line: number;
  readonly column: number;
  readonly isStrict: boolean;
  /** Around the text, to make it an expression that has the function's name. */
  readonly before: string;
  readonly after: string;
  /** Of a cell's script, so that stacks are mapped. */
  readonly cell?: { readonly name: string; readonly map: SourceMap };
}

interface KnownUnit {
  readonly unit: Unit | ShippedUnit;
  readonly source: () => UnitSource;
  shipped: ShippedUnit | undefined;
}

export class CodeRegistry {
  /** True while an instance is rebuilt through its constructor. */
  readonly reviving = { on: false };
  private readonly sessionScope: ScopeView;
  private readonly metas = new WeakMap<Function, CodeMeta>();
  private readonly units = new Map<string, KnownUnit>();
  private readonly cells = new Map<string, CompiledCell>();
  private readonly scopes = new WeakMap<object, WeakRef<ScopeView>>();

  private readonly process = randomBytes(4).toString("hex");
  private tokenCount = 0;
  private readonly tokens = new WeakMap<Function, string>();
  private readonly classes = new Map<string, WeakRef<Function>>();
  private readonly classOfUnit = new Map<string, WeakRef<Function>>();
  private readonly collected = new FinalizationRegistry<string>((token) => {
    if (this.classes.get(token)?.deref() === undefined) this.classes.delete(token);
  });

  /** `sessionScope`: what `__$` of cells is; a worker has none. */
  constructor(sessionScope: ScopeView = NO_SCOPE) {
    this.sessionScope = sessionScope;
  }

  /** `__rt.def` of the session's cells. */
  readonly def: CellRuntime["def"] = (fn, id, locals) => this.define(fn, id, locals, this.sessionScope);

  define<F>(fn: F, unitId: string, locals: (() => Record<string, unknown>) | undefined, scope: ScopeView): F {
    if (typeof fn !== "function") return fn;
    if (scope !== this.sessionScope && !this.scopes.has(scope.names)) this.scopes.set(scope.names, new WeakRef(scope));
    // an evaluation that runs again (a loop, a factory) makes new functions; a decorator may give back one met before
    if (!this.metas.has(fn)) this.metas.set(fn, { unitId, locals, scope });
    if (scope === this.sessionScope && this.units.get(unitId)?.unit.kind === "class" && locals === undefined) this.classOfUnit.set(unitId, new WeakRef<Function>(fn));
    return fn;
  }

  metaOf(code: Function): CodeMeta | undefined {
    return this.metas.get(code);
  }

  /** Call before the cell runs. */
  addCell(cell: CompiledCell): void {
    this.cells.set(cell.scriptName, cell);
    for (const unit of cell.units) this.units.set(unit.id, { unit, source: () => cell.unitSource(unit.id), shipped: undefined });
  }

  /** Several at once; the same as `addCell` for each. */
  addUnits(...cells: readonly CompiledCell[]): void {
    for (const cell of cells) this.addCell(cell);
  }

  /** For a script of a cell or of a unit: what it is called, and the map to its cell. */
  mapOfScript(scriptName: string): { readonly name: string; readonly map: SourceMap } | undefined {
    const cell = this.cells.get(scriptName);
    if (cell !== undefined) return { name: cell.name, map: withoutTexts(cell.map) };
    const shipped = this.units.get(scriptName)?.shipped;
    return shipped?.map === undefined ? undefined : { name: shipped.cell, map: shipped.map };
  }

  /** The view behind an object that compiled code has as `__$`. */
  scopeOf(names: object): ScopeView | undefined {
    return names === this.sessionScope.names ? this.sessionScope : this.scopes.get(names)?.deref();
  }

  addShipped(unit: ShippedUnit): void {
    if (this.units.has(unit.id)) return;
    this.units.set(unit.id, { unit, source: () => ({ code: unit.code, map: unit.map! }), shipped: unit });
  }

  unitOf(id: string): Unit | ShippedUnit | undefined {
    return this.units.get(id)?.unit;
  }

  /** The unit as it is sent, lowered on first need. */
  shippedUnit(id: string): ShippedUnit {
    const known = this.units.get(id);
    if (known === undefined) throw new TypeError(`Unit ${id} is not known here: a session adds a compiled cell before it runs it.`);
    if (known.shipped === undefined) {
      const { code, map } = known.source();
      const { cell, name, kind, line, column, tops, locals, assigned, nested } = known.unit;
      known.shipped = { id, cell, name, kind, line, column, tops, locals, assigned, nested, code, map: withoutTexts(map) };
    }
    return known.shipped;
  }

  /** The name for a function that has none of its own: what the compiler saw it bound to, else `In[3]#0`. */
  unitName(code: Function): string | undefined {
    const meta = this.metas.get(code);
    return meta && (this.unitOf(meta.unitId)?.name || meta.unitId.replace(/~\w+$/, ""));
  }

  /** The identity under which a class is sent. */
  tokenOf(code: Function): string {
    const known = this.tokens.get(code);
    if (known !== undefined) return known;
    const token = `${this.process}.${(this.tokenCount++).toString(36)}`;
    this.keepClass(token, code);
    return token;
  }

  /** From now on `token` means this class here. */
  keepClass(token: string, code: Function): void {
    this.tokens.set(code, token);
    this.classes.set(token, new WeakRef(code));
    this.collected.register(code, token);
  }

  isOwnToken(token: string): boolean {
    return token.startsWith(`${this.process}.`);
  }

  classOf(token: string): Function | undefined {
    return this.classes.get(token)?.deref();
  }

  /** The class that a cell of this session made from the unit last: for what comes from a session before this one. */
  classFromCell(unitId: string): Function | undefined {
    return this.classOfUnit.get(unitId)?.deref();
  }
}

const NO_SCOPE: ScopeView = { names: Object.create(null) as object, importOf: () => undefined };

/** Sources stay where the cells are; a worker needs positions only. */
function withoutTexts({ version, sources, names, mappings }: SourceMap): SourceMap {
  return { version, sources, names, mappings };
}
