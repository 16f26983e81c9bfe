/** Arguments on their way from a record to a call. */
import type { TaskRecord } from "../wire/hot-records.ts";

/** Puts the values of top-level refs into their places. */
export function placeDependencies(args: unknown[], record: TaskRecord, values: readonly unknown[]): unknown[] {
  for (let i = 0; i < values.length; i++) args[(record.dependencies[i] as { index: number }).index] = values[i];
  return args;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> & Promise<Function> {
  return (typeof value === "object" || typeof value === "function") && value !== null && typeof (value as { then?: unknown }).then === "function";
}
