/** Hands rows to whoever subscribed, a batch each 50 ms at most. Keeps nothing for those who come later: the head tells them the state. */
import type { EngineEvent } from "../engine/events.ts";
import type { ProcessName } from "../ids.ts";

const BATCH_MS = 50;
/** A flood of prints must not fill memory while it waits for its batch. */
const MOST_WAITING = 20_000;

export class EventHub {
  private readonly send: (to: ProcessName, rows: readonly EngineEvent[]) => void;
  private readonly subscribers = new Set<ProcessName>();
  private waiting: EngineEvent[] = [];
  private dropped = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(send: (to: ProcessName, rows: readonly EngineEvent[]) => void) {
    this.send = send;
  }

  get isHeard(): boolean {
    return this.subscribers.size > 0;
  }

  subscribe(name: ProcessName, state: readonly EngineEvent[]): void {
    this.flush();
    this.subscribers.add(name);
    this.send(name, state);
  }

  unsubscribe(name: ProcessName): void {
    this.subscribers.delete(name);
  }

  push(rows: readonly EngineEvent[]): void {
    if (!this.isHeard) return;
    for (const row of rows) {
      if (this.waiting.length < MOST_WAITING) this.waiting.push(row);
      else this.dropped++;
    }
    this.timer ??= setTimeout(() => this.flush(), BATCH_MS);
  }

  /** Sends what waits for its batch. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.length === 0) return;
    const rows = this.waiting;
    this.waiting = [];
    if (this.dropped > 0) rows.push({ type: "notice", level: "warning", text: `${this.dropped} events and printed lines were dropped: the cluster makes more than can be shown` });
    this.dropped = 0;
    for (const name of this.subscribers) this.send(name, rows);
  }
}
