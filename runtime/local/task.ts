/** One task or actor call as its owner sees it, from submission to its result. */
import type { ActorId, LeaseId, ObjectId, ProcessName } from "../ids.ts";
import type { CallMeta, WireValue } from "../wire/hot-records.ts";
import type { RetryReasons, ShippedCode } from "../engine/engine.ts";
import type { SentTasks } from "./sent-tasks.ts";

/** A worker lent by the head for tasks of one resource shape. */
export interface Lease {
  readonly id: LeaseId;
  readonly worker: ProcessName;
  readonly pid: number;
  readonly place: { readonly worker: ProcessName; readonly pid: number };
  readonly unfinished: SentTasks<Task>;
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

/** What every task of one submitter's calls of one kind shares. */
export interface TaskSpec {
  readonly meta: CallMeta;
  /** Absent for an actor call. */
  readonly code: ShippedCode | undefined;
  readonly actor: ActorId | undefined;
  readonly maxRetries: number;
  /** Errors of the task itself that are tried again too. */
  readonly retryExceptions: RetryReasons | "listed" | undefined;
  /** What submitted it: a cell's execution, the call that ran here; undefined for nothing known. */
  readonly submitter: unknown;
}

/** 10,000 of them under way are usual: what they share is one object, and times are small whole numbers, which need no memory of their own. */
export class Task {
  readonly seq: number;
  readonly spec: TaskSpec;
  readonly args: WireValue;
  readonly dependencies: readonly { readonly index: number; readonly ref: ObjectId }[];
  /** Refs that this task holds until it has ended: in its arguments, its dependencies, its captures, its actor's handle. */
  readonly holds: readonly ObjectId[];
  readonly firstReturn: number;
  readonly returns: readonly ObjectId[];
  attempt = 0;
  /** Dependencies whose values are not there yet. */
  missing = 0;
  lease: Lease | undefined = undefined;
  /** Among the unfinished ones of its lease or actor. */
  place = -1;
  /** Where it was sent last, and is while `sentAt` is not 0: remembered when the lease is gone. */
  ranOn: { readonly worker: ProcessName; readonly pid?: number } | undefined = undefined;
  isSettled = false;
  isReported = false;
  startedAt = 0;
  runMicros = 0;
  error: string | undefined = undefined;
  private readonly submitted = sinceLoaded(Date.now());
  private sent = NOT_YET;
  private settled = NOT_YET;

  constructor(seq: number, spec: TaskSpec, args: WireValue, dependencies: Task["dependencies"], holds: readonly ObjectId[], firstReturn: number, returns: readonly ObjectId[]) {
    this.seq = seq;
    this.spec = spec;
    this.args = args;
    this.dependencies = dependencies;
    this.holds = holds;
    this.firstReturn = firstReturn;
    this.returns = returns;
  }

  get meta(): CallMeta {
    return this.spec.meta;
  }

  get code(): ShippedCode | undefined {
    return this.spec.code;
  }

  get actor(): ActorId | undefined {
    return this.spec.actor;
  }

  get maxRetries(): number {
    return this.spec.maxRetries;
  }

  get retryExceptions(): RetryReasons | "listed" | undefined {
    return this.spec.retryExceptions;
  }

  get submitter(): unknown {
    return this.spec.submitter;
  }

  /** Times in milliseconds since the epoch. */
  get submittedAt(): number {
    return this.submitted + LOADED_AT;
  }

  /** When it was sent to a worker; 0: not yet, or taken back. */
  get sentAt(): number {
    return this.sent === NOT_YET ? 0 : this.sent + LOADED_AT;
  }

  /** 0: it has not ended. */
  get settledAt(): number {
    return this.settled === NOT_YET ? 0 : this.settled + LOADED_AT;
  }

  wasSent(): void {
    this.sent = sinceLoaded(Date.now());
  }

  /** No worker has it. */
  cameBack(): void {
    this.sent = NOT_YET;
  }

  /** Its values were lost: it runs again. */
  reopen(): void {
    this.attempt++;
    this.isSettled = false;
    this.settled = NOT_YET;
    this.sent = NOT_YET;
    this.missing = 0;
    this.startedAt = 0;
    this.runMicros = 0;
    this.error = undefined;
  }

  hasEnded(error: string | undefined, at: number): void {
    this.isSettled = true;
    this.settled = sinceLoaded(at);
    this.error = error;
  }
}

const LOADED_AT = Date.now();
const NOT_YET = -1;
const sinceLoaded = (at: number): number => Math.max(0, at - LOADED_AT);
