/**
 * Writes format 2: breadth first, so depth costs no stack. Owns the node table of one value.
 *
 * Invariants: an object is either a node or raw, never both; a raw object reaches raw objects only.
 */
import { types } from "node:util";
import type { Encoded } from "../engine/engine.ts";
import { isError, isRayError } from "../errors.ts";
import type { ObjectId } from "../ids.ts";
import type { RefHooks, SendFailure } from "./codec.ts";
import { classOf, isBuiltinObject, nearestClassOf, stackOf } from "./class-of.ts";
import { builtinErrorName } from "./error-class.ts";
import { ACCESSOR, CONFIGURABLE, ENUMERABLE, NODE, PLAIN_PROPERTY, PRIVATE, SERIALIZE, DESERIALIZE, SHIP_AS, WRITABLE, type CodeHooks, type Entry, type GraphNode, type GraphPayload, type ModuleAddress, type NodeWriter, type Properties } from "./graph.ts";
import { baseKeys, integrityOf, keepAll } from "./own-properties.ts";
import { ValueWriter } from "./out-of-band.ts";
import { platformData } from "./platform.ts";
import { isArrayPrototype, isBuiltinPrototype, isObjectPrototype } from "./realm.ts";
import { formatStep, liveResource, refusalOf, refuse, refusedSymbol, type Refusal } from "./refusal.ts";
import { Scan } from "./scan.ts";
import { ownSerializerOf, serializerOf } from "./serializers.ts";
import { isUnique, wellKnownSymbol } from "./symbol-names.ts";
import { TaskFailure } from "./task-error.ts";

/** Objects of one look for a raw part; a bigger one is cut into nodes. */
const RAW_BUDGET = 64;

const { getPrototypeOf, hasOwn, getOwnPropertyDescriptor } = Object;

export interface GraphOptions {
  /** Begins every path. */
  readonly label: string;
  /** Byte 0 of the head. */
  readonly tag: number;
  /** The value is a list of arguments: paths say `argument 1` rather than `[0]`. */
  readonly isArgs: boolean;
  readonly refs: RefHooks | undefined;
  readonly code: CodeHooks | undefined;
  readonly mapStack?: ((stack: string) => string) | undefined;
}

export function writeGraph(value: unknown, options: GraphOptions): Encoded {
  try {
    return new GraphWriter(options, RAW_BUDGET).write(value, options.tag);
  } catch (error) {
    if (isRayError(error)) throw error;
    // V8 refused a raw part: a long array's named property, which no quick look sees. Cut everything into nodes.
    return new GraphWriter(options, 1).write(value, options.tag);
  }
}

/** Everything in a value that cannot be sent, where `writeGraph` throws for the first. */
export function failuresOf(value: unknown, options: GraphOptions): readonly SendFailure[] {
  return new GraphWriter(options, RAW_BUDGET).inspect(value);
}

class GraphWriter implements NodeWriter {
  private readonly label: string;
  private readonly isArgs: boolean;
  private readonly rawBudget: number;
  private readonly refHooks: RefHooks | undefined;
  private readonly code: CodeHooks | undefined;
  private readonly mapStack: (stack: string) => string;

  private readonly values: (object | symbol)[] = [];
  private readonly nodes: GraphNode[] = [];
  private readonly parents: number[] = [];
  private readonly steps: (string | number)[] = [];
  private readonly captured: boolean[] = [];
  private current = -1;
  private readonly failures: SendFailure[] = [];

  private readonly indexes = new Map<object | symbol, number>();
  private readonly raw = new Set<object>();
  /** Become nodes when they are met: each object is looked at once. */
  private readonly cut = new Set<object>();
  private readonly exposed = new Set<ArrayBufferLike>();
  private readonly refs: ObjectId[] = [];
  private readonly attachments = new Map<string, unknown>();
  private readonly numbers = new Map<object, number>();
  private readonly modules = new Map<string, ModuleAddress>();

