/** A function or class as a node: its unit, and what it captures, read now. */
import type { CellRuntime } from "../compile/compiled-cell.ts";
import { PRIVATE, type Entry, type ModuleAddress, type NodeWriter, type Properties } from "../serialize/graph.ts";
import { refusedFunction } from "../serialize/refusal.ts";
import type { Captured, CodeContent } from "./code-node.ts";
import type { CodeMeta, CodeRegistry, ImportedName, ScopeView, ShippedUnit } from "./code-registry.ts";
import type { ForeignCode } from "./foreign/foreign-code.ts";
import { isBoundFunction, isNative } from "./native.ts";
import type { Reads } from "./reads.ts";

export interface CodeWriterParts {
  readonly registry: CodeRegistry;
  /** For functions that no compiler of ours saw; undefined where there is no parser. */
  readonly foreign: ForeignCode | undefined;
  readonly reads: () => Reads | undefined;
  /** A copy will be assigned to: said once a unit. */
  readonly assigned: (unit: Pick<ShippedUnit, "id" | "name">, code: Function, names: readonly string[]) => void;
}

interface Captures {
  readonly tops: Captured;
  readonly imports: CodeContent[4];
  readonly locals: Captured;
}

type Thunk = NonNullable<Parameters<CellRuntime["def"]>[2]>;

export class CodeWriter {
  private readonly parts: CodeWriterParts;

  constructor(parts: CodeWriterParts) {
    this.parts = parts;
  }

  write(code: Function, writer: NodeWriter): CodeContent {
    const meta = this.parts.registry.metaOf(code);
    return meta === undefined ? this.writeForeign(code, writer) : this.writeUnit(code, meta, writer);
  }

  private writeUnit(code: Function, meta: CodeMeta, writer: NodeWriter): CodeContent {
    const { registry } = this.parts;
    const unit = registry.shippedUnit(meta.unitId);
    this.attach(unit, writer);
    const imports: (readonly [string, ImportedName])[] = [];
    const tops = this.tops(unit, meta, writer, imports);
    const locals = this.locals(unit, meta, writer);
    const captured = unit.assigned.filter((name) => name !== unit.name && (unit.locals.includes(name) || tops.some(([top]) => top === name)));
    if (captured.length > 0) this.parts.assigned(unit, code, captured);
    return this.content(code, unit, meta.scope, { tops, imports, locals }, writer);
  }

  private content(code: Function, unit: ShippedUnit, scope: ScopeView | undefined, captures: Captures, writer: NodeWriter): CodeContent {
    const isClass = unit.kind === "class";
    const own = this.own(code, unit, writer);
    const prototype = isClass ? 0 : prototypeProperties(code, writer);
    const token = isClass || prototype !== 0 ? this.parts.registry.tokenOf(code) : "";
    // a class takes over newer values when it comes again; functions keep those of their submission
    const shared = isClass || scope === undefined ? -1 : writer.numberOf(scope);
    return [unit.id, token, shared, captures.tops, captures.imports, captures.locals, own, prototype];
  }

  private attach(unit: ShippedUnit, writer: NodeWriter): void {
    const { registry } = this.parts;
    writer.attach(unit.id, () => unit);
    // a function inside may be sent on from where this one runs
    for (const id of unit.nested) writer.attach(id, () => registry.shippedUnit(id));
  }

  private tops(unit: ShippedUnit, { scope }: Pick<CodeMeta, "scope">, writer: NodeWriter, imports: (readonly [string, ImportedName])[]): Captured {
    const reads = this.parts.reads();
    const captured: (readonly [string, Entry])[] = [];
    for (const name of unit.tops) {
      if (!Object.hasOwn(scope.names, name)) {
        reads?.missingTop(scope, name);
        continue;
      }
      const imported = scope.importOf(name);
      if (imported !== undefined) {
        reads?.import(scope, name, imported);
        writer.needModule(moduleAddress(imported));
        imports.push([name, imported]);
        continue;
      }
      const value = (scope.names as Record<string, unknown>)[name];
      reads?.top(scope, name, value);
      captured.push([name, writer.entry(value, name)]);
    }
    return captured;
  }

