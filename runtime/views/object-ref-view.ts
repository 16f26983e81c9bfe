/** One ObjectRef: where its task is, then what came out. */
import type { ObjectRow } from "../engine/events.ts";
import type { Look } from "./look.ts";
import { folded, printed } from "./folded.ts";
import { bytesText, durationText, oneLine } from "./quantity.ts";
import type { RefModel } from "./known-ref.ts";
import { REF_COLORS, isOver, pendingText, refModel, runTime } from "./ref-model.ts";
import { block, code, column, failure, line, pill, smallTable, strong, type ActionNode, type ViewNode } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

export const ERROR_LENGTH = 200;
const MOST_ARGUMENTS = 5;
const PLACES: Readonly<Record<NonNullable<ObjectRow["place"]>, string>> = { inline: "with its owner", "shared-memory": "in shared memory", disk: "spilled to disk" };

export function objectRefView(state: ViewState, ref: string, look: Look): View {
  const model = refModel(state, ref);
  return { plain: plainText(model), node: nodeOf(state, model, look) };
}

/** `ObjectRef(d3fa9c1d2-1) ready Float64Array(1000000) 8.0 MB, 1.2 s` */
function plainText(model: RefModel): string {
  const name = `ObjectRef(${model.ref})`;
  if (!isOver(model)) return `${name} pending, ${pendingText(model)}`;
  const what = model.state === "ready" ? [model.object?.preview, sizeText(model)] : [model.error && oneLine(model.error, ERROR_LENGTH)];
  const words = [name, model.state, ...what].filter((word) => word !== undefined && word !== "").join(" ");
  const time = runTime(model);
  return time === undefined ? words : `${words}, ${time}`;
}

function nodeOf(state: ViewState, model: RefModel, look: Look): ViewNode {
  const { ref, object, task, error } = model;
  const place = object?.place === undefined || model.state !== "ready" ? undefined : PLACES[object.place];
  const size = model.state === "ready" ? sizeText(model) : undefined;
  const value = model.state === "ready" && object?.preview !== undefined ? code(object.preview) : undefined;
  const cancel = look.isLive === true && !isOver(model) && task !== undefined ? cancelAction([ref], `Cancel ${task.name}?`) : undefined;
  const row = [line(strong("ObjectRef"), code(ref)), statePill(model), value, size, place, task?.name, timeOf(model), cancel];
  return column(
    smallTable("ref", ["", "state", "value", "size", "place", "task", "time", " "], [row]),
    error === undefined ? undefined : failure(oneLine(error, ERROR_LENGTH)),
    task === undefined && object?.stack === undefined ? undefined : folded("details", "details", look, () => more(model)),
    printed(state, look, (group) => task !== undefined && group.task === task.task),
  );
}

export const cancelAction = (refs: readonly string[], confirm: string): ActionNode => ({ is: "action", label: "cancel", act: { do: "cancel", refs }, confirm });

export const statePill = (model: RefModel): ViewNode => pill(REF_COLORS[model.state], isOver(model) ? model.state : pendingText(model));

export const sizeText = ({ object }: RefModel): string | undefined => (object?.sizeBytes === undefined ? undefined : bytesText(object.sizeBytes));

/** The run time, or how long it has run so far. */
export function timeOf(model: RefModel): ViewNode | undefined {
  const { task } = model;
  if (!isOver(model) && task?.state === "running" && task.startedAt !== undefined) return { is: "since", at: task.startedAt, tail: " so far" };
  return runTime(model);
}

/** What few ask for. */
function more({ ref, task, object, error }: RefModel): ViewNode {
  const facts: [string, string][] = [];
  if (task !== undefined) facts.push(["task", task.task], ["owner", task.owner]);
  if (task?.waitsFor !== undefined && task.state === "waiting-for-args") facts.push(["waits for", namesOf(task.waitsFor)]);
  if (task?.startedAt !== undefined) facts.push(["waited", durationText(Math.max(0, task.startedAt - task.submittedAt))]);
  if (task?.worker !== undefined) facts.push(["worker", task.pid === undefined ? task.worker : `${task.worker} (pid ${task.pid})`]);
  if (task !== undefined && task.attempt > 0) facts.push(["retries", String(task.attempt)]);
  if (task?.origin !== undefined) facts.push(["from", task.origin]);
  if (task === undefined) facts.push(["ref", ref]);
  const isLong = error !== undefined && oneLine(error, ERROR_LENGTH) !== error;
  return column(smallTable("facts", ["", " "], facts.map(([name, fact]) => [{ is: "text", text: name, look: "faint" }, code(fact)])), isLong ? failure(error) : undefined, object?.stack === undefined ? undefined : block(object.stack));
}

function namesOf(refs: readonly string[]): string {
  const rest = refs.length - MOST_ARGUMENTS;
  return refs.slice(0, MOST_ARGUMENTS).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