  constructor({ label, isArgs, refs, code, mapStack = (stack) => stack }: GraphOptions, rawBudget: number) {
    this.mapStack = mapStack;
    this.rawBudget = rawBudget;
    this.label = label;
    this.isArgs = isArgs;
    this.refHooks = refs;
    this.code = code;
  }

  write(value: unknown, tag: number): Encoded {
    const root = this.entry(value, "");
    for (let i = 0; i < this.values.length; i++) {
      this.current = i;
      this.nodes[i] = this.node(this.values[i]!);
    }
    const writer = new ValueWriter(tag, this.exposed.size > 0 ? this.exposed : undefined);
    const needsCode = this.attachments.size + this.modules.size > 0;
    const payload: GraphPayload = needsCode ? [root, this.nodes, this.attachments, [...this.modules.values()]] : [root, this.nodes];
    writer.writeValue(payload);
    return { head: writer.releaseBuffer(), buffers: writer.buffers, refs: this.refs };
  }

  inspect(value: unknown): readonly SendFailure[] {
    const { failures } = this;
    this.entry(value, "");
    for (let i = 0; i < this.values.length; i++) {
      this.current = i;
      const before = failures.length;
      try {
        this.node(this.values[i]!);
      } catch (error) {
        if (failures.length === before) failures.push({ path: this.path([])[0], reason: isError(error) ? error.message : String(error), hint: "" });
      }
    }
    return failures;
  }

  entry(value: unknown, step: string | number): Entry {
    if (value === null || (typeof value !== "object" && typeof value !== "function" && typeof value !== "symbol")) return value;
    const known = this.indexes.get(value);
    if (known !== undefined) return [known + 1];
    if (typeof value === "object" && this.isRaw(value)) return [0, value];
    this.indexes.set(value, this.values.length);
    this.values.push(value);
    this.parents.push(this.current);
    this.steps.push(step);
    this.captured.push(this.current >= 0 && (this.captured[this.current]! || typeof this.values[this.current] === "function"));
    return [this.values.length];
  }

