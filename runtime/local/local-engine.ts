/**
 * The engine on this machine, in a driver and in a worker alike: the owner's side of tasks, actors and objects. Put together
 * from parts that each own one thing: Connection (sockets), Ownership (counts), ObjectTable (values), ValueStore (bytes),
 * Submission (tasks), ActorCalls (actors), EventReporter (what the views see).
 */
import { ClusterDiedError, ObjectLostError, OwnerDiedError, RayError } from "../errors.ts";
import type { ActorInfo, ActorOptions, CallOptions, ClusterInfo, Encoded, Engine, NodeInfo, Resolved, ShippedCode, TaskArgs, TaskOptions } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/events.ts";
import { actorId, newProcessName, objectId, ownerOf, type ActorId, type JobId, type ObjectId, type ProcessName } from "../ids.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import { RecordType } from "../wire/frame.ts";
import { readResult, refOf, refsCarried, type CallMeta, type WireValue } from "../wire/hot-records.ts";
import type { ActorWanted, BetweenPeers, FetchedObject, FromHead, Message, Shape } from "../wire/message.ts";
import type { RecordReader } from "../wire/record-reader.ts";
import { ActorCalls } from "./actor-calls.ts";
import { Collector } from "./collector.ts";
import { Connection } from "./connection.ts";
import { EventReporter } from "./event-reporter.ts";
import { ObjectTable, type ObjectEntry } from "./object-table.ts";
import { Ownership } from "./ownership.ts";
import { SentBooks } from "./sent-book.ts";
import { Submission } from "./submission.ts";
import type { Task } from "./task.ts";
import { INLINE_LIMIT_BYTES, ValueStore } from "./values.ts";

const GIVE_BACK_IDLE_MS = 250;
const HOUSEKEEPING_MS = 100;

export interface LocalEngineOptions {
  readonly kind: "driver" | "worker";
  readonly process?: ProcessName;
  /** A worker submits for the job whose call it runs. */
  readonly job: () => JobId;
  readonly namespace?: () => string | undefined;
  /** Where the cluster is; called once, at once. */
  readonly connect: () => Promise<ClusterAddress>;
  readonly encodeError: (error: Error) => Encoded;
  /** One line about a value for the views. */
  readonly preview: (value: Encoded) => string | undefined;
  readonly notice: (text: string, level: "info" | "warning" | "error") => void;
  readonly onEnded?: (reason: string) => void;
  /** Worker: what shares one private view of an object (see ValueStore). */
  readonly viewScope?: () => unknown;
  /** Worker: records and messages of its executor. */
  readonly executor?: {
    onRecord(from: ProcessName, type: number, reader: RecordReader): void;
    onMessage(from: ProcessName, message: Message, parts: Buffer[]): boolean;
    onBlocked(isBlocked: boolean): void;
    processDied(process: ProcessName): void;
  };
}

type State = "open" | "closed" | { readonly ended: RayError };

export class LocalEngine implements Engine {
  readonly kind = "local";
  readonly process: ProcessName;
  info: ClusterInfo | undefined;
  readonly connection: Connection;
  readonly values: ValueStore;
  readonly ownership: Ownership;
  readonly actors: ActorCalls;
  readonly reporter: EventReporter;
  private readonly options: LocalEngineOptions;
  private readonly table = new ObjectTable();
  private readonly submission: Submission;
  private readonly collector: Collector;
  private readonly housekeeping: NodeJS.Timeout;
  private readonly metas = new Map<string, CallMeta>();
  private readonly bigCodes = new Map<string, WireValue>();
  private readonly handleActors = new Map<ObjectId, ActorId>();
  private readonly answers = new Map<number, (value: unknown) => void>();
  private readonly subscribers = new Set<(event: EngineEvent) => void>();
  private state: State = "open";
  private objects = 0;
  private tasks = 0;
  private actorCount = 0;
  private answerCount = 0;
  private blockedDepth = 0;

