/** What code inside a call can ask about where it runs. */
import type { TaskContext } from "../engine/engine.ts";
import { taskId, type JobId, type ProcessName } from "../ids.ts";
import type { CallMeta, TaskRecord } from "../wire/hot-records.ts";
import type { ActorRole } from "./actor-role.ts";

export function callContext({ from, record, meta }: { readonly from: ProcessName; readonly record: TaskRecord; readonly meta: CallMeta }, actor: ActorRole | undefined, signal: AbortSignal): TaskContext {
  return {
    task: taskId(from, record.seq),
    taskName: meta.name,
    ...(actor ? { actor: actor.id, wasActorRestarted: actor.restarts > 0 } : {}),
    signal,
    assignedResources: actor?.resources ?? meta.resources,
    namespace: meta.namespace,
    jobId: meta.job as JobId,
  };
}
