/**
 * What this worker ran lately, for when the owner is too busy to tell: the last runs stand in a ring, which costs a few stores a
 * call, and are told when somebody asks.
 */
import type { RunRow } from "../engine/events.ts";
import { isError } from "../errors.ts";
import { objectId, taskId, type ActorId, type ProcessName } from "../ids.ts";
import { preview } from "../serialize/preview.ts";
import type { CallMeta, TaskRecord } from "../wire/hot-records.ts";

const MOST_RUNS = 1024;
const MOST_REFS = 16;
/** What runs on and on is told again so often: whoever listens may have come late. */
const AGAIN_MS = 1000;

interface RanCall {
  readonly from: ProcessName;
  readonly record: Pick<TaskRecord, "seq" | "firstReturn" | "attempt">;
  readonly meta: CallMeta;
}

interface Run {
  from: ProcessName;
  seq: number;
  firstReturn: number;
  attempt: number;
  meta: CallMeta;
  startedAt: number;
  /** Undefined: it runs. */
  runMs: number | undefined;
  error: string | undefined;
}

export class RunLog {
  private readonly self: ProcessName;
  private readonly ring: Run[] = [];
  /** Runs so far, and those of them that were told. */
  private ended = 0;
  private told = 0;
  /** When each that runs was told. */
  private toldRunning = new Map<string, number>();

  constructor(self: ProcessName) {
    this.self = self;
  }

  add({ from, record, meta }: RanCall, startedAt: number, runMicros: number, error: string | undefined): void {
    const place = this.ended++ % MOST_RUNS;
    const run = this.ring[place];
    if (run === undefined) {
      this.ring[place] = { from, seq: record.seq, firstReturn: record.firstReturn, attempt: record.attempt, meta, startedAt, runMs: runMicros / 1000, error };
      return;
    }
    run.from = from;
    run.seq = record.seq;
    run.firstReturn = record.firstReturn;
    run.attempt = record.attempt;
    run.meta = meta;
    run.startedAt = startedAt;
    run.runMs = runMicros / 1000;
    run.error = error;
  }

  /** What has ended since this was asked last, as far as it is remembered, and what runs and has not been told of lately. */
  tell(running: readonly (RanCall & { readonly startedAt: number })[], now: number): RunRow[] {
    const rows: RunRow[] = [];
    for (let i = Math.max(this.told, this.ended - MOST_RUNS); i < this.ended; i++) rows.push(this.row(this.ring[i % MOST_RUNS] as Run));
    this.told = this.ended;
    const toldRunning = new Map<string, number>();
    for (const { from, record, meta, startedAt } of running) {
      const key = `${from} ${record.seq} ${record.attempt}`;
      const toldAt = this.toldRunning.get(key);
      const isKnown = toldAt !== undefined && now - toldAt < AGAIN_MS;
      if (!isKnown) rows.push(this.row({ from, ...record, meta, startedAt, runMs: undefined, error: undefined }));
      toldRunning.set(key, isKnown ? toldAt : now);
    }
    this.toldRunning = toldRunning;
    return rows;
  }

  private row({ from, seq, firstReturn, attempt, meta, startedAt, runMs, error }: Run): RunRow {
    const refs = Array.from({ length: Math.min(meta.numReturns, MOST_REFS) }, (_, i) => objectId(from, firstReturn + i));
    return {
      type: "run",
      run: {
        type: "task", task: taskId(from, seq), name: meta.name, owner: from, refs, attempt, worker: this.self, pid: process.pid,
        state: runMs === undefined ? "running" : error === undefined ? "finished" : "failed",
        submittedAt: startedAt, startedAt, ...(runMs === undefined ? {} : { finishedAt: startedAt + runMs }),
        ...(meta.actor === undefined ? {} : { actor: meta.actor as ActorId }), ...(meta.origin === undefined ? {} : { origin: meta.origin }), ...(error === undefined ? {} : { error }),
      },
    };
  }
}

const LONGEST_ERROR = 200;

/** `RangeError: bad` of what a call threw. */
export function errorText(thrown: unknown): string {
  if (!isError(thrown)) return preview(thrown);
  const { name, message } = thrown;
  return `${String(name)}: ${String(message)}`.slice(0, LONGEST_ERROR);
}
