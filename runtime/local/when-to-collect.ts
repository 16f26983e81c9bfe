/**
 * When a process causes garbage collection. Pure; times in milliseconds.
 *
 * C1. One that has done nothing for a turn collects, three times: refs that finalizers let go may hold others.
 * C2. One that is busy collects when what it holds has grown by 64 MiB, else seldom: at most a fiftieth of its time.
 */
const TIMES = 3;
const MUCH_BYTES = 64 * 2 ** 20;
const BUSY_MS = 5000;
const COST_FACTOR = 50;

export class WhenToCollect {
  private left = 0;
  private isBusy = false;
  private dueAt: number | undefined;
  private bytesAfter = 0;

  /** Work was submitted, a value was read: what it made may become garbage. */
  touched(): void {
    this.left = TIMES;
    this.isBusy = true;
  }

  /** Once a second while it is not at rest. `heldBytes`: in shared memory, by refs and views of this process. */
  turn(now: number, heldBytes: number): "collect" | "later" | "rest" {
    if (this.left === 0) return "rest";
    if (this.isBusy) {
      this.isBusy = false;
      this.dueAt ??= now + BUSY_MS;
      return now >= this.dueAt || heldBytes - this.bytesAfter > MUCH_BYTES ? "collect" : "later";
    }
    this.left--;
    return "collect";
  }

  collected(now: number, tookMs: number, heldBytes: number): void {
    this.dueAt = now + Math.max(BUSY_MS, tookMs * COST_FACTOR);
    this.bytesAfter = heldBytes;
  }
}
