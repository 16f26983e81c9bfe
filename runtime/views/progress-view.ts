/** How far an array of refs has come: one bar, how many are done, failed and running, and for how long. */
import type { ViewDescriptor } from "../session/output.ts";
import { Html, faint, html, stackedBar } from "./html.ts";
import { firstErrorOf, rowsOf } from "./object-refs-view.ts";
import { durationText, oneLine } from "./quantity.ts";
import { isOver, REF_COLORS, refModel, type RefModel } from "./ref-model.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

const BAR_LENGTH = 20;
const ERROR_LENGTH = 120;
/** Fewer say nothing of the rest. */
const ENOUGH_FOR_RATE = 2;

export type ProgressDescriptor = Extract<ViewDescriptor, { kind: "progress" }>;

export function progressView(state: ViewState, view: ProgressDescriptor, now: number): View {
  const models = view.refs.map((ref) => refModel(state, ref));
  const counts = countsOf(models);
  const total = models.length;
  const over = counts.done + counts.failed;
  const elapsed = Math.max(0, (over === total ? lastEnd(models, view.startedAt) : now) - view.startedAt);
  const words = [
    `${counts.done} of ${total} done`,
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts.running > 0 ? [`${counts.running} running`] : []),
    durationText(elapsed),
    ...leftOf(models, view.startedAt, elapsed),
  ].join(", ");
  const firstError = firstErrorOf(models);
  const error = firstError?.error === undefined ? "" : `: ${oneLine(firstError.error, ERROR_LENGTH)}`;
  const filled = total === 0 ? BAR_LENGTH : Math.floor((over / total) * BAR_LENGTH);
  const label = view.label ?? commonName(models) ?? "progress";
  return { plain: `${label} ${"█".repeat(filled)}${"░".repeat(BAR_LENGTH - filled)} ${words}${error}`, html: htmlOf(label, words, counts, models, error, now) };
}

interface Counts { readonly done: number; readonly failed: number; readonly running: number; readonly waiting: number }

function countsOf(models: readonly RefModel[]): Counts {
  const counts = { done: 0, failed: 0, running: 0, waiting: 0 };
  for (const { state } of models) counts[state === "ready" || state === "freed" ? "done" : state === "error" || state === "lost" ? "failed" : state]++;
  return counts;
}

function htmlOf(label: string, words: string, { done, failed, running, waiting }: Counts, models: readonly RefModel[], error: string, now: number): Html {
  const bar = stackedBar([
    { color: REF_COLORS.ready, count: done, label: "done" },
    { color: REF_COLORS.error, count: failed, label: "failed" },
    { color: REF_COLORS.running, count: running, label: "running" },
    { color: "line", count: waiting, label: "waiting" },
  ]);
  return html`<div><b>${label}</b> ${faint(words + error)}${bar}${rowsOf(models, now)}</div>`;
}

/** What is left at the pace so far, of those that ended since the bar is there. */
function leftOf(models: readonly RefModel[], startedAt: number, elapsed: number): string[] {
  const left = models.filter((model) => !isOver(model)).length;
  const ended = models.filter((model) => isOver(model) && endOf(model) > startedAt).length;
  return left === 0 || ended < ENOUGH_FOR_RATE || elapsed < 1000 ? [] : [`about ${durationText((elapsed / ended) * left)} left`];
}

function lastEnd(models: readonly RefModel[], startedAt: number): number {
  return models.reduce((latest, model) => Math.max(latest, endOf(model)), startedAt);
}

const endOf = ({ task, object }: RefModel): number => task?.finishedAt ?? object?.at ?? 0;

/** The name of all the tasks, if it is one. */
function commonName(models: readonly RefModel[]): string | undefined {
  const name = models.find(({ task }) => task !== undefined)?.task?.name;
  return models.every(({ task }) => task === undefined || task.name === name) ? name : undefined;
}
