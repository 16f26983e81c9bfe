/**
 * What workers print → rows for those who show it: each driver's as it chose, repeated lines once, and never more than a reader
 * can take. What is left out is counted, and is in the logs. Pure.
 *
 * D1. Of one origin (a cell, a script) at most `burst` is passed on at once, and then no more than `refill` each second: a flood
 *     costs a count, not rows.
 * D2. Every line is passed on, held for its repetition to be counted, or counted as left out.
 */
import type { LeftOutRow, LogRow } from "../engine/events.ts";
import type { Print } from "./prints.ts";
import { PrintDedup } from "./print-dedup.ts";

export interface PrintedBy extends Print {
  readonly worker: string;
  readonly pid: number;
}

export interface PrintChoice {
  /** False: the driver wants none (`logToDriver: false`). */
  readonly isOn: boolean;
  /** False: each repeated line is shown (`RAY_TS_DEDUP_LOGS=0`). */
  readonly dedup: boolean;
}

export interface PrintAmount {
  readonly lines: number;
  readonly characters: number;
}

export interface PrintLimits {
  readonly burst: PrintAmount;
  /** A second. */
  readonly refill: PrintAmount;
}

const USUAL: PrintLimits = { burst: { lines: 20_000, characters: 4 << 20 }, refill: { lines: 5000, characters: 1 << 20 } };
const USUAL_CHOICE: PrintChoice = { isOn: true, dedup: true };
/** Origins that are remembered; an older one has its burst anew. */
const MOST_ORIGINS = 5000;

interface Origin {
  readonly job: string;
  readonly origin: string | undefined;
  readonly dedup: PrintDedup | undefined;
  lines: number;
  characters: number;
  filledAt: number;
  left: { lines: number; characters: number; readonly workers: Set<string> } | undefined;
}

export class PrintDesk {
  private readonly limits: PrintLimits;
  private readonly choices = new Map<string, PrintChoice>();
  private readonly origins = new Map<string, Origin>();

  constructor(limits: PrintLimits = USUAL) {
    this.limits = limits;
  }

  choose(job: string, choice: PrintChoice): void {
    this.choices.set(job, choice);
  }

  /** The driver has gone; what its detached actors print is nobody's but the logs'. */
  forget(job: string): void {
    this.choices.delete(job);
    for (const [key, origin] of this.origins) if (origin.job === job) this.origins.delete(key);
  }

  /** Rows to show now. */
  add(print: PrintedBy, at: number): LogRow[] {
    const job = print.label?.job ?? "";
    if (!this.isOn(job)) return [];
    const origin = this.originOf(job, print.label?.origin, at);
    this.refill(origin, at);
    if (origin.lines < 1 || origin.characters < 1) {
      leave(origin, print.worker, countLines(print.text), print.text.length);
      return [];
    }
    const rows: LogRow[] = [];
    const lines = print.text.split("\n");
    for (const [i, text] of lines.entries()) {
      if (origin.lines < 1 || origin.characters < 1) {
        const rest = lines.slice(i);
        leave(origin, print.worker, rest.length, rest.reduce((sum, line) => sum + line.length, 0));
        break;
      }
      const row = rowOf(print, text);
      for (const shown of origin.dedup?.add(row, at) ?? [row]) {
        origin.lines -= 1;
        origin.characters -= shown.text.length;
        rows.push(shown);
      }
    }
    return rows;
  }

  /** Repetitions whose window is over, and what was left out since the last time. */
  due(at: number): (LogRow | LeftOutRow)[] {
    return this.take((dedup) => dedup.due(at));
  }

  /** The same, without waiting for the window. */
  flush(): (LogRow | LeftOutRow)[] {
    return this.take((dedup) => dedup.flush());
  }

  private take(held: (dedup: PrintDedup) => LogRow[]): (LogRow | LeftOutRow)[] {
    const rows: (LogRow | LeftOutRow)[] = [];
    for (const origin of this.origins.values()) {
      if (origin.dedup?.isHolding) rows.push(...held(origin.dedup));
      if (!origin.left) continue;
      const { lines, characters, workers } = origin.left;
      origin.left = undefined;
      rows.push({ type: "left-out", job: origin.job, lines, characters, workers: [...workers], ...(origin.origin === undefined ? {} : { origin: origin.origin }) });
    }
    return rows;
  }

  private isOn(job: string): boolean {
    // what no task printed is shown to everybody, unless nobody wants prints
    if (job === "") return this.choices.size === 0 || [...this.choices.values()].some(({ isOn }) => isOn);
    return this.choiceOf(job).isOn;
  }

  private choiceOf(job: string): PrintChoice {
    return this.choices.get(job) ?? USUAL_CHOICE;
  }

  private originOf(job: string, name: string | undefined, at: number): Origin {
    const key = `${job} ${name ?? ""}`;
    const known = this.origins.get(key);
    if (known) return known;
    const { burst } = this.limits;
    const made: Origin = { job, origin: name, dedup: this.choiceOf(job).dedup ? new PrintDedup() : undefined, ...burst, filledAt: at, left: undefined };
    this.origins.set(key, made);
    if (this.origins.size > MOST_ORIGINS) this.forgetOldest();
    return made;
  }

  private forgetOldest(): void {
    for (const [key, { left, dedup }] of this.origins) {
      if (left || dedup?.isHolding) continue;
      this.origins.delete(key);
      return;
    }
  }

  private refill(origin: Origin, at: number): void {
    const { burst, refill } = this.limits;
    const seconds = Math.max(0, at - origin.filledAt) / 1000;
    origin.filledAt = at;
    origin.lines = Math.min(burst.lines, origin.lines + seconds * refill.lines);
    origin.characters = Math.min(burst.characters, origin.characters + seconds * refill.characters);
  }
}

function leave(origin: Origin, worker: string, lines: number, characters: number): void {
  const left = (origin.left ??= { lines: 0, characters: 0, workers: new Set() });
  left.lines += lines;
  left.characters += characters;
  if (left.workers.size < MOST_WORKERS) left.workers.add(worker);
}

/** As many as a sentence names. */
const MOST_WORKERS = 3;

function rowOf({ worker, pid, label, stream }: PrintedBy, text: string): LogRow {
  return { type: "log", pid, worker, taskName: label?.name ?? "worker", stream, text, job: label?.job ?? "", ...(label?.origin !== undefined ? { origin: label.origin } : {}), ...(label?.task !== undefined ? { task: label.task } : {}) };
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
  return lines;
}
