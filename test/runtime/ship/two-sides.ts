/**
 * A session that runs cells and a worker that runs what they send, with nothing in common: each side has its own shipper,
 * scope and stack mapper, and everything between them goes as bytes, also where both are in one process.
 */
import { createRequire } from "node:module";
import { Script } from "node:vm";
import { compileCell } from "../../../runtime/compile/compile-cell.ts";
import { StackMapper } from "../../../runtime/compile/stack-map.ts";
import type { CellRuntime, CompiledCell } from "../../../runtime/compile/compiled-cell.ts";
import type { ActorInfo, Encoded, ShippedCode } from "../../../runtime/engine/engine.ts";
import type { ActorId, ObjectId } from "../../../runtime/ids.ts";
import { CellScope } from "../../../runtime/session/scope.ts";
import type { RefHooks } from "../../../runtime/serialize/codec.ts";
import { encodeError } from "../../../runtime/serialize/encode-error.ts";
import { SHIP_AS } from "../../../runtime/serialize/graph.ts";
import { pack, unpack } from "../../../runtime/serialize/pack.ts";
import { createShipper, type Shipper } from "../../../runtime/ship/create-shipper.ts";
import { parseSync } from "oxc-parser";

export class Ref {
  readonly id: ObjectId;
  constructor(id: string) {
    this.id = id as ObjectId;
  }
}

export class Handle {
  readonly info: ActorInfo;
  constructor(info: ActorInfo) {
    this.info = info;
  }
}

export const refs: RefHooks = {
  refId: (value) => (value instanceof Ref ? value.id : undefined),
  makeRef: (id) => new Ref(id),
  actorInfo: (value) => (value instanceof Handle ? value.info : undefined),
  makeHandle: (info) => new Handle(info),
};

export const counterHandle = new Handle({ actor: "d1-a1" as ActorId, className: "Counter", methods: ["incr"], handleRef: "d1-7" as ObjectId });

/** What runs shipped code, here or in another process. */
export interface CodeRunner {
  run(code: ShippedCode, args: Encoded): Promise<{ readonly value: Encoded; readonly error: boolean }>;
}

interface Remote {
  remote(...args: unknown[]): Promise<unknown>;
}

const require = createRequire(import.meta.url);
const imports = (specifier: string): Promise<Record<string, unknown>> => import(specifier) as Promise<Record<string, unknown>>;
const across = ({ head, buffers, refs: ids }: Encoded): Encoded => ({ ...unpack(pack({ head, buffers })), refs: ids });
const guard = new Int32Array(1);
const meta = { url: import.meta.url, filename: "here", dirname: "here" };

export class Worker implements CodeRunner {
  readonly shipper: Shipper;
  readonly stacks = new StackMapper({ ownFolders: ["/runtime/", "/test/", "/node_modules/"] });
  readonly face = { name: "the worker's ray", remote: (code: unknown) => ({ code }) };

  constructor(imported: (specifier: string) => Promise<Record<string, unknown>> = imports) {
    this.shipper = createShipper({ runtime: { import: imported, require, guard, meta }, refs: () => refs, stacks: this.stacks, parse: parseSync });
    this.shipper.singletons.set("ray", this.face);
    this.shipper.singletons.setRevivers({ "remote-function": (code: Function, name: string) => remoteFunction(code, name, async (...args) => (await (code as (...args: unknown[]) => unknown)(...args))) });
  }

  async run(code: ShippedCode, args: Encoded): Promise<{ readonly value: Encoded; readonly error: boolean }> {
    try {
      const fn = (await this.shipper.receive({ ...code, value: across(code.value) })) as (...args: unknown[]) => unknown;
      const values = (await this.shipper.codec.decode(across(args))) as unknown[];
      const result = await collect(isClass(fn) ? Reflect.construct(fn, values) : fn(...values));
      return { value: this.shipper.codec.encode(result, "the result"), error: false };
    } catch (error) {
      return { value: encodeError(this.shipper.codec, error, { taskName: code.name, pid: 1, mapStack: (stack) => this.stacks.mapStack(stack) }), error: true };
    }
  }
}

const isClass = (fn: Function): boolean => Object.getOwnPropertyDescriptor(fn, "prototype")?.writable === false;

async function collect(result: unknown): Promise<unknown> {
  const iterable = result as { next?: unknown; [Symbol.asyncIterator]?: unknown };
  if (typeof result !== "object" || result === null || typeof iterable.next !== "function") return result;
  const all: unknown[] = [];
  for await (const item of result as AsyncIterable<unknown>) all.push(item);
  return all;
}

/** As `ray.remote(fn)` gives: a function that is sent as a call that makes it again. */
function remoteFunction(code: Function, name: string, remote: Remote["remote"]): Remote {
  const made = (): never => {
    throw new TypeError("call .remote()");
  };
  return Object.assign(made, { remote, [SHIP_AS]: () => ({ singleton: "remote-function", args: [code, name] }) });
}

export class Session {
  readonly scope = new CellScope();
  readonly warnings: string[] = [];
  readonly worker: CodeRunner;
  readonly shipper: Shipper;
  readonly stacks = new StackMapper();
  readonly face = { name: "the session's ray", remote: (code: Function, name?: string) => this.remote(code, name) };
  lastKey = "";
  private readonly runtime: CellRuntime;
  private last: unknown;
  private count = 0;

  constructor(worker: CodeRunner = new Worker(), imported = imports) {
    this.worker = worker;
    this.shipper = createShipper({ scope: this.scope.names, runtime: { import: imported, require, guard, meta }, refs: () => refs, warn: (text) => this.warnings.push(text), parse: parseSync });
    this.shipper.singletons.set("ray", this.face);
    const { registry, book } = this.shipper;
    this.runtime = book.instrument({
      def: registry.def,
      reviving: registry.reviving,
      import: imported,
      bind: this.scope.bind,
      assignToConstant: this.scope.assignToConstant,
      guard,
      interrupted: () => undefined,
      resumed: (value) => value,
      result: (value: unknown) => void (this.last = value),
      magic: () => undefined,
      meta,
      require,
    });
    for (const [name, value] of Object.entries({ ray: this.face, remote: (code: Function, name?: string) => this.remote(code, name), Ref, handle: counterHandle })) this.scope.provide(name, value);
  }

  remote(code: Function, name?: string): Remote {
    return remoteFunction(code, name ?? code.name, (...args) => this.call(code, args, name));
  }

  async call(code: Function, args: unknown[], name?: string): Promise<unknown> {
    const shipped = this.shipper.ship(code, name);
    this.lastKey = shipped.key;
    const { value, error } = await this.worker.run(shipped, this.shipper.codec.encodeArgs(args, shipped.name));
    const result = await this.shipper.codec.decode(across(value));
    if (error) throw result;
    return result;
  }

  /** Runs cells in order; gives the value of the last one. */
  async cells(...cells: readonly string[]): Promise<unknown> {
    for (const cell of cells) await this.cell(cell);
    return this.last;
  }

  private async cell(source: string): Promise<void> {
    const name = `In[${++this.count}]`;
    const cell: CompiledCell = compileCell(source, { name, known: this.scope.known, captured: (captured) => this.scope.captured.has(captured), globals: (global) => global in globalThis });
    this.shipper.registry.addCell(cell);
    this.stacks.register(cell.scriptName, { cell: cell.name, map: () => cell.map, source });
    this.last = undefined;
    const run = new Script(cell.code, { filename: cell.scriptName }).runInThisContext() as (scope: object, runtime: CellRuntime) => unknown;
    this.scope.declare(cell, name);
    await run(this.scope.names, this.runtime);
  }
}
