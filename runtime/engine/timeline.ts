/**
 * Tasks as a Chrome trace (chrome://tracing, ui.perfetto.dev; the Trace Event Format), as `ray timeline` makes it. What ran where
 * is a complete event of the worker's process. Below the process that submitted it each task has an asynchronous span with its
 * whole life, and in it "queue" (until it was sent), "transfer" (its arguments on their way and their turn at the worker), and
 * "transfer" again (its result on its way home).
 *
 * Complete events of one thread must lie in or beside each other: calls that overlap in a process are drawn as its threads.
 */
import type { ProcessName } from "../ids.ts";
import type { TaskRow } from "./events.ts";

/** Times are microseconds since the epoch. */
export interface TraceEvent {
  readonly ph: "X" | "b" | "e" | "M";
  readonly name: string;
  readonly cat?: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly id?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** What starts within the clock's step of the end before it started behind it. */
const CLOCK_STEP_MICROS = 1100;

export function timelineOf(tasks: readonly TaskRow[]): TraceEvent[] {
  const pids = pidsOf(tasks);
  const runs = runSpans(tasks);
  return [...processNames(tasks, pids), ...threadNames(runs), ...tasks.flatMap((task) => lifeOf(task, pids.get(task.owner) as number)), ...runs];
}

/** Owners whose pid nobody knew have a number below every real one's. */
function pidsOf(tasks: readonly TaskRow[]): ReadonlyMap<ProcessName, number> {
  const pids = new Map<ProcessName, number>();
  for (const { worker, pid } of tasks) if (worker !== undefined && pid !== undefined) pids.set(worker, pid);
  for (const { owner, ownerPid } of tasks) if (ownerPid !== undefined) pids.set(owner, ownerPid);
  let unknown = 0;
  for (const { owner } of tasks) if (!pids.has(owner)) pids.set(owner, -++unknown);
  return pids;
}

function processNames(tasks: readonly TaskRow[], pids: ReadonlyMap<ProcessName, number>): TraceEvent[] {
  const workers = new Map<ProcessName, string>();
  for (const { worker, actor, name } of tasks) if (worker !== undefined) workers.set(worker, actor === undefined ? "worker" : `actor ${name.split(".")[0]}`);
  return [...pids].flatMap(([owner, pid]): TraceEvent[] => {
    const kind = workers.get(owner) ?? (owner.startsWith("w") ? "worker" : "driver");
    const of = { ph: "M", pid, tid: 0 } as const;
    return [{ ...of, name: "process_name", args: { name: `${kind} ${owner}` } }, { ...of, name: "process_sort_index", args: { sort_index: kind === "driver" ? 0 : 1 } }];
  });
}

function threadNames(runs: readonly TraceEvent[]): TraceEvent[] {
  const seen = new Map(runs.filter(({ tid }) => tid > 0).map(({ pid, tid }) => [`${pid} ${tid}`, { pid, tid }]));
  return [...seen.values()].map(({ pid, tid }): TraceEvent => ({ ph: "M", name: "thread_name", pid, tid, args: { name: `overlapping ${tid}` } }));
}

function lifeOf(task: TaskRow, pid: number): TraceEvent[] {
  const { name, submittedAt, sentAt, startedAt, finishedAt, settledAt } = task;
  const span = (kind: string, cat: string, from: number | undefined, to: number | undefined, args: TraceEvent["args"] = {}): TraceEvent[] => {
    if (from === undefined || to === undefined) return [];
    const common = { name: kind, cat, pid, tid: 0, id: task.task };
    return [{ ...common, ph: "b", ts: micros(from), args }, { ...common, ph: "e", ts: micros(Math.max(from, to)) }];
  };
  const sent = sentAt ?? startedAt;
  return [
    ...span(name, "driver", submittedAt, settledAt ?? finishedAt, { state: task.state, ...(task.origin === undefined ? {} : { origin: task.origin }) }),
    ...span("queue", "queue", submittedAt, sent),
    ...span("transfer", "transfer", sentAt, startedAt, { of: "arguments" }),
    ...span("transfer", "transfer", finishedAt, settledAt, { of: "result" }),
  ];
}

function runSpans(tasks: readonly TaskRow[]): TraceEvent[] {
  const ran = tasks.filter(({ pid, startedAt, finishedAt }) => pid !== undefined && startedAt !== undefined && finishedAt !== undefined).sort((a, b) => (a.startedAt as number) - (b.startedAt as number));
  const ends = new Map<number, number[]>();
  return ran.map((task): TraceEvent => {
    const pid = task.pid as number;
    const lanes = ends.get(pid) ?? [];
    ends.set(pid, lanes);
    const started = micros(task.startedAt as number);
    const dur = Math.max(0, micros(task.finishedAt as number) - started);
    const free = lanes.findIndex((end) => end <= started + CLOCK_STEP_MICROS);
    const tid = free < 0 ? lanes.length : free;
    const ts = Math.max(started, lanes[tid] ?? 0);
    lanes[tid] = ts + dur;
    return { ph: "X", name: task.name, cat: "run", pid, tid, ts, dur, args: { task: task.task, state: task.state, attempt: task.attempt, ...(task.error === undefined ? {} : { error: task.error }) } };
  });
}

const micros = (ms: number): number => Math.round(ms * 1000);
