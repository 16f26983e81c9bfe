/**
 * Hands rows to whoever subscribed, a batch each 50 ms at most and after a quiet moment almost at once. Keeps nothing for those who come later: the head tells them the state.
 *
 * E1. A subscriber that does not read gets no more printed lines until it has read those that it was sent: they are counted as
 *     left out instead.
 */
import type { EngineEvent, LeftOutRow } from "../engine/events.ts";
import type { ProcessName } from "../ids.ts";

const BATCH_MS = 50;
/** What several processes say of one moment goes in one batch. */
const GATHER_MS = 5;
/** A flood of events must not fill memory while it waits for its batch. */
const MOST_WAITING = 50_000;
/** Characters of printed lines on their way to one subscriber. */
const MOST_UNREAD = 16 << 20;
/** What a row costs beside its text. */
const ROW_CHARACTERS = 200;

export interface Wishes {
  /** Prints and notices of these jobs only (and of none); all if not given. */
  readonly jobs?: readonly string[] | undefined;
  /** Prints and notices, and nothing else. */
  readonly only?: "prints" | undefined;
}

interface Subscriber {
  readonly jobs: ReadonlySet<string> | undefined;
  readonly onlyPrints: boolean;
  unread: number;
  /** Sizes of the batches that it has not said to have read. */
  readonly sent: Map<number, number>;
  readonly left: Map<string, LeftOutRow>;
}

export class EventHub {
  private readonly send: (to: ProcessName, rows: readonly EngineEvent[], batch?: number) => void;
  private readonly subscribers = new Map<ProcessName, Subscriber>();
  private waiting: EngineEvent[] = [];
  private dropped = 0;
  private batches = 0;
  private timer: NodeJS.Timeout | undefined;
  private flushedAt = -BATCH_MS;

  constructor(send: (to: ProcessName, rows: readonly EngineEvent[], batch?: number) => void) {
    this.send = send;
  }

  get isHeard(): boolean {
    return this.subscribers.size > 0;
  }

  subscribe(name: ProcessName, state: readonly EngineEvent[], { jobs, only }: Wishes = {}): void {
    this.flush();
    const known = this.subscribers.get(name);
    const { unread, sent, left } = known ?? { unread: 0, sent: new Map<number, number>(), left: new Map<string, LeftOutRow>() };
    this.subscribers.set(name, { jobs: jobs && new Set(jobs), onlyPrints: only === "prints", unread, sent, left });
    if (only === undefined) this.send(name, state);
  }

  unsubscribe(name: ProcessName): void {
    this.subscribers.delete(name);
  }

  push(rows: readonly EngineEvent[]): void {
    if (!this.isHeard || rows.length === 0) return;
    for (const row of rows) {
      if (this.waiting.length < MOST_WAITING) this.waiting.push(row);
      else this.dropped++;
    }
    this.flushLater();
  }

  /** The subscriber has read this batch. */
  wasRead(name: ProcessName, batch: number): void {
    const subscriber = this.subscribers.get(name);
    if (!subscriber) return;
    subscriber.unread -= subscriber.sent.get(batch) ?? 0;
    subscriber.sent.delete(batch);
    if (subscriber.left.size > 0) this.flushLater();
  }

  private flushLater(): void {
    this.timer ??= setTimeout(() => this.flush(), Math.max(GATHER_MS, this.flushedAt + BATCH_MS - performance.now()));
  }

  /** Sends what waits for its batch. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.flushedAt = performance.now();
    const rows = this.waiting;
    this.waiting = [];
    if (this.dropped > 0) rows.push({ type: "notice", level: "warning", text: `${this.dropped} events and printed lines were dropped: the cluster makes more than can be shown` });
    this.dropped = 0;
    for (const [name, subscriber] of this.subscribers) this.sendTo(name, subscriber, rows.filter((row) => isWanted(row, subscriber)));
  }

  private sendTo(name: ProcessName, subscriber: Subscriber, rows: readonly EngineEvent[]): void {
    const printed = rows.reduce((sum, row) => sum + (row.type === "log" ? row.text.length + ROW_CHARACTERS : 0), 0);
    const isUnread = subscriber.unread > 0 && subscriber.unread + printed > MOST_UNREAD; // E1
    const sent = isUnread ? rows.filter((row) => !leaveOut(subscriber, row)) : [...rows, ...subscriber.left.values()];
    if (!isUnread) subscriber.left.clear();
    if (sent.length === 0) return;
    if (isUnread || printed === 0) return this.send(name, sent);
    this.batches += 1;
    subscriber.unread += printed;
    subscriber.sent.set(this.batches, printed);
    this.send(name, sent, this.batches);
  }
}

function isWanted(row: EngineEvent, { jobs, onlyPrints }: Subscriber): boolean {
  if (row.type !== "log" && row.type !== "left-out" && row.type !== "notice") return !onlyPrints;
  return jobs === undefined || !row.job || jobs.has(row.job);
}

/** True for a printed line, which is counted instead. */
function leaveOut({ left }: Subscriber, row: EngineEvent): boolean {
  if (row.type !== "log" && row.type !== "left-out") return false;
  const key = `${row.job} ${row.origin ?? ""}`;
  const { lines, characters, workers } = row.type === "log" ? { lines: 1, characters: row.text.length, workers: [row.worker] } : row;
  const before = left.get(key);
  const { job, origin } = row;
  left.set(key, { type: "left-out", job, ...(origin === undefined ? {} : { origin }), lines: (before?.lines ?? 0) + lines, characters: (before?.characters ?? 0) + characters, workers: [...new Set([...(before?.workers ?? []), ...workers])].slice(0, 3) });
  return true;
}
