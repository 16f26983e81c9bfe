/**
 * Causes garbage collection while the process is idle: refs and views are released by finalizers, and an idle process never
 * collects by itself. After activity it collects once a second, thrice, then rests until there is activity again.
 */
import { clearTimeout, setTimeout } from "node:timers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const PAUSE_MS = 1000;
const TIMES = 3;

export class Collector {
  private readonly holdsSomething: () => boolean;
  private readonly collect: () => void;
  private left = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(holdsSomething: () => boolean) {
    this.holdsSomething = holdsSomething;
    this.collect = exposedGc();
  }

  /** Work was submitted, a value was read: what it made may become garbage. Cheap. */
  touch(): void {
    this.left = TIMES;
    if (this.timer) return;
    this.timer = setTimeout(this.turn, PAUSE_MS);
    this.timer.unref();
  }

  private readonly turn = (): void => {
    this.timer = undefined;
    if (!this.holdsSomething()) return;
    this.collect();
    if (--this.left > 0) {
      this.timer = setTimeout(this.turn, PAUSE_MS);
      this.timer.unref();
    }
  };

  stop(): void {
    clearTimeout(this.timer);
  }
}

function exposedGc(): () => void {
  if (globalThis.gc) return globalThis.gc as () => void;
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  return gc;
}