  constructor(options: LocalEngineOptions) {
    this.options = options;
    this.process = options.process ?? newProcessName(options.kind);
    this.connection = new Connection({
      self: this.process,
      kind: options.kind,
      job: options.job(),
      connect: options.connect,
      joinsLiveness: options.kind === "driver",
      onMessage: this.onMessage,
      onRecord: this.onRecord,
      onConnected: (address) => this.onConnected(address),
      onEnded: (reason) => this.end(reason),
      onRefused: (text) => options.notice(text, "warning"),
    });
    this.ownership = new Ownership(this.process, {
      say: (to, message) => this.connection.say(to, message),
      forget: (id) => this.forget(id),
    });
    this.values = new ValueStore({
      self: this.process,
      hold: (id) => this.ownership.retain(id),
      unhold: (id) => this.ownership.release(id),
      viewScope: options.viewScope ?? (() => this),
      notice: (text) => options.notice(text, "warning"),
    });
    const books = new SentBooks({ codeValue: (code) => this.codeValue(code), lendCode: (to, code) => this.ownership.lend(to, this.codeRefs(code)) });
    this.submission = new Submission({
      self: this.process,
      lane: (to) => this.connection.lane(to),
      books,
      value: (ref) => this.settled(ref),
      whenReady: (ref, ready) => void this.whenReady([ref], ready),
      settle: (ref, value, isError) => this.settle(ref, value, isError),
      encodeError: (error) => this.errorValue(error),
      lend: (to, refs) => this.ownership.lend(to, refs),
      releaseHolds: (task) => {
        for (const id of task.holds) this.ownership.release(id);
      },
      received: (lend, from, refs) => this.ownership.received(lend, from, refs),
      settled: (lend, from) => this.ownership.settled(lend, from),
      want: (shape, count) => this.connection.sayToHead({ type: "leases-wanted", shape, count }),
      giveBack: (lease) => this.connection.sayToHead({ type: "lease-returned", lease: lease.id }),
      report: (task) => this.reporter.task(task),
      notice: (text) => options.notice(text, "warning"),
    });
    this.books = books;
    this.actors = new ActorCalls({ submission: this.submission, sayToHead: (message) => this.connection.sayToHead(message) });
    this.reporter = new EventReporter({
      self: this.process,
      send: (rows) => this.connection.sayToHead({ type: "events", rows }),
      describe: (ref) => this.describe(ref),
    });
    this.collector = new Collector(() => this.values.mapped > 0 || this.table.size > 0);
    this.housekeeping = setInterval(() => this.keepHouse(), HOUSEKEEPING_MS);
    this.housekeeping.unref();
  }

  private readonly books: SentBooks;

  connect(): Promise<ClusterInfo> {
    return this.connection.connected.then(() => this.info as ClusterInfo);
  }

  private onConnected(address: ClusterAddress): void {
    this.values.open({ sharedMemoryFolder: address.sharedMemoryFolder, diskFolder: address.diskFolder, grantBytes: address.objectStoreMemory });
    this.info = {
      address: address.folder,
      clusterId: address.clusterId,
      namespace: address.namespace,
      jobId: this.options.job(),
      numCpus: address.resources["CPU"] ?? 0,
      resources: address.resources,
      objectStoreMemory: address.objectStoreMemory,
      nodeId: address.nodeId,
      headPid: address.headPid,
    };
  }

  async close(): Promise<void> {
    if (this.state === "closed") return;
    this.reporter.flush();
    this.finish(new ClusterDiedError("ray.shutdown() ended this cluster"));
    this.state = "closed";
    await this.connection.close();
    this.values.close();
  }

  /** The head is gone: everything that waits fails with the reason. */
  private end(reason: string): void {
    if (this.state !== "open") return;
    const error = new ClusterDiedError(`${reason}; objects and actors of that cluster are gone. The next remote call starts a new one`);
    this.finish(error);
    void this.connection.close().then(() => this.values.close());
    this.options.onEnded?.(reason);
  }

  private finish(error: RayError): void {
    this.state = { ended: error };
    clearInterval(this.housekeeping);
    this.collector.stop();
    this.actors.failAll(error);
    this.submission.failAll(error);
    const value = this.errorValue(error);
    for (const entry of [...this.table.values()]) if (!entry.value) this.table.settle(entry, value, true);
    for (const answer of this.answers.values()) answer({ error: error.message });
    this.answers.clear();
  }

