/** Time as the throttles see it, so that tests can move it. */

export interface Clock {
  now(): number;
  /** Returns a function that cancels. */
  after(delayMs: number, run: () => void): () => void;
}

/** Resolves to nothing after a while. */
export const elapsed = (delayMs: number, clock: Clock): Promise<undefined> => new Promise((resolve) => { clock.after(delayMs, () => resolve(undefined)); });

export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
