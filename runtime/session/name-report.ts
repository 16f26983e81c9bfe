/** Tells the front which names there are, so that it can complete them while the session is busy: what is new or has changed since the last report. */
import { nameKind, propertyKind, type CompletionRoots } from "./complete.ts";
import type { SessionMessage } from "./session-protocol.ts";

type Names = Extract<SessionMessage, { type: "names" }>;
type Named = [name: string, kind: string];

export class NameReport {
  readonly #roots: CompletionRoots;
  readonly #told = new Map<string, string>();
  /** JavaScript's and Node's own, until they were told. */
  #builtins: readonly string[];

  constructor(roots: CompletionRoots) {
    this.#roots = roots;
    this.#builtins = [...roots.globals()];
  }

  /** `declared`: names that the cell which has just run gave a value. Undefined when there is nothing new. */
  changes(declared: Iterable<string>): Names | undefined {
    const builtins = this.#builtins.flatMap((name) => this.#changed(name, propertyKind(globalThis, name)));
    this.#builtins = [];
    const names = [...declared].flatMap((name) => this.#changed(name));
    // what came without a declaration: by `export *`, or as a property of globalThis
    for (const each of [this.#roots.names(), this.#roots.globals()]) for (const name of each) if (!this.#told.has(name)) names.push(...this.#changed(name));
    return names.length + builtins.length === 0 ? undefined : { type: "names", names, builtins };
  }

  #changed(name: string, kind = nameKind(name, this.#roots)): Named[] {
    if (this.#told.get(name) === kind) return [];
    this.#told.set(name, kind);
    return [[name, kind]];
  }
}
