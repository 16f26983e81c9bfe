/**
 * The engine on this machine, in a driver and in a worker alike: the owner's side of tasks, actors and objects. Put together
 * from parts that each own one thing: Connection (sockets), Objects (values and their counts), CallMaker and Submission
 * (tasks), ActorCalls (actors), EventReporter (what the views see).
 */
import { hostname } from "node:os";
import { ClusterDiedError, type RayError } from "../errors.ts";
import type { ActorInfo, ActorOptions, CallOptions, CancelOptions, ClusterInfo, Encoded, Engine, ItemStream, NodeInfo, Resolved, Returns, ShippedCode, TaskArgs, TaskOptions } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { RuntimeEnv } from "../engine/runtime-env.ts";
import { newProcessName, type ActorId, type JobId, type ObjectId, type ProcessName } from "../ids.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import { RecordType } from "../wire/frame.ts";
import { readResult, ResultStatus, type CallMeta, type WireValue } from "../wire/hot-records.ts";
import type { BetweenPeers, FromHead, Message, Shape } from "../wire/message.ts";
import type { RecordReader } from "../wire/record-reader.ts";
import { ActorCalls } from "./actor-calls.ts";
import { ActorCreation } from "./actor-creation.ts";
import { CallMaker } from "./call-maker.ts";
import { Cancelling } from "./cancelling.ts";
import { LocalRecords } from "./cluster-records.ts";
import { Collector } from "./collector.ts";
import { Connection } from "./connection.ts";
import { clusterInfo, type LocalEngineOptions } from "./engine-options.ts";
import { EventReporter } from "./event-reporter.ts";
import { HeadNews } from "./head-news.ts";
import { HeadQuestions } from "./head-questions.ts";
import { Holding } from "./holding.ts";
import { Housekeeping } from "./housekeeping.ts";
import type { ItemStreams } from "./item-streams.ts";
import { Needs } from "./needs.ts";
import { Objects } from "./objects.ts";
import { LocalPlacementGroups } from "./placement-groups.ts";
import type { Ownership } from "./ownership.ts";
import { SentBooks } from "./sent-book.ts";
import { itemStreams, submissionShell } from "./submission-shell.ts";
import { Submission } from "./submission.ts";
import { StoreKeeping } from "./store-keeping.ts";
import { Subscribers } from "./subscribers.ts";
import type { Task } from "./task.ts";
import type { ValueStore } from "./values.ts";

const GIVE_BACK_IDLE_MS = 250;

type State = "open" | "closed" | { readonly ended: RayError };

export class LocalEngine implements Engine {
  readonly kind = "local";
  readonly process: ProcessName;
  info: ClusterInfo | undefined;
  readonly connection: Connection;
  readonly objects: Objects;
  readonly actors: ActorCalls;
  readonly reporter: EventReporter;
  private readonly options: LocalEngineOptions;
  private readonly needs: Needs;
  private readonly calls: CallMaker;
  private readonly creation: ActorCreation;
  private readonly questions: HeadQuestions;
  private readonly submission: Submission;
  private readonly collector: Collector;
  private readonly streams: ItemStreams;
  readonly cancelling: Cancelling;
  private readonly house: Housekeeping;
  private readonly store: StoreKeeping;
  private readonly headNews: HeadNews;
  readonly records = new LocalRecords({ say: (message) => this.connection.sayToHead(message), ask: (make) => this.ask(make), address: () => this.connection.connected });
  private readonly subscribers = new Subscribers((isOn, only) => this.connection.sayToHead({ type: "subscribe", isOn, ...(only ? { only, jobs: [this.options.job(), this.process] } : {}) }));
  readonly placementGroups: LocalPlacementGroups;
  /** Worker. */
  readonly holding = new Holding({ owned: () => this.ownership.owned, tell: (holds) => this.connection.sayToHead({ type: "worker-holds-objects", holds }) });
  private state: State = "open";
  private waits = 0;

