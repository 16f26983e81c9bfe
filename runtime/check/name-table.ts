/**
 * Which cell a name means, and what has to stand behind a cell's text so that TypeScript sees it. Pure.
 *
 * N1 A cell is bound to the cells before it: names that are declared again later do not change it, so no type ever depends on itself.
 * N2 A cell that declares a name as a type only (or a value only) passes on what the name was otherwise before: the newest
 *    cell of a name has all of it.
 */
import type { DeclaredName, NameKind } from "./cell-names.ts";

/** The namespace in which every cell's module, and what the runtime provides, can be named without an import. */
export const CELLS = "__ray_ts_cells";

/** A name of an earlier cell as it stands behind a later one. */
export interface BoundName {
  readonly name: string;
  /** A member of {@link CELLS} and an export of it, `c3.$x`; undefined: all that is known is that there is such a value. */
  readonly from: { readonly module: string; readonly name: string } | undefined;
  /** Variables are declared with their type, so that an assignment is checked; everything else is an alias, with all its meanings. */
  readonly isVariable: boolean;
}

export interface NameEntry extends DeclaredName {
  readonly from: { readonly module: string; readonly name: string };
  /** `In[3]`, or the runtime. */
  readonly cell: string;
}

/** Exports of cells have a prefix, so that they never meet the user's own. */
export const exportedAs = (name: string): string => "$" + name;

export class NameTable {
  readonly #provided = new Map<string, NameEntry>();
  readonly #entries = new Map<string, NameEntry>();
  /** Names that the session knows and no cell's text shows: properties that a cell put on `globalThis`, `export *`. */
  readonly #untyped = new Map<string, string>();
  /** By module: the modules whose names its cell mentions. */
  readonly #needs = new Map<string, ReadonlySet<string>>();

  get(name: string): NameEntry | undefined {
    return this.#entries.get(name) ?? this.#provided.get(name);
  }

  /** Those of cells first. */
  get names(): Iterable<readonly [string, NameEntry]> {
    return new Map([...this.#entries, ...[...this.#provided].filter(([name]) => !this.#entries.has(name))]);
  }

  /** Those without a type, with what the session says of them. */
  get untyped(): Iterable<readonly [string, string]> {
    return this.#untyped;
  }

  known(): Iterable<string> {
    return [...this.#provided.keys(), ...this.#entries.keys(), ...this.#untyped.keys()];
  }

  /** A name of the runtime's own: `ray`. A cell may declare over it. */
  provide(name: string, module: string, exported: string, declared: DeclaredName): void {
    this.#provided.set(name, { ...declared, from: { module, name: exported }, cell: "ray-ts" });
  }

  learn(name: string, kind: string): void {
    if (this.get(name) === undefined) this.#untyped.set(name, kind);
  }

  /** What a cell with these names needs behind its text. */
  bind(mentioned: ReadonlySet<string>, declared: ReadonlyMap<string, DeclaredName>): BoundName[] {
    const bound: BoundName[] = [];
    for (const [name, { value, type }] of declared) {
      const rest = this.#restOf(name, value, type); // N2
      if (rest !== undefined) bound.push(rest);
    }
    for (const name of mentioned) {
      if (declared.has(name)) continue;
      const entry = this.get(name);
      if (entry !== undefined) bound.push({ name, from: entry.from, isVariable: isVariable(entry) });
      else if (this.#untyped.has(name)) bound.push({ name, from: undefined, isVariable: true });
    }
    return bound;
  }

  /** Of these names the constants, a cell's own and earlier ones: what they are narrowed to stays true. */
  narrowed(names: ReadonlySet<string>, declared: ReadonlyMap<string, DeclaredName>): ReadonlyMap<string, DeclaredName> {
    const found = [...names].map((name) => [name, declared.get(name) ?? this.get(name)] as const);
    return new Map(found.flatMap(([name, entry]) => (entry?.value === "const" && entry.type === undefined && this.#provided.get(name) !== entry ? [[name, { value: entry.value, type: undefined }] as const] : [])));
  }

  commit(module: string, cell: string, declared: ReadonlyMap<string, DeclaredName>, bound: readonly BoundName[]): void {
    this.#needs.set(module, new Set(bound.flatMap(({ from }) => from?.module ?? [])));
    for (const [name, { value, type }] of declared) {
      const rest = this.#restOf(name, value, type) === undefined ? undefined : this.get(name);
      this.#entries.set(name, { value: value ?? rest?.value, type: type ?? rest?.type, from: { module, name: exportedAs(name) }, cell });
      this.#untyped.delete(name);
    }
  }

  /** Modules that a name leads to, straight or by way of others. */
  reachable(): ReadonlySet<string> {
    const found = new Set([...this.#entries.values()].map(({ from }) => from.module));
    for (const module of found) for (const needed of this.#needs.get(module) ?? []) found.add(needed);
    return found;
  }

  /** A new session: nothing of the cells is left. */
  clear(): void {
    this.#entries.clear();
    this.#untyped.clear();
    this.#needs.clear();
  }

  /** The meaning that an earlier cell gave to a name and this one does not replace. A class is both and goes as a whole. */
  #restOf(name: string, value: NameKind | undefined, type: NameKind | undefined): BoundName | undefined {
    const entry = this.get(name);
    if (entry === undefined || (value !== undefined && type !== undefined)) return undefined;
    const isSingle = (entry.value === undefined) !== (entry.type === undefined);
    const isOther = value === undefined ? entry.value !== undefined : entry.type !== undefined;
    return isSingle && isOther ? { name, from: entry.from, isVariable: isVariable(entry) } : undefined;
  }
}

/** What can be assigned to. With a type of the same name the alias is needed, for that is all that has both. */
const isVariable = ({ value, type }: DeclaredName): boolean => (value === "let" || value === "var") && type === undefined;
