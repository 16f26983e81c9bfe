/** How a list of refs stands as a whole, and by the names of their tasks: in one pass, since it may be of thousands. */
import { REF_STATES, type RefCounts, type RefState } from "./known-ref.ts";
import { isFailed, standingOf } from "./ref-model.ts";
import type { ViewState } from "./view-state.ts";

export interface RefSurvey {
  readonly counts: RefCounts;
  /** In the order in which the names come first; refs of which no task is known are in none. */
  readonly byName: ReadonlyMap<string, RefCounts>;
  /** The first that failed or was lost. */
  readonly firstFailed: string | undefined;
  /** Those that ended after the moment asked about, and when the last one did. */
  readonly ended: number;
  readonly lastEnd: number;
}

type Counting = Record<RefState, number>;

const none = (): Counting => Object.fromEntries(REF_STATES.map((name) => [name, 0])) as Counting;

export function surveyRefs(state: ViewState, refs: readonly string[], since = 0): RefSurvey {
  const counts = none();
  const byName = new Map<string, Counting>();
  let firstFailed: string | undefined;
  let ended = 0;
  let lastEnd = since;
  for (const ref of refs) {
    const { is, name, endedAt } = standingOf(state, ref);
    counts[is] += 1;
    if (name !== undefined) countIn(byName, name, is);
    if (firstFailed === undefined && isFailed(is)) firstFailed = ref;
    if (endedAt !== undefined && endedAt > since) ended += 1;
    if (endedAt !== undefined && endedAt > lastEnd) lastEnd = endedAt;
  }
  return { counts, byName, firstFailed, ended, lastEnd };
}

function countIn(byName: Map<string, Counting>, name: string, is: RefState): void {
  let counts = byName.get(name);
  if (counts === undefined) byName.set(name, (counts = none()));
  counts[is] += 1;
}
