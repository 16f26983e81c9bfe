/** Many refs at once: how many are where, the first error, and the first rows for who wants to look. */
import { Html, code, details, failure, html, stackedBar, table } from "./html.ts";
import { sizeText, statePill, timeText } from "./object-ref-view.ts";
import { oneLine } from "./quantity.ts";
import { REF_COLORS, refModel, type RefModel, type RefState } from "./ref-model.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

const MOST_ROWS = 20;
const ERROR_LENGTH = 200;
const ORDER: readonly RefState[] = ["ready", "error", "lost", "freed", "running", "waiting"];

export function objectRefsView(state: ViewState, refs: readonly string[], now: number): View {
  const models = refs.map((ref) => refModel(state, ref));
  const counts = ORDER.map((name) => ({ name, count: models.filter((model) => model.state === name).length })).filter(({ count }) => count > 0);
  const words = counts.map(({ name, count }) => `${count} ${name}`).join(", ");
  const firstError = firstErrorOf(models);
  const title = `[ObjectRef × ${refs.length}]`;
  const error = firstError?.error === undefined ? "" : `: ${oneLine(firstError.error, ERROR_LENGTH)}`;
  return { plain: `${title} ${words}${error}`, html: htmlOf(models, counts, words, firstError, now) };
}

function htmlOf(models: readonly RefModel[], counts: readonly { name: RefState; count: number }[], words: string, firstError: RefModel | undefined, now: number): Html {
  const bar = stackedBar(counts.map(({ name, count }) => ({ color: REF_COLORS[name], count, label: name })));
  const error = firstError?.error === undefined ? undefined : html`<div>first error, of ${code(firstError.ref)}:${failure(oneLine(firstError.error, ERROR_LENGTH))}</div>`;
  return html`<div><b>ObjectRef × ${models.length}</b> ${words}${bar}${error}${rowsOf(models, now)}</div>`;
}

export const firstErrorOf = (models: readonly RefModel[]): RefModel | undefined => models.find(({ error, state: is }) => error !== undefined && (is === "error" || is === "lost"));

export function rowsOf(models: readonly RefModel[], now: number): Html {
  const rows = models.slice(0, MOST_ROWS).map((model, i) => {
    const value = model.state === "ready" ? model.object?.preview : model.error && oneLine(model.error, ERROR_LENGTH);
    return [i, code(model.ref), statePill(model), value === undefined ? undefined : code(value), sizeText(model), model.task?.name, timeText(model, now)];
  });
  const summary = models.length > MOST_ROWS ? `the first ${MOST_ROWS} of ${models.length}` : `all ${models.length}`;
  return details(summary, table(["#", "ref", "state", "value", "size", "task", "time"], rows));
}
