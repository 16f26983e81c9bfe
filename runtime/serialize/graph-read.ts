/**
 * Reads format 2. An object is made before its parts, so cycles hold. What has to be complete when code runs (a class that
 * is evaluated, a user's deserializer) is completed first; everything else waits on one list, so depth costs no stack.
 */
import type { ActorInfo } from "../engine/engine.ts";
import type { ObjectId } from "../ids.ts";
import type { RefHooks } from "./codec.ts";
import { blankError, errorPrototype } from "./error-class.ts";
import { ACCESSOR, CONFIGURABLE, DESERIALIZE, ENUMERABLE, NODE, PRIVATE, WRITABLE, type CodeHooks, type Entry, type GraphNode, type GraphPayload, type NodeReader, type Properties } from "./graph.ts";
import { readPlatform } from "./platform.ts";
import { registerSerializer } from "./serializers.ts";
import { makeTaskError } from "./task-error.ts";

const PENDING = Symbol("not made yet");
const BUSY = Symbol("being made");

export function readGraph(payload: GraphPayload, refs: readonly ObjectId[], refHooks: RefHooks | undefined, code: CodeHooks | undefined): unknown {
  return new GraphReader(payload, refs, refHooks, code).read();
}

class GraphReader implements NodeReader {
  readonly refs: readonly ObjectId[];
  private readonly root: Entry;
  private readonly nodes: readonly GraphNode[];
  private readonly attachments: ReadonlyMap<string, unknown> | undefined;
  private readonly refHooks: RefHooks | undefined;
  private readonly code: CodeHooks | undefined;
  private readonly made: unknown[];
  private readonly unfilled: (() => void)[] = [];
  private readonly waiting: ((isLast: boolean) => boolean)[] = [];
  private readonly last: (() => void)[] = [];
  private readonly numbered = new Map<number, unknown>();

  constructor(payload: GraphPayload, refs: readonly ObjectId[], refHooks: RefHooks | undefined, code: CodeHooks | undefined) {
    [this.root, this.nodes, this.attachments] = payload;
    this.refs = refs;
    this.refHooks = refHooks;
    this.code = code;
    this.made = new Array<unknown>(this.nodes.length).fill(PENDING);
  }

  read(): unknown {
    const root = this.value(this.root);
    // finishing one function may make others
    do {
      this.fill();
      this.settle(true);
      for (const run of this.last.splice(0)) run();
    } while (this.unfilled.length + this.waiting.length + this.last.length > 0);
    return root;
  }

  value(entry: Entry): unknown {
    if (!Array.isArray(entry)) return entry;
    const index = (entry[0] as number) - 1;
    if (index < 0) return entry[1];
    const made = this.made[index];
    if (made === BUSY) throw new ReferenceError(`Cannot access ${this.nameOf(index)} before initialization`);
    if (made !== PENDING) return made;
    this.made[index] = BUSY;
    return (this.made[index] = this.make(index));
  }

  isReady(entry: Entry): boolean {
    return !Array.isArray(entry) || (entry[0] as number) < 1 || this.made[(entry[0] as number) - 1] !== BUSY;
  }

  complete(entry: Entry): unknown {
    const value = this.value(entry);
    this.fill();
    this.settle(false);
    return value;
  }

  attachment(id: string): unknown {
    return this.attachments?.get(id);
  }

  shared<T>(number: number, make: () => T): T {
    if (!this.numbered.has(number)) this.numbered.set(number, make());
    return this.numbered.get(number) as T;
  }

  whenReady(run: (isLast: boolean) => boolean): void {
    this.waiting.push(run);
  }

  whenDone(run: () => void): void {
    this.last.push(run);
  }

  private fill(): void {
    for (let next = this.unfilled.pop(); next !== undefined; next = this.unfilled.pop()) next();
  }

  /** Gives functions what they captured; those that wait for what is being made stay on the list, which nested calls share. */
  private settle(isLast: boolean): void {
    const left: ((isLast: boolean) => boolean)[] = [];
    for (let run = this.waiting.shift(); run !== undefined; run = this.waiting.shift()) {
      if (!run(isLast)) left.push(run);
      this.fill();
    }
    this.waiting.push(...left);
  }

  private nameOf(index: number): string {
    const node = this.nodes[index]!;
    return node[0] === NODE.code ? `'${String(node[1]).replace(/~\w+$/, "")}'` : "a value";
  }

