/**
 * From `submitTask` to a result: dependencies, lease pools, sending, retries. Owns: tasks that have no result yet.
 *
 * S1. A task is sent when all its dependencies are there; one that failed fails it with the same error.
 * S2. A task holds every ref it needs until it is settled, so that it can be sent again.
 * S3. What a worker must know before a task (meta, code) leaves on the same lane before it.
 */
import { CountTable } from "../store/count-table.ts";
import { RayError, TaskCancelledError } from "../errors.ts";
import { fitsBeside, groupOf } from "../engine/placement.ts";
import type { ObjectId, PlacementGroupId, ProcessName, LeaseId } from "../ids.ts";
import type { Dependency, ResultRecord, WireValue } from "../wire/hot-records.ts";
import { refsCarried, ResultStatus, writeTask } from "../wire/hot-records.ts";
import type { Shape } from "../wire/message.ts";
import { Dependencies } from "./dependencies.ts";
import { LeasePool } from "./lease-pool.ts";
import { Retries } from "./retries.ts";
import type { SubmissionShell } from "./submission-shell.ts";
import { TakingBack } from "./taking-back.ts";
import type { Lease, Task } from "./task.ts";

const NO_DEPENDENCIES: readonly Dependency[] = [];
const NO_REFS: readonly ObjectId[] = [];

export class Submission {
  private readonly shell: SubmissionShell;
  private readonly pools = new Map<string, LeasePool>();
  private readonly shapeKeys = new WeakMap<Shape, LeasePool>();
  private lastPool: LeasePool | undefined;
  private readonly byLease = new Map<LeaseId, { readonly lease: Lease; readonly pool: LeasePool }>();
  private readonly unsettled = new CountTable<Task>();
  private readonly dirty = new Set<LeasePool>();
  readonly takingBack: TakingBack;
  readonly dependencies: Dependencies;
  private readonly retries = new Retries();
  private readonly callsAgain: Task[] = [];
  private isDispatchScheduled = false;
  /** When the frame of results came that is being read: asking the clock for each of a thousand costs more than it tells. */
  private readAt = 0;
  private readSince = 0;
  /** Cancelled ones that their worker still has: it answers for each. */
  private readonly cancelled = new Map<number, Task>();

  constructor(shell: SubmissionShell) {
    this.shell = shell;
    this.dependencies = new Dependencies(shell, (task, error) => this.fail(task, error));
    this.takingBack = new TakingBack({
      self: shell.self,
      pools: () => this.pools.values(),
      takeBack: shell.takeBack,
      resume: shell.resume,
      returned: (task) => void this.cancelled.delete(task.seq),
    });
  }

  get size(): number {
    return this.unsettled.size;
  }

  task(seq: number): Task | undefined {
    return this.unsettled.get(seq);
  }

  /** In the order of submission. */
  tasks(): Task[] {
    return [...this.unsettled.values()].sort((a, b) => a.seq - b.seq);
  }

  /** Registers a task or an actor call. `ready` is called, at once or later, when its dependencies are there. */
  begin(task: Task, ready: (task: Task) => void): void {
    this.unsettled.set(task.seq, task);
    this.shell.streams.begin(task);
    if (task.dependencies.length > 0) this.dependencies.await(task, ready);
    else ready(task);
  }

  hasRetriesLeft(task: Task): boolean {
    return this.retries.hasLeft(task);
  }

  submit(task: Task): void {
    this.begin(task, this.enqueue);
  }

  private readonly enqueue = (task: Task): void => {
    const pool = this.poolOf(task.meta.resources);
    pool.enqueue(task);
    // leases with room take it now: work submitted in synchronous code leaves while that code runs
    pool.dispatch();
  };

