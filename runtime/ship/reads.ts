/**
 * What was read while a function was encoded, so that the next submission can tell at once whether anything changed. Only
 * reads whose value cannot change inside (primitives, functions, refs, what goes by name) can be told so; others are
 * encoded again.
 */
import type { CodeMeta, ImportedName, ScopeView } from "./code-registry.ts";

const LARGE_TEXT = 100_000;
const ABSENT = Symbol("absent");

interface TopRead {
  readonly scope: ScopeView;
  readonly name: string;
  readonly value: unknown;
}

interface ImportRead {
  readonly scope: ScopeView;
  readonly name: string;
  readonly imported: ImportedName;
}

interface LocalsRead {
  readonly meta: CodeMeta;
  readonly values: Record<string, unknown>;
}

interface OwnRead {
  readonly code: Function;
  /** What a loop over it meets: counting that is free where there is nothing, and asked at each submission. */
  readonly loopCount: number;
  readonly values: readonly (readonly [key: string | symbol, value: unknown])[];
}

export class Reads {
  /** False when something was read that may change without being replaced. */
  isComparable = true;
  /** Captured objects, by the name they were captured under: what a warning about their cost can name. */
  readonly objects: { readonly name: string; readonly value: object }[] = [];
  /** Captured texts, which never change inside, as far as they are large. */
  readonly texts: { readonly name: string; readonly value: string }[] = [];
  private readonly tops: TopRead[] = [];
  private readonly imports: ImportRead[] = [];
  private readonly locals: LocalsRead[] = [];
  private readonly owns: OwnRead[] = [];
  private readonly isFixed: (value: object) => boolean;

  constructor(isFixed: (value: object) => boolean) {
    this.isFixed = isFixed;
  }

  top(scope: ScopeView, name: string, value: unknown): void {
    this.tops.push({ scope, name, value });
    this.look(name, value);
  }

  /** A name that is an import's: which module it reads, and which version of that. */
  import(scope: ScopeView, name: string, imported: ImportedName): void {
    this.imports.push({ scope, name, imported });
  }

  missingTop(scope: ScopeView, name: string): void {
    this.tops.push({ scope, name, value: ABSENT });
  }

  local(meta: CodeMeta, values: Record<string, unknown>): void {
    this.locals.push({ meta, values });
    for (const [name, value] of Object.entries(values)) this.look(name, value);
  }

  own(code: Function, values: readonly (readonly [key: string | symbol, value: unknown])[]): void {
    this.owns.push({ code, loopCount: loopCountOf(code), values });
    for (const [key, value] of values) this.look(`${code.name}.${String(key)}`, value);
  }

  /** For a reader that cannot say again what it read. */
  look(name: string, value: unknown): void {
    if (typeof value === "string" && value.length > LARGE_TEXT) this.texts.push({ name, value });
    if (typeof value === "function" || typeof value !== "object" || value === null || this.isFixed(value)) return;
    this.isComparable = false;
    this.objects.push({ name, value });
  }

  areSame(): boolean {
    if (!this.isComparable) return false;
    for (const { scope, name, value } of this.tops) {
      const now = Object.hasOwn(scope.names, name) ? (scope.names as Record<string, unknown>)[name] : ABSENT;
      if (!Object.is(now, value)) return false;
    }
    // a name that is bound again has another record
    for (const { scope, name, imported } of this.imports) if (scope.importOf(name) !== imported) return false;
    for (const { meta, values } of this.locals) {
      const now = meta.locals!();
      for (const name in values) if (!Object.is(now[name], values[name])) return false;
    }
    for (let i = 0; i < this.owns.length; i++) if (!isSameOwn(this.owns[i] as OwnRead)) return false;
    return true;
  }
}

function isSameOwn({ code, loopCount, values }: OwnRead): boolean {
  if (loopCountOf(code) !== loopCount) return false;
  for (const [key, value] of values) if (!Object.is((code as unknown as Record<string | symbol, unknown>)[key], value)) return false;
  return true;
}

/** A property that was added since, by assignment as properties are. */
function loopCountOf(code: Function): number {
  let count = 0;
  for (const _ in code) count++;
  return count;
}