  private make(index: number): unknown {
    const node = this.nodes[index]!;
    switch (node[0]) {
      case NODE.array: return this.array(node);
      case NODE.object: return this.object(node);
      case NODE.map: return this.map(new Map(), node[1] as Entry[]);
      case NODE.set: return this.set(new Set(), node[1] as Entry[]);
      case NODE.regexp: return regexp(node[1] as string, node[2] as string, node[3] as number);
      case NODE.arrayBuffer: return arrayBuffer(node[1] as Uint8Array, node[2] as number);
      case NODE.symbolFor: return Symbol.for(node[1] as string);
      case NODE.symbolWellKnown: return (Symbol as unknown as Record<string, symbol>)[node[1] as string];
      case NODE.ref: return this.needRefs().makeRef(this.refs[node[1] as number]!);
      case NODE.handle: return this.handle(node[1] as ActorInfo, node[2] as number);
      case NODE.instance: return this.instance(node);
      case NODE.custom: return this.custom(node);
      case NODE.revived: return this.needCode().revive(node[1] as string, (node[2] as Entry[]).map((arg) => this.complete(arg)));
      case NODE.taskFailure: return this.taskFailure(node);
      case NODE.named: return this.needCode().readNamed(node[1] as readonly unknown[]);
      case NODE.code: return this.needCode().read(node.slice(1), this, (code) => (this.made[index] = code));
      case NODE.registered: return this.registered(node, index);
      case NODE.platform: return readPlatform(node[1] as string, this.complete(node[2]));
      default: throw new TypeError(`Unknown node ${String(node[0])} in encoded bytes: they come from another version of ray-ts.`);
    }
  }

  private array(node: GraphNode): unknown[] {
    const array: unknown[] = [];
    this.unfilled.push(() => {
      if (Array.isArray(node[1])) for (const item of node[1]) array.push(this.value(item));
      else {
        array.length = node[1] as number;
        (node[2] as string[]).forEach((key, i) => setOwn(array, key, this.value((node[3] as Entry[])[i])));
      }
    });
    return array;
  }

  private object(node: GraphNode): object {
    const proto = node[2] === null ? null : node[2] === 0 ? Object.prototype : (this.value(node[2]) as object);
    const object = Object.create(proto) as object;
    this.unfilled.push(() => this.assign(object, node[1] as Properties));
    return object;
  }

  private map(map: Map<unknown, unknown>, entries: readonly Entry[]): Map<unknown, unknown> {
    this.unfilled.push(() => {
      for (let i = 0; i < entries.length; i += 2) Map.prototype.set.call(map, this.value(entries[i]), this.value(entries[i + 1]));
    });
    return map;
  }

  private set(set: Set<unknown>, entries: readonly Entry[]): Set<unknown> {
    this.unfilled.push(() => {
      for (const item of entries) Set.prototype.add.call(set, this.value(item));
    });
    return set;
  }

  private handle(info: ActorInfo, ref: number): object {
    return this.needRefs().makeHandle(ref < 0 ? info : { ...info, handleRef: this.refs[ref]! });
  }

  private instance(node: GraphNode): object {
    const [, classEntry, base, properties, privates] = node as unknown as [number, Entry, 0 | unknown[], Properties, [Entry, boolean, Entry[]][]];
    const made = classEntry === 0 ? undefined : (this.value(classEntry) as Function);
    const instance = privates.length > 0 ? this.construct(made!) : withBase(base, made?.prototype as object | undefined);
    if (base !== 0) this.fillBase(instance, base);
    this.unfilled.push(() => {
      for (const [at, isList, entries] of privates) {
        const hook = (this.value(at) as { [PRIVATE]: { set(value: object, values: unknown): void } })[PRIVATE];
        hook.set(instance, isList ? entries.map((item) => this.value(item)) : Object.fromEntries((entries as [string, Entry][]).map(([name, item]) => [name, this.value(item)])));
      }
      this.assign(instance, properties);
    });
    return instance;
  }

  /** Through the constructor, which gives the object its private fields and does nothing else while reviving. */
  private construct(made: Function): object {
    const { reviving } = this.needCode();
    const before = reviving.on;
    reviving.on = true;
    try {
      const instance = Reflect.construct(made, []) as object;
      for (const key of Reflect.ownKeys(instance)) Reflect.deleteProperty(instance, key);
      return instance;
    } finally {
      reviving.on = before;
    }
  }

  private fillBase(instance: object, base: readonly unknown[]): void {
    if (base[0] === "map") this.map(instance as Map<unknown, unknown>, base[1] as Entry[]);
    if (base[0] === "set") this.set(instance as Set<unknown>, base[1] as Entry[]);
    if (base[0] === "error" && base[2] !== undefined) define(instance, "stack", base[2], WRITABLE | CONFIGURABLE);
    if (base[0] === "array") (instance as unknown[]).length = base[1] as number;
  }

  /** The error and its cause are two objects; each has the private state of the user's class. */
  private taskFailure(node: GraphNode): object {
    const [, entry, stack, taskName, pid] = node as unknown as [number, Entry, string | undefined, string, number];
    const thrown = this.complete(entry);
    const inner = Array.isArray(entry) && (entry[0] as number) > 0 ? this.nodes[(entry[0] as number) - 1] : undefined;
    const twin = inner?.[0] === NODE.instance && (inner[4] as unknown[]).length > 0 ? this.instance(inner) : undefined;
    this.fill();
    return makeTaskError(thrown, { stack, taskName, pid }, twin as Error | undefined);
  }