  private poolOf(shape: Shape): LeasePool {
    if (this.lastPool?.shape === shape) return this.lastPool;
    const known = this.shapeKeys.get(shape);
    if (known) return (this.lastPool = known);
    const key = JSON.stringify(Object.entries(shape).filter(([, amount]) => amount > 0).sort()) + this.shell.envOf(shape);
    let pool = this.pools.get(key);
    if (!pool) this.pools.set(key, (pool = new LeasePool(shape, { send: this.send, isReady: (task) => this.dependencies.areThere(task), suspend: (task) => this.dependencies.await(task, this.enqueue), want: this.shell.want, giveBack: this.giveBack, now: this.now })));
    this.shapeKeys.set(shape, pool);
    return pool;
  }

  private readonly giveBack = (lease: Lease): void => {
    this.byLease.delete(lease.id);
    this.shell.giveBack(lease);
  };

  private readonly send = (task: Task, lease: Lease): void => {
    this.sendTo(task, lease.worker);
    if (lease.unfinished.size > 1) this.takingBack.wake();
  };

  /** Sends a task or call whose dependencies are all there. */
  sendTo(task: Task, to: ProcessName): void {
    const lane = this.shell.lane(to);
    if (!lane) return; // it died a moment ago: `lease-broken` or the actor's state follows and decides
    task.wasSent();
    task.ranOn = task.lease?.place ?? { worker: to };
    this.shell.report(task);
    const { books } = this.shell;
    const meta = books.meta(to, lane, task.meta);
    if (task.code) books.code(to, lane, task.code);
    const dependencies = task.dependencies.length === 0 ? NO_DEPENDENCIES : task.dependencies.map(({ index, ref }) => ({ index, value: (this.shell.value(ref) as { value: WireValue }).value }));
    const isPlain = dependencies.length === 0 && task.args.kind === "inline" && task.args.refs.length === 0;
    const lent = isPlain ? NO_REFS : refsCarried([task.args, ...dependencies.map(({ value }) => value)]);
    writeTask(lane, {
      seq: task.seq,
      meta,
      firstReturn: task.firstReturn,
      attempt: Math.min(task.attempt, 0xff),
      lend: this.shell.lend(to, lent),
      args: task.args,
      dependencies,
    });
  }

  /** Sends itself the newest task of this process that needs no more CPU than what is held, and nothing else. False: there is none. */
  runOwn(self: ProcessName, held: Shape): boolean {
    for (const pool of this.pools.values()) {
      if (!fitsBeside(pool.shape, held) || !this.shell.isOwn(pool.shape)) continue;
      const task = pool.takeNewest();
      if (!task) continue;
      this.sendTo(task, self);
      return true;
    }
    return false;
  }

  onGranted(shape: Shape, id: LeaseId, worker: ProcessName, pid: number): void {
    const pool = this.poolOf(shape);
    // if there is nothing to do for it any more the idle timer gives it back
    this.byLease.set(id, { lease: pool.granted(id, worker, pid), pool });
  }

  onRecalled(id: LeaseId): void {
    this.byLease.get(id)?.pool.recalled(id);
  }

  /** The environment cannot be had: what waits for a worker in it fails. */
  onEnvBroken(env: string, error: RayError): void {
    for (const pool of this.pools.values()) if (this.shell.envOf(pool.shape) === env) for (const task of pool.takeQueued()) this.failWith(task, error);
  }

  /** The placement group was removed: what is in it fails, wherever it is. */
  onGroupBroken(group: PlacementGroupId, error: RayError): void {
    for (const pool of this.pools.values()) {
      if (groupOf(pool.shape) !== group) continue;
      const value = this.shell.encodeError(error);
      for (const { unfinished } of pool.held.values()) for (const task of [...unfinished]) this.cancel(task, value, `${error.name}: ${error.message}`);
      for (const task of pool.takeQueued()) this.failWith(task, error);
    }
  }

  /** `memory`: its worker was ended because memory ran out. */
  onBroken(id: LeaseId, cause: string, memory?: string): void {
    const known = this.byLease.get(id);
    if (!known) return;
    this.byLease.delete(id);
    const { lease, pool } = known;
    const { running, unstarted } = pool.broken(id);
    for (const task of [running, ...unstarted]) if (task) this.cancelled.delete(task.seq);
    const isAgain = running !== undefined && !running.isSettled && this.triesAgain(running, pool, lease.pid, cause, memory);
    pool.requeue(isAgain ? [running, ...unstarted] : unstarted);
    pool.dispatch();
  }

