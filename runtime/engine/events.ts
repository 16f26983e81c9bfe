/**
 * What happened in a cluster, as plain data in the past tense. The head merges the owners' and workers' batches (one
 * each 100 ms at most) and hands them to whoever subscribed; views, `ray.state` and the command line fold the same stream.
 * Times are milliseconds since the epoch.
 */
import type { ActorId, ObjectId, ProcessName, TaskId } from "../ids.ts";

export type TaskState = "waiting-for-args" | "waiting-for-worker" | "running" | "finished" | "failed";

/** A task or an actor call; a later row of the same `task` replaces the fields that it carries. */
export interface TaskRow {
  readonly type: "task";
  readonly task: TaskId;
  readonly name: string;
  readonly owner: ProcessName;
  readonly ownerPid?: number;
  readonly state: TaskState;
  readonly refs: readonly ObjectId[];
  readonly actor?: ActorId;
  readonly worker?: ProcessName;
  readonly pid?: number;
  /** While it waits for arguments: the refs among them, a few. */
  readonly waitsFor?: readonly ObjectId[];
  readonly submittedAt: number;
  /** When it left its owner for the worker. */
  readonly sentAt?: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** When its owner had the result. */
  readonly settledAt?: number;
  readonly attempt: number;
  /** How often it may be tried again, -1: always. */
  readonly maxRetries?: number;
  readonly origin?: string;
  /** `RangeError: bad` of a failed one. */
  readonly error?: string;
}

export interface ObjectRow {
  readonly type: "object";
  readonly ref: ObjectId;
  readonly state: "pending" | "ready" | "error" | "freed" | "lost";
  readonly sizeBytes?: number;
  /** `disk`: it was spilled, or went there at once for want of memory. */
  readonly place?: "inline" | "shared-memory" | "disk";
  /** One line, at most 80 characters: `Float64Array(1000000)`, `[0, 1, 4, 9]`. */
  readonly preview?: string;
  readonly task?: TaskId;
  /** `ray.put` made it: there is no task to hear of. */
  readonly isPut?: boolean;
  readonly at: number;
  readonly error?: string;
  /** Where an error was thrown, in terms of cells and files; of objects that somebody looks at. */
  readonly stack?: string;
}

export interface ActorRow {
  readonly type: "actor";
  readonly actor: ActorId;
  readonly className: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly state: "pending" | "alive" | "restarting" | "dead";
  readonly detached: boolean;
  readonly pid?: number;
  readonly cause?: string;
  /** How many processes it had before this one. */
  readonly restarts?: number;
  readonly at: number;
}

/** One field of an object: its name, its value in a line, and what is in it. */
export type FieldRow = readonly [name: string, text: string, of?: readonly FieldRow[]];

/** What an actor's process says of itself while somebody looks at the actor. */
export interface ActorPulseRow {
  readonly type: "actor-pulse";
  readonly actor: ActorId;
  readonly worker: ProcessName;
  readonly pid: number;
  /** Calls that have ended in this process, the failed ones among them. */
  readonly calls: number;
  readonly failed: number;
  readonly running: number;
  readonly waiting: number;
  /** The call that runs, the oldest of them, and since when. */
  readonly current?: string;
  readonly currentSince?: number;
  readonly memoryBytes: number;
  /** Its public fields; absent while they are what they were. */
  readonly fields?: readonly FieldRow[];
  readonly at: number;
}

/** What a worker says of a task that it ran or runs: told when somebody looks whose owner is too busy to tell. It is the owner's word that counts. */
export interface RunRow {
  readonly type: "run";
  readonly run: TaskRow;
}

export interface WorkerRow {
  readonly type: "worker";
  readonly worker: ProcessName;
  readonly pid: number;
  readonly state: "starting" | "idle" | "leased" | "actor" | "dead";
  readonly at: number;
}

/** Totals and idle amounts; sent when they changed. */
export interface ResourcesRow {
  readonly type: "resources";
  readonly total: Readonly<Record<string, number>>;
  readonly available: Readonly<Record<string, number>>;
  /** Shared memory that objects take, of so much. */
  readonly storeUsedBytes: number;
  readonly storeTotalBytes: number;
  /** What objects take on disk. */
  readonly storeSpilledBytes: number;
  readonly at: number;
}

/** Above 1,000 task rows in a batch only counts by name travel. */
export interface TaskCountsRow {
  readonly type: "task-counts";
  readonly name: string;
  readonly finished: number;
  readonly failed: number;
  readonly totalRunMs: number;
  readonly at: number;
}

/** A line that a worker printed, without its newline. */
export interface LogRow {
  readonly type: "log";
  readonly pid: number;
  readonly worker: string;
  readonly taskName: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
  readonly job: string;
  readonly origin?: string;
  /** Absent in what an actor's constructor or timer prints. */
  readonly task?: string;
}

/** Lines that workers printed and that were too many to send: they are in the logs alone. */
export interface LeftOutRow {
  readonly type: "left-out";
  readonly job: string;
  readonly origin?: string;
  readonly lines: number;
  readonly characters: number;
  /** A few of those that printed them. */
  readonly workers: readonly string[];
}

/** Something the user should read: infeasible work, a crash that is retried. */
export interface NoticeRow {
  readonly type: "notice";
  readonly level: "info" | "warning" | "error";
  readonly text: string;
  readonly job?: string;
  readonly origin?: string;
}

export type EngineEvent = TaskRow | ObjectRow | ActorRow | ActorPulseRow | RunRow | WorkerRow | ResourcesRow | TaskCountsRow | LogRow | LeftOutRow | NoticeRow;
