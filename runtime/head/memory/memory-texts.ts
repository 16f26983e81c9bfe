/** What is said when memory has run out: how full it is, who was ended, who holds the most, and the way out. */
import { formatBytes } from "../../store/format-bytes.ts";
import type { Candidate } from "./choose-victim.ts";
import { shareOf, type MemoryReading } from "./memory-gauge.ts";

/** A process of the cluster. */
export interface Holder {
  readonly label: string;
  readonly pid: number;
  readonly bytes: number;
}

const MOST_HOLDERS = 5;

/** `14.3 GiB of the 15 GiB of this machine were in use` a moment ago */
export const fullnessBefore = (reading: MemoryReading): string => `${formatBytes(reading.usedBytes)} of the ${formatBytes(reading.limitBytes)} of ${reading.of} were in use (${percent(shareOf(reading))}) when it was looked at last`;

/** `14.3 GiB of the 15 GiB of this machine are in use (95.3%; workers are ended from 95% on)` */
export function fullness(reading: MemoryReading, threshold: number): string {
  return `${formatBytes(reading.usedBytes)} of the ${formatBytes(reading.limitBytes)} of ${reading.of} are in use (${percent(shareOf(reading))}; workers are ended from ${percent(threshold)} on)`;
}

export function biggest(holders: readonly Holder[]): string {
  const most = [...holders].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_HOLDERS).map((holder) => `${holder.label} (pid ${holder.pid}) ${formatBytes(holder.bytes)}`);
  return most.length === 0 ? "" : ` The biggest processes of the cluster: ${most.join(", ")}.`;
}

export const WAY_OUT = "To need less, run fewer at once (numCpus: 2 in the options of a task, or memory: its bytes), drop refs and values that are done with, or give it smaller pieces; to have more, give the container or machine more. RAY_TS_MEMORY_USAGE_THRESHOLD=0.98 ends workers later, off never";

/** To the cell whose work it was. */
export function endedNotice(victim: Candidate, full: string, holders: readonly Holder[]): string {
  const held = victim.bytes === undefined ? "" : `, which held ${formatBytes(victim.bytes)}`;
  const what = victim.work === "nothing" ? `An idle worker (pid ${victim.pid})${held}, was ended.` : `${capital(victim.label)} (pid ${victim.pid})${held}, was ended: it is ${why(victim)}. ${next(victim)}`;
  return `ray: memory has run out: ${full}. ${what}${biggest(holders)} ${WAY_OUT}`;
}

/** The system was faster. */
export function killedNotice(victim: Candidate, summary: string, holders: readonly Holder[]): string {
  return `ray: ${victim.label} (pid ${victim.pid}) ${summary}.${victim.work === "nothing" ? "" : ` ${next(victim)}`}${biggest(holders)} ${WAY_OUT}`;
}

/** Nobody could be ended. */
export const fullNotice = (full: string, holders: readonly Holder[]): string => `ray: memory is running out: ${full}, and no work of tasks or actors can be ended.${biggest(holders)} What a session or script holds itself it must drop: variables, results, refs`;

function why({ work, isRetriable }: Candidate): string {
  if (isRetriable) return work === "task" ? "the newest work that can be tried again" : "the newest work that can be done again, by its maxRestarts";
  return "the newest, and nothing that can be tried again runs";
}

function next({ work, isRetriable }: Candidate): string {
  if (work === "actor") return isRetriable ? "It is restarted." : "It is dead: maxRestarts allows no restart.";
  return isRetriable ? "It is tried again a little later." : "It fails: its maxRetries is 0.";
}

const percent = (share: number): string => `${Number((share * 100).toFixed(1))}%`;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
