/**
 * The tasks of one resource shape and the leased workers that run them. Pure: what it wants done goes through `LeasePoolShell`.
 *
 * Q1. A worker runs its tasks in the order in which they were sent; the oldest unfinished one is the running one.
 * Q2. A worker has at most `window` unfinished tasks: 2 `FIRST_WINDOW` at first, more while tasks end within a millisecond.
 * Q3. A task that was handed back or taken back or whose worker died goes to the front of the queue.
 */
import type { LeaseId, ProcessName } from "../ids.ts";
import type { Shape } from "../wire/message.ts";
import { KindTimes } from "./kind-times.ts";
import { SentTasks } from "./sent-tasks.ts";
import type { Lease, Task } from "./task.ts";

const FIRST_WINDOW = 2;
/** So many that a submission of thousands needs no second look at those that wait; a worker that gets stuck gives them back (taking-back.ts). */
const WIDEST_WINDOW = 8192;
/** A window holds no more work than this, by the last task's time. */
const WINDOW_MICROS = 50_000;
const SHORT_TASK_MICROS = 1000;
const MOST_LEASES_WANTED = 256;
/** A worker gets so much work, by the last times of its kind, before the next one is woken for it: less than that is done sooner than a process has begun. */
const FILL_MICROS = 200;
/** What a task costs its worker besides its run. */
const TASK_MICROS = 2;

export interface LeasePoolShell {
  /** Sends a task to the lease's worker. */
  send(task: Task, lease: Lease): void;
  /** What it depends on is there. */
  isReady(task: Task): boolean;
  /** It is not: it comes back by `enqueue`. */
  suspend(task: Task): void;
  want(shape: Shape, count: number): void;
  giveBack(lease: Lease): void;
  now(): number;
}

export class LeasePool {
  readonly shape: Shape;
  private readonly shell: LeasePoolShell;
  private queue: Task[] = [];
  private head = 0;
  private readonly leases = new Map<LeaseId, Lease>();
  /** The same leases: a list is quicker to go through, once a task. */
  private list: readonly Lease[] = [];
  private outstanding = 0;

  constructor(shape: Shape, shell: LeasePoolShell) {
    this.shape = shape;
    this.shell = shell;
  }

  /** Whether nothing is before it at its worker. */
  static isOldest(task: Task): boolean {
    return task.lease?.unfinished.oldest === task;
  }

  get queued(): number {
    return this.queue.length - this.head;
  }

  get held(): ReadonlyMap<LeaseId, Lease> {
    return this.leases;
  }

  enqueue(task: Task): void {
    this.queue.push(task);
  }

  granted(lease: LeaseId, worker: ProcessName, pid: number): Lease {
    this.outstanding = Math.max(0, this.outstanding - 1);
    const granted: Lease = { id: lease, worker, pid, place: { worker, pid }, unfinished: new SentTasks(), window: FIRST_WINDOW, long: 0, isRecalled: false, isTakingBack: false, progressAt: this.shell.now(), idleSince: this.shell.now() };
    this.leases.set(lease, granted);
    this.list = [...this.leases.values()];
    this.dispatch();
    return granted;
  }

  /** Sends what the windows allow and asks for more leases, or fewer. */
  dispatch(): void {
    while (this.queued > 0) {
      const task = this.queue[this.head] as Task;
      if (task.isSettled) {
        this.head++;
        continue;
      }
      if (task.dependencies.length > 0 && !this.shell.isReady(task)) {
        this.head++;
        this.shell.suspend(task);
        continue;
      }
      const micros = this.times.of(task.meta);
      const isShort = micros < SHORT_TASK_MICROS;
      const lease = isShort ? (this.filling(micros) ?? this.freest(true)) : this.freest(false);
      if (!lease) break;
      this.head++;
      if (lease.unfinished.size === 0) lease.progressAt = this.shell.now();
      lease.unfinished.add(task);
      if (!isShort) {
        lease.long++;
        this.sentAsLong.add(task);
      }
      task.lease = lease;
      this.shell.send(task, lease);
    }
    if (this.head > 1024 && this.head * 2 > this.queue.length) {
      this.queue = this.queue.slice(this.head);
      this.head = 0;
    }
    this.adjustWanted();
  }

  /** By the call's kind: a function's name, cell and key, or less where those change. */
  private readonly times = new KindTimes();
  private readonly sentAsLong = new WeakSet<Task>();

  private leave(lease: Lease, task: Task): void {
    if (lease.unfinished.delete(task) && this.sentAsLong.delete(task)) lease.long--;
    task.lease = undefined;
  }

  /** The first worker that is not worth the next one's waking yet. */
  private filling(micros: number): Lease | undefined {
    const most = FILL_MICROS / (micros + TASK_MICROS);
    for (let i = 0; i < this.list.length; i++) {
      const lease = this.list[i] as Lease;
      if (lease.unfinished.size < most && lease.unfinished.size < lease.window && lease.long === 0 && !lease.isRecalled && !lease.isTakingBack) return lease;
    }
    return undefined;
  }

