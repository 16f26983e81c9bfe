/** What an error is called when it is shown. */
import { isError, RayTaskError } from "../errors.ts";

/** `class Bad extends Error` has the name "Error" until somebody sets it; its class says more. */
export function errorName(error: Error): string {
  const name = read(error, "name");
  if (name === RayTaskError.name) return taskErrorName(error);
  if (typeof name === "string" && name !== "Error" && name !== "") return name;
  const made = read(error, "constructor");
  return typeof made === "function" && made.name !== "" ? made.name : "Error";
}

/** `RayTaskError(RangeError)`, as Ray shows what a task threw: the error is both. */
function taskErrorName(error: Error): string {
  const cause = read(error, "cause");
  const thrown = isError(cause) ? errorName(cause) : undefined;
  return thrown === undefined || thrown.startsWith(RayTaskError.name) ? RayTaskError.name : `${RayTaskError.name}(${thrown})`;
}

/** An error may be a user's object with a getter that throws. */
function read(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch {
    return undefined; // then it is called by what else there is
  }
}
