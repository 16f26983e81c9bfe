/** What a worker is told when it becomes an actor's process. */
import type { TaskContext } from "../engine/engine.ts";
import type { ActorId, JobId } from "../ids.ts";

export interface ActorRole {
  readonly id: ActorId;
  readonly className: string;
  readonly maxConcurrency: number;
  /** How many processes it had before this one. */
  readonly restarts: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly namespace: string;
  readonly job: string;
}

const neverAborted = new AbortController().signal;

/** What the constructor can ask, and code that runs between calls. */
export function constructorContext({ id, className, restarts, resources, namespace, job }: ActorRole): TaskContext {
  return { taskName: `${className}.constructor`, actor: id, wasActorRestarted: restarts > 0, signal: neverAborted, assignedResources: resources, namespace, jobId: job as JobId };
}
