import {
  ActorAlreadyExistsError, ActorDiedError, ActorNotFoundError, ActorUnavailableError, CaptureError, ClusterDiedError, GetTimeoutError, ObjectLostError,
  ObjectStoreFullError, OutOfDiskError, OutOfMemoryError, OwnerDiedError, PendingCallsLimitExceededError, RayActorError, RayError, RayTaskError,
  RuntimeEnvSetupError, SerializationError, TaskCancelledError, WorkerCrashedError,
} from "../errors.ts";

/** The error classes by name, as `ray.exceptions`. */
export const exceptions = Object.freeze({
  RayError, RayTaskError, WorkerCrashedError, RayActorError, ActorDiedError, ActorUnavailableError, ActorNotFoundError, ActorAlreadyExistsError,
  PendingCallsLimitExceededError, TaskCancelledError, GetTimeoutError, ObjectLostError, OwnerDiedError, ObjectStoreFullError, OutOfDiskError,
  OutOfMemoryError, RuntimeEnvSetupError, CaptureError, SerializationError, ClusterDiedError,
});

export type Exceptions = typeof exceptions;
