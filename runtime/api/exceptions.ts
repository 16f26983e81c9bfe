import {
  ActorAlreadyExistsError, ActorDiedError, ActorNotFoundError, ActorPlacementGroupRemovedError, ActorUnavailableError, CaptureError, ClusterDiedError, Empty, Full, GetTimeoutError, InputUnavailableError, ObjectLostError,
  ObjectStoreFullError, OutOfDiskError, OutOfMemoryError, OwnerDiedError, PendingCallsLimitExceededError, RayActorError, RayError, RayTaskError,
  RuntimeEnvSetupError, SerializationError, TaskCancelledError, TaskPlacementGroupRemovedError, WorkerCrashedError,
} from "../errors.ts";

const all = Object.freeze({
  RayError, RayTaskError, WorkerCrashedError, RayActorError, ActorDiedError, ActorUnavailableError, ActorNotFoundError, ActorAlreadyExistsError,
  PendingCallsLimitExceededError, TaskCancelledError, GetTimeoutError, ObjectLostError, OwnerDiedError, ObjectStoreFullError, OutOfDiskError,
  OutOfMemoryError, RuntimeEnvSetupError, TaskPlacementGroupRemovedError, ActorPlacementGroupRemovedError, CaptureError, SerializationError, ClusterDiedError, Empty, Full, InputUnavailableError,
});

type All = typeof all;
/** The error classes by name. */
export interface Exceptions extends All {}

/** What `ray.exceptions` is. */
export const exceptions: Exceptions = all;
