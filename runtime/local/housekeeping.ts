/** A regular turn that runs while something happens and stops when it has been quiet, so that an idle process does nothing. */
import { clearInterval, setInterval } from "node:timers";

const TURN_MS = 100;
const QUIET_TURNS = 20;

export class Housekeeping {
  private readonly turn: () => void;
  private readonly isNeeded: () => boolean;
  private timer: NodeJS.Timeout | undefined;
  private quietTurns = 0;
  private isStopped = false;

  /** `isNeeded` keeps it going although nothing happens. */
  constructor(turn: () => void, isNeeded: () => boolean) {
    this.turn = turn;
    this.isNeeded = isNeeded;
  }

  /** Something happened. Cheap. */
  wake(): void {
    this.quietTurns = 0;
    if (this.timer || this.isStopped) return;
    this.timer = setInterval(() => this.keep(), TURN_MS);
    this.timer.unref();
  }

  private keep(): void {
    this.turn();
    if (++this.quietTurns <= QUIET_TURNS || this.isNeeded()) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  stop(): void {
    this.isStopped = true;
    clearInterval(this.timer);
  }
}
