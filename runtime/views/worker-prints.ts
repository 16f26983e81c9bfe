/**
 * Lines that workers printed and notices of the cluster → output of the cell that submitted the work, no more than a page holds
 * of each cell. What is left out, here or on the way, is counted and told: with its cell's end, and while it goes on ever more
 * seldom. Pure.
 */
import type { EngineEvent, LeftOutRow, LogRow } from "../engine/events.ts";
import { bytesText } from "./quantity.ts";

export interface PrintedLine {
  readonly name: "stdout" | "stderr";
  readonly text: string;
  /** The cell's shown name, if the work came from a cell. */
  readonly origin: string | undefined;
}

export interface PageLimit {
  readonly lines: number;
  readonly characters: number;
}

/** What a notebook's page shows of one cell's workers without becoming slow. */
export const PAGE_LIMIT: PageLimit = { lines: 10_000, characters: 1 << 20 };
/** A stream that goes on is told of after 1 s, 10 s, 100 s … */
const FIRST_TOLD_AFTER_MS = 1000;
const TOLD_AGAIN_FACTOR = 10;
const MOST_ORIGINS = 10_000;
const MOST_WORKERS = 3;

interface Shown {
  readonly origin: string | undefined;
  lines: number;
  characters: number;
  leftLines: number;
  leftCharacters: number;
  toldLines: number;
  tellAt: number;
  waitMs: number;
  readonly workers: Set<string>;
}

export class WorkerPrints {
  private readonly limit: PageLimit | undefined;
  private readonly origins = new Map<string, Shown>();
  /** Those of whom something is left out that was not told. */
  private readonly untold = new Set<Shown>();

  /** Without a limit everything that comes is shown: a terminal scrolls. */
  constructor(limit: PageLimit | undefined) {
    this.limit = limit;
  }

  /** What to print for an event: nothing for most. */
  line(event: EngineEvent, at: number): PrintedLine | undefined {
    switch (event.type) {
      case "log": return this.log(event, at);
      case "left-out":
        this.leave(this.shown(event), event, at);
        return undefined;
      case "notice": return { name: "stderr", text: `${event.text}\n`, origin: event.origin };
      default: return undefined;
    }
  }

  /** When there is something to tell; undefined: never, as things are. */
  get tellAt(): number | undefined {
    return this.untold.size === 0 ? undefined : Math.min(...[...this.untold].map(({ tellAt }) => tellAt));
  }

  /** What is left out and due to be told. */
  due(at: number): PrintedLine[] {
    return [...this.untold].filter(({ tellAt }) => tellAt <= at).map((shown) => this.tell(shown, at));
  }

  /** What is left out of this cell, which ends; without a name of all. */
  ended(origin: string | undefined, at: number): PrintedLine[] {
    return [...this.untold].filter((shown) => origin === undefined || shown.origin === undefined || shown.origin === origin).map((shown) => this.tell(shown, at));
  }

  /** Ray's form: `(square pid=4657) text`. */
  private log(row: LogRow, at: number): PrintedLine | undefined {
    const { taskName, pid, stream, origin } = row;
    const text = `(${taskName} pid=${pid}) ${row.text}\n`;
    if (this.limit) {
      const shown = this.shown(row);
      if (shown.lines >= this.limit.lines || shown.characters >= this.limit.characters) {
        this.leave(shown, { lines: 1, characters: row.text.length, workers: [row.worker] }, at);
        return undefined;
      }
      shown.lines += 1;
      shown.characters += text.length;
    }
    return { name: stream, text, origin };
  }

  private shown({ job, origin }: LogRow | LeftOutRow): Shown {
    const key = `${job} ${origin ?? ""}`;
    const known = this.origins.get(key);
    if (known) return known;
    const made: Shown = { origin, lines: 0, characters: 0, leftLines: 0, leftCharacters: 0, toldLines: 0, tellAt: 0, waitMs: FIRST_TOLD_AFTER_MS, workers: new Set() };
    this.origins.set(key, made);
    const oldest = this.origins.keys().next();
    if (this.origins.size > MOST_ORIGINS && !oldest.done) this.origins.delete(oldest.value);
    return made;
  }

  private leave(shown: Shown, { lines, characters, workers }: Pick<LeftOutRow, "lines" | "characters" | "workers">, at: number): void {
    shown.leftLines += lines;
    shown.leftCharacters += characters;
    for (const worker of workers) if (shown.workers.size < MOST_WORKERS) shown.workers.add(worker);
    if (this.untold.has(shown)) return;
    this.untold.add(shown);
    shown.tellAt = at + shown.waitMs;
  }

  private tell(shown: Shown, at: number): PrintedLine {
    this.untold.delete(shown);
    const { leftLines, leftCharacters, toldLines, origin, workers } = shown;
    shown.toldLines = leftLines;
    shown.waitMs *= TOLD_AGAIN_FACTOR;
    shown.tellAt = at + shown.waitMs;
    const soFar = toldLines === 0 ? "" : ", those told of before among them";
    const lines = leftLines === 1 ? "1 line" : `${leftLines.toLocaleString("en-US")} lines`;
    return { name: "stderr", text: `ray: ${lines} (${bytesText(leftCharacters)}) that workers printed ${leftLines === 1 ? "is" : "are"} left out here${soFar}. Read them with: ray-ts logs ${[...workers].join(" ")}\n`, origin };
  }
}