  // ---- tasks

  submitTask(code: ShippedCode, args: TaskArgs, options: TaskOptions): readonly ObjectId[] {
    const meta = this.metaFor(options, code.key, () => ({ codeKey: code.key, name: options.name ?? code.name, numReturns: options.numReturns, resources: options.resources, ...(options.origin ? { origin: options.origin } : {}) }));
    const task = this.task(meta, args, { code, maxRetries: options.maxRetries });
    this.submission.submit(task);
    return task.returns;
  }

  private task(meta: CallMeta, args: TaskArgs, more: { code?: ShippedCode; actor?: ActorId; handle?: ObjectId | undefined; maxRetries?: number }): Task {
    this.guardOpen();
    const argsValue = this.toWire(args.value);
    const holds = this.holdsOf(args, more);
    if (argsValue.kind === "block") holds.push(argsValue.ref); // made with one count: the task's
    const firstReturn = this.objects + 1;
    this.objects += meta.numReturns;
    const returns: ObjectId[] = [];
    for (let i = 0; i < meta.numReturns; i++) {
      const id = objectId(this.process, firstReturn + i);
      returns.push(id);
      this.create(id);
    }
    const task: Task = {
      seq: ++this.tasks,
      meta,
      code: more.code,
      actor: more.actor,
      args: argsValue,
      dependencies: args.topLevelRefs,
      holds,
      firstReturn,
      returns,
      maxRetries: more.maxRetries ?? 0,
      submittedAt: Date.now(),
      attempt: 0,
      missing: 0,
      lease: undefined,
      sentAt: 0,
      isSettled: false,
      startedAt: 0,
      runMicros: 0,
      error: undefined,
      isReported: false,
    };
    this.reporter.task(task);
    this.touch();
    return task;
  }

  /** Every ref that the task needs, counted for it. */
  private holdsOf(args: TaskArgs, more: { code?: ShippedCode; handle?: ObjectId | undefined }): ObjectId[] {
    const holds: ObjectId[] = [];
    for (const id of args.value.refs) holds.push(id);
    for (const { ref } of args.topLevelRefs) holds.push(ref);
    if (more.code) for (const id of this.codeRefs(more.code)) holds.push(id);
    if (more.handle) holds.push(more.handle);
    for (const id of holds) this.ownership.retain(id);
    return holds;
  }

  /** The face gives the same options object as long as function, method and cell are the same: the usual call looks up nothing more. */
  private metaFor(options: object, target: string, of: () => Omit<CallMeta, "job" | "namespace">, method = ""): CallMeta {
    const job = this.options.job();
    const last = this.lastMetas.get(options);
    if (last && last.target === target && last.method === method && last.meta.job === job && last.meta.namespace === this.namespace()) return last.meta;
    const meta = this.meta(of());
    this.lastMetas.set(options, { target, method, meta });
    return meta;
  }

  private readonly lastMetas = new WeakMap<object, { readonly target: string; readonly method: string; readonly meta: CallMeta }>();

  /** One object a kind of call, so that peers hear of it once. */
  private meta(of: Omit<CallMeta, "job" | "namespace">): CallMeta {
    const key = `${of.codeKey ?? ""}|${of.actor ?? ""}|${of.method ?? ""}|${of.name}|${of.origin ?? ""}|${of.numReturns}|${this.shapeKey(of.resources)}|${this.options.job()}|${this.namespace()}`;
    const known = this.metas.get(key);
    if (known) return known;
    const meta: CallMeta = { ...of, resources: this.shape(of.resources), job: this.options.job(), namespace: this.namespace() };
    if (this.metas.size > 10_000) this.metas.clear();
    this.metas.set(key, meta);
    return meta;
  }

  private namespace(): string {
    return this.options.namespace?.() ?? this.info?.namespace ?? "";
  }

  private readonly shapes = new Map<string, Shape>();

  private readonly shapeKeys = new WeakMap<Shape, string>();

