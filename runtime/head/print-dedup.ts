/**
 * A line that several workers print is shown once, and after a while how often it came again, as Ray does. Unlike Ray's, lines
 * that differ in a number are different lines: nothing that was said only once is lost. Pure.
 *
 * Of one worker every line is shown: only what comes from a second one within the window is held.
 */
import type { LogRow } from "../engine/events.ts";

/** Ray's window. */
const WINDOW_MS = 5000;
/** A flood of different lines must not fill memory. */
const MOST_RECENT = 1000;

interface Recent {
  since: number;
  readonly workers: Set<string>;
  held: number;
  last: LogRow;
}

export class PrintDedup {
  private readonly recent = new Map<string, Recent>();
  private hasExplained = false;

  /** The rows to show now: this one, unless it is held, and what had to be shown for it. */
  add(row: LogRow, at: number): LogRow[] {
    if (row.text.trim() === "") return [row];
    const key = `${row.stream} ${row.text}`;
    const known = this.recent.get(key);
    if (!known) {
      this.recent.set(key, { since: at, workers: new Set([row.worker]), held: 0, last: row });
      return this.recent.size > MOST_RECENT ? [...this.showOldest(), row] : [row];
    }
    known.workers.add(row.worker);
    if (known.workers.size === 1) return [row];
    known.held += 1;
    known.last = row;
    return [];
  }

  get isHolding(): boolean {
    return this.recent.size > 0;
  }

  /** What was held over the window's end. */
  due(at: number): LogRow[] {
    const rows: LogRow[] = [];
    for (const [key, known] of this.recent) {
      if (at - known.since < WINDOW_MS) break; // the map's order is that of `since`
      this.recent.delete(key);
      const { held, workers, last } = known;
      rows.push(...this.show(known));
      // it goes on: the next repeats are gathered too
      if (held > 1) this.recent.set(key, { since: at, workers, held: 0, last });
    }
    return rows;
  }

  /** Everything that is held, now: the cell that waits for it ends. */
  flush(): LogRow[] {
    return [...this.recent.values()].flatMap((known) => this.show(known));
  }

  private showOldest(): LogRow[] {
    for (const [key, known] of this.recent) {
      this.recent.delete(key);
      return this.show(known);
    }
    return [];
  }

  private show(known: Recent): LogRow[] {
    const { held, last } = known;
    known.held = 0;
    if (held === 0) return [];
    if (held === 1) return [last];
    const explained = this.hasExplained ? "" : " (RAY_TS_DEDUP_LOGS=0 shows each of them)";
    this.hasExplained = true;
    return [{ ...last, text: `${last.text} [repeated ${held}x across cluster]${explained}` }];
  }
}
