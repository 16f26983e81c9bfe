/**
 * The one scope object of a session: every top-level name of every cell is a property of it (`__$.name` in compiled code).
 * Its prototype is a proxy that answers for names that no cell has declared yet: globals, else the ReferenceError that
 * plain JavaScript gives.
 *
 * V8 turns an object with many or deleted properties into a dictionary, which costs five times in a hot loop; so the object is
 * made fast again after each cell. Above about 1,000 names V8 keeps the dictionary.
 */
import type { CellRuntime, CompiledCell, DeclarationKind } from "../compile/compiled-cell.ts";
import { GLOBAL_NAMES, makeFast } from "../compile/global-names.ts";
import { namedExport } from "../modules/named-export.ts";

export interface KnownName {
  readonly kind: DeclarationKind;
  /** The cell that declared it. */
  readonly cell: string;
}

interface ImportedName {
  readonly namespace: Record<string, unknown>;
  readonly imported: string;
}

export class CellScope {
  readonly names: Record<string, unknown> = Object.create(GLOBAL_NAMES) as Record<string, unknown>;
  readonly known = new Map<string, KnownName>();
  /** Names that functions of the cells so far read or write. */
  readonly captured = new Set<string>();
  readonly #imported = new Map<string, ImportedName>();

  /** Puts a name of the runtime in; a cell may declare over it. */
  provide(name: string, value: unknown): void {
    Object.defineProperty(this.names, name, { value, writable: true, enumerable: true, configurable: true });
  }

  /** As `provide` for a value that changes by itself; an assignment makes it a plain variable. */
  provideComputed(name: string, read: () => unknown): void {
    const set = (value: unknown): void => this.provide(name, value);
    Object.defineProperty(this.names, name, { get: read, set, enumerable: true, configurable: true });
  }

  /** Makes room for the names a cell declares, before it runs. A variable that is declared again keeps its value until then. */
  declare({ declared, captured }: Pick<CompiledCell, "declared" | "captured">, cell: string): void {
    for (const name of captured) this.captured.add(name);
    for (const [name, kind] of declared) {
      this.known.set(name, { kind, cell });
      if (kind === "import") continue;
      this.#imported.delete(name);
      const property = Object.getOwnPropertyDescriptor(this.names, name);
      if (property === undefined || !("value" in property)) this.provide(name, undefined);
    }
    makeFast(this.names);
  }

  readonly bind: CellRuntime["bind"] = (namespace, names, specifier) => {
    const pairs = names === "*" ? Object.keys(namespace).filter((name) => name !== "default").map((name) => [name, name] as const) : Object.entries(names);
    for (const [local, imported] of pairs) {
      this.#imported.set(local, { namespace, imported });
      Object.defineProperty(this.names, local, { get: () => namedExport(namespace, imported, specifier), enumerable: true, configurable: true });
    }
  };

  readonly assignToConstant = (name: string): never => {
    const known = this.known.get(name);
    const where = known === undefined ? "" : known.kind === "import" ? ` (imported in ${known.cell})` : ` (declared in ${known.cell})`;
    throw new TypeError(`Assignment to constant variable '${name}'${where}`);
  };

  /** The value of a name without running a getter of the user's; undefined when there is no such name, or it has no value yet. */
  peek(name: string): { readonly value: unknown } | undefined {
    const imported = this.#imported.get(name);
    if (imported !== undefined) return peekExport(imported);
    const property = Object.getOwnPropertyDescriptor(this.names, name);
    if (property === undefined) return undefined;
    // accessors here are ours: `_` and imports
    return { value: property.get === undefined ? property.value : property.get.call(this.names) as unknown };
  }
}

function peekExport({ namespace, imported }: ImportedName): { readonly value: unknown } | undefined {
  if (imported === "*") return { value: namespace };
  for (const holder of [namespace, Object.getOwnPropertyDescriptor(namespace, "default")?.value as unknown]) {
    if (holder === null || (typeof holder !== "object" && typeof holder !== "function")) continue;
    const property = Object.getOwnPropertyDescriptor(holder, imported);
    if (property !== undefined && "value" in property) return { value: property.value };
  }
  return undefined;
}