  private shapeKey(resources: Shape): string {
    let key = this.shapeKeys.get(resources);
    if (key === undefined) this.shapeKeys.set(resources, (key = JSON.stringify(resources)));
    return key;
  }

  private shape(resources: Shape): Shape {
    const key = this.shapeKey(resources);
    const known = this.shapes.get(key);
    if (known) return known;
    this.shapes.set(key, resources);
    return resources;
  }

  private create(id: ObjectId): ObjectEntry {
    this.ownership.created(id);
    return this.table.ensure(id);
  }

  private guardOpen(): void {
    if (typeof this.state === "object") throw this.state.ended;
    if (this.state === "closed") throw new ClusterDiedError("This engine was closed by ray.shutdown()");
  }

  // ---- values

  private toWire(value: Encoded): WireValue {
    const refs = value.refs.length === 0 ? NONE : value.refs.map((id) => this.annotate(id));
    return this.keepHidden(this.values.store(value, () => this.hiddenObject(), this.process, refs));
  }

  /** The hidden object knows its block, so that the block is freed with it. */
  private keepHidden(value: WireValue): WireValue {
    if (value.kind === "block") this.table.ensure(value.ref).value = value;
    return value;
  }

  /** A result as it travels to the owner of `ref`: a large one lies in a block of this worker's, for that owner. */
  resultValue(value: Encoded, ref: ObjectId, owner: ProcessName): WireValue {
    const refs = value.refs.length === 0 ? NONE : value.refs.map((id) => this.annotate(id));
    return this.values.store(value, () => ref, owner, refs);
  }

  /** Something was decoded or made here that may become garbage. */
  touched(): void {
    this.collector.touch();
  }

  /** An actor's handle travels with where the actor is. */
  private annotate(id: ObjectId): string {
    const actor = this.handleActors.get(id);
    if (!actor) return id;
    const worker = this.actors.workerOf(actor);
    return `${id}@${actor}@${worker ?? ""}`;
  }

  /** What a peer wrote behind a ref. */
  learn(refs: readonly string[]): void {
    for (const wire of refs) {
      const [id, actor, worker] = wire.split("@");
      if (!actor) continue;
      this.handleActors.set(id as ObjectId, actor as ActorId);
      if (worker) this.actors.learned(actor as ActorId, worker as ProcessName);
      else this.actors.expect(actor as ActorId, "");
    }
  }

  /** An object that no ref shows: it gives a block of arguments or code its life. */
  private hiddenObject(): ObjectId {
    const id = objectId(this.process, ++this.objects);
    this.create(id);
    return id;
  }

  private codeValue(code: ShippedCode): WireValue {
    const known = this.bigCodes.get(code.key);
    if (known) return known;
    const value = this.toWire(code.value);
    if (value.kind === "block") {
      this.bigCodes.set(code.key, value);
      if (this.bigCodes.size > BIG_CODES_KEPT) this.forgetBigCode(this.bigCodes.keys().next().value as string);
    }
    return value;
  }

  private forgetBigCode(key: string): void {
    const value = this.bigCodes.get(key);
    this.bigCodes.delete(key);
    if (value?.kind === "block") this.ownership.release(value.ref);
  }

  private codeRefs(code: ShippedCode): readonly ObjectId[] {
    const big = code.value.buffers.length > 0 || code.value.head.length > INLINE_LIMIT_BYTES ? this.codeValue(code) : undefined;
    return big?.kind === "block" ? [...code.value.refs, big.ref] : code.value.refs;
  }

  private settle(ref: ObjectId, value: WireValue, isError: boolean): void {
    const entry = this.table.get(ref);
    if (!entry) {
      this.freeBlock(ref, value); // nobody wants it any more
      return;
    }
    if (entry.value) return;
    const stands = value.kind === "block" && value.ref !== ref;
    if (value.refs.length > 0 || stands) {
      this.learn(value.refs);
      this.ownership.stored(ref, stands ? [...value.refs.map(refOf), value.ref] : value.refs.map(refOf));
    }
    this.table.settle(entry, value, isError);
    this.reporter.object(ref);
  }

