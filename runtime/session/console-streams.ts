/**
 * `process.stdout`, `process.stderr` and `console` of a session: every text goes to the cell whose code wrote it. Node's own
 * stdout is never opened (it would make the pipe non-blocking, for child processes too).
 */
import type { Writable } from "node:stream";
import { STDERR_FD, STDOUT_FD, textStream } from "../worker/text-streams.ts";
import type { Executions } from "./execution.ts";
import type { StreamName } from "./output-marks.ts";
import type { OutputPipe } from "./output-pipe.ts";

export interface ConsoleStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export function createConsoleStreams(pipe: Pick<OutputPipe, "text" | "lastExecution">, executions: Executions): ConsoleStreams {
  const stream = (name: StreamName, fd: number): Writable => textStream(fd, (text) => pipe.text(executions.receiving?.id ?? pipe.lastExecution, name, text));
  return { stdout: stream("stdout", STDOUT_FD), stderr: stream("stderr", STDERR_FD) };
}

/**
 * Makes every method of `target` look for an interrupt first: a library's loop that prints has no guard of its own.
 * Returns what closes the groups that are still open, for the end of a cell that threw inside one.
 */
export function guardConsole(target: Console, check: () => void): { closeGroups(): void } {
  let openGroups = 0;
  const originals = new Map<string, (...args: unknown[]) => unknown>();
  for (const [name, method] of Object.entries(target) as [string, unknown][]) {
    if (typeof method !== "function" || /^[A-Z_]/.test(name)) continue;
    const original = method as (...args: unknown[]) => unknown;
    originals.set(name, original);
    const guarded = (...args: unknown[]): unknown => {
      check();
      if (name === "group" || name === "groupCollapsed") openGroups++;
      if (name === "groupEnd" && openGroups > 0) openGroups--;
      return original.apply(target, args);
    };
    Object.defineProperty(guarded, "name", { value: name });
    (target as unknown as Record<string, unknown>)[name] = guarded;
  }
  return {
    closeGroups() {
      for (; openGroups > 0; openGroups--) originals.get("groupEnd")?.call(target);
    },
  };
}