  /** True when the task is to be tried again at once; later it comes by itself. */
  private triesAgain(task: Task, pool: LeasePool, pid: number, cause: string, memory: string | undefined): boolean {
    const verdict = this.retries.afterEnd(task, { pid, cause, memory });
    if ("error" in verdict) {
      this.failWith(task, verdict.error);
      return false;
    }
    if (verdict.notice !== undefined) this.shell.notice(verdict.notice);
    if (verdict.delayMs === 0) return true;
    this.shell.report(task);
    this.retries.later(task, verdict.delayMs, () => {
      pool.requeue([task]);
      pool.dispatch();
    });
    return false;
  }

  private readonly now = (): number => (this.isDispatchScheduled ? this.readSince : performance.now());

  onResult(from: ProcessName, result: ResultRecord): Task | undefined {
    if (!this.isDispatchScheduled) {
      this.readAt = Date.now();
      this.readSince = performance.now();
    }
    if (result.lend !== 0) this.shell.received(result.lend, from, refsCarried(result.values));
    if (result.status === ResultStatus.item) {
      this.shell.streams.onItem(result);
      this.shell.settled(result.lend, from);
      return undefined;
    }
    const task = this.unsettled.get(result.seq);
    if (task) this.settleTask(task, result);
    const late = task ? undefined : this.cancelled.get(result.seq);
    if (late) this.answeredLate(late, result);
    this.shell.settled(result.lend, from);
    return task ?? late;
  }

  private settleTask(task: Task, result: ResultRecord): void {
    const pool = task.lease && this.byLease.get(task.lease.id)?.pool;
    if (pool) {
      pool.finished(task, result.runMicros);
      this.dirty.add(pool);
    }
    task.startedAt = result.startedAt;
    task.runMicros = result.runMicros;
    if (result.status === ResultStatus.cancelled) return this.failWith(task, new TaskCancelledError(`Task ${task.meta.name} was cancelled`));
    const isError = result.status !== ResultStatus.ok;
    if (isError && task.retryExceptions && this.retries.hasLeft(task)) return this.retryOrEnd(task, result.values[0] as WireValue, result.status);
    this.settleReturns(task, result.values, isError);
  }

  /** The answer for a cancelled task: its worker is free again, what it made goes. */
  private answeredLate(task: Task, { status, values, runMicros }: ResultRecord): void {
    this.cancelled.delete(task.seq);
    const pool = task.lease && this.byLease.get(task.lease.id)?.pool;
    if (pool) {
      // how long one takes that was cut short says nothing of its kind
      pool.finished(task, status === ResultStatus.ok ? runMicros : Infinity);
      this.dirty.add(pool);
    }
    values.forEach((value, i) => this.shell.discard(task.returns[i] as ObjectId, value));
  }

  private settleReturns(task: Task, values: readonly WireValue[], isError: boolean): void {
    const error = isError ? this.shell.errorText(values[0] as WireValue) : undefined; // before anybody may free it
    let hasBlocks = false;
    for (let i = 0; i < task.meta.numReturns; i++) {
      const value = (isError ? values[0] : values[i]) as WireValue;
      if (value.kind === "block") hasBlocks = true;
      this.shell.settle(task.returns[i] as ObjectId, value, isError, task.firstReturn + i);
    }
    const items = this.shell.streams.ended(task, isError ? values[0] : undefined);
    this.end(task, error, hasBlocks && !isError, items);
  }