  put(value: Encoded): ObjectId {
    this.guardOpen();
    const id = objectId(this.process, ++this.objects);
    this.create(id);
    try {
      const refs = value.refs.length === 0 ? NONE : value.refs.map((ref) => this.annotate(ref));
      this.settle(id, this.values.store(value, () => id, this.process, refs), false);
    } catch (error) {
      this.ownership.release(id);
      throw error;
    }
    this.touch();
    return id;
  }

  peek(ref: ObjectId): Resolved | undefined {
    const entry = this.table.get(ref);
    if (!entry?.value) return undefined;
    return { value: this.values.read(entry.value, entry), error: entry.isError };
  }

  private settled(ref: ObjectId): { value: WireValue; isError: boolean } | undefined {
    const entry = this.table.get(ref);
    return entry?.value ? { value: entry.value, isError: entry.isError } : undefined;
  }

  whenReady(refs: readonly ObjectId[], ready: (index: number, isError: boolean) => void): () => void {
    let isForgotten = false;
    const entries = refs.map((ref, index) => {
      const entry = this.table.get(ref) ?? this.foreign(ref);
      if (!entry.value && !this.ownership.isOwn(ref)) this.fetch(entry);
      this.table.wait(entry, { index, ready });
      return entry;
    });
    return () => {
      if (isForgotten) return;
      isForgotten = true;
      for (const entry of entries) this.table.forgetWait(entry, ready);
    };
  }

  private foreign(ref: ObjectId): ObjectEntry {
    const entry = this.table.ensure(ref);
    if (this.ownership.isOwn(ref)) this.table.settle(entry, this.errorValue(new ObjectLostError(`Object ${ref} was freed: no ref of it was left, or ray.free was called`)), true);
    return entry;
  }

  private fetch(entry: ObjectEntry): void {
    if (entry.isFetched) return;
    entry.isFetched = true;
    const owner = ownerOf(entry.id);
    if (this.connection.isDead(owner)) return this.table.settle(entry, this.errorValue(ownerDied(entry.id)), true);
    this.connection.say(owner, { type: "fetch", ref: entry.id });
  }

  private onFetch(from: ProcessName, ref: ObjectId): void {
    const entry = this.table.get(ref);
    if (!entry) {
      this.connection.say(from, { type: "fetched", ref, error: true, refs: [], lend: 0, lost: "its owner does not have it any more" });
      return;
    }
    if (!entry.value) {
      this.table.wait(entry, { index: 0, ready: () => this.onFetch(from, ref) });
      return;
    }
    const { value } = entry;
    const lend = this.ownership.lend(from, refsCarried([value]));
    const message: FetchedObject = { type: "fetched", ref, error: entry.isError, refs: value.refs, lend, ...(value.kind === "block" ? { block: value.block, blockRef: value.ref } : {}) };
    this.connection.say(from, message, value.kind === "inline" ? [value.bytes] : []);
  }

  private onFetched(from: ProcessName, message: FetchedObject, parts: Buffer[]): void {
    const entry = this.table.get(message.ref);
    if (message.lost !== undefined) {
      if (entry && !entry.value) this.table.settle(entry, this.errorValue(new ObjectLostError(`Object ${message.ref} is lost: ${message.lost}`)), true);
      return;
    }
    const value: WireValue = message.block
      ? { kind: "block", ref: message.blockRef ?? message.ref, block: message.block, refs: message.refs }
      : { kind: "inline", bytes: parts[0] as Buffer, refs: message.refs };
    this.ownership.received(message.lend, from, refsCarried([value]));
    if (entry && !entry.value) this.settle(message.ref, value, message.error);
    this.ownership.settled(message.lend, from);
  }

  retain(ref: ObjectId): void {
    this.ownership.retain(ref);
    if (!this.ownership.isOwn(ref)) this.table.ensure(ref);
  }

  release(ref: ObjectId): void {
    this.ownership.release(ref);
  }

