/**
 * Runs what owners send to this worker: tasks one at a time, or the calls of the actor that this process became. Owns: the
 * queue of calls and the code that owners sent. Does not own: refs and values (the engine does).
 *
 * X1. Calls of one caller start in the order in which they arrived; an actor has at most `maxConcurrency` unfinished calls, a worker one.
 * X2. While its task waits in get, a worker runs nothing else and hands back what it has not started.
 * X3. Finished results leave before a call starts that may be long.
 * X4. A lend is returned when everything in the arguments that is kept is counted here.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Encoded, ShippedCode, TaskContext } from "../engine/engine.ts";
import { itemId, objectId, ownerOf, type ActorId, type ProcessName } from "../ids.ts";
import type { LocalEngine } from "../local/local-engine.ts";
import { flushAll } from "../wire/outbox.ts";
import { RecordType } from "../wire/frame.ts";
import { readCode, readMeta, readTask, refsCarried, ResultStatus, writeResult, type CallMeta, type TaskRecord, type WireValue } from "../wire/hot-records.ts";
import type { Message } from "../wire/message.ts";
import type { RecordReader } from "../wire/record-reader.ts";
import { actorMethod, constructorContext, leaving, LINGER_MS, notLeaving, RunningCalls, type ActorRole } from "./actor-role.ts";
import { callContext } from "./call-context.ts";
import { isThenable, placeDependencies } from "./arguments.ts";
import { Cancellations, type CancellableCall } from "./cancellations.ts";
import { ItemSender } from "./item-sender.ts";
import { receiveCode, type HeldCode } from "./received-code.ts";
import { encodeReturns } from "./returns.ts";
import { SelfWait } from "./self-wait.ts";

/** How long a call that got an actor's handle waits to learn where the actor is. */
const LOCATE_ACTORS_MS = 300;
/** A call whose like took this long is long: results before it are sent first. */
const LONG_CALL_MICROS = 1000;
/** The loop turns this often between synchronous calls, so that messages are heard. */
const TURN_MS = 10;

export interface ExecutorOptions {
  readonly self: ProcessName;
  readonly guard: Int32Array;
  /** Made after the engine, which the executor needs. */
  readonly engine: () => LocalEngine;
  readonly encode: (value: unknown, label: string) => Encoded;
  readonly encodeTaskError: (error: unknown, context: { taskName: string; pid: number }) => Encoded;
  readonly decode: (value: Encoded) => unknown;
  readonly receive: (code: ShippedCode) => Function | Promise<Function>;
  /** A task of this folder's driver begins. An actor stays in the folder that it was made for. */
  readonly enter: (folder: string | undefined) => void;
}

interface Call extends CancellableCall {
  readonly record: TaskRecord;
  readonly meta: CallMeta;
}

interface Sender {
  readonly metas: Map<number, CallMeta>;
  readonly codes: Map<string, HeldCode>;
}

export class Executor {
  private readonly options: ExecutorOptions;
  readonly cancellations: Cancellations<Call>;
  private readonly items: ItemSender<Call>;
  private readonly senders = new Map<ProcessName, Sender>();
  private queue: Call[] = [];
  private head = 0;
  private calls = new RunningCalls(1, undefined);
  private readonly selfWait = new SelfWait({
    awaited: () => (this.actor ? this.options.engine().awaitedCallsOf(this.actor.id) : []),
    stuck: () => (this.actor && this.current && !this.calls.hasGroups && !this.calls.hasRoom(undefined) ? { call: this.current.meta.name, className: this.actor.className } : undefined),
    say: (text) => console.error(text),
  });
  /** The actor ends when no call runs any more; `call` asked for it. */
  private exit: { readonly call: Call | undefined; readonly cause: string } | undefined;
  private isBlocked = false;
  private isPumping = false;
  private isTurnScheduled = false;
  private readonly runMicros = new WeakMap<CallMeta, number>();
  private readonly overlapping = new AsyncLocalStorage<Call>();
  private current: Call | undefined;
  private actor: (ActorRole & { instance: object | undefined }) | undefined;

  constructor(options: ExecutorOptions) {
    this.options = options;
    this.cancellations = new Cancellations(options.guard);
    this.items = new ItemSender((call) => this.cancellations.signal(call), options.encode, (call, index, value) => this.sendItem(call, index, value));
  }

  // ---- what arrives

  onRecord(from: ProcessName, type: number, reader: RecordReader): void {
    const sender = this.sender(from);
    if (type === RecordType.task) this.onTask(from, sender, readTask(reader));
    else if (type === RecordType.meta) {
      const { index, meta } = readMeta(reader);
      sender.metas.set(index, meta);
    } else if (type === RecordType.code) {
      const { key, name, value, lend, forget } = readCode(reader);
      if (forget) sender.codes.delete(forget);
      sender.codes.set(key, { name, value, lend, built: undefined });
    }
  }

