/**
 * Events into the state. Rows of one thing come from several processes and out of order: what has ended does not go back
 * to what it was before, and a row that knows less than an earlier one takes nothing away.
 */
import type { ActorRow, EngineEvent, ObjectRow, ResourcesRow, TaskCountsRow, TaskRow, WorkerRow } from "../engine/events.ts";
import { beat } from "./actor-model.ts";
import { MOST_FINISHED_TASKS, MOST_NAMES, MOST_OTHERS, MOST_RUNS, type CallCounts, type ViewState } from "./view-state.ts";

export function applyEvents(state: ViewState, rows: readonly EngineEvent[]): void {
  for (const row of rows) applyEvent(state, row);
}

function applyEvent(state: ViewState, row: EngineEvent): void {
  if ("at" in row) state.latestAt = Math.max(state.latestAt, row.at);
  switch (row.type) {
    case "task": return applyTask(state, row);
    case "object": return applyObject(state, row);
    case "actor": return applyActor(state, row);
    case "worker": return applyWorker(state, row);
    case "resources": return applyResources(state, row);
    case "actor-pulse": return void state.actorModels.set(row.actor, beat(state.actorModels.get(row.actor), row));
    case "run": return applyRun(state, row.run);
    case "task-counts": return applyCounts(state, row);
    case "log": return state.prints.add(row);
    case "left-out": case "notice": return;
  }
}

function applyTask(state: ViewState, row: TaskRow): void {
  const before = state.tasks.get(row.task);
  if (before !== undefined && isEnded(before) && !isEnded(row) && row.attempt <= before.attempt) return;
  const after = before === undefined ? row : { ...before, ...row };
  state.latestAt = Math.max(state.latestAt, row.submittedAt, row.startedAt ?? 0, row.finishedAt ?? 0);
  state.tasks.set(row.task, after);
  for (const ref of row.refs) state.taskOfRef.set(ref, row.task);
  count(state, before, -1);
  count(state, after, 1);
  if (before === undefined && row.origin !== undefined) state.lastOrigin = row.origin;
  if (isEnded(after) && (before === undefined || !isEnded(before))) state.rates.add(1, after.finishedAt ?? after.settledAt ?? state.latestAt);
  if (isEnded(after)) {
    state.runs.delete(row.task);
    state.finishedTasks.add(row.task);
    if (state.finishedTasks.size > MOST_FINISHED_TASKS) dropTask(state, state.finishedTasks.values().next().value as TaskRow["task"]);
  } else {
    state.finishedTasks.delete(row.task);
    if (state.tasks.size > MOST_FINISHED_TASKS + MOST_OTHERS) dropTask(state, state.tasks.keys().next().value as TaskRow["task"]);
  }
}

/** A worker's word holds until the owner's comes. */
function applyRun(state: ViewState, run: TaskRow): void {
  const told = state.tasks.get(run.task);
  if (told !== undefined && isEnded(told) && run.attempt <= told.attempt) return;
  state.latestAt = Math.max(state.latestAt, run.finishedAt ?? 0);
  const before = state.runs.get(run.task);
  if (before?.state === run.state && before.attempt === run.attempt && before.worker === run.worker) return; // told again
  state.runs.set(run.task, run);
  for (const ref of run.refs) state.taskOfRef.set(ref, run.task);
  const oldest = state.runs.keys().next();
  if (state.runs.size > MOST_RUNS && !oldest.done) state.runs.delete(oldest.value);
}

function dropTask(state: ViewState, id: TaskRow["task"]): void {
  for (const ref of state.tasks.get(id)?.refs ?? []) {
    state.taskOfRef.delete(ref);
    state.objects.delete(ref);
  }
  state.tasks.delete(id);
  state.finishedTasks.delete(id);
  state.droppedTasks++;
}

/** Adds or takes away a task in the counts of its name, of its actor and, when it has ended, of the cluster. */
function count(state: ViewState, task: TaskRow | undefined, change: 1 | -1): void {
  if (task === undefined) return;
  if (task.state === "finished") state.finished += change;
  if (task.state === "failed") state.failed += change;
  const tally = tallyOf(state, task.name);
  if (tally !== undefined) tally[COUNTED_AS[task.state]] += change;
  if (task.actor === undefined) return;
  let calls = state.callsOfActor.get(task.actor);
  if (calls === undefined) state.callsOfActor.set(task.actor, (calls = noCalls()));
  calls[COUNTED_AS[task.state]] += change;
}

const noCalls = (): CallCounts => ({ done: 0, failed: 0, running: 0, waiting: 0 });

function tallyOf({ tallies }: ViewState, name: string): CallCounts | undefined {
  const known = tallies.get(name);
  if (known !== undefined || tallies.size >= MOST_NAMES) return known;
  const made = noCalls();
  tallies.set(name, made);
  return made;
}

function applyCounts(state: ViewState, { name, finished, failed, at }: TaskCountsRow): void {
  state.finished += finished;
  state.failed += failed;
  state.droppedTasks += finished + failed;
  state.rates.add(finished + failed, at);
  const tally = tallyOf(state, name);
  if (tally === undefined) return;
  tally.done += finished;
  tally.failed += failed;
}

const COUNTED_AS = {
  "waiting-for-args": "waiting", "waiting-for-worker": "waiting", running: "running", finished: "done", failed: "failed",
} as const satisfies Record<TaskRow["state"], keyof CallCounts>;

function applyObject(state: ViewState, row: ObjectRow): void {
  const before = state.objects.get(row.ref);
  if (before !== undefined && OBJECT_ORDER[row.state] < OBJECT_ORDER[before.state] && !isRemade(before, row)) return;
  state.objects.set(row.ref, before === undefined ? row : { ...before, ...row });
  if (state.objects.size > MOST_FINISHED_TASKS + MOST_OTHERS) state.objects.delete(state.objects.keys().next().value as ObjectRow["ref"]);
}

/** A lost object may be made again from its task. */
const isRemade = (before: ObjectRow, row: ObjectRow): boolean => before.state === "lost" && row.at > before.at;

const OBJECT_ORDER: Readonly<Record<ObjectRow["state"], number>> = { pending: 0, ready: 1, error: 1, lost: 2, freed: 3 };

function applyActor(state: ViewState, row: ActorRow): void {
  const before = state.actors.get(row.actor);
  if (before?.state === "dead" || (before !== undefined && row.at < before.at)) return;
  state.actors.set(row.actor, row);
  if (state.actors.size <= MOST_OTHERS) return;
  const dead = [...state.actors.values()].find(({ state: was }) => was === "dead");
  if (dead === undefined) return;
  state.actors.delete(dead.actor);
  state.callsOfActor.delete(dead.actor);
  state.actorModels.delete(dead.actor);
}

function applyWorker(state: ViewState, row: WorkerRow): void {
  if (row.state === "dead") state.workers.delete(row.worker);
  else state.workers.set(row.worker, row);
}

function applyResources(state: ViewState, row: ResourcesRow): void {
  if (state.resources === undefined || row.at >= state.resources.at) state.resources = row;
}

export const isEnded = (task: TaskRow): boolean => task.state === "finished" || task.state === "failed";