  constructor(options: LocalEngineOptions) {
    this.options = options;
    this.process = options.process ?? newProcessName(options.kind);
    this.connection = new Connection({
      self: this.process,
      kind: options.kind,
      job: options.job(),
      connect: options.connect,
      joinsLiveness: options.kind !== "worker",
      onMessage: this.onMessage,
      onRecord: this.onRecord,
      onConnected: (address) => this.onConnected(address),
      onEnded: (reason) => this.end(reason),
      onRefused: (text) => options.notice(text, "warning"),
      onGone: (process) => this.processDied(process),
    });
    if (options.prints) this.connection.sayToHead({ type: "prints-chosen", job: options.job(), ...options.prints });
    this.objects = new Objects({
      self: this.process,
      say: (to, message, parts) => this.connection.say(to, message, parts),
      isDead: (process) => this.connection.isDead(process),
      places: () => this.actors,
      encodeError: options.encodeError,
      preview: options.preview,
      notice: (text) => options.notice(text, "warning"),
      viewScope: options.viewScope ?? (() => this),
      handleGone: (handle, actor) => this.creation.lastHandleGone(handle, actor),
      settled: (ref, block) => this.reporter.object(ref, block), gone: (ref) => this.reporter.gone(ref),
      storeChanged: () => this.store.changed(),
      lost: (ref, isMadeAgain) => this.reporter.lost(ref, isMadeAgain),
      rerun: () => ({ hasRetriesLeft: (task) => this.submission.hasRetriesLeft(task), runAgain: (task, outputs) => this.runAgain(task, outputs) }),
      beginWait: () => this.beginWait(),
    });
    this.store = new StoreKeeping({ objects: this.objects, sayToHead: (message) => this.connection.sayToHead(message), collect: () => this.collector.collectNow() });
    this.needs = new Needs(options.runtimeEnv);
    const { needs } = this;
    this.calls = new CallMaker({ objects: this.objects, job: options.job, namespace: () => this.namespace(), folder: options.folder, needs, submitter: () => options.submitter?.() });
    const { objects, calls } = this;
    this.questions = new HeadQuestions((message) => this.connection.sayToHead(message));
    this.creation = new ActorCreation({
      self: this.process,
      objects,
      namespace: () => this.namespace(), folder: options.folder, needs,
      sayToHead: (message, parts) => this.connection.sayToHead(message, parts),
      created: (actor, className) => this.actors.created(actor, className),
    });
    const books = new SentBooks({ codeValue: (code) => calls.codeValue(code), lendCode: (to, code) => objects.ownership.lend(to, calls.codeRefs(code)) });
    this.streams = itemStreams(this.process, this.connection, objects, (ref) => this.cancel(ref, { force: false, recursive: true }));
    this.submission = new Submission(submissionShell({ self: this.process, connection: this.connection, objects, books, streams: this.streams, reporter: () => this.reporter, callAgain: (task) => this.actors.again(task), needs, notice: (text) => options.notice(text, "warning") }));
    this.books = books;
    this.actors = new ActorCalls({ submission: this.submission, decode: options.decode, sayToHead: (message) => this.connection.sayToHead(message) });
    this.cancelling = new Cancelling({ self: this.process, submission: this.submission, actors: this.actors, connection: this.connection, objects });
    this.reporter = new EventReporter({
      self: this.process,
      send: (rows) => this.connection.sayToHead({ type: "events", rows }),
      describe: (ref) => objects.describe(ref),
      unwatched: (ref) => objects.ownership.release(ref),
    });
    this.placementGroups = new LocalPlacementGroups({ self: this.process, objects, namespace: () => this.namespace(), say: (message) => this.connection.sayToHead(message), ask: (make) => this.ask(make), beginWait: () => this.beginWait() });
    this.house = new Housekeeping(() => this.keepHouse(), () => this.submission.leases > 0);
    this.headNews = new HeadNews({ connection: this.connection, submission: this.submission, actors: this.actors, creation: this.creation, needs, questions: this.questions, subscribers: this.subscribers, processDied: (process) => this.processDied(process) });
    this.collector = new Collector({ holdsSomething: () => objects.values.mapped > 0 || objects.size > 0, heldBytes: () => objects.values.usedBytes + objects.values.mappedBytes });
  }

  private readonly books: SentBooks;

  get values(): ValueStore { return this.objects.values; }
  get ownership(): Ownership { return this.objects.ownership; }

  private namespace(): string {
    return this.options.namespace?.() ?? this.info?.namespace ?? "";
  }

  get runtimeEnv(): RuntimeEnv {
    return this.needs.own?.env ?? {};
  }

  connect(): Promise<ClusterInfo> {
    return this.connection.connected.then(() => this.info as ClusterInfo);
  }

  private onConnected(address: ClusterAddress): void {
    this.values.open({ sharedMemoryFolder: address.sharedMemoryFolder, diskFolder: address.diskFolder, storeBytes: address.objectStoreMemory, grantedBytes: address.grantedBytes ?? 0, diskBudgetBytes: address.objectStoreDisk });
    this.objects.connected();
    queueMicrotask(() => this.store.tell()); // behind what waits to be said: a worker is ready first
    this.calls.connected((this.info = clusterInfo(address, this.options.job())).namespace);
    if (this.options.kind === "driver" && this.needs.own) this.connection.sayToHead({ type: "env-wanted", env: this.needs.own });
  }

  async close(): Promise<void> {
    if (this.state === "closed") return;
    this.reporter.flush();
    this.records.flush();
    this.finish(new ClusterDiedError("ray.shutdown() ended this cluster"));
    this.state = "closed";
    await Promise.all([this.connection.close(), this.objects.spilling.stop()]);
    this.values.close();
  }

