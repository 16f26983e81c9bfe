/**
 * Rebuilds functions and classes: those of one graph get a scope object, whose names are late-bound while the value is read,
 * so that recursion and cycles hold, and plain properties afterwards.
 */
import { resumed } from "../compile/guard-awaits.ts";
import type { CellRuntime } from "../compile/compiled-cell.ts";
import { GLOBAL_NAMES, makeFast } from "../compile/global-names.ts";
import type { Entry, NodeReader, Properties } from "../serialize/graph.ts";
import type { Captured, CodeContent } from "./code-node.ts";
import type { CodeRegistry, ImportedName, ScopeView, ShippedUnit } from "./code-registry.ts";
import type { Factories } from "./evaluate-unit.ts";
import type { LoadedModules } from "./loaded-modules.ts";

/** What units find in `__rt` besides `def` and `reviving`. */
export type UnitRuntime = Partial<Omit<CellRuntime, "def" | "reviving">>;

export interface CodeReaderParts {
  readonly registry: CodeRegistry;
  readonly factories: Factories;
  readonly modules: LoadedModules;
  readonly runtime: UnitRuntime;
}

/** What a class that is here already needs to be given newer captured values. */
interface Rebuilt {
  readonly scope: ReceivedScope;
  readonly setLocals: (captured: object) => void;
}

export class CodeReader {
  private readonly parts: CodeReaderParts;
  private readonly rebuilt = new WeakMap<Function, Rebuilt>();

  constructor(parts: CodeReaderParts) {
    this.parts = parts;
  }

  read(content: CodeContent, reader: NodeReader, keep: (code: Function) => void): Function {
    const [unitId, token] = content;
    const known = token === "" ? undefined : this.knownClass(token, unitId);
    if (known !== undefined) {
      keep(known);
      this.update(known, token, content, reader);
      return known;
    }
    return this.rebuild(this.unit(unitId, reader), content, reader, keep);
  }

  private knownClass(token: string, unitId: string): Function | undefined {
    const { registry } = this.parts;
    const live = registry.classOf(token);
    if (live !== undefined || registry.isOwnToken(token)) return live;
    const fromCell = registry.classFromCell(unitId);
    if (fromCell !== undefined) registry.keepClass(token, fromCell);
    return fromCell;
  }

  /** A class of this process stays as it is; one that came from elsewhere takes over what it captures there now. */
  private update(code: Function, token: string, content: CodeContent, reader: NodeReader): void {
    const rebuilt = this.rebuilt.get(code);
    if (rebuilt === undefined || this.parts.registry.isOwnToken(token)) return;
    const [, , , tops, imports, locals, own, prototype] = content;
    rebuilt.scope.forget();
    rebuilt.scope.bind(tops, imports, reader);
    this.finish(code, rebuilt, { locals, own, prototype }, reader);
  }

  private unit(id: string, reader: NodeReader): ShippedUnit {
    const { registry } = this.parts;
    const shipped = reader.attachment(id) as ShippedUnit | undefined;
    if (shipped === undefined) throw new TypeError(`The source of ${id} did not come with the code that needs it.`);
    registry.addShipped(shipped);
    for (const nested of shipped.nested) {
      const inner = reader.attachment(nested) as ShippedUnit | undefined;
      if (inner !== undefined) registry.addShipped(inner);
    }
    return shipped;
  }

  private rebuild(unit: ShippedUnit, content: CodeContent, reader: NodeReader, keep: (code: Function) => void): Function {
    const [, token, shared, tops, imports, locals, own, prototype] = content;
    const { registry, factories, modules } = this.parts;
    const scope = shared < 0 ? new ReceivedScope(modules) : reader.shared(shared, () => new ReceivedScope(modules));
    scope.bind(tops, imports, reader);
    const eager = lateBound(locals, reader);
    const [code, setLocals] = factories.of(unit)(scope.names, this.runtimeFor(scope), eager);
    keep(code);
    if (token !== "") registry.keepClass(token, code);
    const rebuilt = { scope, setLocals };
    this.rebuilt.set(code, rebuilt);
    const current = { values: {} as Record<string, unknown> };
    registry.define(code, unit.id, locals.length === 0 ? undefined : () => current.values, scope);
    this.finish(code, rebuilt, { locals, own, prototype, keepLocals: (values) => (current.values = values) }, reader);
    return code;
  }

