/** `ray.getRuntimeContext`. */
import type { ActorInfo } from "../engine/engine.ts";
import type { RuntimeEnv } from "../engine/runtime-env.ts";
import type { RayHost } from "./host.ts";

/** What code can ask about where it runs. Ids of the cluster are undefined until it is connected, those of a task outside tasks. */
export interface RuntimeContext {
  readonly jobId: string | undefined;
  readonly taskId: string | undefined;
  readonly taskName: string | undefined;
  /** The actor whose method runs. */
  readonly actorId: string | undefined;
  readonly actorName: string | undefined;
  /** A handle of that actor, to pass on. It does not keep the actor alive. */
  readonly currentActor: any;
  /** True in an actor whose process died and was replaced: its state is that of a new one. */
  readonly wasActorRestarted: boolean;
  /** The placement group of the task or actor. */
  readonly placementGroupId: string | undefined;
  readonly nodeId: string | undefined;
  /** This process's name in the cluster. */
  readonly workerId: string | undefined;
  readonly namespace: string | undefined;
  /** What the task or actor holds, by resource name. */
  readonly assignedResources: Readonly<Record<string, number>>;
  /** The environment here: what the job, the tasks that led here and this one asked for, merged. */
  readonly runtimeEnv: RuntimeEnv;
  /** Aborts when the task is cancelled: `fetch(url, { signal })`. */
  readonly signal: AbortSignal;
  readonly isCanceled: boolean;
}

export function runtimeContext(host: RayHost, handleOf: (info: ActorInfo) => object): RuntimeContext {
  const task = host.taskContext();
  const engine = host.currentEngine();
  const signal = task?.signal ?? new AbortController().signal;
  const context = {
    jobId: task?.jobId ?? engine?.info?.jobId,
    taskId: task?.task,
    taskName: task?.taskName,
    actorId: task?.actor,
    actorName: task?.actorInfo?.name,
    wasActorRestarted: task?.wasActorRestarted ?? false,
    placementGroupId: task?.placement?.group.id,
    nodeId: engine?.info?.nodeId,
    workerId: engine?.process,
    namespace: task?.namespace ?? engine?.info?.namespace,
    assignedResources: task?.assignedResources ?? {},
    runtimeEnv: engine?.runtimeEnv ?? {},
    signal,
    get isCanceled() { return signal.aborted; },
  };
  // a handle is made for who asks for it, not for who looks at the context
  return Object.defineProperty(context, "currentActor", { get: () => task?.actorInfo && handleOf(task.actorInfo) }) as RuntimeContext;
}