  private locals(unit: ShippedUnit, meta: CodeMeta, writer: NodeWriter): Captured {
    if (meta.locals === undefined) return [];
    const values = readLocals(meta.locals, writer);
    this.parts.reads()?.local(meta, values);
    return unit.locals.map((name) => [name, writer.entry(values[name], name === "__this" ? "this" : name)]);
  }

  /** State on the function itself: statics of a class as they are now, properties that were put on a function. */
  private own(code: Function, unit: ShippedUnit, writer: NodeWriter): Properties | 0 {
    const isMethod = (key: string | symbol, value: unknown): boolean => typeof value === "function" && (typeof key === "symbol" || !Object.prototype.propertyIsEnumerable.call(code, key) || this.comesWithUnit(value, unit));
    const state = ownState(code).filter(([key, value]) => !isMethod(key, value));
    this.parts.reads()?.own(code, state);
    if (state.length === 0) return 0;
    const keys = new Set(state.map(([key]) => key));
    return writer.properties(code, (key) => !keys.has(key));
  }

  /** A static arrow function, say: it is made again when the class is. */
  private comesWithUnit(value: Function, unit: ShippedUnit): boolean {
    const id = this.parts.registry.metaOf(value)?.unitId;
    return id !== undefined ? unit.nested.includes(id) : unit.kind === "class";
  }

  private writeForeign(code: Function, writer: NodeWriter): CodeContent {
    if (isNative(code)) return writer.refuse(refusedFunction(code, isBoundFunction(code)));
    const { foreign, registry, reads } = this.parts;
    const found = foreign?.capture(code);
    if (found === undefined || "refusal" in found) {
      return writer.refuse(found?.refusal ?? {
        what: `function ${code.name || "(anonymous)"}`,
        why: "is neither from a cell nor exported by a module that a cell imported",
        way: "export it from a module, or run the program with `ray-ts run FILE`",
      });
    }
    const { unit, locals, scope, isFixed } = found;
    registry.addShipped(unit);
    writer.attach(unit.id, () => unit);
    const imports: (readonly [string, ImportedName])[] = [];
    const tops = scope === undefined ? [] : this.tops(unit, { scope }, writer, imports);
    const record = reads();
    for (const [name, value] of locals) record?.look(name, value);
    if (!isFixed && record !== undefined) record.isComparable = false;
    if (unit.assigned.length > 0) this.parts.assigned(unit, code, unit.assigned);
    return this.content(code, unit, scope, { tops, imports, locals: locals.map(([name, value]) => [name, writer.entry(value, name)]) }, writer);
  }
}

const moduleAddress = ({ imported: _imported, ...module }: ImportedName): ModuleAddress => module;

function readLocals(locals: Thunk, writer: NodeWriter): Record<string, unknown> {
  try {
    return locals();
  } catch (error) {
    const name = /'([^']+)'/.exec(String(error))?.[1];
    return writer.refuse({ what: name ?? "a captured variable", why: "has no value yet", way: "make the remote call after the line that declares it" }, name === undefined ? [] : [name], error);
  }
}

const NOT_STATE = new Set<string | symbol>(["length", "name", "prototype", "arguments", "caller", PRIVATE]);

/** Own data properties that can be set again, without what every function has. */
function ownState(code: Function): (readonly [key: string | symbol, value: unknown])[] {
  const keys = Reflect.ownKeys(code);
  const state: (readonly [string | symbol, unknown])[] = [];
  for (const key of keys) {
    if (NOT_STATE.has(key) && !(key === "name" && Object.prototype.propertyIsEnumerable.call(code, key))) continue;
    const descriptor = Object.getOwnPropertyDescriptor(code, key);
    if (descriptor !== undefined && "value" in descriptor && descriptor.writable === true) state.push([key, descriptor.value]);
  }
  return state;
}

function prototypeProperties(code: Function, writer: NodeWriter): Properties | 0 {
  const prototype: unknown = Object.getOwnPropertyDescriptor(code, "prototype")?.value;
  if (typeof prototype !== "object" || prototype === null) return 0;
  const keys = Reflect.ownKeys(prototype);
  if (keys.length === 0 || (keys.length === 1 && keys[0] === "constructor")) return 0;
  return writer.properties(prototype, (key) => key === "constructor");
}