  private freest(isShort: boolean): Lease | undefined {
    let best: Lease | undefined;
    for (let i = 0; i < this.list.length; i++) {
      const lease = this.list[i] as Lease;
      const room = isShort && lease.long === 0 ? lease.window : 1;
      if (lease.isRecalled || lease.isTakingBack || lease.unfinished.size >= room) continue;
      if (!best || lease.unfinished.size < best.unfinished.size) best = lease;
      if (best.unfinished.size === 0) break;
    }
    return best;
  }

  /** Takes the newest task from the queue: for the process that submitted it and waits. */
  takeNewest(): Task | undefined {
    while (this.queued > 0) {
      const task = this.queue.pop() as Task;
      if (!task.isSettled && !this.shell.isReady(task)) this.shell.suspend(task);
      else if (!task.isSettled) {
        this.adjustWanted();
        return task;
      }
    }
    this.adjustWanted();
    return undefined;
  }

  private adjustWanted(): void {
    const wanted = Math.min(this.queued, MOST_LEASES_WANTED);
    if (wanted === 0 && this.outstanding === 0) return;
    // a number a task would be a message a task: it is sent when it changed by a lot
    if (wanted !== 0 && wanted <= this.outstanding * 2 && this.outstanding <= wanted * 4 && this.outstanding > 0) return;
    this.outstanding = wanted;
    this.shell.want(this.shape, wanted);
  }

  /** A result came. Returns false when the task was not here any more. */
  finished(task: Task, runMicros: number): void {
    const lease = task.lease;
    if (!lease) return;
    this.leave(lease, task);
    this.times.set(task.meta, runMicros);
    if (runMicros < SHORT_TASK_MICROS) lease.window = Math.min(WIDEST_WINDOW, Math.max(FIRST_WINDOW, lease.window * 2), Math.max(FIRST_WINDOW, Math.floor(WINDOW_MICROS / (runMicros + 1))));
    else lease.window = FIRST_WINDOW;
    lease.progressAt = this.shell.now();
    this.giveBackRecalled(lease);
  }

  private giveBackRecalled(lease: Lease): void {
    if (lease.unfinished.size > 0) return;
    lease.idleSince = this.shell.now();
    if (lease.isRecalled && !lease.isTakingBack) this.giveBack(lease);
  }

  /** These did not begin and never will at that worker, which is long at what it does (Q3). */
  tookBack(lease: Lease, tasks: readonly Task[]): void {
    lease.isTakingBack = false;
    lease.progressAt = this.shell.now();
    const running = lease.unfinished.oldest;
    if (running && tasks.length > 0) this.times.set(running.meta, Infinity);
    this.handedBack(tasks);
    this.giveBackRecalled(lease);
  }

  /** The worker waits in get and hands back what it had not started: it gets nothing more until its running task has ended. */
  handedBack(tasks: readonly Task[]): void {
    for (const task of tasks) {
      const lease = task.lease;
      if (!lease) continue;
      this.leave(lease, task);
      task.cameBack();
      // what it runs is long by what it does: it waits
      if (lease.long === 0) this.markLong(lease);
    }
    this.requeue(tasks);
  }

  private markLong(lease: Lease): void {
    const running = lease.unfinished.oldest;
    if (!running) return;
    lease.long++;
    this.sentAsLong.add(running);
  }

  recalled(id: LeaseId): void {
    const lease = this.leases.get(id);
    if (!lease) return;
    lease.isRecalled = true;
    this.giveBackRecalled(lease);
  }

  /** The worker died. Returns the running task (Q1), which used an attempt, and those that had not begun. */
  broken(id: LeaseId): { running: Task | undefined; unstarted: Task[] } {
    const lease = this.leases.get(id);
    if (!lease) return { running: undefined, unstarted: [] };
    this.drop(id);
    const [running, ...unstarted] = lease.unfinished;
    for (const task of lease.unfinished) {
      task.lease = undefined;
      task.cameBack();
    }
    return { running, unstarted };
  }

  requeue(tasks: readonly Task[]): void {
    this.queue = [...tasks, ...this.queue.slice(this.head)];
    this.head = 0;
  }

  /** Gives back leases that had nothing to do since `before`. */
  giveBackIdle(before: number): void {
    if (this.queued > 0) return;
    for (const lease of this.leases.values()) if (lease.unfinished.size === 0 && !lease.isTakingBack && lease.idleSince <= before) this.giveBack(lease);
  }

  private drop(id: LeaseId): void {
    this.leases.delete(id);
    this.list = [...this.leases.values()];
  }

  private giveBack(lease: Lease): void {
    this.drop(lease.id);
    this.shell.giveBack(lease);
  }

  /** Every task that was not sent, in its order: no worker comes for them. */
  takeQueued(): Task[] {
    const tasks = this.queue.slice(this.head).filter(({ isSettled }) => !isSettled);
    this.queue = [];
    this.head = 0;
    this.outstanding = 0;
    return tasks;
  }

  /** Every task here, sent or not: for when the cluster is gone. */
  drain(): Task[] {
    const all = this.queue.slice(this.head);
    for (const lease of this.leases.values()) all.push(...lease.unfinished);
    this.queue = [];
    this.head = 0;
    this.leases.clear();
    this.list = [];
    this.outstanding = 0;
    return all;
  }
}
