/**
 * What goes on with refs while the session that owns them is in a loop, reads no results and tells nothing: then the workers are
 * asked what they run. It asks the session itself whether it is busy, and only while somebody sees refs that are not there yet.
 */
import type { Clock } from "./clock.ts";

export interface BusyOwnerParts {
  readonly clock: Clock;
  /** A cell runs, and refs of its session are shown that have not ended. */
  readonly isNeeded: () => boolean;
  /** Asks the session; it answers as soon as its event loop turns. */
  readonly ping: () => void;
  /** The workers are to tell. */
  readonly askWorkers: () => void;
}

/** How long a session may take to answer before it counts as busy. */
const PATIENCE_MS = 100;
const ROUND_MS = 50;

export class BusyOwner {
  readonly #parts: BusyOwnerParts;
  #isAnswered = true;
  #cancel: (() => void) | undefined;

  constructor(parts: BusyOwnerParts) {
    this.#parts = parts;
  }

  /** A cell began, or a view was shown. */
  wake(): void {
    if (this.#cancel !== undefined || !this.#parts.isNeeded()) return;
    this.#isAnswered = false;
    this.#parts.ping();
    this.#lookIn(PATIENCE_MS);
  }

  answered(): void {
    this.#isAnswered = true;
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = () => undefined; // nothing wakes it any more
  }

  /** The session is busy: it need not be asked again until it has answered. */
  #round(): void {
    this.#parts.askWorkers();
    this.#lookIn(ROUND_MS);
  }

  #lookIn(ms: number): void {
    this.#cancel = this.#parts.clock.after(ms, () => {
      this.#cancel = undefined;
      if (!this.#isAnswered && this.#parts.isNeeded()) this.#round();
      else this.wake();
    });
  }
}