  /** Instances that are made here can be sent from here. */
  private registered(node: GraphNode, index: number): Function {
    const made = this.needCode().read(node.slice(3), this, (code) => (this.made[index] = code));
    this.whenDone(() => registerSerializer(made as never, { serialize: this.value(node[1]) as never, deserialize: this.value(node[2]) as never }));
    return made;
  }

  private custom(node: GraphNode): unknown {
    const made = this.complete(node[1]) as (data: unknown) => unknown;
    const data = this.complete(node[3]);
    return node[2] === true ? (made as unknown as Record<symbol, (data: unknown) => unknown>)[DESERIALIZE]!(data) : made(data);
  }

  assign(target: object, { keys, values, flags, integrity }: Properties): void {
    for (let i = 0; i < keys.length; i++) {
      const key = this.value(keys[i]) as string | symbol;
      if (flags === 0) {
        setOwn(target, key, this.value(values[i]));
        continue;
      }
      const flag = flags[i]!;
      if ((flag & ACCESSOR) === 0) define(target, key, this.value(values[i]), flag);
      else {
        const [get, set] = (values[i] as [Entry, Entry]).map((entry) => this.value(entry)) as [() => unknown, (value: unknown) => void];
        Object.defineProperty(target, key, { get, set, enumerable: (flag & ENUMERABLE) !== 0, configurable: (flag & CONFIGURABLE) !== 0 });
      }
    }
    if (integrity > 0) (integrity === 3 ? Object.freeze : integrity === 2 ? Object.seal : Object.preventExtensions)(target);
  }

  private needRefs(): RefHooks {
    if (this.refHooks === undefined) throw new TypeError("The value holds an ObjectRef or actor handle, and this process has no `ray` to make one.");
    return this.refHooks;
  }

  private needCode(): CodeHooks {
    if (this.code === undefined) throw new TypeError("The value holds a function or class, and this process reads data only.");
    return this.code;
  }
}

/** A bare object of the builtin that the class extends, with the class's prototype. */
function withBase(base: 0 | readonly unknown[], prototype: object | undefined): object {
  if (base === 0) return Object.create(prototype!) as object;
  if (base[0] === "error") return blankError(prototype ?? errorPrototype(base[1] as string));
  return Object.setPrototypeOf(builtin(base, prototype!), prototype!) as object;
}

function builtin(base: readonly unknown[], prototype: object): object {
  switch (base[0]) {
    case "map": return new Map();
    case "set": return new Set();
    case "date": return new Date(base[1] as number);
    case "regexp": return regexp(base[1] as string, base[2] as string, base[3] as number);
    case "array": return [];
    case "boxed": return Object(base[1]) as object;
    case "view": return viewLike(prototype, base[1] as Uint8Array);
    default: throw new TypeError(`Unknown base ${String(base[0])} in encoded bytes.`);
  }
}

/** A typed array over `bytes`, of the element type that the subclass's prototype chain ends in. */
function viewLike(prototype: object, bytes: Uint8Array): object {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const size: unknown = Object.getOwnPropertyDescriptor(at, "BYTES_PER_ELEMENT")?.value;
    if (typeof size !== "number") continue;
    const memory = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
    return new (at.constructor as new (buffer: ArrayBufferLike, offset: number, length: number) => object)(memory.buffer, memory.byteOffset, memory.byteLength / size);
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function regexp(source: string, flags: string, lastIndex: number): RegExp {
  const made = new RegExp(source, flags);
  made.lastIndex = lastIndex;
  return made;
}

/** The whole buffer behind `bytes`: the writer marked it as exposed, so other views in the value are over the same. */
function arrayBuffer(bytes: Uint8Array, maxByteLength: number): ArrayBufferLike {
  if (maxByteLength > 0) {
    const resizable = new (ArrayBuffer as new (length: number, options: { maxByteLength: number }) => ArrayBuffer)(bytes.byteLength, { maxByteLength });
    new Uint8Array(resizable).set(bytes);
    return resizable;
  }
  return bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer;
}

function setOwn(target: object, key: string | symbol, value: unknown): void {
  if (key === "__proto__" || key in target) define(target, key, value, WRITABLE | ENUMERABLE | CONFIGURABLE);
  else (target as Record<string | symbol, unknown>)[key] = value;
}

function define(target: object, key: string | symbol, value: unknown, flag: number): void {
  Object.defineProperty(target, key, { value, writable: (flag & WRITABLE) !== 0, enumerable: (flag & ENUMERABLE) !== 0, configurable: (flag & CONFIGURABLE) !== 0 });
}
