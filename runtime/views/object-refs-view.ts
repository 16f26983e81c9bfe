/** Many refs at once: how many are where, the first error, and the rows for who wants to look. */
import { folded } from "./folded.ts";
import type { Look } from "./look.ts";
import { ERROR_LENGTH, cancelAction, sizeText, statePill, timeOf } from "./object-ref-view.ts";
import { pagedTable, type ColumnOf } from "./paged-table.ts";
import { oneLine } from "./quantity.ts";
import { REF_STATES, type RefCounts, type RefModel } from "./known-ref.ts";
import { REF_COLORS, isOver, refModel, runMs, stateOfRef } from "./ref-model.ts";
import { surveyRefs } from "./ref-survey.ts";
import { code, column, failure, line, strong, type ActionNode, type BarNode, type DetailsNode, type ViewNode } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

const STILL_ROWS = 20;
const LIVE_ROWS = 100;

export function objectRefsView(state: ViewState, refs: readonly string[], look: Look): View {
  const { counts, firstFailed } = surveyRefs(state, refs);
  const words = REF_STATES.filter((name) => counts[name] > 0).map((name) => `${counts[name]} ${name}`).join(", ");
  const first = failedOf(state, firstFailed);
  const title = `[ObjectRef × ${refs.length}]`;
  const error = first?.error === undefined ? "" : `: ${oneLine(first.error, ERROR_LENGTH)}`;
  return { plain: `${title} ${words}${error}`, node: nodeOf(state, refs, counts, words, first, look) };
}

function nodeOf(state: ViewState, refs: readonly string[], counts: RefCounts, words: string, first: RefModel | undefined, look: Look): ViewNode {
  const bar: BarNode = { is: "bar", parts: REF_STATES.filter((name) => counts[name] > 0).map((name) => ({ color: REF_COLORS[name], count: counts[name], label: name })) };
  return column(line(strong(`ObjectRef × ${refs.length}`), words, cancelRest(counts, look)), bar, firstErrorNode(first), rowsOf(state, refs, look));
}

/** What is known of one that failed, if there is an error to show. */
export function failedOf(state: ViewState, ref: string | undefined): RefModel | undefined {
  const model = ref === undefined ? undefined : refModel(state, ref);
  return model?.error === undefined ? undefined : model;
}

export const firstErrorNode = (first: RefModel | undefined): ViewNode | undefined =>
  first?.error === undefined ? undefined : column(line("first error, of", code(first.ref), first.task?.name), failure(oneLine(first.error, ERROR_LENGTH)));

export function cancelRest(counts: RefCounts, look: Look): ActionNode | undefined {
  const left = counts.running + counts.waiting;
  return look.isLive === true && left > 0 ? { is: "action", label: left === 1 ? "cancel" : "cancel the rest", act: { do: "cancel-rest" }, confirm: left === 1 ? "Cancel what is not done?" : `Cancel the ${left} that are not done?` } : undefined;
}

export function rowsOf(state: ViewState, refs: readonly string[], look: Look): DetailsNode {
  const summary = look.isLive === true || refs.length <= STILL_ROWS ? `all ${refs.length}` : `the first ${STILL_ROWS} of ${refs.length}`;
  return folded("rows", summary, look, () => {
    const model = (ref: string): RefModel => refModel(state, ref);
    return pagedTable({
      key: "rows", columns: columnsOf(model), rows: refs, size: look.isLive === true ? LIVE_ROWS : STILL_ROWS, textOf: (ref) => searchText(model(ref)),
      drawn: { rows: state.known.rows, by: model },
    }, look);
  });
}

function columnsOf(model: (ref: string) => RefModel): ColumnOf<string>[] {
  return [
    { title: "#", draw: (_, i) => String(i), by: (_, i) => i },
    { title: "ref", draw: (ref) => code(ref) },
    { title: "state", draw: (ref) => statePill(model(ref)), by: (ref) => REF_STATES.indexOf(model(ref).state) },
    { title: "value", draw: (ref) => valueOf(model(ref)) },
    { title: "size", draw: (ref) => (model(ref).state === "ready" ? sizeText(model(ref)) : undefined), by: (ref) => model(ref).object?.sizeBytes },
    { title: "task", draw: (ref) => model(ref).task?.name, by: (ref) => model(ref).task?.name },
    { title: "time", draw: (ref) => timeOf(model(ref)), by: (ref) => runMs(model(ref)) },
    { title: "tries", draw: (ref) => triesOf(model(ref)), by: (ref) => model(ref).task?.attempt },
  ];
}

const triesOf = ({ task }: RefModel): string | undefined => (task !== undefined && task.attempt > 0 ? String(task.attempt + 1) : undefined);

function valueOf(model: RefModel): ViewNode | undefined {
  const value = model.state === "ready" ? model.object?.preview : model.error === undefined ? undefined : oneLine(model.error, ERROR_LENGTH);
  return value === undefined ? undefined : code(value);
}

const searchText = (model: RefModel): string => [model.ref, model.state, model.task?.name, model.object?.preview, model.error, model.task?.pid].join(" ");

export const isRefOver = (state: ViewState, ref: string): boolean => isOver({ state: stateOfRef(state, ref) });
