/**
 * What becomes of a task whose worker died. Owns: when it is tried again.
 *
 * R1. A crash uses one of `maxRetries`. An end for want of memory uses none, and is tried again without end, each time later:
 *     what ran out comes back when others have ended. With `maxRetries` 0 neither is tried again.
 */
import { clearTimeout, setTimeout } from "node:timers";
import { OutOfMemoryError, WorkerCrashedError, type RayError } from "../errors.ts";
import type { Task } from "./task.ts";

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 60_000;

export interface WorkerEnd {
  readonly pid: number;
  readonly cause: string;
  /** It was ended because memory ran out: who held what, and the way out. */
  readonly memory?: string | undefined;
}

/** `delayMs` until it is tried again, `notice` for its user; or the error that it ends with. */
export type Verdict = { readonly delayMs: number; readonly notice?: string } | { readonly error: RayError };

export class Retries {
  /** How many of a task's attempts were for memory. */
  private readonly forMemory = new WeakMap<Task, number>();
  private readonly waiting = new Map<Task, NodeJS.Timeout>();

  hasLeft(task: Task): boolean {
    return task.maxRetries < 0 || this.used(task) < task.maxRetries;
  }

  /** Counts the attempt. */
  afterEnd(task: Task, { pid, cause, memory }: WorkerEnd): Verdict {
    const { name } = task.meta;
    if (memory !== undefined) {
      if (task.maxRetries === 0) return { error: new OutOfMemoryError(`Task ${name} failed: its worker process (pid ${pid}) ${cause}; maxRetries is 0, so it is not tried again. ${memory}`) };
      const before = this.forMemory.get(task) ?? 0;
      this.forMemory.set(task, before + 1);
      task.attempt++;
      return { delayMs: Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** before) }; // the head has told the user
    }
    if (!this.hasLeft(task)) {
      const tried = task.maxRetries === 0 ? "maxRetries is 0" : `it was tried ${task.attempt + 1} times`;
      return { error: new WorkerCrashedError(`Task ${name} failed: its worker process (pid ${pid}) died, ${cause}; ${tried}`) };
    }
    task.attempt++;
    return { delayMs: 0, notice: `Task ${name} lost its worker (pid ${pid}, ${cause}); it is tried again, ${this.leftText(task)} left` };
  }

  /** Unless the task has ended by then. */
  later(task: Task, delayMs: number, again: () => void): void {
    this.waiting.set(task, setTimeout(() => {
      this.waiting.delete(task);
      if (!task.isSettled) again();
    }, delayMs).unref());
  }

  /** The cluster is gone: nothing is tried again. */
  stop(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    this.waiting.clear();
  }

  private used(task: Task): number {
    return task.attempt - (this.forMemory.get(task) ?? 0);
  }

  private leftText(task: Task): string {
    if (task.maxRetries < 0) return "unlimited retries";
    const left = task.maxRetries - this.used(task);
    return `${left} ${left === 1 ? "retry" : "retries"}`;
  }
}
