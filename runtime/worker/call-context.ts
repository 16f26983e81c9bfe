/** What code inside a call can ask about where it runs. */
import type { TaskContext } from "../engine/engine.ts";
import { plainAmounts } from "../engine/placement.ts";
import type { PrintLabel } from "../head/prints.ts";
import { taskId, type JobId, type ProcessName } from "../ids.ts";
import type { CallMeta, TaskRecord } from "../wire/hot-records.ts";
import type { ActorRole } from "./actor-role.ts";

interface CallOf {
  readonly from: ProcessName;
  readonly record: TaskRecord;
  readonly meta: CallMeta;
}

export function callContext({ from, record, meta }: CallOf, actor: ActorRole | undefined, signal: AbortSignal): TaskContext {
  return {
    task: taskId(from, record.seq),
    taskName: meta.name,
    ...(actor ? { actor: actor.id, actorInfo: actor.info, wasActorRestarted: actor.restarts > 0 } : {}),
    signal,
    assignedResources: actor?.resources ?? (meta.placement ? plainAmounts(meta.resources) : meta.resources),
    placement: actor ? actor.placement : meta.placement,
    namespace: meta.namespace,
    jobId: meta.job as JobId,
  };
}

/** Who prints: the running call, else the actor, whose constructor and timers print too. */
export function printLabel(call: CallOf | undefined, actor: ActorRole | undefined): PrintLabel | undefined {
  if (call) return { name: call.meta.name, job: call.meta.job, origin: call.meta.origin, task: taskId(call.from, call.record.seq) };
  return actor && { name: actor.className, job: actor.job, origin: actor.origin };
}
