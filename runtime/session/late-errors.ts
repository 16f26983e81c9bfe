/**
 * Errors that no cell awaits: thrown in timers and callbacks, or rejections that nobody handled. They are printed in the
 * cell that caused them and harm nothing else.
 */
import type { Writable } from "node:stream";
import type { Executions } from "./execution.ts";
import { formatUncaught, type ErrorContext } from "./format-error.ts";
import { InterruptedError } from "./interrupts.ts";

/** Returns what reports an error of a callback that we called ourselves. */
export function reportLateErrors(stderr: Writable, executions: Executions, context: ErrorContext): (thrown: unknown) => void {
  const report = (thrown: unknown, how: "Uncaught" | "Unhandled rejection"): void => {
    // the end of an interrupted cell's leftovers is what the interrupt was for
    if (thrown instanceof InterruptedError && executions.causing?.interrupted === true) return;
    stderr.write(formatUncaught(thrown, context, how));
  };
  process.on("uncaughtException", (error) => report(error, "Uncaught"));
  process.on("unhandledRejection", (reason) => report(reason, "Unhandled rejection"));
  return (thrown) => report(thrown, "Uncaught");
}

/** Warnings go to the cell that caused them, without Node's advice about its command line. */
export function reportWarnings(stderr: Writable): void {
  process.removeAllListeners("warning");
  process.on("warning", (warning) => {
    // what we use of Node's is our affair: JSON modules, module hooks
    if (warning.name !== "ExperimentalWarning") stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}