  private isRaw(value: object): boolean {
    if (this.raw.has(value)) return true;
    if (types.isProxy(value) || !isBuiltinObject(value)) return false;
    if (this.rawBudget === 1 && Array.isArray(value)) return false;
    if (this.cut.has(value)) return false;
    const met = new Set<object>();
    const scan = new Scan(met, (other) => (this.raw.has(other) ? false : this.cut.has(other) || this.indexes.has(other) ? true : undefined), this.rawBudget);
    let isSpecial = true;
    try {
      isSpecial = scan.isSpecial(value);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    for (const leaf of scan.leaves) this.raw.add(leaf);
    const verdict = isSpecial ? this.cut : this.raw;
    for (const object of met) if (!this.raw.has(object)) verdict.add(object);
    return !isSpecial;
  }

  private node(value: object | symbol): GraphNode {
    if (typeof value === "symbol") return this.symbolNode(value);
    const ref = this.refNode(value);
    if (ref !== undefined) return ref;
    const named = this.code?.named(value);
    if (named !== undefined) {
      const module = this.code!.namedModule(named);
      if (module !== undefined) this.needModule(module);
      return [NODE.named, named];
    }
    const refusal = refusalOf(value);
    if (refusal !== undefined) this.refuse(refusal);
    const revived = this.revivedNode(value);
    if (revived !== undefined) return revived;
    if (typeof value === "function") return this.codeNode(value);
    if (value instanceof TaskFailure) {
      return [NODE.taskFailure, this.entry(value.error, ":error"), value.stack, value.taskName, value.pid];
    }
    return this.objectNode(value);
  }

  private symbolNode(value: symbol): GraphNode {
    const key = Symbol.keyFor(value);
    if (key !== undefined) return [NODE.symbolFor, key];
    const name = wellKnownSymbol(value);
    if (name !== undefined) return [NODE.symbolWellKnown, name];
    return this.refuse(refusedSymbol(value));
  }

  private refNode(value: object): GraphNode | undefined {
    const id = this.refHooks?.refId(value);
    if (id !== undefined) return [NODE.ref, this.refs.push(id) - 1];
    const info = this.refHooks?.actorInfo(value);
    if (info === undefined) return undefined;
    const { handleRef, ...plain } = info;
    return [NODE.handle, plain, handleRef === undefined ? -1 : this.refs.push(handleRef) - 1];
  }

  private revivedNode(value: object): GraphNode | undefined {
    const as = (value as { [SHIP_AS]?: () => { singleton: string; args: readonly unknown[] } })[SHIP_AS];
    if (typeof as !== "function" || this.code === undefined) return undefined;
    const { singleton, args } = as.call(value);
    // the call's own arguments are steps of no interest: `square → helper`, not `square[0] → helper`
    return [NODE.revived, singleton, args.map((arg) => this.entry(arg, ""))];
  }

  private codeNode(value: Function): GraphNode {
    if (this.code === undefined) this.refuse({ what: "a function", why: "cannot be part of this value", way: "send data only" });
    const content = this.code.write(value, this);
    const pair = ownSerializerOf(value);
    return pair === undefined ? [NODE.code, ...content] : [NODE.registered, this.entry(pair.serialize, ":serialize"), this.entry(pair.deserialize, ":deserialize"), ...content];
  }

  private objectNode(value: object): GraphNode {
    const proto = getPrototypeOf(value) as object | null;
    if (Array.isArray(value) && isArrayPrototype(proto)) return this.arrayNode(value);
    if (types.isArgumentsObject(value)) return this.arrayNode(Array.from(value as ArrayLike<unknown>));
    if (proto === null || isObjectPrototype(proto)) return [NODE.object, this.properties(value, keepAll), proto === null ? null : 0];
    if (isBuiltinPrototype(proto)) {
      const builtin = this.builtinNode(value);
      if (builtin !== undefined) return builtin;
    }
    const platform = platformData(value);
    if (platform !== undefined) return [NODE.platform, platform.name, this.entry(platform.data, ":contents")];
    return this.instanceNode(value, proto);
  }

  private arrayNode(value: readonly unknown[]): GraphNode {
    const keys = Object.keys(value);
    if (keys.length === value.length) return [NODE.array, value.map((item, i) => this.entry(item, i))];
    return [NODE.array, value.length, keys, keys.map((key) => this.entry((value as unknown as Record<string, unknown>)[key], key))];
  }

  private builtinNode(value: object): GraphNode | undefined {
    if (types.isMap(value)) return [NODE.map, this.mapEntries(value)];
    if (types.isSet(value)) return [NODE.set, this.setEntries(value)];
    if (types.isRegExp(value)) return [NODE.regexp, value.source, value.flags, value.lastIndex];
    if (!types.isArrayBuffer(value)) return undefined;
    this.exposed.add(value);
    const { resizable, maxByteLength } = value as ArrayBuffer & { resizable?: boolean; maxByteLength?: number };
    return [NODE.arrayBuffer, new Uint8Array(value), resizable === true ? maxByteLength : 0];
  }

  private mapEntries(value: Map<unknown, unknown>): Entry[] {
    const entries: Entry[] = [];
    for (const [key, item] of Map.prototype.entries.call(value)) {
      entries.push(this.entry(key, ":a key"), this.entry(item, typeof key === "string" || typeof key === "number" ? `:get(${JSON.stringify(key)})` : ":a value"));
    }
    return entries;
  }

  private setEntries(value: Set<unknown>): Entry[] {
    return Array.from(Set.prototype.values.call(value), (item) => this.entry(item, ":an item"));
  }

  /** An instance of a class, or an error. */
  private instanceNode(value: object, proto: object): GraphNode {
    const remade = this.remadeNode(value);
    if (remade !== undefined) return remade;
    const made = classOf(proto);
    const custom = made === undefined ? undefined : this.customNode(value, made);
    if (custom !== undefined) return custom;
    if (isError(value)) return this.errorNode(value);
    if (made === undefined) return [NODE.object, this.properties(value, keepAll), this.entry(proto, ":its prototype")];
    const refusal = this.code === undefined ? liveResource(made.name) : this.code.refuseInstance(made);
    if (refusal !== undefined) this.refuse(refusal);
    const base = this.baseOf(value);
    return [NODE.instance, this.entry(made, `:class ${made.name}`), base, this.properties(value, baseKeys(value)), this.privates(value, made)];
  }

  /** The class makes it again from its parts. */
  private remadeNode(value: object): GraphNode | undefined {
    const made = nearestClassOf(value);
    const remade = made === undefined || serializerOf(made) !== undefined ? undefined : this.code?.remade(value, made);
    return remade === undefined ? undefined : [NODE.revived, remade.how, remade.parts.map((part) => this.entry(part, ""))];
  }

  private customNode(value: object, made: Function): GraphNode | undefined {
    const hooks = made as unknown as Record<symbol, unknown>;
    const serializer = serializerOf(made);
    try {
      if (typeof hooks[SERIALIZE] === "function") {
        if (typeof hooks[DESERIALIZE] !== "function") throw new TypeError(`class ${made.name} has static [Symbol.for("ray.serialize")] without [Symbol.for("ray.deserialize")]`);
        const data: unknown = (hooks[SERIALIZE] as (value: object) => unknown).call(made, value);
        return [NODE.custom, this.entry(made, `:class ${made.name}`), true, this.entry(data, ":serialized")];
      }
      if (serializer === undefined) return undefined;
      return [NODE.custom, this.entry(serializer.deserialize, ":deserialize"), false, this.entry(serializer.serialize(value), ":serialized")];
    } catch (error) {
      const message = isError(error) ? error.message : String(error);
      return this.refuse({ what: `an instance of ${made.name}`, why: `has a serializer that failed (${message})`, way: "mend the serializer" }, [], error);
    }
  }

  /** The nearest class up the chain that the other side can have; what is above it is lost but for `name`. */
  private errorNode(value: Error): GraphNode {
    let sendable: Function | undefined;
    let builtin = "Error";
    for (let proto = getPrototypeOf(value) as object | null; proto !== null; proto = getPrototypeOf(proto) as object | null) {
      const at = classOf(proto);
      if (at === undefined) continue;
      const name = builtinErrorName(at);
      if (name !== undefined) {
        builtin = name;
        break;
      }
      if (sendable === undefined && this.code !== undefined && this.code.refuseInstance(at) === undefined) sendable = at;
    }
    const made = sendable === undefined ? 0 : this.entry(sendable, `:class ${sendable.name}`);
    const privates = sendable === undefined ? [] : this.privates(value, sendable);
    return [NODE.instance, made, ["error", builtin, stackOf(value, this.mapStack)], this.properties(value, (key) => key === "stack"), privates];
  }

  private baseOf(value: object): unknown {
    if (types.isMap(value)) return ["map", this.mapEntries(value)];
    if (types.isSet(value)) return ["set", this.setEntries(value)];
    if (types.isDate(value)) return ["date", value.getTime()];
    if (types.isRegExp(value)) return ["regexp", value.source, value.flags, value.lastIndex];
    if (Array.isArray(value)) return ["array", value.length];
    if (ArrayBuffer.isView(value)) return ["view", new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
    if (types.isBoxedPrimitive(value) && !types.isSymbolObject(value)) return ["boxed", value.valueOf()];
    return 0;
  }

  /** `[class, values]` for each class of the chain that has private fields. */
  private privates(value: object, made: Function): Entry[] {
    const found: Entry[] = [];
    for (let at: unknown = made; typeof at === "function" && at !== Function.prototype; at = getPrototypeOf(at)) {
      if (!hasOwn(at, PRIVATE)) continue;
      const hook = (at as unknown as { [PRIVATE]: { get(value: object): Record<string, unknown> | unknown[] } })[PRIVATE];
      const values = hook.get(value);
      const entries = Array.isArray(values) ? values.map((item, i) => this.entry(item, `:private field ${i}`)) : Object.entries(values).map(([name, item]) => [name, this.entry(item, `#${name}`)]);
      found.push([this.entry(at, `:class ${at.name}`), Array.isArray(values), entries]);
    }
    return found;
  }

  properties(value: object, skip: (key: string | symbol) => boolean): Properties {
    const keys: Entry[] = [];
    const values: Entry[] = [];
    const flags: number[] = [];
    let isPlain = true;
    for (const key of Reflect.ownKeys(value)) {
      if (skip(key)) continue;
      const descriptor = getOwnPropertyDescriptor(value, key);
      if (descriptor === undefined) continue;
      if (typeof key === "symbol" && isUnique(key)) {
        // a builtin base class marks its instances so (EventEmitter's kCapture); the base's constructor is not run again
        if (typeof descriptor.value !== "object" && this.derivesFromBuiltin(value)) continue;
        this.refuse(refusedSymbol(key), [`:key ${String(key)}`]);
      }
      const step = typeof key === "symbol" ? `:[${String(key)}]` : typeof value === "function" ? `.${key}` : key;
      let flag = (descriptor.enumerable === true ? ENUMERABLE : 0) | (descriptor.configurable === true ? CONFIGURABLE : 0);
      if ("value" in descriptor) {
        flag |= descriptor.writable === true ? WRITABLE : 0;
        values.push(this.entry(descriptor.value, step));
      } else if (!this.canKeepAccessor(descriptor)) {
        flag |= WRITABLE;
        values.push(this.entry((value as Record<string | symbol, unknown>)[key], step));
      } else {
        flag |= ACCESSOR;
        values.push([this.entry(descriptor.get, step), this.entry(descriptor.set, step)]);
      }
      keys.push(typeof key === "symbol" ? this.entry(key, step) : key);
      flags.push(flag);
      if (flag !== PLAIN_PROPERTY) isPlain = false;
    }
    return { keys, values, flags: isPlain ? 0 : flags, integrity: integrityOf(value) };
  }

  /** Otherwise the property is sent with the value it has now. */
  private canKeepAccessor({ get, set }: PropertyDescriptor): boolean {
    const { code } = this;
    return code !== undefined && [get, set].every((accessor) => accessor === undefined || code.canWrite(accessor));
  }

  private derivesFromBuiltin(value: object): boolean {
    for (let proto = getPrototypeOf(value) as object | null; proto !== null; proto = getPrototypeOf(proto) as object | null) {
      const made = classOf(proto);
      if (made !== undefined && !isObjectPrototype(proto) && this.code?.named(made) !== undefined) return true;
    }
    return false;
  }

  attach(id: string, make: () => unknown): void {
    if (!this.attachments.has(id)) this.attachments.set(id, make());
  }

  numberOf(object: object): number {
    const known = this.numbers.get(object);
    if (known !== undefined) return known;
    this.numbers.set(object, this.numbers.size);
    return this.numbers.size - 1;
  }

  needModule(module: ModuleAddress): void {
    this.modules.set([module.from ?? "", module.specifier, module.version ?? "", JSON.stringify(module.with ?? {})].join("\n"), module);
  }

  refuse(refusal: Refusal, steps: readonly (string | number)[] = [], cause?: unknown): never {
    const [path, isCapture] = this.path(steps);
    this.failures.push({ path, reason: `${refusal.what} ${refusal.why}`, hint: refusal.way });
    throw refuse(path, refusal, isCapture, cause);
  }

  private path(more: readonly (string | number)[]): [path: string, isCapture: boolean] {
    const chain: number[] = [];
    for (let i = this.current; i >= 0; i = this.parents[i]!) chain.push(i);
    let text = this.label;
    for (const i of chain.reverse()) {
      const parent = this.parents[i]!;
      const step = this.steps[i]!;
      if (this.isArgs && parent === 0 && typeof step === "number") text += ` → argument ${step + 1}`;
      else if (step !== "") text += formatStep(step, parent >= 0 && typeof this.values[parent] === "function");
    }
    const isCode = typeof this.values[this.current] === "function";
    for (const step of more) text += formatStep(step, isCode);
    return [text, this.captured[this.current] === true || (isCode && this.code !== undefined)];
  }
}
