/**
 * The error that `ray.get` throws for a failed task: a RayTaskError and the user's own class at once. Its message is the
 * user's, its `cause` the user's error as it was thrown.
 */
import { brandError, isError, RayTaskError } from "../errors.ts";
import { blankError } from "./error-class.ts";

export interface TaskErrorContext {
  readonly taskName: string;
  readonly pid: number;
  /** The remote stack, mapped to cells and files; without it the user's error's own `stack`. */
  readonly stack?: string | undefined;
}

/** What a worker encodes for a failed task. The codec decodes it to the error of `makeTaskError`. */
export class TaskFailure {
  readonly error: unknown;
  readonly stack: string | undefined;
  readonly taskName: string;
  readonly pid: number;

  constructor(error: unknown, context: TaskErrorContext) {
    this.error = error;
    this.stack = context.stack;
    this.taskName = context.taskName;
    this.pid = context.pid;
  }
}

/** `twin`: another object with the state of `thrown`, where that cannot be copied from outside. */
export function makeTaskError(thrown: unknown, context: TaskErrorContext, twin?: Error): RayTaskError {
  const error = isError(thrown) ? likeError(thrown, twin) : likeNothing(thrown, context);
  define(error, "cause", thrown);
  define(error, "stack", context.stack ?? (isError(thrown) ? thrown.stack : undefined) ?? `${error.name}: ${error.message}`);
  define(error, "taskName", context.taskName);
  define(error, "pid", context.pid);
  return error as RayTaskError;
}

/** Same prototype and own properties, so that `instanceof` and `error.status` hold; `code` and `name` say what it is. */
function likeError(thrown: Error, twin: Error | undefined): Error {
  const error = twin ?? blankError(Object.getPrototypeOf(thrown) as object);
  for (const key of Reflect.ownKeys(thrown)) {
    if (key !== "stack") Object.defineProperty(error, key, { ...Object.getOwnPropertyDescriptor(thrown, key)!, configurable: true });
  }
  brandError(error, RayTaskError);
  return error;
}

function likeNothing(thrown: unknown, context: TaskErrorContext): Error {
  const error = blankError(RayTaskError.prototype);
  define(error, "message", `${context.taskName} threw ${describe(thrown)}, which is not an Error`);
  brandError(error, RayTaskError);
  return error;
}

function describe(thrown: unknown): string {
  if (typeof thrown === "string") return JSON.stringify(thrown.length > 200 ? thrown.slice(0, 200) + "…" : thrown);
  if (typeof thrown === "object" && thrown !== null) return "an object";
  return typeof thrown === "function" ? "a function" : String(thrown);
}

function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: false });
}
