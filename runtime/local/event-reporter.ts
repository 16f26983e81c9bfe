/**
 * What this owner's tasks and objects do, for the head: one batch each 100 ms at most. A task born and finished within a
 * batch is one row; above ROWS_A_BATCH only counts by name travel, apart from objects that somebody watches.
 */
import type { EngineEvent, ObjectRow, TaskCountsRow, TaskRow } from "../engine/events.ts";
import { taskId, type ObjectId, type ProcessName } from "../ids.ts";
import type { BlockAddress } from "../store/store.ts";
import type { Task } from "./task.ts";

const ROWS_A_BATCH = 1000;
/** Refs in a row; a task of thousands of returns needs no row of megabytes. */
const REFS_A_ROW = 16;

export interface EventReporterOptions {
  readonly self: ProcessName;
  readonly send: (rows: readonly EngineEvent[]) => void;
  readonly unwatched: (ref: ObjectId) => void;
  readonly describe: (ref: ObjectId) => { sizeBytes: number; place: "inline" | "shared-memory" | "disk"; isError: boolean; preview?: string; stack?: string } | undefined;
}

interface EndedTasks {
  finished: number;
  failed: number;
  totalRunMs: number;
}

export class EventReporter {
  private readonly options: EventReporterOptions;
  private changed: Task[] = [];
  /** Beyond ROWS_A_BATCH tasks are not kept until the batch goes: those that end are counted. */
  private ended = new Map<string, EndedTasks>();
  private readonly blocks = new Map<ObjectId, ObjectRow>();
  private readonly watched = new Set<ObjectId>();
  private watchedChanges = new Set<ObjectId>();

  constructor(options: EventReporterOptions) {
    this.options = options;
  }

  /** The task is new or has ended. */
  task(task: Task): void {
    if (task.isReported) return;
    if (this.changed.length > ROWS_A_BATCH && !this.isWatched(task)) {
      if (task.isSettled) this.count(task);
      return;
    }
    task.isReported = true;
    this.changed.push(task);
  }

  private count(task: Task): void {
    let count = this.ended.get(task.meta.name);
    if (!count) this.ended.set(task.meta.name, (count = { finished: 0, failed: 0, totalRunMs: 0 }));
    if (task.error === undefined) count.finished++;
    else count.failed++;
    count.totalRunMs += task.runMicros / 1000;
  }

  /** The object has a value; those in a block are told always, small ones only when somebody watches. */
  object(ref: ObjectId, block?: BlockAddress): void {
    if (block && this.blocks.size < ROWS_A_BATCH) this.blocks.set(ref, { type: "object", ref, state: "ready", sizeBytes: block.sizeBytes, place: block.place, at: Date.now() });
    if (this.watched.size > 0 && this.watched.has(ref)) this.watchedChanges.add(ref);
  }

  /** Its block is free. */
  gone(ref: ObjectId): void {
    this.blocks.set(ref, { type: "object", ref, state: "freed", at: Date.now() });
  }

  /** Its value is gone with its block. */
  lost(ref: ObjectId, isMadeAgain: boolean): void {
    this.blocks.set(ref, { type: "object", ref, state: isMadeAgain ? "pending" : "lost", at: Date.now() });
  }

  /** Returns those that were not watched yet: `unwatched` is called for each when its end was reported. */
  watch(refs: readonly ObjectId[]): ObjectId[] {
    const fresh = refs.filter((ref) => !this.watched.has(ref));
    for (const ref of refs) {
      this.watched.add(ref);
      this.watchedChanges.add(ref);
    }
    return fresh;
  }

  flush(): void {
    if (this.changed.length === 0 && this.watchedChanges.size === 0 && this.blocks.size === 0) return;
    const rows: EngineEvent[] = [...this.blocks.values()];
    this.blocks.clear();
    const tasks = this.changed;
    this.changed = [];
    for (const task of tasks) task.isReported = false;
    if (tasks.length <= ROWS_A_BATCH) for (const task of tasks) rows.push(this.row(task));
    else {
      for (const task of tasks) if (task.isSettled) this.count(task);
      rows.push(...this.counts(), ...tasks.filter((task) => this.isWatched(task)).map((task) => this.row(task)));
    }
    for (const ref of this.watchedChanges) {
      const row = this.objectRow(ref);
      rows.push(row);
      if (row.state !== "pending" && this.watched.delete(ref)) this.options.unwatched(ref);
    }
    this.watchedChanges.clear();
    this.options.send(rows);
  }

  private isWatched(task: Task): boolean {
    return this.watched.size > 0 && task.returns.some((ref) => this.watched.has(ref));
  }

  private row(task: Task): TaskRow {
    const { meta } = task;
    const refs = task.returns.slice(0, REFS_A_ROW);
    return {
      type: "task",
      task: taskId(this.options.self, task.seq),
      name: meta.name,
      owner: this.options.self,
      state: stateOf(task),
      refs,
      ...(task.actor ? { actor: task.actor } : {}),
      ...task.ranOn,
      ...(task.missing > 0 && !task.isSettled ? { waitsFor: task.dependencies.slice(0, REFS_A_ROW).map(({ ref }) => ref) } : {}),
      submittedAt: task.submittedAt,
      ...timesOf(task),
      attempt: task.attempt,
      ...(task.actor ? {} : { maxRetries: task.maxRetries }),
      ...(meta.origin ? { origin: meta.origin } : {}),
      ...(task.error !== undefined ? { error: task.error } : {}),
    };
  }

  private counts(): TaskCountsRow[] {
    const { ended } = this;
    this.ended = new Map();
    const at = Date.now();
    return [...ended].map(([name, count]) => ({ type: "task-counts", name, ...count, at }));
  }

  private objectRow(ref: ObjectId): ObjectRow {
    const known = this.options.describe(ref);
    if (!known) return { type: "object", ref, state: "pending", at: Date.now() };
    const { sizeBytes, place, isError, preview, stack } = known;
    return { type: "object", ref, state: isError ? "error" : "ready", sizeBytes, place, at: Date.now(), ...(stack === undefined ? {} : { stack }), ...(preview !== undefined ? (isError ? { error: preview } : { preview }) : {}) };
  }
}

function stateOf(task: Task): TaskRow["state"] {
  if (task.isSettled) return task.error === undefined ? "finished" : "failed";
  if (task.missing > 0) return "waiting-for-args";
  return isRunning(task) ? "running" : "waiting-for-worker";
}

/** A busy worker cannot say that it began; but it runs what it was sent in order, so its oldest unfinished task is the one. A call of an actor, or a task in this process, has no lease. */
function isRunning(task: Task): boolean {
  if (task.sentAt === 0) return false;
  return task.lease === undefined || task.lease.unfinished.oldest === task;
}

function timesOf(task: Task): Pick<TaskRow, "sentAt" | "startedAt" | "finishedAt" | "settledAt"> {
  const sent = task.sentAt > 0 ? { sentAt: task.sentAt } : {};
  if (task.startedAt > 0) return { ...sent, startedAt: task.startedAt, finishedAt: task.startedAt + task.runMicros / 1000, ...(task.isSettled ? { settledAt: task.settledAt } : {}) };
  return !task.isSettled && isRunning(task) ? { ...sent, startedAt: task.sentAt } : sent;
}
