/** How far an array of refs has come: one bar, how many are done, failed and running, how fast, and for how long. */
import type { ViewDescriptor } from "../session/output.ts";
import { folded } from "./folded.ts";
import type { Look } from "./look.ts";
import { cancelRest, countRefs, firstErrorNode, firstErrorOf, rowsOf, type RefCounts } from "./object-refs-view.ts";
import { statePill, timeOf } from "./object-ref-view.ts";
import { durationText, oneLine } from "./quantity.ts";
import { isOver, REF_COLORS, refModel, runMs, type RefModel } from "./ref-model.ts";
import { code, column, faint, line, smallTable, strong, type BarNode, type ViewNode } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";
import type { ObjectId } from "../ids.ts";

const BAR_LENGTH = 20;
const ERROR_LENGTH = 120;
/** Fewer say nothing of the rest. */
const ENOUGH_FOR_RATE = 2;
const MOST_SLOWEST = 5;

export type ProgressDescriptor = Extract<ViewDescriptor, { kind: "progress" }>;

export function progressView(state: ViewState, view: ProgressDescriptor, look: Look, now: number): View {
  const { refs, startedAt } = view;
  const counts = countRefs(state, refs);
  const done = counts.ready + counts.freed;
  const failed = counts.error + counts.lost;
  const isDone = done + failed === refs.length;
  const ended = endsOf(state, refs, startedAt);
  const elapsed = Math.max(0, (isDone ? ended.last : now) - startedAt);
  const isLive = look.isLive === true && !isDone;
  const words = [`${done} of ${refs.length} done`, ...(failed > 0 ? [`${failed} failed`] : []), ...(counts.running > 0 ? [`${counts.running} running`] : [])];
  const pace = leftOf(refs.length - done - failed, ended.count, elapsed);
  const first = firstErrorOf(state, refs, counts);
  const error = first?.error === undefined ? "" : `: ${oneLine(first.error, ERROR_LENGTH)}`;
  const filled = refs.length === 0 ? BAR_LENGTH : Math.floor(((done + failed) / refs.length) * BAR_LENGTH);
  const label = view.label ?? commonName(state, refs) ?? "progress";
  // a page counts on by itself: then the words must not change with each tick
  const title = isLive ? line(strong(label), faint(words.join(", ")), { is: "since", at: startedAt, tail: "" }, pace && faint(pace)) : line(strong(label), faint([...words, durationText(elapsed), ...(pace === undefined ? [] : [pace])].join(", ") + error));
  return {
    plain: `${label} ${"█".repeat(filled)}${"░".repeat(BAR_LENGTH - filled)} ${[...words, durationText(elapsed), ...(pace === undefined ? [] : [pace])].join(", ")}${error}`,
    node: column({ ...title, of: [...title.of, ...(isLive ? [cancelRest(counts, look) as ViewNode] : [])] }, barOf(counts), isLive ? firstErrorNode(first) : undefined, slowest(state, refs, look), rowsOf(state, refs, look)),
  };
}

function barOf(counts: RefCounts): BarNode {
  return {
    is: "bar",
    parts: [
      { color: REF_COLORS.ready, count: counts.ready + counts.freed, label: "done" },
      { color: REF_COLORS.error, count: counts.error + counts.lost, label: "failed" },
      { color: REF_COLORS.running, count: counts.running, label: "running" },
      { color: "line", count: counts.waiting, label: "waiting" },
    ],
  };
}

/** What is left at the pace so far, of those that ended since the bar is there. */
function leftOf(left: number, ended: number, elapsed: number): string | undefined {
  if (left === 0 || ended < ENOUGH_FOR_RATE || elapsed < 1000) return undefined;
  return `${rateText(ended / (elapsed / 1000))}, about ${durationText((elapsed / ended) * left)} left`;
}

const rateText = (perSecond: number): string => (perSecond >= 100 ? `${Math.round(perSecond)}/s` : perSecond >= 1 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`);

/** How many have ended since the bar is there, and when the last one did. */
function endsOf(state: ViewState, refs: readonly string[], startedAt: number): { readonly count: number; readonly last: number } {
  let count = 0;
  let last = startedAt;
  for (const ref of refs) {
    const at = endOf(state, ref as ObjectId);
    if (at > startedAt) count += 1;
    if (at > last) last = at;
  }
  return { count, last };
}

function endOf(state: ViewState, ref: ObjectId): number {
  const task = state.taskOfRef.get(ref);
  const finishedAt = task === undefined ? undefined : state.tasks.get(task)?.finishedAt;
  if (finishedAt !== undefined) return finishedAt;
  const object = state.objects.get(ref);
  return object === undefined || object.state === "pending" ? 0 : object.at;
}

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

/** The name of all the tasks, if it is one. */
function commonName(state: ViewState, refs: readonly string[]): string | undefined {
  let name: string | undefined;
  for (const ref of refs) {
    const id = state.taskOfRef.get(ref as ObjectId);
    const task = id === undefined ? undefined : state.tasks.get(id);
    if (task === undefined) continue;
    if (name !== undefined && name !== task.name) return undefined;
    name = task.name;
  }
  return name;
}
