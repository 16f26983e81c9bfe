/** One ObjectRef: where its task is, then what came out. */
import type { ObjectRow } from "../engine/events.ts";
import { Html, details, faint, failure, html, pill, code, table } from "./html.ts";
import { bytesText, durationText, oneLine } from "./quantity.ts";
import { REF_COLORS, isOver, pendingText, refModel, runTime, type RefModel } from "./ref-model.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

const ERROR_LENGTH = 200;
const PLACES: Readonly<Record<NonNullable<ObjectRow["place"]>, string>> = { inline: "with its owner", "shared-memory": "in shared memory", disk: "spilled to disk" };

export function objectRefView(state: ViewState, ref: string, now: number): View {
  const model = refModel(state, ref);
  return { plain: plainText(model), html: htmlOf(model, now) };
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

function htmlOf(model: RefModel, now: number): Html {
  const { ref, object, task, error } = model;
  const place = object?.place === undefined || model.state !== "ready" ? undefined : PLACES[object.place];
  const size = model.state === "ready" ? sizeText(model) : undefined;
  const value = model.state === "ready" && object?.preview !== undefined ? code(object.preview) : undefined;
  const row = [html`<b>ObjectRef</b> ${code(ref)}`, statePill(model), value, size, place, task?.name, timeText(model, now)];
  return html`<div>${table(["", "state", "value", "size", "place", "task", "time"], [row])}${error === undefined ? undefined : failure(oneLine(error, ERROR_LENGTH))}${more(model)}</div>`;
}

export const statePill = (model: RefModel): Html => pill(REF_COLORS[model.state], isOver(model) ? model.state : pendingText(model));

export const sizeText = ({ object }: RefModel): string | undefined => (object?.sizeBytes === undefined ? undefined : bytesText(object.sizeBytes));

/** The run time, or how long it has run so far. */
export function timeText(model: RefModel, now: number): string | undefined {
  const { task } = model;
  if (task?.state === "running" && task.startedAt !== undefined) return `${durationText(now - task.startedAt)} so far`;
  return runTime(model);
}

/** What few ask for: folded away. */
function more({ task, error }: RefModel): Html | undefined {
  if (task === undefined) return undefined;
  const facts: [string, string][] = [["task", task.task], ["owner", task.owner]];
  if (task.worker !== undefined) facts.push(["worker", task.pid === undefined ? task.worker : `${task.worker} (pid ${task.pid})`]);
  if (task.attempt > 0) facts.push(["retries", String(task.attempt)]);
  if (task.origin !== undefined) facts.push(["from", task.origin]);
  const rows = facts.map(([name, fact]) => [faint(name), code(fact)]);
  const isLong = error !== undefined && oneLine(error, ERROR_LENGTH) !== error;
  return details("details", html`${table(["", " "], rows)}${isLong ? failure(error) : undefined}`);
}