  private sender(from: ProcessName): Sender {
    const known = this.senders.get(from);
    if (known) return known;
    const sender: Sender = { metas: new Map(), codes: new Map() };
    this.senders.set(from, sender);
    return sender;
  }

  private onTask(from: ProcessName, sender: Sender, record: TaskRecord): void {
    const meta = sender.metas.get(record.meta);
    if (!meta) throw new Error(`Task ${record.seq} of ${from} came before its meta record ${record.meta}`);
    const call: Call = { from, record, meta, abort: undefined, isCancelled: false };
    if (this.isBlocked && !this.actor) return this.handBack([call]);
    this.queue.push(call);
    this.schedulePump();
  }

  private schedulePump(): void {
    if (this.isPumping || this.isTurnScheduled) return;
    this.isTurnScheduled = true;
    // after the frame was read: its later records (results, news) are heard first
    queueMicrotask(() => {
      this.isTurnScheduled = false;
      this.pump();
    });
  }

  // ---- running

  private readonly pump = (): void => {
    if (this.isPumping) return;
    this.isPumping = true;
    const turnAt = performance.now() + TURN_MS;
    try {
      while (this.head < this.queue.length && this.mayStart()) {
        if (performance.now() > turnAt) {
          this.turnLater();
          break;
        }
        const call = this.nextCall();
        if (!call) break;
        this.start(call);
      }
    } finally {
      this.isPumping = false;
    }
    if (this.head > 0 && this.head === this.queue.length) {
      this.queue = [];
      this.head = 0;
    }
  };

  private turnLater(): void {
    if (this.isTurnScheduled) return;
    this.isTurnScheduled = true;
    setImmediate(() => {
      this.isTurnScheduled = false;
      this.pump();
    });
  }

  private mayStart(): boolean {
    if (!this.actor) return this.calls.total === 0 && !this.isBlocked;
    return this.actor.instance !== undefined && !this.exit && (this.calls.hasGroups || this.calls.hasRoom(undefined));
  }

  private nextCall(): Call | undefined {
    if (!this.calls.hasGroups) return this.queue[this.head++];
    const at = this.queue.findIndex(({ meta }, i) => i >= this.head && this.calls.hasRoom(meta.group));
    return at < 0 ? undefined : this.queue.splice(at, 1)[0];
  }

  /** Runs a call; a synchronous one has ended when this returns. */
  private start(call: Call): void {
    this.calls.began(call.meta.group, 1);
    if ((this.runMicros.get(call.meta) ?? Infinity) > LONG_CALL_MICROS) flushAll(); // X3
    const startedAt = Date.now();
    const begun = performance.now();
    const previous = this.current;
    this.current = call;
    let outcome: unknown;
    let isError = false;
    try {
      this.cancellations.begin(call);
      outcome = this.invoke(call);
      if (isThenable(outcome)) {
        void this.finishLater(call, outcome, startedAt, begun);
        return;
      }
    } catch (error) {
      outcome = error;
      isError = true;
    } finally {
      if (this.isOverlapping) this.current = previous;
    }
    this.finish(call, outcome, isError, startedAt, begun);
  }

  private get isOverlapping(): boolean {
    return this.calls.mayOverlap;
  }

  private async finishLater(call: Call, outcome: PromiseLike<unknown>, startedAt: number, begun: number): Promise<void> {
    let value: unknown;
    let isError = false;
    try {
      value = await outcome;
    } catch (error) {
      value = error;
      isError = true;
    }
    this.finish(call, value, isError, startedAt, begun);
    this.schedulePump();
  }

  private invoke(call: Call): unknown {
    if (!this.actor) this.options.enter(call.meta.folder);
    const code = this.code(call);
    const args = this.args(call);
    if (isThenable(code) || isThenable(args)) {
      return Promise.all([code, args]).then(([fn, list]) => this.apply(call, fn as Function, list as unknown[]));
    }
    return this.apply(call, code as Function, args as unknown[]);
  }

  private apply(call: Call, code: Function, args: unknown[]): unknown {
    const self = this.actor?.instance;
    const run = (): unknown => (call.meta.stream === undefined ? code.apply(self, args) : this.items.run(call, code.apply(self, args)));
    return this.isOverlapping ? this.overlapping.run(call, run) : run();
  }

