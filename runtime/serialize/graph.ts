/**
 * The node table of format 2. A value is an entry: a primitive stands for itself, `[n]` is node n, `[0, raw]` is an object
 * that V8's serializer keeps whole. V8 writes the whole table at once, so raw objects keep their identity, and two raw
 * objects that share a part still share it.
 */
import { types } from "node:util";
import type { ObjectId } from "../ids.ts";

/** The format's tag byte. */
export const GRAPH_TAG = 2;

export type Entry = unknown;

/** First element of a node. Numbers are part of the format: add at the end. */
export const NODE = {
  array: 0, object: 1, map: 2, set: 3, date: 4, regexp: 5, boxed: 6, arrayBuffer: 7, symbolFor: 8, symbolWellKnown: 9,
  ref: 10, handle: 11, instance: 12, custom: 13, revived: 14, taskFailure: 15, named: 16, code: 17, platform: 18,
  /** A class with the serializer that was registered for it: the two functions, then what a code node has. */
  registered: 19,
} as const;

export type GraphNode = readonly [kind: number, ...content: unknown[]];

/** Own properties: `keys[i]` is a string, or the entry of a symbol; `flags` is 0 when all are plain data properties. */
export interface Properties {
  readonly keys: readonly Entry[];
  readonly values: readonly Entry[];
  readonly flags: 0 | readonly number[];
  /** 0 extensible, 1 not extensible, 2 sealed, 3 frozen. */
  readonly integrity: number;
}

export const WRITABLE = 1;
export const ENUMERABLE = 2;
export const CONFIGURABLE = 4;
export const PLAIN_PROPERTY = WRITABLE | ENUMERABLE | CONFIGURABLE;
/** The value is `[getter, setter]`. */
export const ACCESSOR = 8;

/** What `head` holds behind its tag byte; the last two only if there are any. */
export type GraphPayload = readonly [
  root: Entry,
  nodes: readonly GraphNode[],
  /** Things that code needs and that are written once a value: unit sources by id. */
  attachments?: ReadonlyMap<string, unknown>,
  /** Modules to import before the table can be read. */
  modules?: readonly ModuleAddress[],
];

/** The payload, if it has the form of one; what is in the nodes is seen when they are read. */
export function checkGraph(payload: unknown): GraphPayload {
  const [, nodes, code, modules] = Array.isArray(payload) ? (payload as readonly unknown[]) : [];
  const isModule = (module: unknown): boolean => typeof module === "object" && module !== null && typeof (module as ModuleAddress).specifier === "string";
  const isWhole = Array.isArray(nodes) && nodes.every((node) => Array.isArray(node) && typeof node[0] === "number")
    && (code === undefined || types.isMap(code)) && (modules === undefined || (Array.isArray(modules) && modules.every(isModule)));
  if (!isWhole) throw new TypeError("it is no table of nodes");
  return payload as GraphPayload;
}

export interface ModuleAddress {
  readonly specifier: string;
  /** The module or folder that `specifier` is relative to; absent: the notebook's folder. */
  readonly from?: string;
  /** Of a local module as the sender has it: what the receiver has of another version is no use. */
  readonly version?: string;
  /** Import attributes. */
  readonly with?: Readonly<Record<string, string>>;
}

/** What `CodeHooks` sees of the writer, while its node is written. */
export interface NodeWriter {
  /** The entry of a value one step below the node. */
  entry(value: unknown, step: string | number): Entry;
  /** Own properties without `skip`, as entries. */
  properties(value: object, skip: (key: string | symbol) => boolean): Properties;
  attach(id: string, make: () => unknown): void;
  /** The same small number for the same object, in this table. */
  numberOf(object: object): number;
  needModule(module: ModuleAddress): void;
  /** Throws the error that names the path to the node, with `steps` added. */
  refuse(refusal: import("./refusal.ts").Refusal, steps?: readonly (string | number)[], cause?: unknown): never;
}

export interface NodeReader {
  /** May be a shell whose parts come later. Throws a ReferenceError for what is being made right now. */
  value(entry: Entry): unknown;
  /** The value with all that it reaches, for code that runs now. */
  complete(entry: Entry): unknown;
  /** False while the value is being made: a class that is evaluated, say. */
  isReady(entry: Entry): boolean;
  assign(target: object, properties: Properties): void;
  attachment(id: string): unknown;
  /** What all nodes of this table share under a number. */
  shared<T>(number: number, make: () => T): T;
  /** Runs as soon as something is completed, again at the end with `isLast` if it gave false. */
  whenReady(run: (isLast: boolean) => boolean): void;
  /** Runs once everything in the table is there; before `decode` returns. */
  whenDone(run: () => void): void;
  readonly refs: readonly ObjectId[];
}

/** How functions, classes and what goes by name cross. `ship/` makes one; without it the codec knows values only. */
export interface CodeHooks {
  /** A value that the other side has under a name: a global, `ray`, a module or an export of one. */
  named(value: object): readonly unknown[] | undefined;
  namedModule(node: readonly unknown[]): ModuleAddress | undefined;
  readNamed(node: readonly unknown[]): unknown;
  /** Why instances of `classFunction` cannot go, or undefined. */
  refuseInstance(classFunction: Function): import("./refusal.ts").Refusal | undefined;
  /** How an instance of a library's class is made again, when its own properties are not what it is made of; revived under that name. */
  remade(value: object, made: Function): { readonly how: string; readonly parts: readonly unknown[] } | undefined;
  /** False for what `write` would refuse at once: a native function, say. */
  canWrite(code: Function): boolean;
  write(code: Function, writer: NodeWriter): readonly unknown[];
  read(node: readonly unknown[], reader: NodeReader, keep: (code: Function) => void): Function;
  /** Resolves when the modules are loaded; undefined when they are already. */
  load(modules: readonly ModuleAddress[]): Promise<void> | undefined;
  /** Rebuilds through a reviver that the process registered. */
  revive(name: string, args: readonly unknown[]): unknown;
  readonly reviving: { on: boolean };
}

/** On an object or function: it is sent as a call of the reviver `singleton` with `args`. */
export const SHIP_AS = Symbol.for("ray-ts.ship");
/** Static hooks of a class: `[SERIALIZE](instance)` gives what is sent, `[DESERIALIZE](data)` makes the instance. */
export const SERIALIZE = Symbol.for("ray.serialize");
export const DESERIALIZE = Symbol.for("ray.deserialize");
/** Static getter that the cell compiler puts on a class with `#private` members: gives `{ get(instance), set(instance, values) }`. */
export const PRIVATE = Symbol.for("ray-ts.private");
