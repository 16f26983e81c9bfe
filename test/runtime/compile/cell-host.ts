/**
 * The smallest thing that runs compiled cells: one scope object and a CellRuntime. A session has far more around it; what
 * a cell may expect of its surroundings is all here.
 */
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dirname } from "node:path";
import vm from "node:vm";
import { compileCell } from "../../../runtime/compile/compile-cell.ts";
import type { CellMagic, CellRuntime, CompiledCell, DeclarationKind, Unit } from "../../../runtime/compile/compiled-cell.ts";
import { StackMapper } from "../../../runtime/compile/stack-map.ts";
import { unitFactory } from "../../../runtime/compile/unit-factory.ts";

type Scope = Record<string, unknown>;
type Registered = { id: string; locals: (() => Record<string, unknown>) | undefined };

/** Cells run in the process's main context, whose globals are not those of the test's sandbox. */
const mainGlobals = vm.runInThisContext("globalThis") as Scope;
const nothing = Symbol("no value");
const filename = fileURLToPath(import.meta.url);

export class CellHost {
  readonly scope: Scope = Object.create(scopePrototype()) as Scope;
  readonly known = new Map<string, { kind: DeclarationKind; cell: string }>();
  readonly captured = new Set<string>();
  readonly cells: CompiledCell[] = [];
  readonly stacks = new StackMapper({ ownFolders: [dirname(filename), `${process.cwd()}/node_modules/`] });
  readonly registered = new WeakMap<object, Registered>();
  readonly guard = new Int32Array(1);
  guardCount = 0;
  readonly calledMagics: number[] = [];
  lastValue: unknown = nothing;
  readonly runtime: CellRuntime = makeRuntime(this);

  compile(source: string, magics: readonly CellMagic[] = []): CompiledCell {
    const name = `In[${this.cells.length + 1}]`;
    const cell = compileCell(source, { name, known: this.known, captured: (captured) => this.captured.has(captured), globals: (global) => global in mainGlobals, magics });
    this.cells.push(cell);
    this.stacks.register(cell.scriptName, { cell: name, map: () => cell.map, source });
    return cell;
  }

  /** Gives the value of the last expression. */
  async run(source: string, magics?: readonly CellMagic[]): Promise<unknown> {
    const cell = this.compile(source, magics);
    for (const name of cell.captured) this.captured.add(name);
    for (const [name, kind] of cell.declared) this.#define(name, kind, cell.name);
    this.lastValue = nothing;
    const script = new vm.Script(cell.code, { filename: cell.scriptName });
    await (script.runInThisContext() as (scope: Scope, runtime: CellRuntime) => unknown)(this.scope, this.runtime);
    return this.lastValue === nothing ? undefined : this.lastValue;
  }

  unitOf(value: unknown): Unit {
    const { id } = this.#registration(value);
    return this.cells.flatMap((cell) => cell.units).find((unit) => unit.id === id)!;
  }

  capturedBy(value: unknown): Record<string, unknown> {
    return this.#registration(value).locals?.() ?? {};
  }

  /** Rebuilds a function or class from its unit, as a worker does: its own scope object, captured values copied in. */
  send(value: unknown): unknown {
    const unit = this.unitOf(value);
    const source = this.cells.find((cell) => cell.name === unit.cell && cell.units.includes(unit))!.unitSource(unit.id);
    const { code, lineOffset } = unitFactory(unit, source);
    this.stacks.register(unit.id, { cell: unit.cell, map: source.map });
    const scope = Object.create(scopePrototype()) as Scope;
    for (const name of unit.tops) {
      if (Object.hasOwn(this.scope, name)) Object.defineProperty(scope, name, { value: this.scope[name], writable: true });
    }
    const captured = this.capturedBy(value);
    const factory = new vm.Script(code, { filename: unit.id, lineOffset }).runInThisContext() as UnitFactoryFunction;
    const [made, setLocals] = factory(scope, this.runtime, captured);
    setLocals(captured);
    return made;
  }

  #registration(value: unknown): Registered {
    const found = this.registered.get(value as object);
    if (!found) throw new Error("The value was not registered as a unit");
    return found;
  }

  /** What a cell declares is there, as plain data, before it runs: what it had, unless that was an import. */
  #define(name: string, kind: DeclarationKind, cell: string): void {
    const had = Object.getOwnPropertyDescriptor(this.scope, name);
    if (!had || !("value" in had)) Object.defineProperty(this.scope, name, { value: undefined, writable: true, configurable: true, enumerable: true });
    this.known.set(name, { kind, cell });
  }
}

type UnitFactoryFunction = (scope: Scope, runtime: CellRuntime, captured: Scope) => [unknown, (locals: Scope) => void];

function scopePrototype(): object {
  const unknownName = (name: string | symbol): never => {
    throw new (mainGlobals["ReferenceError"] as ReferenceErrorConstructor)(`${String(name)} is not defined`);
  };
  return new Proxy({}, {
    get: (_, name) => (name in mainGlobals ? mainGlobals[name as string] : typeof name === "symbol" ? undefined : unknownName(name)),
    set: (_, name) => unknownName(name),
    has: (_, name) => name in mainGlobals,
  });
}

function makeRuntime(host: CellHost): CellRuntime {
  const require = createRequire(import.meta.url);
  return {
    guard: host.guard,
    reviving: { on: false },
    meta: { url: pathToFileURL(filename).href, filename, dirname: dirname(filename) },
    require: (specifier) => require(specifier) as unknown,
    def(fn, id, locals) {
      host.registered.set(fn as object, { id, locals });
      return fn;
    },
    async import(specifier, options) {
      if (options?.with?.["type"] === "json") return { default: require(specifier) as unknown };
      return (await import(specifier)) as Record<string, unknown>;
    },
    bind(namespace, names, specifier) {
      const pairs = names === "*" ? Object.keys(namespace).map((name) => [name, name]) : Object.entries(names);
      for (const [local, exported] of pairs as [string, string][]) {
        const get = (): unknown => {
          if (exported === "*") return namespace;
          if (exported in namespace) return namespace[exported];
          throw new SyntaxError(`module '${specifier}' has no export named '${exported}'`);
        };
        Object.defineProperty(host.scope, local, { get, configurable: true, enumerable: true });
      }
    },
    assignToConstant(name) {
      throw new TypeError(`Assignment to constant variable '${name}'`);
    },
    interrupted() {
      host.guardCount++;
      throw new Error("interrupted");
    },
    resumed(value) {
      if (host.guard?.[0]) this.interrupted();
      return value;
    },
    result(value) {
      host.lastValue = value;
    },
    magic(index, body) {
      host.calledMagics.push(index);
      return body?.();
    },
  };
}
