/**
 * The package `ray-ts`: `import ray from "ray-ts"`. In a session or a worker this is the process's own `ray`; in a plain
 * script it starts one when it is first used.
 */
/// <reference lib="esnext.disposable" preserve="true" />
import "./api/refuse-worker-thread.ts";
import type { Ray } from "./api/face.ts";
import { createRay, RAY_GLOBAL } from "./api/ray.ts";
import { createScriptHost } from "./local/script-host.ts";

const shared = globalThis as { [RAY_GLOBAL]?: Ray };

const ray: Ray = (shared[RAY_GLOBAL] ??= createRay(createScriptHost()));

export default ray;
export { ray };
export { ObjectRef } from "./api/object-ref.ts";
export type { ObjectRefGenerator } from "./api/object-ref-generator.ts";
export {
  ActorAlreadyExistsError, ActorDiedError, ActorNotFoundError, ActorPlacementGroupRemovedError, ActorUnavailableError, CaptureError, ClusterDiedError, Empty, Full, GetTimeoutError, InputUnavailableError, ObjectLostError,
  ObjectStoreFullError, OutOfDiskError, OutOfMemoryError, OwnerDiedError, PendingCallsLimitExceededError, RayActorError, RayError, RayTaskError,
  RuntimeEnvSetupError, SerializationError, TaskCancelledError, TaskPlacementGroupRemovedError, WorkerCrashedError, isRayError,
} from "./errors.ts";

export type { ActorClass, HandleOf } from "./api/actor-class.ts";
export type { ActorHandle, AnyActorHandle } from "./api/actor-handle.ts";
export type { RemoteMethod, SplitRemoteMethod } from "./api/actor-method.ts";
export type { Comm, CommApi, CommData, CommMessage, CommOptions } from "./api/comm.ts";
export type { RayContext } from "./api/context.ts";
export type { CallNode, DAGNode } from "./api/dag/dag-node.ts";
export type { ClassNode, InputNode, MultiOutputNode } from "./api/dag/graph.ts";
export type { ClearOptions, Display, DisplayHandle, DisplayOptions } from "./api/display.ts";
export type { ObjectRefValue, ObjectRefValues, Ray } from "./api/face.ts";
export type { Progress } from "./api/progress-bar.ts";
export type { ActorOptions, CancelOptions, ErrorClass, GetOptions, InitOptions, InputOptions, LogOptions, MethodDefaults, MethodOptions, ProgressOptions, StateOptions, TaskOptions, WaitOptions } from "./api/options.ts";
export type { OverloadedRemoteFunction, RemoteFunction, RemoteFunctionOf, SplitRemoteFunction } from "./api/remote-function.ts";
export type { RuntimeContext } from "./api/runtime-context.ts";
export type { PlacementGroup, PlacementGroupSchedulingStrategy, SchedulingStrategy } from "./api/placement.ts";
export type { NpmOptions, RuntimeEnv } from "./api/runtime-env.ts";
export type { StateApi } from "./api/state.ts";
export type { Chart, ChartOptions, Heard, ImageWidget, Pressed, SelectOptions, SliderOptions, TableWidget, TextOptions, UiApi, Valued, Widget } from "./api/ui.ts";
export type { ClusterStatus } from "./api/status.ts";
export type { ActorPool, GetNextOptions, PoolCall } from "./api/util/actor-pool.ts";
export type { MapUnorderedOptions } from "./api/util/map-unordered.ts";
export type { Serializability } from "./api/util/inspect-serializability.ts";
export type { Counter, Gauge, Histogram, HistogramOptions, Metric, MetricOptions, Metrics } from "./api/util/metrics.ts";
export type { AsyncResult, Pool, PoolOptions } from "./api/util/pool.ts";
export type { Queue, QueueOptions, QueueWait } from "./api/util/queue.ts";
export type { PlacementGroupOptions, PlacementGroupTableRow } from "./api/util/placement-group.ts";
export type { NamedActor } from "./api/util/list-named-actors.ts";
export type { RayUtil } from "./api/util/patterns.ts";
export type { Arg, Args, Returned } from "./api/signature.ts";
