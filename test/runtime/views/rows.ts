/** Event rows for the views' tests, with what a test does not care about filled in. */
import type { ActorPulseRow, ActorRow, EngineEvent, LogRow, ObjectRow, ResourcesRow, TaskRow, WorkerRow } from "../../../runtime/engine/events.ts";
import type { ActorId, ObjectId, ProcessName, TaskId } from "../../../runtime/ids.ts";
import { applyEvents } from "../../../runtime/views/apply-events.ts";
import { createViewState, type ViewState } from "../../../runtime/views/view-state.ts";

export const REF = "d3fa9c1d2-1";

export function stateAfter(...rows: EngineEvent[]): ViewState {
  const state = createViewState();
  applyEvents(state, rows);
  return state;
}

export const refs = (n: number): string[] => Array.from({ length: n }, (_, i) => `d3fa9c1d2-${i + 1}`);

export const object = (state: ObjectRow["state"], more: Partial<Omit<ObjectRow, "ref">> & { ref?: string } = {}): ObjectRow =>
  ({ type: "object", state, at: 5_000, ...more, ref: (more.ref ?? REF) as ObjectId });

export const task = (state: TaskRow["state"], more: Partial<Omit<TaskRow, "task" | "refs">> & { task?: string; refs?: readonly string[] } = {}): TaskRow => ({
  type: "task", name: "square", owner: "d3fa9c1d2" as ProcessName, state, submittedAt: 1_000, attempt: 0, ...more,
  task: (more.task ?? "d3fa9c1d2-t1") as TaskId, refs: (more.refs ?? [REF]) as ObjectId[],
});

export const RAN = { startedAt: 2_000, finishedAt: 3_200, worker: "w1" as ProcessName, pid: 4657 };

export const actor = (state: ActorRow["state"], more: Partial<ActorRow> = {}): ActorRow =>
  ({ type: "actor", actor: "d1-a1" as ActorId, className: "Counter", state, detached: false, at: 5_000, ...more });

export const pulse = (more: Partial<ActorPulseRow> = {}): ActorPulseRow =>
  ({ type: "actor-pulse", actor: "d1-a1" as ActorId, worker: "w1" as ProcessName, pid: 4657, calls: 0, failed: 0, running: 0, waiting: 0, memoryBytes: 50_000_000, at: 5_000, ...more });

export const log = (text: string, more: Partial<LogRow> = {}): LogRow => ({ type: "log", pid: 4657, worker: "w1", taskName: "square", stream: "stdout", text, job: "d1", ...more });

export const worker = (n: number, state: WorkerRow["state"]): WorkerRow => ({ type: "worker", worker: `w${n}` as ProcessName, pid: 4000 + n, state, at: 5_000 });

export const resources = (more: Partial<ResourcesRow> = {}): ResourcesRow =>
  ({ type: "resources", total: { CPU: 4 }, available: { CPU: 2.5 }, storeUsedBytes: 8_000_000, storeTotalBytes: 2_000_000_000, storeSpilledBytes: 0, at: 5_000, ...more });
