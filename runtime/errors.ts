/**
 * Every error that the runtime throws. One hierarchy under `RayError`, each class with a stable `code`.
 *
 * `instanceof` works across realms, copies of the package and the wire: it looks for the brand, a `Symbol.for` property
 * that lists the codes of the error's class and its ancestors. So an error that a task threw can be a `RayTaskError` and
 * the user's own class at once.
 */
import { types } from "node:util";

export const ERROR_BRAND = Symbol.for("ray-ts.error");

export class RayError extends Error {
  static readonly code: string = "RAY_ERROR";
  declare readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    brandError(this, new.target);
  }

  static override [Symbol.hasInstance](this: { readonly code?: string; readonly prototype: unknown }, value: unknown): boolean {
    if (typeof value !== "object" || value === null) return false;
    const codes = (value as { [ERROR_BRAND]?: readonly string[] })[ERROR_BRAND];
    if (Object.hasOwn(this, "code") && codes?.includes(this.code as string)) return true;
    // a subclass that a user made has no code of its own: the prototype chain decides
    return !Object.hasOwn(this, "code") && Object.prototype.isPrototypeOf.call(this.prototype as object, value);
  }
}

/** Marks `error` as one of `errorClass` and of its ancestors, and gives it that class's `name` and `code`. */
export function brandError(error: object, errorClass: { readonly name: string; readonly code?: string }): void {
  const codes: string[] = [];
  for (let c: unknown = errorClass; typeof c === "function" && c !== Error && c !== Function.prototype; c = Object.getPrototypeOf(c)) {
    if (Object.hasOwn(c, "code")) codes.push((c as unknown as { code: string }).code);
  }
  Object.defineProperty(error, ERROR_BRAND, { value: codes, configurable: true });
  Object.defineProperty(error, "code", { value: codes[0], writable: true, configurable: true, enumerable: false });
  Object.defineProperty(error, "name", { value: errorClass.name, writable: true, configurable: true, enumerable: false });
}

/** A task or actor method threw. `message` and `cause` are the user's error, which this error also is an instance of. */
export class RayTaskError extends RayError { static override readonly code = "RAY_TASK_ERROR"; }
/** The worker process running the task died (and no retry was left). */
export class WorkerCrashedError extends RayError { static override readonly code = "WORKER_CRASHED"; }
/** Ancestor of the errors about an actor that cannot answer. */
export class RayActorError extends RayError { static override readonly code: string = "RAY_ACTOR_ERROR"; }
export class ActorDiedError extends RayActorError { static override readonly code = "ACTOR_DIED"; }
export class ActorUnavailableError extends RayActorError { static override readonly code = "ACTOR_UNAVAILABLE"; }
export class ActorNotFoundError extends RayError { static override readonly code = "ACTOR_NOT_FOUND"; }
export class ActorAlreadyExistsError extends RayError { static override readonly code = "ACTOR_ALREADY_EXISTS"; }
export class PendingCallsLimitExceededError extends RayError { static override readonly code = "PENDING_CALLS_LIMIT_EXCEEDED"; }
/** The placement group of a task was removed; it may have run. */
export class TaskPlacementGroupRemovedError extends RayError { static override readonly code = "TASK_PLACEMENT_GROUP_REMOVED"; }
/** The placement group of an actor was removed, and the actor with it. */
export class ActorPlacementGroupRemovedError extends RayError { static override readonly code = "ACTOR_PLACEMENT_GROUP_REMOVED"; }
export class TaskCancelledError extends RayError { static override readonly code = "TASK_CANCELLED"; }
export class GetTimeoutError extends RayError { static override readonly code = "GET_TIMEOUT"; }
export class ObjectLostError extends RayError { static override readonly code: string = "OBJECT_LOST"; }
export class OwnerDiedError extends ObjectLostError { static override readonly code = "OWNER_DIED"; }
export class ObjectStoreFullError extends RayError { static override readonly code = "OBJECT_STORE_FULL"; }
export class OutOfDiskError extends RayError { static override readonly code = "OUT_OF_DISK"; }
export class OutOfMemoryError extends RayError { static override readonly code = "OUT_OF_MEMORY"; }
export class RuntimeEnvSetupError extends RayError { static override readonly code = "RUNTIME_ENV_SETUP"; }
/** A function uses what cannot be sent: the message has the path to it and the way out. */
export class CaptureError extends RayError { static override readonly code = "CAPTURE"; }
/** A value cannot be sent: the message has the path to it and the way out. */
export class SerializationError extends RayError { static override readonly code = "SERIALIZATION"; }
/** `ray.util.Queue`: nothing to take. */
export class Empty extends RayError { static override readonly code = "QUEUE_EMPTY"; }
/** `ray.util.Queue`: no room. */
export class Full extends RayError { static override readonly code = "QUEUE_FULL"; }
/** Code asks the user, and nobody can be asked. */
export class InputUnavailableError extends RayError { static override readonly code = "INPUT_UNAVAILABLE"; }
/** The cluster this process was connected to is gone. */
export class ClusterDiedError extends RayError { static override readonly code = "CLUSTER_DIED"; }

/** True for every error of this runtime, also one of another copy of the package. */
export function isRayError(error: unknown): error is RayError {
  return typeof error === "object" && error !== null && Array.isArray((error as { [ERROR_BRAND]?: unknown })[ERROR_BRAND]);
}

/** True for an Error of any realm: one from a cell or a worker fails `instanceof Error`. */
export const isError = (value: unknown): value is Error => types.isNativeError(value) || value instanceof Error;
