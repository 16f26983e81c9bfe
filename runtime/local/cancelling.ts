/**
 * `ray.cancel` at the owner: finds the task, ends it, and tells whoever has it. Owns: nothing.
 *
 * N1. The ref is cancelled at once; its worker is free for others when it has answered, as for every task.
 * N2. A worker hears of it twice: by a message, and through the head by its watch thread, for when it is in a loop.
 */
import type { CancelOptions } from "../engine/engine.ts";
import { TaskCancelledError } from "../errors.ts";
import { ownerOf, type ObjectId, type ProcessName } from "../ids.ts";
import type { WireValue } from "../wire/hot-records.ts";
import { callNumber, clientNumber } from "../worker/client-number.ts";
import type { ActorCalls } from "./actor-calls.ts";
import type { Connection } from "./connection.ts";
import { LeasePool } from "./lease-pool.ts";
import type { Objects } from "./objects.ts";
import type { Submission } from "./submission.ts";
import type { Task } from "./task.ts";

export interface CancellingShell {
  readonly self: ProcessName;
  readonly submission: Submission;
  readonly actors: ActorCalls;
  readonly connection: Connection;
  readonly objects: Objects;
}

export class Cancelling {
  private readonly shell: CancellingShell;
  private byReturn: Map<ObjectId, Task> | undefined;

  constructor(shell: CancellingShell) {
    this.shell = shell;
  }

  cancel(ref: ObjectId, options: CancelOptions): void {
    const { self, submission, connection, objects } = this.shell;
    const owner = ownerOf(ref);
    if (owner !== self) return connection.say(owner, { type: "cancel", ref, ...options });
    const task = this.taskOf(ref);
    if (!task || task.isSettled) return;
    if (task.actor && options.force) throw new TypeError(`ray.cancel cannot use force for ${task.meta.name}, a call of an actor: its process has a state that others need. Leave force out, or end the actor with ray.kill`);
    const text = `Task ${task.meta.name} was cancelled by ray.cancel`;
    if (this.end(task, objects.errorValue(new TaskCancelledError(text)), text)) this.tell(task, options, true);
    else submission.dispatchAll();
  }

  /** From a process that has only the ref. */
  onCancel(ref: ObjectId, { force, recursive }: CancelOptions): void {
    const isCall = this.taskOf(ref)?.actor !== undefined;
    this.cancel(ref, { force: force && !isCall, recursive });
  }

  /** What somebody submitted and has not ended. */
  cancelSubmitted(isBy: (submitter: unknown) => boolean, reason: string, options: CancelOptions): void {
    const { submission, objects } = this.shell;
    const tasks = [...submission.tasks()].filter(({ submitter }) => isBy(submitter));
    if (tasks.length === 0) return;
    const text = `The task was cancelled: ${reason}`;
    const error = objects.errorValue(new TaskCancelledError(text));
    const oldest = new Set(tasks.filter((task) => LeasePool.isOldest(task)));
    for (const task of tasks) if (this.end(task, error, text)) this.tell(task, options, oldest.has(task));
    submission.dispatchAll();
  }

  /** True when a worker has it. */
  private end(task: Task, error: WireValue, text: string): boolean {
    const isSent = this.shell.submission.cancel(task, error, `TaskCancelledError: ${text}`);
    if (!isSent && task.actor) this.shell.actors.dropped(task);
    return isSent;
  }

  /** N2. `mayRun`: it may be what its worker does now. */
  private tell(task: Task, { force, recursive }: CancelOptions, mayRun: boolean): void {
    const worker = task.ranOn?.worker as ProcessName;
    const { self, connection } = this.shell;
    connection.say(worker, { type: "cancel-task", seq: task.seq, force: force && !task.actor, recursive });
    if (mayRun && !task.actor) connection.sayToHead({ type: "task-cancelled", worker, call: callNumber(clientNumber(self), task.seq), force });
  }

  /** Made when first asked, and kept until this turn ends: refs are often cancelled many at once. */
  private taskOf(ref: ObjectId): Task | undefined {
    if (!this.byReturn) {
      this.byReturn = new Map();
      for (const task of this.shell.submission.tasks()) for (const id of task.returns) this.byReturn.set(id, task);
      queueMicrotask(() => { this.byReturn = undefined; });
    }
    const known = this.byReturn.get(ref);
    if (known) return known;
    // submitted since
    for (const task of this.shell.submission.tasks()) if (task.returns.includes(ref)) return task;
    return undefined;
  }
}