  free(refs: readonly ObjectId[]): void {
    for (const ref of refs) {
      const entry = this.table.get(ref);
      if (!entry || !this.ownership.isOwn(ref)) continue;
      const held = entry.value;
      entry.value = this.errorValue(new ObjectLostError(`Object ${ref} was freed by ray.free`));
      entry.isError = true;
      // its memory goes when the last view of it was collected: the counts decide
      if (held?.kind === "block") this.freed.set(ref, held);
    }
  }

  private readonly freed = new Map<ObjectId, WireValue>();

  /** Counts are at zero: value and memory go. */
  private forget(id: ObjectId): void {
    const entry = this.table.delete(id);
    const actor = this.handleActors.get(id);
    if (actor) this.lastHandleGone(id, actor);
    const value = this.freed.get(id) ?? entry?.value;
    this.freed.delete(id);
    if (value && this.ownership.isOwn(id)) this.freeBlock(id, value);
  }

  private freeBlock(id: ObjectId, value: WireValue): void {
    if (value.kind !== "block" || value.ref !== id) return;
    const { writer } = value.block;
    const at = writerOf(writer);
    if (at === this.process) this.values.free(this.process, value.block);
    else if (this.connection.isDead(at)) this.values.removeOrphans(at, this.liveFiles());
    else this.connection.say(at, { type: "free-blocks", blocks: [value.block] });
  }

  /** Files of other writers in which objects of ours live. */
  private liveFiles(): Set<string> {
    const files = new Set<string>();
    for (const { value } of this.table.values()) if (value?.kind === "block") files.add(value.block.file);
    for (const value of this.freed.values()) if (value.kind === "block") files.add(value.block.file);
    return files;
  }

  // ---- actors

  createActor(code: ShippedCode, args: TaskArgs, options: ActorOptions): ActorInfo {
    this.guardOpen();
    const actor = actorId(this.process, ++this.actorCount);
    const handleRef = options.detached ? undefined : this.hiddenObject();
    if (handleRef) this.handleActors.set(handleRef, actor);
    this.actors.created(actor, options.className);
    this.ownActors.set(actor, handleRef);
    const codeValue = this.toWire(code.value);
    const argsValue = this.toWire(args.value);
    const lent = refsCarried([codeValue, argsValue]);
    for (const { ref } of args.topLevelRefs) lent.push(ref);
    // the actor's worker is not known yet: the lend is to the actor, and ends with it at the latest
    const lend = this.ownership.lend(actor as string as ProcessName, lent);
    for (const value of [codeValue, argsValue]) if (value.kind === "block") this.ownership.release(value.ref);
    const wanted: ActorWanted = {
      type: "actor-wanted",
      actor,
      handleRef,
      className: options.className,
      methods: options.methods,
      shape: options.resources,
      ...(options.name !== undefined ? { name: options.name } : {}),
      namespace: options.namespace ?? this.namespace(),
      detached: options.detached,
      getIfExists: options.getIfExists ?? false,
      maxConcurrency: options.maxConcurrency,
      codeKey: code.key,
      code: wireMeta(codeValue),
      args: wireMeta(argsValue),
      topLevelRefs: args.topLevelRefs.map(({ index, ref }) => [index, this.annotate(ref)] as const),
      lend,
      ...(options.origin ? { origin: options.origin } : {}),
    };
    this.connection.sayToHead(wanted, [codeValue.kind === "inline" ? codeValue.bytes : EMPTY, argsValue.kind === "inline" ? argsValue.bytes : EMPTY]);
    this.touch();
    return { actor, className: options.className, methods: options.methods, ...(options.name !== undefined ? { name: options.name } : {}), ...(options.namespace !== undefined ? { namespace: options.namespace } : {}), ...(handleRef ? { handleRef } : {}) };
  }

  /** Actors made here, with their handle's object: kept until they are dead. */
  private readonly ownActors = new Map<ActorId, ObjectId | undefined>();

  private lastHandleGone(handle: ObjectId, actor: ActorId): void {
    this.handleActors.delete(handle);
    if (!this.ownership.isOwn(handle) || !this.ownActors.delete(actor)) return;
    this.connection.sayToHead({ type: "actor-killed", actor, noRestart: true, cause: "its last handle was gone" });
  }

