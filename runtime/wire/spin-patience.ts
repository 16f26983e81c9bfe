/**
 * How long a process looks for the next record before it sleeps. Pure; times in milliseconds.
 *
 * A sleep that a little more looking would have spared makes it look longer, a long one shorter. Where other processes want the
 * core it does not look at all for a while: who sleeps is woken ahead of who kept the core busy.
 */
const LONGEST_MS = 0.5;
const FIRST_MS = 0.1;
const SHORTEST_MS = 0.05;
const SHORTEST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 64;
const SHARED_FOR = 32;

export class SpinPatience {
  private lookMs = FIRST_MS;
  private pauseMs = SHORTEST_PAUSE_MS;
  private pausedUntil = Number.NEGATIVE_INFINITY;

  /** Looks in a row between which another process used this core. */
  private shares = 0;
  private movesAt = 0;
  private moveEveryMs = SHORTEST_PAUSE_MS;

  /** 0: it sleeps at once. */
  ms(now: number): number {
    return now < this.pausedUntil ? 0 : this.lookMs;
  }

  /** A record came to the sleeping process, `sleptMs` after it had gone to sleep. */
  wokenAfter(sleptMs: number): void {
    if (sleptMs < LONGEST_MS) this.lookMs = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.lookMs * 2));
    else this.lookMs = this.lookMs > SHORTEST_MS ? this.lookMs / 2 : 0;
  }

  /** Looking was worth it. */
  found(): void {
    if (this.pauseMs > SHORTEST_PAUSE_MS) this.pauseMs /= 2;
  }

  /**
   * Another process, a peer most likely, used this core between two looks. True when that goes on and on: two that talk to each
   * other are quicker on a core each, and the system leaves them where they are.
   */
  isCrowded(isShared: boolean, now: number): boolean {
    if (!isShared) {
      this.shares = 0;
      return false;
    }
    if (++this.shares < SHARED_FOR || now < this.movesAt) return false;
    this.shares = 0;
    this.movesAt = now + this.moveEveryMs;
    this.moveEveryMs = Math.min(LONGEST_PAUSE_MS, this.moveEveryMs * 2);
    return true;
  }

  /** Something else ran on this core, and brought nothing. */
  disturbed(now: number): void {
    this.pausedUntil = now + this.pauseMs;
    this.pauseMs = Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2);
  }
}
