import type { Clock } from "../../kernel/stream-coalescer.ts";

/** Time that moves when the test says so. */
export class ManualClock implements Clock {
  #now = 0;
  #timers = new Set<{ readonly at: number; readonly run: () => void }>();

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  advance(ms: number): void {
    this.#now += ms;
    // timers are few, and a fraction of a millisecond must not be lost to rounding
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now + 1e-6)) {
      this.#timers.delete(timer);
      timer.run();
    }
  }

  get isIdle(): boolean {
    return this.#timers.size === 0;
  }
}
