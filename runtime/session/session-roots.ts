/** Where completion and inspection begin: the names of cells, and globals. Reading one runs no code of the user's. */
import type { CellScope } from "./scope.ts";
import type { CompletionRoots } from "./complete.ts";
import type { DescribeRoots } from "./describe.ts";
import type { Found } from "./value-path.ts";

type Getters = ReadonlyMap<string, (() => unknown) | undefined>;

export class SessionRoots implements CompletionRoots, DescribeRoots {
  readonly #scope: CellScope;
  readonly #builtins: Getters;
  readonly sourceOf: DescribeRoots["sourceOf"];

  /** The globals' getters as Node made them (`fetch`, `crypto`): these may be called, a user's may not. */
  static readGlobals(): Getters {
    return new Map(Object.entries(Object.getOwnPropertyDescriptors(globalThis)).map(([name, property]) => [name, property.get]));
  }

  constructor(scope: CellScope, builtins: Getters, sourceOf: DescribeRoots["sourceOf"]) {
    this.#scope = scope;
    this.#builtins = builtins;
    this.sourceOf = sourceOf;
  }

  peek(name: string): Found | undefined {
    return this.#scope.peek(name) ?? this.#peekGlobal(name);
  }

  names(): Iterable<string> {
    return Object.keys(this.#scope.names);
  }

  globals(): Iterable<string> {
    return Object.getOwnPropertyNames(globalThis);
  }

  #peekGlobal(name: string): Found | undefined {
    const property = Object.getOwnPropertyDescriptor(globalThis, name);
    if (property === undefined) return undefined;
    if ("value" in property) return { value: property.value };
    const isBuiltin = property.get !== undefined && this.#builtins.get(name) === property.get;
    return isBuiltin ? { value: (globalThis as Record<string, unknown>)[name] } : undefined;
  }
}
