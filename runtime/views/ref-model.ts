/** What is known of one ref, from its object's row and its task's. */
import type { ObjectRow, TaskRow } from "../engine/events.ts";
import type { ObjectId } from "../ids.ts";
import { isEnded } from "./apply-events.ts";
import { durationText } from "./quantity.ts";
import type { RefModel, RefState, Told } from "./known-ref.ts";
import type { Color } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";

export const REF_COLORS: Readonly<Record<RefState, Color>> = { waiting: "waiting", running: "running", ready: "done", error: "failed", lost: "failed", freed: "gone" };

/** The very same one as long as nothing new is known. */
export function refModel(state: ViewState, ref: string): RefModel {
  const told = toldOf(state, ref);
  const key = told.object ?? told.task ?? told.run;
  const known = key === undefined ? undefined : state.known.refs.get(key);
  if (known?.model.ref === ref && known.object === told.object && known.task === told.task && known.run === told.run) return known.model;
  const model = modelOf(ref, told);
  if (key !== undefined) state.known.refs.set(key, { ...told, model });
  return model;
}

function modelOf(ref: string, { object, task: told, run }: Told): RefModel {
  const task = run === undefined ? told : told === undefined ? run : { ...told, ...run, submittedAt: told.submittedAt };
  const is = refState(object, task);
  // the task's names what was thrown; what was lost was lost after it
  return { ref, state: is, object, task, error: is === "lost" ? object?.error : (task?.error ?? object?.error) };
}

/** The same of thousands of refs, without a model of each. */
export function stateOfRef(state: ViewState, ref: string): RefState {
  const { object, task, run } = toldOf(state, ref);
  return refState(object, run ?? task);
}

/** What there is to count, without a model: its state, its task's name, when it ended. */
export function standingOf(state: ViewState, ref: string): { readonly is: RefState; readonly name: string | undefined; readonly endedAt: number | undefined } {
  const { object, task, run } = toldOf(state, ref);
  const isEnd = object !== undefined && object.state !== "pending";
  return { is: refState(object, run ?? task), name: (task ?? run)?.name, endedAt: run?.finishedAt ?? task?.finishedAt ?? (isEnd ? object.at : undefined) };
}

function toldOf(state: ViewState, ref: string): Told {
  const object = state.objects.get(ref as ObjectId);
  const id = state.taskOfRef.get(ref as ObjectId);
  if (id === undefined) return { object, task: undefined, run: undefined };
  const task = state.tasks.get(id);
  const run = state.runs.size === 0 || (task !== undefined && isEnded(task)) ? undefined : state.runs.get(id);
  return { object, task, run };
}

function refState(object: ObjectRow | undefined, task: TaskRow | undefined): RefState {
  if (object !== undefined && object.state !== "pending") return object.state;
  if (task?.state === "finished") return "ready";
  if (task?.state === "failed") return "error";
  return task?.state === "running" ? "running" : "waiting";
}

export const isFailed = (is: RefState): boolean => is === "error" || is === "lost";

export const isOver = ({ state }: { readonly state: RefState }): boolean => state !== "waiting" && state !== "running";

/** How long the news of a task may take after its object's. */
const TASK_NEWS_MS = 1_000;

/** Of it nothing more will be known: also the owner's row of its task, which tells the time, has come or there is none. */
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

/** Where one was found that is not, the next look begins: a list of thousands is asked at each event. */
export function areComplete(state: ViewState, refs: readonly string[]): boolean {
  const from = state.known.incomplete.get(refs) ?? 0;
  for (let i = 0; i < refs.length; i++) {
    const place = (from + i) % refs.length;
    if (isComplete(state, refs[place] as string)) continue;
    state.known.incomplete.set(refs, place);
    return false;
  }
  return true;
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