  callActor(actor: ActorInfo, method: string, args: TaskArgs, options: CallOptions): readonly ObjectId[] {
    const meta = this.metaFor(options, actor.actor, () => {
      if (actor.handleRef) this.handleActors.set(actor.handleRef, actor.actor);
      return { actor: actor.actor, method, name: `${actor.className}.${method}`, numReturns: options.numReturns, resources: NO_RESOURCES, ...(options.origin ? { origin: options.origin } : {}) };
    }, method);
    const task = this.task(meta, args, { actor: actor.actor, handle: actor.handleRef });
    this.actors.call(actor.actor, actor.className, task);
    return task.returns;
  }

  async getActor(name: string, namespace: string | undefined): Promise<ActorInfo | undefined> {
    await this.connect();
    const found = (await this.ask((reply) => ({ type: "actor-sought", reply, name, namespace: namespace ?? this.namespace() }))) as ActorInfo | null;
    if (found?.handleRef) {
      this.handleActors.set(found.handleRef, found.actor);
      this.retain(found.handleRef);
    }
    return found ?? undefined;
  }

  async killActor(actor: ActorId, options: { readonly noRestart: boolean }): Promise<void> {
    await this.ask((reply) => ({ type: "actor-killed", actor, noRestart: options.noRestart, cause: "it was killed by ray.kill", reply }));
  }

  // ---- the head

  private ask(make: (reply: number) => Parameters<Connection["sayToHead"]>[0]): Promise<unknown> {
    this.guardOpen();
    const reply = ++this.answerCount;
    return new Promise((resolve, reject) => {
      this.answers.set(reply, (value) => {
        const failed = value as { error?: string } | null;
        if (failed && typeof failed === "object" && typeof failed.error === "string") reject(new ClusterDiedError(failed.error));
        else resolve(value);
      });
      this.connection.sayToHead(make(reply));
    });
  }

  async resources(which: "total" | "available"): Promise<Record<string, number>> {
    return (await this.ask((reply) => ({ type: "resources-sought", reply, which }))) as Record<string, number>;
  }

  async nodes(): Promise<readonly NodeInfo[]> {
    const info = await this.connect();
    return [{ nodeId: info.nodeId, alive: this.state === "open", resources: info.resources }];
  }

  subscribe(on: (event: EngineEvent) => void): () => void {
    this.subscribers.add(on);
    if (this.subscribers.size === 1) this.connection.sayToHead({ type: "subscribe", isOn: true });
    return () => {
      this.subscribers.delete(on);
      if (this.subscribers.size === 0) this.connection.sayToHead({ type: "subscribe", isOn: false });
    };
  }

  blocked(isBlocked: boolean): void {
    this.blockedDepth += isBlocked ? 1 : -1;
    if (this.blockedDepth === (isBlocked ? 1 : 0)) this.options.executor?.onBlocked(isBlocked);
  }

  // ---- what arrives

  private readonly onRecord = (from: ProcessName, type: number, reader: RecordReader): void => {
    if (type !== RecordType.result) return this.options.executor?.onRecord(from, type, reader);
    const task = this.submission.onResult(from, readResult(reader));
    if (task) this.actors.onResult(task);
    this.scheduleDispatch();
  };

  private isDispatchScheduled = false;

  private scheduleDispatch(): void {
    if (this.isDispatchScheduled) return;
    this.isDispatchScheduled = true;
    queueMicrotask(() => {
      this.isDispatchScheduled = false;
      this.submission.dispatchDirty();
    });
  }

  private readonly onMessage = (from: ProcessName, message: Message, parts: Buffer[]): void => {
    if (this.ownership.onMessage(from, message as BetweenPeers)) return;
    switch (message.type) {
      case "fetch": return this.onFetch(from, message.ref);
      case "fetched": return this.onFetched(from, message, parts);
      case "tasks-returned": return this.submission.onHandedBack(message.tasks);
      case "free-blocks":
        for (const block of message.blocks) this.values.free(from, block);
        return;
      default:
        if (!this.onHeadMessage(message as FromHead)) this.options.executor?.onMessage(from, message, parts);
    }
  };

