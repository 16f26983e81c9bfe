/**
 * The session's engine as cells reach it: an interrupt never cuts a call in the middle (a record half published, a count
 * half made), and a call that begins after an interrupt of its cell does not begin at all.
 */
import type { ActorInfo, ActorOptions, CallOptions, CancelOptions, ClusterInfo, Encoded, Engine, ItemStream, NodeInfo, PlacementGroups, Resolved, Returns, ShippedCode, TaskArgs, TaskOptions } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { ClusterRecords } from "../engine/records.ts";
import type { RuntimeEnv } from "../engine/runtime-env.ts";
import { RayError } from "../errors.ts";
import type { ActorId, ObjectId, ProcessName } from "../ids.ts";
import type { CodeShipper, ValueCodec } from "../serialize/codec.ts";

export interface Uncut {
  enterRuntime(): void;
  leaveRuntime(): void;
}

export class UncutEngine implements Engine {
  readonly #engine: Engine;
  readonly #uncut: Uncut;

  constructor(engine: Engine, uncut: Uncut) {
    this.#engine = engine;
    this.#uncut = uncut;
  }

  get kind(): Engine["kind"] { return this.#engine.kind; }
  get process(): ProcessName { return this.#engine.process; }
  get info(): ClusterInfo | undefined { return this.#engine.info; }
  get runtimeEnv(): RuntimeEnv { return this.#engine.runtimeEnv; }

  connect(): Promise<ClusterInfo> { return this.#engine.connect(); }
  close(): Promise<void> { return this.#engine.close(); }

  submitTask(code: ShippedCode, args: TaskArgs, options: TaskOptions): Returns {
    this.#uncut.enterRuntime();
    try { return this.#engine.submitTask(code, args, options); } finally { this.#uncut.leaveRuntime(); }
  }

  createActor(code: ShippedCode, args: TaskArgs, options: ActorOptions): ActorInfo {
    this.#uncut.enterRuntime();
    try { return this.#engine.createActor(code, args, options); } finally { this.#uncut.leaveRuntime(); }
  }

  callActor(actor: ActorInfo, method: string, args: TaskArgs, options: CallOptions): Returns {
    this.#uncut.enterRuntime();
    try { return this.#engine.callActor(actor, method, args, options); } finally { this.#uncut.leaveRuntime(); }
  }

  getActor(name: string, namespace: string | undefined): Promise<ActorInfo | undefined> {
    this.#uncut.enterRuntime();
    try { return this.#engine.getActor(name, namespace); } finally { this.#uncut.leaveRuntime(); }
  }

  killActor(actor: ActorId, options: { readonly noRestart: boolean }): Promise<void> {
    this.#uncut.enterRuntime();
    try { return this.#engine.killActor(actor, options); } finally { this.#uncut.leaveRuntime(); }
  }

  cancel(ref: ObjectId, options: CancelOptions): void {
    this.#uncut.enterRuntime();
    try { this.#engine.cancel(ref, options); } finally { this.#uncut.leaveRuntime(); }
  }

  streamOf(ref: ObjectId): ItemStream | undefined {
    const stream = this.#engine.streamOf(ref);
    if (!stream) return undefined;
    const uncut = <T>(body: () => T): T => {
      this.#uncut.enterRuntime();
      try { return body(); } finally { this.#uncut.leaveRuntime(); }
    };
    return {
      take: () => uncut(() => stream.take()),
      get isFinished() { return stream.isFinished; },
      whenMore: (ready) => stream.whenMore(ready),
      close: () => uncut(() => stream.close()),
    };
  }

  put(value: Encoded): ObjectId {
    this.#uncut.enterRuntime();
    try { return this.#engine.put(value); } finally { this.#uncut.leaveRuntime(); }
  }

  isReady(ref: ObjectId, count?: number): boolean {
    this.#uncut.enterRuntime();
    try { return this.#engine.isReady(ref, count); } finally { this.#uncut.leaveRuntime(); }
  }

  peek(ref: ObjectId, count?: number): Resolved | undefined {
    this.#uncut.enterRuntime();
    try { return this.#engine.peek(ref, count); } finally { this.#uncut.leaveRuntime(); }
  }

  whenReady(refs: readonly ObjectId[], ready: (index: number, isError: boolean) => void, counts?: readonly number[]): () => void {
    this.#uncut.enterRuntime();
    try { return this.#engine.whenReady(refs, ready, counts); } finally { this.#uncut.leaveRuntime(); }
  }

  retain(ref: ObjectId): void {
    this.#uncut.enterRuntime();
    try { this.#engine.retain(ref); } finally { this.#uncut.leaveRuntime(); }
  }

  release(ref: ObjectId, count?: number): void {
    this.#uncut.enterRuntime();
    try { this.#engine.release(ref, count); } finally { this.#uncut.leaveRuntime(); }
  }

  watch(refs: readonly ObjectId[]): void {
    this.#uncut.enterRuntime();
    try { this.#engine.watch?.(refs); } finally { this.#uncut.leaveRuntime(); }
  }

  free(refs: readonly ObjectId[]): void {
    this.#uncut.enterRuntime();
    try { this.#engine.free(refs); } finally { this.#uncut.leaveRuntime(); }
  }

  beginWait(): () => void { return this.#engine.beginWait(); }
  resources(which: "total" | "available"): Promise<Record<string, number>> { return this.#engine.resources(which); }
  namedActors(namespace: string | undefined): ReturnType<Engine["namedActors"]> { return this.#engine.namedActors(namespace); }
  nodes(): Promise<readonly NodeInfo[]> { return this.#engine.nodes(); }
  get placementGroups(): PlacementGroups | undefined { return this.#engine.placementGroups && uncutGroups(this.#engine.placementGroups, this.#uncut); }
  get records(): ClusterRecords | undefined { return this.#engine.records && uncutRecords(this.#engine.records, this.#uncut); }
  subscribe(on: (event: EngineEvent) => void, only?: "prints"): () => void { return this.#engine.subscribe(on, only); }
}

/** Half a measurement would be a wrong one; questions are not cut by what they are. */
function uncutRecords(records: ClusterRecords, uncut: Uncut): ClusterRecords {
  const measure: ClusterRecords["measure"] = (measured) => within(uncut, () => records.measure(measured));
  return Object.assign(Object.create(records) as ClusterRecords, { measure });
}

function uncutGroups(groups: PlacementGroups, uncut: Uncut): PlacementGroups {
  return {
    create: (spec) => within(uncut, () => groups.create(spec)),
    ready: (id, value) => within(uncut, () => groups.ready(id, value)),
    remove: (id) => within(uncut, () => groups.remove(id)),
    waitFor: (id, timeoutMs) => within(uncut, () => groups.waitFor(id, timeoutMs)),
    rows: () => within(uncut, () => groups.rows()),
  };
}

/** Encoding keeps caches and numbers shared memory: it is not cut either. */
export function uncutCodec(codec: ValueCodec, uncut: Uncut): ValueCodec {
  return {
    encode: (value, label) => within(uncut, () => codec.encode(value, label)),
    encodeArgs: (args, label) => within(uncut, () => codec.encodeArgs(args, label)),
    failures: (value, label) => within(uncut, () => codec.failures(value, label)),
    decode: (encoded) => within(uncut, () => codec.decode(encoded)),
  };
}

export function uncutShipper(shipper: CodeShipper, uncut: Uncut): CodeShipper {
  return {
    ship: (code, boundName) => within(uncut, () => shipper.ship(code, boundName)),
    receive: (code) => within(uncut, () => shipper.receive(code)),
  };
}

function within<T>(uncut: Uncut, body: () => T): T {
  uncut.enterRuntime();
  try { return body(); } finally { uncut.leaveRuntime(); }
}
