/**
 * What tasks wait for. Owns nothing: a task counts what is missing, the objects know who waits.
 *
 * A value that was there may be lost, or freed, before its task is sent: who is about to be sent is looked at again.
 */
import type { ObjectId } from "../ids.ts";
import type { WireValue } from "../wire/hot-records.ts";
import type { Task } from "./task.ts";

export interface DependenciesShell {
  /** The settled value of a dependency, else undefined. */
  value(ref: ObjectId): { readonly value: WireValue; readonly isError: boolean } | undefined;
  whenReady(ref: ObjectId, ready: () => void): void;
  /** Some value of this process went although it was held. */
  hasLost(): boolean;
}

export class Dependencies {
  private readonly shell: DependenciesShell;
  private readonly fail: (task: Task, error: WireValue) => void;

  constructor(shell: DependenciesShell, fail: (task: Task, error: WireValue) => void) {
    this.shell = shell;
    this.fail = fail;
  }

  /** All are there, still. */
  areThere({ dependencies }: Task): boolean {
    return dependencies.length === 0 || !this.shell.hasLost() || dependencies.every(({ ref }) => this.shell.value(ref)?.isError === false);
  }

  /** Calls `ready`, at once or later, when they are there; one that failed fails the task with the same error. */
  await(task: Task, ready: (task: Task) => void): void {
    for (const { ref } of task.dependencies) {
      const known = this.shell.value(ref);
      if (known?.isError) return this.fail(task, known.value);
      if (known) continue;
      task.missing++;
      this.shell.whenReady(ref, () => {
        task.missing--;
        if (task.isSettled) return;
        const arrived = this.shell.value(ref);
        if (arrived?.isError) this.fail(task, arrived.value);
        else if (task.missing === 0) ready(task);
      });
    }
    if (task.missing === 0) ready(task);
  }
}
