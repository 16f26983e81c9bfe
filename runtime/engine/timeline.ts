/**
 * Tasks as a Chrome trace (chrome://tracing, ui.perfetto.dev), as `ray timeline` makes it: what ran where as spans of the worker's
 * process, and below the process that submitted it the whole life of each task with the time that it waited.
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

export function timelineOf(tasks: readonly TaskRow[]): TraceEvent[] {
  const pids = new Map<ProcessName, number>();
  for (const { worker, pid } of tasks) if (worker !== undefined && pid !== undefined) pids.set(worker, pid);
  const workers = new Set(pids.keys());
  for (const { owner } of tasks) if (!pids.has(owner)) pids.set(owner, pids.size - workers.size + 1);
  const names = [...pids].map(([process, pid]): TraceEvent => ({ ph: "M", name: "process_name", pid, tid: 0, args: { name: workers.has(process) ? `worker ${pid}` : `driver ${process}` } }));
  return [...names, ...tasks.flatMap((task) => spansOf(task, pids.get(task.owner) as number))];
}

function spansOf(task: TaskRow, ownerPid: number): TraceEvent[] {
  const { name, submittedAt, startedAt, finishedAt } = task;
  const lasting = (kind: string, from: number, to: number): TraceEvent[] => {
    const common = { name: kind, cat: "task", pid: ownerPid, tid: 0, id: task.task };
    return [{ ...common, ph: "b", ts: micros(from), args: { name, state: task.state } }, { ...common, ph: "e", ts: micros(to) }];
  };
  const spans: TraceEvent[] = [];
  if (finishedAt !== undefined) spans.push(...lasting(name, submittedAt, finishedAt));
  if (startedAt !== undefined) spans.push(...lasting("queue", submittedAt, Math.max(submittedAt, startedAt)));
  if (startedAt !== undefined && finishedAt !== undefined && task.pid !== undefined) {
    spans.push({ ph: "X", name, cat: "run", pid: task.pid, tid: 0, ts: micros(startedAt), dur: micros(Math.max(0, finishedAt - startedAt)), args: { task: task.task, state: task.state, attempt: task.attempt, ...(task.error === undefined ? {} : { error: task.error }) } });
  }
  return spans;
}

const micros = (ms: number): number => Math.round(ms * 1000);