  /** The head is gone: everything that waits fails with the reason. */
  private end(reason: string): void {
    if (this.state !== "open") return;
    const error = new ClusterDiedError(`${reason}; objects and actors of that cluster are gone. The next remote call starts a new one`);
    this.finish(error);
    void Promise.all([this.connection.close(), this.objects.spilling.stop()]).then(() => this.values.close());
    this.options.onEnded?.(reason);
  }

  private finish(error: RayError): void {
    this.state = { ended: error };
    this.house.stop();
    this.collector.stop();
    this.actors.failAll(error);
    this.submission.failAll(error);
    this.objects.failPending(error);
    this.questions.failAll(error);
  }

  // ---- tasks

  submitTask(code: ShippedCode, args: TaskArgs, options: TaskOptions): Returns {
    this.guardOpen();
    const meta = this.calls.lastMeta(options, code.key, "") ?? this.calls.metaFor(options, code.key, "", { codeKey: code.key, name: options.name ?? code.name, numReturns: options.numReturns, ...(options.stream ? { stream: options.stream } : {}), ...(options.maxCalls ? { maxCalls: options.maxCalls } : {}), resources: options.resources, ...(options.origin ? { origin: options.origin } : {}) }, options);
    const task = this.calls.task(meta, args, { code, maxRetries: options.maxRetries, retryExceptions: options.retryExceptions });
    this.begun(task);
    this.submission.submit(task);
    return { ids: task.returns, first: task.firstReturn };
  }

  /** What it made was lost. */
  private runAgain(task: Task, outputs: readonly ObjectId[]): void {
    this.streams.remake(task, outputs);
    this.begun(task);
    if (task.actor) this.actors.call(task.actor, "", task);
    else this.submission.submit(task);
  }

  streamOf(ref: ObjectId): ItemStream | undefined {
    return this.streams.of(ref);
  }

  cancel(ref: ObjectId, options: CancelOptions): void {
    this.cancelling.cancel(ref, options);
  }

  private begun(task: Task): void {
    this.house.wake();
    this.reporter.task(task);
    this.collector.touch();
  }

  private guardOpen(): void {
    if (typeof this.state === "object") throw this.state.ended;
    if (this.state === "closed") throw new ClusterDiedError("This engine was closed by ray.shutdown()");
  }

  // ---- objects

  put(value: Encoded): ObjectId {
    this.guardOpen();
    const id = this.objects.put(value);
    this.house.wake();
    this.collector.touch();
    return id;
  }

  isReady(ref: ObjectId, count?: number): boolean { return this.objects.isReady(ref, count); }

  peek(ref: ObjectId, count?: number): Resolved | undefined {
    return this.objects.peek(ref, count);
  }

  whenReady(refs: readonly ObjectId[], ready: (index: number, isError: boolean) => void, counts?: readonly number[]): () => void {
    return this.objects.whenReady(refs, ready, counts);
  }

  retain(ref: ObjectId): void {
    this.objects.retain(ref);
  }

  release(ref: ObjectId, count?: number): void {
    this.house.wake();
    this.objects.release(ref, count);
  }

  free(refs: readonly ObjectId[]): void {
    this.house.wake();
    this.collector.touch();
    this.objects.freed.free(refs);
  }

  /** Something was decoded or made here that may become garbage. */
  touched(): void {
    this.house.wake();
    this.collector.touch();
  }

  // ---- actors

  createActor(code: ShippedCode, args: TaskArgs, options: ActorOptions): ActorInfo {
    this.guardOpen();
    this.collector.touch();
    return this.creation.create(code, args, options);
  }

  callActor(actor: ActorInfo, method: string, args: TaskArgs, options: CallOptions): Returns {
    this.guardOpen();
    this.actors.guardPending(actor);
    const meta = this.calls.lastMeta(options, actor.actor, method) ?? this.callMeta(actor, method, options);
    const task = this.calls.task(meta, args, { actor: actor.actor, handle: actor.handleRef, maxRetries: options.maxTaskRetries ?? actor.callDefaults?.maxTaskRetries ?? 0, retryExceptions: options.retryExceptions ?? actor.callDefaults?.retryExceptions });
    this.begun(task);
    this.actors.call(actor.actor, actor.className, task);
    return { ids: task.returns, first: task.firstReturn };
  }

  private callMeta(actor: ActorInfo, method: string, options: CallOptions): CallMeta {
    if (actor.handleRef) this.objects.handles.set(actor.handleRef, actor.actor);
    return this.calls.metaFor(options, actor.actor, method, { actor: actor.actor, method, name: `${actor.className}.${method}`, numReturns: options.numReturns, ...(options.stream ? { stream: options.stream } : {}), resources: NO_RESOURCES, ...(options.concurrencyGroup ? { group: options.concurrencyGroup } : {}), ...(options.origin ? { origin: options.origin } : {}) });
  }

