/**
 * A share of the time for something that goes on and on: how long it must pause so that in the long run it takes no more. A burst is
 * free, so that the first turns, which are slow because nothing is compiled yet, cost no pause that somebody would see.
 */
export class TimeShare {
  readonly #share: number;
  readonly #burstMs: number;
  /** Spent and not yet given back by the time that went by. */
  #spentMs = 0;
  #at = 0;

  constructor({ share, burstMs }: { readonly share: number; readonly burstMs: number }) {
    this.#share = share;
    this.#burstMs = burstMs;
  }

  /** It took `tookMs`; gives how long it is to pause from now on. */
  spend(tookMs: number, now: number): number {
    this.#spentMs = Math.max(0, this.#spentMs - (now - this.#at) * this.#share) + tookMs;
    this.#at = now;
    return Math.max(0, (this.#spentMs - this.#burstMs) / this.#share);
  }
}
