/** What is known of one ref, from its object's row and its task's. */
import type { ObjectRow, TaskRow } from "../engine/events.ts";
import type { ObjectId } from "../ids.ts";
import { isEnded } from "./apply-events.ts";
import { durationText } from "./quantity.ts";
import type { Color } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";

export type RefState = "waiting" | "running" | "ready" | "error" | "lost" | "freed";

export interface RefModel {
  readonly ref: string;
  readonly state: RefState;
  readonly object: ObjectRow | undefined;
  readonly task: TaskRow | undefined;
  readonly error: string | undefined;
}

export const REF_COLORS: Readonly<Record<RefState, Color>> = { waiting: "waiting", running: "running", ready: "done", error: "failed", lost: "failed", freed: "gone" };

export function refModel(state: ViewState, ref: string): RefModel {
  const object = state.objects.get(ref as ObjectId);
  const task = taskOf(state, ref);
  const is = refState(object, task);
  // the task's names what was thrown; what was lost was lost after it
  return { ref, state: is, object, task, error: is === "lost" ? object?.error : (task?.error ?? object?.error) };
}

/** The same of thousands of refs, without a model of each. */
export const stateOfRef = (state: ViewState, ref: string): RefState => refState(state.objects.get(ref as ObjectId), taskOf(state, ref));

/** As its owner tells it, or while that is busy as its worker does. */
function taskOf(state: ViewState, ref: string): TaskRow | undefined {
  const id = state.taskOfRef.get(ref as ObjectId);
  if (id === undefined) return undefined;
  const task = state.tasks.get(id);
  const run = state.runs.size === 0 ? undefined : state.runs.get(id);
  if (run === undefined || (task !== undefined && isEnded(task))) return task;
  return task === undefined ? run : { ...task, ...run, submittedAt: task.submittedAt };
}

function refState(object: ObjectRow | undefined, task: TaskRow | undefined): RefState {
  if (object !== undefined && object.state !== "pending") return object.state;
  if (task?.state === "finished") return "ready";
  if (task?.state === "failed") return "error";
  return task?.state === "running" ? "running" : "waiting";
}

export const isOver = ({ state }: { readonly state: RefState }): boolean => state !== "waiting" && state !== "running";

/** How long the news of a task may take after its object's. */
const TASK_NEWS_MS = 1_000;

/** Nothing more will be known: also the owner's row of its task, which tells the time, has come or there is none. */
export function isComplete(state: ViewState, ref: string): boolean {
  const object = state.objects.get(ref as ObjectId);
  const id = state.taskOfRef.get(ref as ObjectId);
  const task = id === undefined ? undefined : state.tasks.get(id);
  const is = refState(object, task);
  if (is === "waiting" || is === "running") return false;
  if (is === "freed" || is === "lost") return true;
  if (task !== undefined) return isEnded(task);
  return object?.isPut === true || state.latestAt - (object?.at ?? 0) >= TASK_NEWS_MS;
}

/** `waiting for arguments`, `running on pid 4657`. */
export function pendingText({ task }: RefModel): string {
  switch (task?.state) {
    case "running": return task.pid === undefined ? "running" : `running on pid ${task.pid}`;
    case "waiting-for-args": return "waiting for arguments";
    case "waiting-for-worker": return task.actor === undefined ? "waiting for a worker" : "waiting for its actor";
    default: return "waiting";
  }
}

/** The run time of a task that has one, in milliseconds. */
export function runMs({ task }: RefModel): number | undefined {
  if (task?.startedAt === undefined || task.finishedAt === undefined || !isEnded(task)) return undefined;
  return task.finishedAt - task.startedAt;
}

export function runTime(model: RefModel): string | undefined {
  const ms = runMs(model);
  return ms === undefined ? undefined : durationText(ms);
}