  /** Gives the function what it captured, as far as it is there; the rest comes when everything is. */
  private finish(code: Function, { scope, setLocals }: Rebuilt, parts: { locals: Captured; own: Properties | 0; prototype: Properties | 0; keepLocals?: (values: Record<string, unknown>) => void }, reader: NodeReader): void {
    const { locals, own, prototype, keepLocals } = parts;
    if (locals.length > 0) {
      reader.whenReady((isLast) => {
        const values: Record<string, unknown> = {};
        let isWhole = true;
        for (const [name, entry] of locals) {
          if (isLast || reader.isReady(entry)) values[name] = reader.value(entry);
          else isWhole = false;
        }
        setLocals(values);
        keepLocals?.(values);
        return isWhole;
      });
    }
    reader.whenDone(() => {
      scope.settle();
      if (own !== 0) setState(code, own, reader);
      if (prototype !== 0) reader.assign(code.prototype as object, prototype);
    });
  }

  private runtimeFor(scope: ReceivedScope): CellRuntime {
    const { registry, runtime } = this.parts;
    const made = Object.create(UNIT_RUNTIME) as Record<string, unknown>;
    return Object.defineProperties(made, {
      ...Object.getOwnPropertyDescriptors(runtime),
      reviving: { value: registry.reviving },
      def: { value: <F>(fn: F, id: string, locals?: () => Record<string, unknown>) => registry.define(fn, id, locals, scope) },
    }) as unknown as CellRuntime;
  }
}

/** `__$` of the received functions of one graph, or of one class. Names of imports read the module each time, as a live binding does. */
class ReceivedScope implements ScopeView {
  readonly names: Record<string, unknown> = Object.create(GLOBAL_NAMES) as Record<string, unknown>;
  private readonly modules: LoadedModules;
  private readonly imports = new Map<string, ImportedName>();
  private readonly bound = new Set<string>();
  private waiting: { readonly name: string; readonly read: () => unknown }[] = [];

  constructor(modules: LoadedModules) {
    this.modules = modules;
  }

  /** Names are bound again by the next `bind`. */
  forget(): void {
    this.imports.clear();
    this.bound.clear();
  }

  /** Adds names; those that another function of the same graph brought are the same. */
  bind(tops: Captured, imports: CodeContent[4], reader: NodeReader): void {
    for (const [name, imported] of imports) {
      if (this.imports.has(name)) continue;
      this.imports.set(name, imported);
      Object.defineProperty(this.names, name, { get: () => this.modules.read(imported), enumerable: true, configurable: true });
    }
    for (const [name, entry] of tops) {
      if (this.bound.has(name)) continue;
      this.bound.add(name);
      this.waiting.push({ name, read: () => reader.value(entry) });
      const get = (): unknown => reader.complete(entry);
      const set = (value: unknown): void => this.give(name, value);
      Object.defineProperty(this.names, name, { get, set, enumerable: true, configurable: true });
    }
  }

  /** Everything is there: from here on these are variables like others. */
  settle(): void {
    if (this.waiting.length === 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const { name, read } of waiting) {
      if (Object.getOwnPropertyDescriptor(this.names, name)?.get !== undefined) this.give(name, read());
    }
    makeFast(this.names);
  }

  private give(name: string, value: unknown): void {
    Object.defineProperty(this.names, name, { value, writable: true, enumerable: true, configurable: true });
  }

  importOf(name: string): ImportedName | undefined {
    return this.imports.get(name);
  }
}

/** What a unit finds in `__rt` where the process gives nothing better. */
const UNIT_RUNTIME = {
  guard: new Int32Array(1),
  interrupted: () => undefined,
  resumed,
  assignToConstant: (name: string): never => {
    throw new TypeError(`Assignment to constant variable '${name}'`);
  },
  result: () => undefined,
  bind: () => undefined,
};

function lateBound(locals: Captured, reader: NodeReader): object {
  const captured = {};
  for (const [name, entry] of locals) {
    // a class that is evaluated may call a function that came with it: that one must have what it needs
    Object.defineProperty(captured, name, { get: () => reader.complete(entry), enumerable: true });
  }
  return captured;
}

/** Statics as they were there, over those that the evaluation made. */
function setState(code: Function, { keys, values }: Properties, reader: NodeReader): void {
  keys.forEach((entry: Entry, i) => {
    const key = reader.value(entry) as string | symbol;
    const value = reader.value(values[i]);
    const present = Object.getOwnPropertyDescriptor(code, key);
    if (present !== undefined && Object.is(present.value, value)) return;
    if (present === undefined || present.configurable === true) Object.defineProperty(code, key, { value, writable: true, enumerable: present?.enumerable ?? true, configurable: true });
    else if (present.writable === true) (code as unknown as Record<string | symbol, unknown>)[key] = value;
  });
}