  /** The task threw: whether that is a reason to try again is up to its options, which may have to decode the error. */
  private retryOrEnd(task: Task, error: WireValue, status: number): void {
    const first = task.returns[0] as ObjectId | undefined;
    const decided = (isReason: boolean): void => {
      if (task.isSettled) return;
      if (!isReason) return this.settleReturns(task, [error], true);
      if (first) this.shell.discard(first, error);
      task.attempt++;
      this.shell.report(task);
      if (task.actor) return void this.callsAgain.push(task);
      const pool = this.poolOf(task.meta.resources);
      pool.requeue([task]);
      this.dirty.add(pool);
    };
    const { retryExceptions } = task;
    task.cameBack();
    const thrown = typeof retryExceptions === "function" ? this.shell.read(error) : undefined;
    const answer = typeof retryExceptions === "function" ? thrown !== undefined && retryExceptions(thrown) : retryExceptions === "listed" ? status === ResultStatus.listed : true;
    if (typeof answer === "boolean") return decided(answer);
    void answer.then((isReason) => {
      decided(isReason);
      this.dispatchDirty();
    });
  }

  /** After a frame of results. */
  dispatchSoon(): void {
    if (this.isDispatchScheduled) return;
    this.isDispatchScheduled = true;
    queueMicrotask(() => {
      this.isDispatchScheduled = false;
      this.dispatchDirty();
    });
  }

  /** Workers that became free get their next tasks. */
  private dispatchDirty(): void {
    for (const pool of this.dirty) pool.dispatch();
    this.dirty.clear();
    for (const task of this.callsAgain.splice(0)) if (!task.isSettled) this.shell.callAgain(task);
  }

  /** The worker waits in get, or takes no more. What was taken back from it meanwhile is not its to hand back. */
  onHandedBack(from: ProcessName, seqs: readonly number[], isRetired = false): void {
    const byPool = new Map<LeasePool, Task[]>();
    for (const seq of seqs) {
      const task = this.unsettled.get(seq) ?? this.cancelled.get(seq);
      this.cancelled.delete(seq);
      const pool = task?.lease && this.byLease.get(task.lease.id)?.pool;
      if (!task || !pool || task.ranOn?.worker !== from || task.sentAt === 0) continue;
      const tasks = byPool.get(pool);
      if (tasks) tasks.push(task);
      else byPool.set(pool, [task]);
    }
    for (const [pool, tasks] of byPool) pool.handedBack(tasks);
    if (isRetired) for (const { lease, pool } of [...this.byLease.values()]) if (lease.worker === from) pool.recalled(lease.id);
    for (const pool of byPool.keys()) pool.dispatch();
  }

  failWith(task: Task, error: RayError): void {
    this.fail(task, this.shell.encodeError(error), `${error.name}: ${error.message}`);
  }

  /** Every return becomes this error. */
  fail(task: Task, error: WireValue, text = "a dependency failed"): void {
    if (task.isSettled) return void this.cancelled.delete(task.seq);
    for (const ref of task.returns) this.shell.settle(ref, error, true);
    this.shell.streams.ended(task, error);
    this.end(task, text);
  }

  /** Ends a task now. True: a worker has it, and answers when it let go of it. */
  cancel(task: Task, error: WireValue, text: string): boolean {
    const isSent = task.sentAt !== 0;
    this.fail(task, error, text);
    if (isSent) this.cancelled.set(task.seq, task);
    return isSent;
  }

  /** Pools ask for fewer leases when tasks that waited have ended. */
  dispatchAll(): void {
    for (const pool of this.pools.values()) pool.dispatch();
  }

  private end(task: Task, error: string | undefined, hasBlocks = false, items = NO_REFS): void {
    task.hasEnded(error, this.isDispatchScheduled ? this.readAt : Date.now());
    this.unsettled.delete(task.seq);
    if (hasBlocks || items.length > 0 || task.attempt > 0) this.shell.keepRecipe(task, items);
    this.shell.releaseHolds(task);
    this.shell.report(task);
  }

  giveBackIdle(idleMs: number): void {
    for (const pool of this.pools.values()) pool.giveBackIdle(performance.now() - idleMs);
  }

  get leases(): number {
    return this.byLease.size;
  }

  /** The cluster is gone: every task fails with the reason. */
  failAll(error: RayError): void {
    this.takingBack.stop();
    this.retries.stop();
    for (const pool of this.pools.values()) pool.drain();
    this.byLease.clear();
    this.cancelled.clear();
    for (const task of this.tasks()) this.failWith(task, error);
  }
}