  private code({ from, meta }: Call): Function | Promise<Function> {
    if (this.actor) {
      return actorMethod(this.actor.className, this.actor.instance, meta.method as string, (cause) => this.exitActor(cause));
    }
    const key = meta.codeKey as string;
    const held = this.sender(from).codes.get(key);
    if (!held) throw new Error(`The code of task ${meta.name} did not arrive`);
    if (held.built) return held.built;
    const built = receiveCode(this.options.engine(), this.options.receive, from, key, held);
    held.built = built;
    if (isThenable(built)) void built.then((fn) => (held.built = fn), () => (held.built = undefined));
    return built;
  }

  /** The arguments as values, refs inside them counted. */
  private args(call: Call): unknown[] | Promise<unknown[]> {
    const { record, from } = call;
    const engine = this.options.engine();
    const counted = (): void => engine.ownership.settled(record.lend, from);
    this.received(call);
    try {
      const unplaced = [...this.learn(record.args), ...record.dependencies.flatMap(({ value }) => this.learn(value))];
      const list = this.options.decode(engine.values.read(record.args, undefined));
      const values = record.dependencies.map(({ value }) => this.options.decode(engine.values.read(value, undefined)));
      if (unplaced.length === 0 && !isThenable(list) && !values.some(isThenable)) {
        counted();
        return placeDependencies(list as unknown[], record, values);
      }
      const all = Promise.all([list, ...values]).then(([args, ...rest]) => placeDependencies(args as unknown[], record, rest));
      all.then(counted, counted);
      return Promise.all([all, ...unplaced.map((id) => engine.actors.located(id, LOCATE_ACTORS_MS))]).then(([args]) => args);
    } catch (error) {
      counted();
      throw error;
    }
  }

  private received({ from, record }: Call): void {
    if (record.lend !== 0) this.options.engine().ownership.received(record.lend, from, refsCarried([record.args, ...record.dependencies.map(({ value }) => value)]));
  }

  /** Notes where the actors of handles are; returns those that nobody could say. */
  private learn(value: WireValue): ActorId[] {
    if (value.refs.length === 0) return NO_ACTORS;
    const engine = this.options.engine();
    engine.objects.handles.learn(value.refs);
    const handles = value.refs.map((ref) => ref.split("@")[1]).filter((actor): actor is string => actor !== undefined) as ActorId[];
    return handles.filter((actor) => engine.actors.workerOf(actor) === undefined);
  }

  private sendItem({ from, record }: Call, index: number, item: Encoded): void {
    const engine = this.options.engine();
    const lane = engine.connection.lane(from);
    if (!lane) return;
    const values = [engine.objects.resultValue(item, itemId(from, record.seq, index), from)];
    writeResult(lane, { seq: record.seq, status: ResultStatus.item, lend: this.lend(from, values), startedAt: 0, runMicros: index, values });
    engine.touched();
  }

  private lend(to: ProcessName, values: readonly WireValue[]): number {
    return this.options.engine().ownership.lend(to, refsCarried(values).filter((ref) => ownerOf(ref) !== to));
  }

  private finish(call: Call, outcome: unknown, isError: boolean, startedAt: number, begun: number): void {
    const runMicros = Math.min(0xffffffff, Math.round((performance.now() - begun) * 1000));
    this.runMicros.set(call.meta, runMicros);
    this.calls.began(call.meta.group, -1);
    this.cancellations.end(call);
    this.leaveIfIdle();
    if (this.exit?.call === call) return; // its caller hears of the actor's end from the head
    const engine = this.options.engine();
    const lane = engine.connection.lane(call.from);
    const { status, encoded } = this.encode(call, outcome, isError);
    if (this.calls.total === 0) this.current = undefined;
    if (!lane) return; // the caller died: nobody wants the result
    const values: WireValue[] = [];
    for (let i = 0; i < encoded.length; i++) {
      values.push(engine.objects.resultValue(encoded[i] as Encoded, objectId(call.from, call.record.firstReturn + i), call.from));
    }
    const lend = this.lend(call.from, values);
    writeResult(lane, { seq: call.record.seq, status, lend, startedAt, runMicros, values });
    engine.touched();
  }

  private encode(call: Call, outcome: unknown, isError: boolean): { status: number; encoded: Encoded[] } {
    const { meta } = call;
    if (call.isCancelled) return { status: ResultStatus.cancelled, encoded: [] };
    if (!isError) {
      try {
        return { status: ResultStatus.ok, encoded: encodeReturns(meta, outcome, this.options.encode) };
      } catch (error) {
        outcome = error;
      }
    }
    return { status: ResultStatus.error, encoded: [this.options.encodeTaskError(outcome, { taskName: meta.name, pid: process.pid })] };
  }

  // ---- being an actor

