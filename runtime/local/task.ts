/** One task or actor call as its owner sees it, from submission to its result. */
import type { ActorId, LeaseId, ObjectId, ProcessName } from "../ids.ts";
import type { CallMeta, WireValue } from "../wire/hot-records.ts";
import type { RetryReasons, ShippedCode } from "../engine/engine.ts";

/** A worker lent by the head for tasks of one resource shape. */
export interface Lease {
  readonly id: LeaseId;
  readonly worker: ProcessName;
  readonly pid: number;
  readonly place: { readonly worker: ProcessName; readonly pid: number };
  /** Insertion order is the order of sending (Q1). */
  readonly unfinished: Set<Task>;
  window: number;
  /** Unfinished tasks of kinds not known to be short (Q2). */
  long: number;
  isRecalled: boolean;
  /** Nothing is sent and it is not given back until the answer has come. */
  isTakingBack: boolean;
  /** When a task ended last, or the first one was sent. */
  progressAt: number;
  idleSince: number;
}

export interface Task {
  readonly seq: number;
  readonly meta: CallMeta;
  /** Absent for an actor call. */
  readonly code: ShippedCode | undefined;
  readonly actor: ActorId | undefined;
  readonly args: WireValue;
  readonly dependencies: readonly { readonly index: number; readonly ref: ObjectId }[];
  /** Refs that this task holds until it has ended: in its arguments, its dependencies, its captures, its actor's handle. */
  readonly holds: readonly ObjectId[];
  readonly firstReturn: number;
  readonly returns: readonly ObjectId[];
  readonly maxRetries: number;
  /** Errors of the task itself that are tried again too. */
  readonly retryExceptions: RetryReasons | "listed" | undefined;
  readonly submittedAt: number;
  /** What submitted it: a cell's execution, the call that ran here; undefined for nothing known. */
  readonly submitter: unknown;
  attempt: number;
  /** Dependencies whose values are not there yet. */
  missing: number;
  lease: Lease | undefined;
  /** Where it was sent last, and is while `sentAt` is not 0: remembered when the lease is gone. */
  ranOn: { readonly worker: ProcessName; readonly pid?: number } | undefined;
  /** When it was sent to a worker, milliseconds since the epoch; 0: not yet, or taken back. */
  sentAt: number;
  isSettled: boolean;
  settledAt: number;
  startedAt: number;
  runMicros: number;
  error: string | undefined;
  isReported: boolean;
}
