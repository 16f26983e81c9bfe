/** How far an array of refs has come: one bar, how many are done, failed and running, how fast, and for how long. */
import type { ViewDescriptor } from "../session/output.ts";
import { folded } from "./folded.ts";
import type { Look } from "./look.ts";
import { cancelRest, failedOf, firstErrorNode, rowsOf } from "./object-refs-view.ts";
import { statePill, timeOf } from "./object-ref-view.ts";
import { durationText, oneLine } from "./quantity.ts";
import type { RefCounts, RefModel } from "./known-ref.ts";
import { isOver, REF_COLORS, refModel, runMs } from "./ref-model.ts";
import { surveyRefs } from "./ref-survey.ts";
import { code, column, faint, line, smallTable, strong, type BarNode, type ViewNode } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

const BAR_LENGTH = 20;
const ERROR_LENGTH = 120;
/** Fewer say nothing of the rest. */
const ENOUGH_FOR_RATE = 2;
const MOST_SLOWEST = 5;
/** With a bar each: more would be a page of bars. */
const MOST_NAMES = 8;

export type ProgressDescriptor = Extract<ViewDescriptor, { kind: "progress" }>;

export function progressView(state: ViewState, view: ProgressDescriptor, look: Look, now: number): View {
  const { refs, startedAt } = view;
  const { counts, byName, firstFailed, ended, lastEnd } = surveyRefs(state, refs, startedAt);
  const { done, failed, left } = endsOf(counts);
  // of what was over before there was a bar it knows no time
  const elapsed = left > 0 ? Math.max(0, now - startedAt) : ended > 0 ? lastEnd - startedAt : undefined;
  const isLive = look.isLive === true && left > 0;
  const words = [`${done} of ${refs.length} done`, ...(failed > 0 ? [`${failed} failed`] : []), ...(counts.running > 0 ? [`${counts.running} running`] : [])];
  const pace = leftOf(left, ended, elapsed ?? 0);
  const times = [...(elapsed === undefined ? [] : [durationText(elapsed)]), ...(pace === undefined ? [] : [pace])];
  const first = failedOf(state, firstFailed);
  const error = first?.error === undefined ? "" : `: ${oneLine(first.error, ERROR_LENGTH)}`;
  const filled = refs.length === 0 ? BAR_LENGTH : Math.floor(((done + failed) / refs.length) * BAR_LENGTH);
  const label = view.label ?? (byName.size === 1 ? [...byName.keys()][0] as string : "progress");
  // a page counts on by itself: then the words must not change with each tick
  const title = isLive ? line(strong(label), faint(words.join(", ")), { is: "since", at: startedAt, tail: "" }, pace && faint(pace)) : line(strong(label), faint([...words, ...times].join(", ") + error));
  return {
    plain: `${label} ${"█".repeat(filled)}${"░".repeat(BAR_LENGTH - filled)} ${[...words, ...times].join(", ")}${error}`,
    node: column({ ...title, of: [...title.of, ...(isLive ? [cancelRest(counts, look) as ViewNode] : [])] }, barOf(counts), byName.size > 1 ? namesOf(byName) : undefined, isLive ? firstErrorNode(first) : undefined, slowest(state, refs, look), rowsOf(state, refs, look)),
  };
}

/** Lost and freed ones have ended too. */
function endsOf({ ready, freed, error, lost, running, waiting }: RefCounts): { readonly done: number; readonly failed: number; readonly left: number } {
  return { done: ready + freed, failed: error + lost, left: running + waiting };
}

function barOf(counts: RefCounts): BarNode {
  const { done, failed } = endsOf(counts);
  return {
    is: "bar",
    parts: [
      { color: REF_COLORS.ready, count: done, label: "done" },
      { color: REF_COLORS.error, count: failed, label: "failed" },
      { color: REF_COLORS.running, count: counts.running, label: "running" },
      { color: "line", count: counts.waiting, label: "waiting" },
    ],
  };
}

/** A bar for the tasks of each name. */
function namesOf(byName: ReadonlyMap<string, RefCounts>): ViewNode {
  const rows = [...byName].slice(0, MOST_NAMES).map(([name, counts]) => {
    const { done, failed, left } = endsOf(counts);
    return [name, `${done} of ${done + failed + left}`, failed === 0 ? undefined : `${failed} failed`, barOf(counts)];
  });
  return { ...smallTable("names", ["", " ", "  ", "   "], rows), ...(byName.size > MOST_NAMES ? { total: byName.size } : {}) };
}

/** What is left at the pace so far, of those that ended since the bar is there. */
function leftOf(left: number, ended: number, elapsed: number): string | undefined {
  if (left === 0 || ended < ENOUGH_FOR_RATE || elapsed < 1000) return undefined;
  return `${rateText(ended / (elapsed / 1000))}, about ${durationText((elapsed / ended) * left)} left`;
}

const rateText = (perSecond: number): string => (perSecond >= 100 ? `${Math.round(perSecond)}/s` : perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`);

/** Those that run the longest, or ran. */
function slowest(state: ViewState, refs: readonly string[], look: Look): ViewNode | undefined {
  if (refs.length <= MOST_SLOWEST || look.open === undefined) return undefined;
  return folded("slowest", "slowest", look, () => {
    const models = refs.map((ref) => refModel(state, ref)).filter(({ task }) => task?.startedAt !== undefined);
    const lasted = (model: RefModel): number => runMs(model) ?? (isOver(model) ? 0 : state.latestAt - (model.task?.startedAt ?? state.latestAt));
    const most = models.sort((a, b) => lasted(b) - lasted(a)).slice(0, MOST_SLOWEST);
    return smallTable("slowest", ["ref", "state", "task", "time"], most.map((model) => [code(model.ref), statePill(model), model.task?.name, timeOf(model)]));
  });
}