  /** From now on this process is that actor's; calls that came already wait for its constructor. */
  becomeActor(role: ActorRole): void {
    this.actor = { ...role, instance: undefined };
    this.calls = new RunningCalls(role.maxConcurrency, role.concurrencyGroups);
  }

  actorReady(instance: object): void {
    if (!this.actor) throw new Error("This process is no actor's");
    this.actor.instance = instance;
    this.schedulePump();
  }

  exitActor(cause: string): never {
    if (!this.actor?.instance) throw notLeaving(this.actor);
    this.exit ??= { call: this.running(), cause };
    this.leaveIfIdle();
    throw leaving();
  }

  /** Results that were written before are on their way when the head ends this process. */
  private leaveIfIdle(): void {
    if (!this.exit || this.calls.total > 0) return;
    const message = { type: "actor-killed", actor: (this.actor as ActorRole).id, noRestart: true, cause: this.exit.cause } as const;
    setTimeout(() => this.options.engine().connection.sayToHead(message), LINGER_MS);
  }

  // ---- waiting, leaving

  /** X2. */
  blocked(isBlocked: boolean): void {
    this.isBlocked = isBlocked;
    if (this.actor) this.selfWait.blocked(isBlocked);
    if (!isBlocked) return this.schedulePump();
    if (this.actor) return;
    const unstarted = this.queue.slice(this.head);
    this.queue = [];
    this.head = 0;
    this.handBack(unstarted);
  }

  private handBack(calls: readonly Call[]): void {
    const engine = this.options.engine();
    const byOwner = new Map<ProcessName, number[]>();
    for (const call of calls) {
      const { from, record } = call;
      const seqs = byOwner.get(from) ?? [];
      seqs.push(record.seq);
      byOwner.set(from, seqs);
      this.received(call);
      engine.ownership.settled(record.lend, from);
    }
    for (const [owner, tasks] of byOwner) engine.connection.say(owner, { type: "tasks-returned", tasks });
  }

  onMessage(from: ProcessName, message: Message): boolean {
    if (message.type === "items-taken") return this.items.onTaken(from, message);
    if (message.type === "cancel-task") return this.cancel(from, message);
    if (message.type !== "abandon-work") return false;
    // the watch thread ends this process if it runs that client's task: here it does not
    this.queue = this.queue.slice(this.head).filter(({ from }) => from !== message.client);
    this.head = 0;
    this.senders.delete(message.client);
    this.options.engine().connection.sayToHead({ type: "worker-idle" });
    return true;
  }

  private cancel(from: ProcessName, { seq, force, recursive }: Extract<Message, { type: "cancel-task" }>): true {
    const running = this.cancellations.find(from, seq);
    if (running) this.cancellations.stop(running);
    if (running && force) process.kill(process.pid, "SIGKILL");
    const at = this.queue.findIndex((call, i) => i >= this.head && call.record.seq === seq && call.from === from);
    if (at >= 0) this.drop(this.queue.splice(at, 1)[0] as Call);
    const isBy = (submitter: unknown): boolean => (submitter as Call | undefined)?.record.seq === seq && (submitter as Call).from === from;
    if (recursive) this.options.engine().cancelling.cancelSubmitted(isBy, "the task that submitted it was", { force, recursive });
    return true;
  }

  /** A call that is not going to run: its owner waits for the answer. */
  private drop(call: Call): void {
    const engine = this.options.engine();
    this.received(call);
    engine.ownership.settled(call.record.lend, call.from);
    const lane = engine.connection.lane(call.from);
    if (lane) writeResult(lane, { seq: call.record.seq, status: ResultStatus.cancelled, lend: 0, startedAt: 0, runMicros: 0, values: [] });
  }

  processDied(process: ProcessName): void {
    this.senders.delete(process);
  }

  // ---- what code inside a call can ask

  /** The call that runs here: by async context when calls overlap. */
  private running(): Call | undefined {
    return this.isOverlapping ? (this.overlapping.getStore() ?? this.current) : this.current;
  }

  /** Shares one private view of an object within a call. */
  scope(): unknown {
    return this.running();
  }

  origin(): string | undefined {
    return this.running()?.meta.origin;
  }

  /** Name, job and cell of the running call, for prints. */
  label(): { readonly name: string; readonly job: string; readonly origin: string | undefined } | undefined {
    const call = this.running();
    return call && { name: call.meta.name, job: call.meta.job, origin: call.meta.origin };
  }

  context(): TaskContext | undefined {
    const call = this.running();
    if (!call) return this.actor && !this.actor.instance ? constructorContext(this.actor) : undefined;
    return callContext(call, this.actor, this.cancellations.signal(call));
  }
}

const NO_ACTORS: ActorId[] = [];