  async getActor(name: string, namespace: string | undefined): Promise<ActorInfo | undefined> {
    await this.connect();
    const found = (await this.ask((reply) => ({ type: "actor-sought", reply, name, namespace: namespace ?? this.namespace() }))) as ActorInfo | null;
    if (found?.handleRef) {
      this.objects.handles.set(found.handleRef, found.actor);
      this.retain(found.handleRef);
    }
    return found ?? undefined;
  }

  async killActor(actor: ActorId, options: { readonly noRestart: boolean }): Promise<void> {
    await this.ask((reply) => ({ type: "actor-killed", actor, noRestart: options.noRestart, cause: "it was killed by ray.kill", reply }));
  }
  async namedActors(namespace: string | undefined) { return this.ask<{ name: string; namespace: string }[]>((reply) => ({ type: "named-actors-sought", reply, ...(namespace === undefined ? {} : { namespace }) })); }

  /** Calls of this process to the actor for whose results somebody here waits. */
  awaitedCallsOf(actor: ActorId): { readonly name: string; readonly group: string | undefined; readonly submitter: unknown }[] {
    const isAwaited = (task: Task): boolean => this.streams.isAwaited(task) || task.returns.some((ref) => this.objects.isAwaited(ref));
    return this.submission.tasks().filter((task) => task.actor === actor && isAwaited(task)).map(({ meta, submitter }) => ({ name: meta.name, group: meta.group, submitter }));
  }

  // ---- the head

  private ask<T = unknown>(make: Parameters<HeadQuestions["ask"]>[0]): Promise<T> {
    this.guardOpen();
    this.reporter.flush(); // what this process knows comes before its questions
    return this.questions.ask(make) as Promise<T>;
  }

  async resources(which: "total" | "available") { return this.ask<Record<string, number>>((reply) => ({ type: "resources-sought", reply, which })); }
  async nodes(): Promise<readonly NodeInfo[]> { return this.connect().then(({ nodeId, resources }) => [{ nodeId, hostname: hostname(), alive: this.state === "open", resources }]); }

  subscribe(on: (event: EngineEvent) => void, only?: "prints"): () => void {
    return this.subscribers.add(on, only);
  }

  beginWait(): () => void {
    this.waits++;
    const ended = this.options.executor?.beginWait();
    return () => {
      this.waits--;
      ended?.();
    };
  }

  /** Sends itself the newest of its tasks that need no more CPU than is held, and nothing else. False: there is none. */
  runOwn(held: Shape): boolean {
    return this.submission.runOwn(this.process, held);
  }

  // ---- what arrives

  private readonly onRecord = (from: ProcessName, type: number, reader: RecordReader): void => {
    if (type !== RecordType.result) return this.options.executor?.onRecord(from, type, reader);
    const result = readResult(reader);
    const task = this.submission.onResult(from, result);
    if (task) this.actors.onResult(task);
    this.collector.touch();
    if (from === this.process && result.status !== ResultStatus.item) this.options.executor?.ownAnswered();
    this.submission.dispatchSoon();
  };

  private readonly onMessage = (from: ProcessName, message: Message, parts: Buffer[]): void => {
    this.house.wake();
    if (this.ownership.onMessage(from, message as BetweenPeers) || this.store.hear(from, message)) return;
    switch (message.type) {
      case "fetch": return this.objects.fetches.onFetch(from, message.ref, message.lost);
      case "fetched": return this.objects.fetches.onFetched(from, message, parts);
      case "cancel": return this.cancelling.onCancel(message.ref, message);
      case "tasks-returned": return this.submission.onHandedBack(from, message.tasks, message.isRetired);
      default:
        if (!this.headNews.hear(message as FromHead)) this.options.executor?.onMessage(from, message, parts);
    }
  };

  private processDied(process: ProcessName): void {
    this.connection.processDied(process);
    this.books.forget(process);
    this.options.executor?.processDied(process);
    this.objects.processDied(process);
  }

  // ---- housekeeping

  private keepHouse(): void {
    this.holding.quiet();
    this.submission.giveBackIdle(GIVE_BACK_IDLE_MS);
    this.reporter.flush();
    this.objects.sweep();
    this.store.tellIfChanged();
  }

  /** Somebody waits for an object, an answer or the connection. */
  get isWaitedFor(): boolean {
    return this.waits > 0 || this.questions.size > 0 || (this.info === undefined && this.state === "open");
  }

  /** Changes of these refs are reported one by one, with a preview: somebody looks at them. */
  watch(refs: readonly ObjectId[]): void {
    this.house.wake();
    // a view of `f.remote()` may be the only one that holds it: it shows the value before that goes
    for (const ref of this.reporter.watch(refs)) this.objects.retain(ref);
  }
}

const NO_RESOURCES: Shape = {};