  private onHeadMessage(message: FromHead): boolean {
    switch (message.type) {
      case "lease-granted":
        this.submission.onGranted(this.shape(message.shape), message.lease, message.worker, message.pid);
        return true;
      case "lease-recalled":
        this.submission.onRecalled(message.lease);
        return true;
      case "lease-broken":
        this.submission.onBroken(message.lease, message.cause);
        return true;
      case "process-died":
        this.processDied(message.process);
        return true;
      case "actor-state":
        if (message.state === "dead") {
          this.ownership.processDied(message.actor as string as ProcessName);
          const handle = this.ownActors.get(message.actor);
          if (handle) this.ownActors.delete(message.actor);
        }
        this.actors.onNews(message);
        return true;
      case "answer":
        this.answers.get(message.reply)?.(message.value);
        this.answers.delete(message.reply);
        return true;
      case "rows":
        for (const row of message.rows) for (const subscriber of this.subscribers) subscriber(row);
        return true;
      case "store-granted":
        this.values.grant(message.bytes);
        return true;
      default:
        return false;
    }
  }

  private processDied(process: ProcessName): void {
    this.connection.processDied(process);
    this.books.forget(process);
    this.options.executor?.processDied(process);
    this.values.ownerDied(process);
    this.values.removeOrphans(process, this.liveFiles());
    this.ownership.processDied(process);
    for (const entry of this.table.values()) {
      if (!entry.value && entry.isFetched && ownerOf(entry.id) === process) this.table.settle(entry, this.errorValue(ownerDied(entry.id)), true);
    }
  }

  // ---- housekeeping

  private touch(): void {
    this.collector.touch();
  }

  private keepHouse(): void {
    this.submission.giveBackIdle(GIVE_BACK_IDLE_MS);
    this.reporter.flush();
    this.ownership.sweep();
    const used = this.values.usedBytes;
    if (used !== this.reportedBytes) this.connection.sayToHead({ type: "store-used", bytes: (this.reportedBytes = used) });
  }

  private reportedBytes = 0;

  private errorValue(error: Error): WireValue {
    return this.keepHidden(this.values.store(this.options.encodeError(error), () => this.hiddenObject(), this.process, NONE));
  }

  private describe(ref: ObjectId): { sizeBytes: number; place: "inline" | "shared-memory" | "disk"; isError: boolean; preview?: string } | undefined {
    const entry = this.table.get(ref);
    if (!entry?.value) return undefined;
    const { value } = entry;
    const place = value.kind === "inline" ? "inline" : value.block.place;
    const preview = this.options.preview(this.values.read(value, entry));
    return { sizeBytes: value.kind === "inline" ? value.bytes.length : value.block.sizeBytes, place, isError: entry.isError, ...(preview !== undefined ? { preview } : {}) };
  }

  /** Somebody waits for an object, an answer or the connection. */
  get isWaitedFor(): boolean {
    return this.blockedDepth > 0 || this.answers.size > 0 || (this.info === undefined && this.state === "open");
  }

  /** Changes of these refs are reported one by one, with a preview: somebody looks at them. */
  watch(refs: readonly ObjectId[]): void {
    this.reporter.watch(refs);
  }
}

/** Functions whose captured values lie in blocks; a sent one lives on while tasks use it. */
const BIG_CODES_KEPT = 32;
const NONE: readonly string[] = [];
const EMPTY = new Uint8Array(0);
const NO_RESOURCES: Shape = {};

const ownerDied = (id: ObjectId): RayError => new OwnerDiedError(`Object ${id} is lost: the process that owned it died`);

const wireMeta = (value: WireValue): ActorWanted["code"] => ({ refs: value.refs, ...(value.kind === "block" ? { block: value.block, blockRef: value.ref } : {}) });

/** `worker` of `owner.worker`, the name under which it writes for an owner. */
const writerOf = (name: ProcessName): ProcessName => name.slice(name.indexOf(".") + 1) as ProcessName;
