/**
 * Tasks that wait at a worker behind a long one go elsewhere. Owns: the timer that looks for them.
 *
 * A worker in a loop hears nothing, so its watch thread answers for it, through the head: which call began last. What was
 * sent after that one has not begun and never will there (worker/halts.ts).
 */
import { clearTimeout, setImmediate, setTimeout } from "node:timers";
import type { LeaseId, ProcessName } from "../ids.ts";
import { callNumber, clientNumber } from "../worker/client-number.ts";
import type { LeasePool } from "./lease-pool.ts";
import type { Lease, Task } from "./task.ts";

/** A worker that has more than one task and finished none for so long is stuck with the first. */
const STUCK_MS = 20;

export interface TakingBackShell {
  readonly self: ProcessName;
  pools(): Iterable<LeasePool>;
  /** Asks the head; `onHalted` follows, or the news that the worker died. */
  takeBack(lease: Lease): void;
  /** Behind what was taken back: from here on the worker runs what comes. */
  resume(worker: ProcessName): void;
  /** It is not sent any more. */
  returned(task: Task): void;
}

export class TakingBack {
  private readonly shell: TakingBackShell;
  private timer: NodeJS.Timeout | undefined;

  constructor(shell: TakingBackShell) {
    this.shell = shell;
  }

  /** A task was sent behind another one. */
  wake(): void {
    this.timer ??= setTimeout(() => setImmediate(() => this.look()), STUCK_MS).unref(); // results that have arrived are read first
  }

  private look(): void {
    this.timer = undefined;
    const now = performance.now();
    let isWatched = false;
    for (const pool of this.shell.pools()) {
      for (const lease of pool.held.values()) {
        if (lease.unfinished.size < 2 || lease.isTakingBack) continue;
        isWatched = true;
        if (now - lease.progressAt < STUCK_MS) continue;
        lease.isTakingBack = true;
        this.shell.takeBack(lease);
      }
    }
    if (isWatched) this.wake();
  }

  /** The worker answered; `begun` undefined: it could not. */
  onHalted(id: LeaseId, worker: ProcessName, begun: number | undefined): void {
    if (begun !== undefined) this.shell.resume(worker);
    for (const pool of this.shell.pools()) {
      const lease = pool.held.get(id);
      if (!lease) continue;
      const client = clientNumber(this.shell.self);
      const taken = begun === undefined ? [] : unbegun([...lease.unfinished], (task) => callNumber(client, task.seq) === begun);
      for (const task of taken) this.shell.returned(task);
      pool.tookBack(lease, taken);
      pool.dispatch();
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}

/** Those behind the one that began last. When that one is not among them, none has begun. */
function unbegun(tasks: readonly Task[], isLast: (task: Task) => boolean): readonly Task[] {
  return tasks.slice(tasks.findIndex(isLast) + 1);
}
