/**
 * Runs what owners send to this worker: tasks one at a time, or the calls of the actor that this process became. Owns: the
 * queue of calls and the code that owners sent. Does not own: refs and values (the engine does).
 *
 * X1. Calls of one caller start in the order in which they arrived; an actor has at most `maxConcurrency` unfinished calls, a worker one.
 * X2. While its task waits in get, a worker hands back what it has not started, and runs at most what it submitted itself (blocking.ts).
 * X3. Finished results leave before a call starts that may be long.
 * X4. A lend is returned when everything in the arguments that is kept is counted here.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Encoded, ShippedCode, TaskContext } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { Placement } from "../engine/placement.ts";
import type { PrintLabel } from "../head/prints.ts";
import type { ProcessName } from "../ids.ts";
import type { LocalEngine } from "../local/local-engine.ts";
import { flushAll } from "../wire/outbox.ts";
import { RecordType } from "../wire/frame.ts";
import { readTask, type CallMeta, type TaskRecord } from "../wire/hot-records.ts";
import type { Message } from "../wire/message.ts";
import type { RecordReader } from "../wire/record-reader.ts";
import { ActorPulse, type Counts } from "./actor-pulse.ts";
import { actorMethod, constructorContext, RunningCalls, type ActorRole } from "./actor-role.ts";
import { callContext, printLabel } from "./call-context.ts";
import { CallArguments, isThenable } from "./arguments.ts";
import { Blocking } from "./blocking.ts";
import type { Call } from "./call.ts";
import { CallClock } from "./call-clock.ts";
import { CallQueue } from "./call-queue.ts";
import { Cancellations } from "./cancellations.ts";
import { callNumber, clientNumber } from "./client-number.ts";
import { Halts } from "./halts.ts";
import { ItemSender } from "./item-sender.ts";
import { Leaving, leaving, notLeaving } from "./leaving.ts";
import { Orders } from "./orders.ts";
import { errorText, RunLog } from "./run-log.ts";
import { Retirement } from "./retirement.ts";
import { Results, type ListedErrors } from "./results.ts";
import { Senders } from "./senders.ts";
import { SelfWait, type ActorCallsNow } from "./self-wait.ts";
import { workingFolder } from "./working-folder.ts";

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

export class Executor {
  private readonly options: ExecutorOptions;
  readonly cancellations: Cancellations<Call>;
  private readonly items: ItemSender<Call>;
  private readonly args: CallArguments;
  private readonly senders: Senders;
  private readonly results: Results;
  private readonly halts: Halts;
  private readonly queue = new CallQueue<Call>();
  private calls = new RunningCalls(1, undefined);
  private readonly selfWait = new SelfWait({
    now: () => this.actorCallsNow(),
    say: (call, text) => this.printAs(call, text),
  });
  private readonly leaving = new Leaving<Call>((cause) => this.options.engine().connection.sayToHead({ type: "actor-killed", actor: (this.actor as ActorRole).id, noRestart: true, cause }));
  private readonly blocking = new Blocking({
    blocked: () => this.onBlocked(),
    unblocked: () => this.onUnblocked(),
    tell: (isBlocked, wait, isAlone) => this.options.engine().connection.sayToHead({ type: "worker-blocked", isBlocked, wait, isAlone }),
    isAlone: () => this.isAlone(),
    runOwn: () => this.options.engine().runOwn(this.base?.call.meta.resources ?? {}),
  });
  private readonly orders: Orders;
  private readonly runs: RunLog;
  private readonly pulse = new ActorPulse({
    instance: () => this.actor?.instance,
    counts: () => this.counts(),
    say: (pulse) => this.tellEvents([{ type: "actor-pulse", actor: (this.actor as ActorRole).id, worker: this.options.self, pid: process.pid, ...pulse }]),
  });
  private ended = 0;
  private failed = 0;
  private readonly retirement = new Retirement(() => this.orders.retire());
  private isPumping = false;
  private isTurnScheduled = false;
  private readonly clock = new CallClock();
  private readonly overlapping = new AsyncLocalStorage<Call>();
  private hasContexts = false;
  private current: Call | undefined;
  /** The task from elsewhere that runs here, and the working folder in which it began. */
  private base: { readonly call: Call; readonly folder: string } | undefined;
  private actor: (ActorRole & { instance: object | undefined }) | undefined;

  constructor(options: ExecutorOptions) {
    this.options = options;
    this.runs = new RunLog(options.self);
    this.cancellations = new Cancellations(options.guard);
    this.halts = new Halts(options.guard);
    this.senders = new Senders(options);
    this.args = new CallArguments(options);
    this.results = new Results(options);
    this.items = new ItemSender<Call>({
      signal: (call) => this.cancellations.signal(call),
      encode: options.encode,
      send: (call, index, value) => this.results.sendItem(call, index, value),
      held: (call, isHeld) => { if (this.actor) this.selfWait.holds(call, isHeld); },
      isDead: (caller) => options.engine().connection.isDead(caller),
    });
    const { queue, cancellations, items, args, results, senders, halts, blocking } = this;
    this.orders = new Orders({ engine: options.engine, queue, cancellations, items, args, results, senders, halts, blocking, observe: (everyMs) => this.pulse.observe(everyMs), tellRuns: () => this.tellEvents(this.runs.tell(this.cancellations.calls, performance.now())) });
  }

  // ---- what arrives

  onRecord(from: ProcessName, type: number, reader: RecordReader): void {
    if (type === RecordType.task) this.onTask(from, readTask(reader));
    else this.senders.onRecord(from, type, reader);
  }

  private onTask(from: ProcessName, record: TaskRecord): void {
    const isOwn = from === this.options.self && !this.actor;
    const call: Call = { from, record, meta: this.senders.metaOf(from, record), isOwn, isShared: false, waits: 0, abort: undefined, isCancelled: false, startedAt: 0 };
    if (isOwn) return this.start(call);
    if ((this.blocking.isBlocked || this.retirement.isOver) && !this.actor) return this.orders.handBack([call], this.retirement.isOver);
    this.queue.push(call);
    this.schedulePump();
  }

  /** After the frame was read: its later records (results, news) are heard first. */
  private schedulePump(): void {
    if (!this.isPumping) this.pumpLater(queueMicrotask);
  }

  private pumpLater(later: (turn: () => void) => unknown): void {
    if (this.isTurnScheduled) return;
    this.isTurnScheduled = true;
    later(() => {
      this.isTurnScheduled = false;
      this.pump();
    });
  }

  // ---- running

  private readonly pump = (): void => {
    if (this.isPumping) return;
    this.isPumping = true;
    const turnAt = this.clock.turn() + TURN_MS;
    try {
      while (!this.queue.isEmpty && this.mayStart()) {
        if (this.clock.now > turnAt) {
          this.pumpLater(setImmediate);
          break;
        }
        const call = this.nextCall();
        if (!call) break;
        this.start(call);
      }
    } finally {
      this.isPumping = false;
    }
  };

  private mayStart(): boolean {
    if (!this.actor) return !this.blocking.isTaken;
    return this.actor.instance !== undefined && !this.leaving.isAsked && (this.calls.hasGroups || this.calls.hasRoom(undefined));
  }

  private nextCall(): Call | undefined {
    return this.calls.hasGroups ? this.queue.take(({ meta }) => this.calls.hasRoom(meta.group)) : this.queue.next();
  }

  /** Runs a call; a synchronous one has ended when this returns. */
  private start(call: Call): void {
    if (!this.actor && !call.isOwn && !this.halts.mayBegin(clientNumber(call.from), callNumber(clientNumber(call.from), call.record.seq))) return this.args.drop(call);
    this.calls.began(call.meta.group, 1);
    this.blocking.began(call);
    if (!this.actor && !call.isOwn) this.base = { call, folder: workingFolder() };
    // other calls may run beside it: code is told apart by its asynchronous context
    call.isShared = this.calls.mayOverlap || this.calls.total > 1;
    if (this.clock.microsOf(call.meta) > LONG_CALL_MICROS) this.beforeLong(call); // X3
    const begun = performance.now();
    const startedAt = (call.startedAt = this.clock.startedAt(begun, this.isPumping));
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
      if (call.isShared) this.current = previous;
    }
    this.finish(call, outcome, isError, startedAt, begun);
  }

  private beforeLong({ meta }: Call): void {
    this.pulse.beforeLong(meta.name);
    flushAll();
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
    const args = this.args.decode(call);
    if (isThenable(code) || isThenable(args)) {
      return Promise.all([code, args]).then(([fn, list]) => this.apply(call, fn as Function, list as unknown[]));
    }
    return this.apply(call, code as Function, args as unknown[]);
  }

  private apply(call: Call, code: Function, args: unknown[]): unknown {
    const self = this.actor?.instance;
    const run = (): unknown => (call.meta.stream === undefined ? code.apply(self, args) : this.items.run(call, code.apply(self, args)));
    if (!call.isShared) return run();
    this.hasContexts = true;
    return this.overlapping.run(call, run);
  }

  private code({ from, meta }: Call): Function | Promise<Function> {
    if (this.actor) {
      return actorMethod(this.actor.className, this.actor.instance, meta.method as string, (cause) => this.exitActor(cause));
    }
    return this.senders.codeOf(from, meta);
  }

  private finish(call: Call, outcome: unknown, isError: boolean, startedAt: number, begun: number): void {
    const runMicros = this.clock.ended(call.meta, begun);
    this.calls.began(call.meta.group, -1);
    this.cancellations.end(call);
    this.blocking.ended(call);
    if (this.calls.total === 0) this.leaving.idle();
    if (this.leaving.isBy(call)) return;
    this.ended += 1;
    if (isError) this.failed += 1;
    if (!call.isOwn) this.runs.add(call, startedAt, runMicros, isError ? errorText(outcome) : undefined);
    if (!this.actor && this.calls.total === 0) this.options.engine().holding.callsEnded(); // before its lease can go back
    this.results.send(call, outcome, isError, startedAt, runMicros);
    if (call.meta.maxCalls !== undefined) this.retirement.ran(call.meta);
    if (this.current === call || this.calls.total === 0) this.current = undefined;
    if (this.base?.call === call) this.base = undefined;
    this.leaveContexts();
  }

  /** Following asynchronous contexts makes every promise slower: it ends with the need for it. */
  private leaveContexts(): void {
    if (!this.hasContexts || this.calls.total > 0 || this.calls.mayOverlap) return;
    this.hasContexts = false;
    this.overlapping.disable();
  }

  // ---- being an actor

  /** From now on this process is that actor's; calls that came already wait for its constructor. */
  becomeActor(role: ActorRole): void {
    this.actor = { ...role, instance: undefined };
    this.ended = this.failed = 0;
    this.calls = new RunningCalls(role.maxConcurrency, role.concurrencyGroups);
    this.blocking.becameActor();
  }

  actorReady(instance: object, listed: ListedErrors | undefined): void {
    if (!this.actor) throw new Error("This process is no actor's");
    this.actor.instance = instance;
    this.results.listed = listed;
    this.schedulePump();
  }

  exitActor(cause: string): never {
    if (!this.actor?.instance) throw notLeaving(this.actor?.className);
    this.leaving.ask(this.running(), cause);
    if (this.calls.total === 0) this.leaving.idle();
    throw leaving();
  }

  /** In the cell that made the call, which need not run yet. */
  private printAs(call: Call, text: string): void {
    if (this.hasContexts) return this.overlapping.run(call, () => console.error(text));
    const { current } = this;
    this.current = call;
    console.error(text);
    this.current = current;
  }

  private counts(): Counts {
    const { calls, queue, ended, failed } = this;
    const [oldest] = this.cancellations.calls;
    return { calls: ended, failed, running: calls.total, waiting: queue.size, ...(oldest === undefined ? {} : { current: oldest.meta.name, currentSince: oldest.startedAt }) };
  }

  private tellEvents(rows: readonly EngineEvent[]): void {
    if (rows.length > 0) this.options.engine().connection.sayToHead({ type: "events", rows });
  }

  private actorCallsNow(): ActorCallsNow | undefined {
    if (!this.actor) return undefined;
    const { calls, queue, cancellations } = this;
    const waiting = queue.find(({ meta }) => !calls.hasRoom(meta.group));
    return { className: this.actor.className, running: cancellations.calls, awaited: this.options.engine().awaitedCallsOf(this.actor.id), waiting, groupOf: (group) => calls.groupOf(group), mostOf: (group) => calls.mostOf(group) };
  }

  // ---- waiting

  /** A get or wait of the running code begins. */
  beginWait(): () => void {
    return this.blocking.beganWait(this.running());
  }

  /** X2. */
  private onBlocked(): void {
    if (this.actor) this.selfWait.blocked(true);
    else this.orders.handBack(this.queue.takeAll());
  }

  private onUnblocked(): void {
    if (this.actor) this.selfWait.blocked(false);
    this.schedulePump();
  }

  /** After a crash (a task that ends its process takes those beside it along), and when the task went to another folder. */
  private isAlone(): boolean {
    return this.base !== undefined && (this.base.call.record.attempt > 0 || this.base.folder !== workingFolder());
  }

  /** A result of an own task was read; who waits for it goes on before this process looks whether it only waits. */
  ownAnswered(): void {
    if (!this.actor) setImmediate(() => this.blocking.answered());
  }

  onMessage(from: ProcessName, message: Message): boolean {
    return this.orders.onMessage(from, message);
  }

  processDied(process: ProcessName): void {
    this.senders.forget(process);
    this.items.callerDied(process);
  }

  // ---- what code inside a call can ask

  /** The call that runs here: by async context when calls overlap. */
  private running(): Call | undefined {
    return this.overlapping.getStore() ?? this.current;
  }

  /** Shares one private view of an object within a call. */
  scope(): unknown {
    return this.running();
  }

  origin(): string | undefined {
    return this.running()?.meta.origin;
  }

  /** The placement group of the running call or actor. */
  placement(): Placement | undefined {
    return this.actor ? this.actor.placement : this.running()?.meta.placement;
  }

  /** Of the running call, else of the actor, for prints. */
  label(): PrintLabel | undefined {
    return printLabel(this.running(), this.actor);
  }

  context(): TaskContext | undefined {
    const call = this.running();
    if (!call) return this.actor && !this.actor.instance ? constructorContext(this.actor) : undefined;
    return callContext(call, this.actor, this.cancellations.signal(call));
  }
}
