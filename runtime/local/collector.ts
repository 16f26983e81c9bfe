/** Causes garbage collection: refs and views are released by finalizers, and an idle process never collects by itself. */
import { clearTimeout, setTimeout } from "node:timers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { WhenToCollect } from "./when-to-collect.ts";

const TURN_MS = 1000;

export interface CollectorShell {
  /** Something that a collection could let go. */
  readonly holdsSomething: () => boolean;
  readonly heldBytes: () => number;
}

export class Collector {
  private readonly shell: CollectorShell;
  private readonly when = new WhenToCollect();
  private readonly collect: () => void;
  private timer: NodeJS.Timeout | undefined;

  constructor(shell: CollectorShell) {
    this.shell = shell;
    this.collect = exposedGc();
  }

  /** Work was submitted, a value was read: what it made may become garbage. Cheap. */
  touch(): void {
    this.when.touched();
    if (!this.timer) this.turnLater();
  }

  private turnLater(): void {
    this.timer = setTimeout(this.turn, TURN_MS);
    this.timer.unref();
  }

  private readonly turn = (): void => {
    this.timer = undefined;
    if (!this.shell.holdsSomething()) return;
    const began = performance.now();
    const next = this.when.turn(began, this.shell.heldBytes());
    if (next === "rest") return;
    this.turnLater();
    if (next === "later") return;
    this.collect();
    const now = performance.now();
    this.when.collected(now, now - began, this.shell.heldBytes());
  };

  collectNow(): void {
    this.collect();
  }

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
