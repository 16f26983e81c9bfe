/**
 * `process.stdout`, `process.stderr` and `console` of a session: every text goes to the cell whose code wrote it. Node's own
 * stdout is never opened (it would make the pipe non-blocking, for child processes too).
 */
import { Writable } from "node:stream";
import type { Executions } from "./execution.ts";
import type { StreamName } from "./output-marks.ts";
import type { OutputPipe } from "./output-pipe.ts";

export interface ConsoleStreams {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

export function createConsoleStreams(pipe: Pick<OutputPipe, "text" | "lastExecution">, executions: Executions): ConsoleStreams {
  const stream = (name: StreamName, fd: number): Writable => {
    const writable = new Writable({
      decodeStrings: false,
      // it never ends: who waits for that is content with `finish` (see endOfText)
      emitClose: false,
      autoDestroy: false,
      write(chunk: string | Uint8Array, encoding: BufferEncoding, done) {
        const text = typeof chunk === "string" && encoding !== "utf8" && encoding !== "utf-8" ? Buffer.from(chunk, encoding) : chunk;
        pipe.text(executions.receiving?.id ?? pipe.lastExecution, name, text);
        done();
      },
    });
    // what programs look at: `stdio: [0, process.stdout, 2]` needs the number
    return Object.assign(writable, { fd, isTTY: false as const, _type: "pipe", end: endOfText, destroy: () => writable });
  };
  return { stdout: stream("stdout", 1), stderr: stream("stderr", 2) };
}

/** As `write`: a cell that ends its stdout must not close the session's. Who waits for the end (`pipeline`) is told of one. */
function endOfText(this: Writable, ...args: unknown[]): Writable {
  const done = args.at(-1);
  if (typeof args[0] === "string" || args[0] instanceof Uint8Array) this.write(args[0], typeof args[1] === "string" ? (args[1] as BufferEncoding) : "utf8");
  process.nextTick(() => {
    this.emit("finish");
    if (typeof done === "function") (done as () => void)();
  });
  return this;
}

/** Puts the streams in place of the process's own. Node's console looks them up when it first prints. */
export function installConsoleStreams(streams: ConsoleStreams): void {
  Object.defineProperty(process, "stdout", { value: streams.stdout, configurable: true, enumerable: true });
  Object.defineProperty(process, "stderr", { value: streams.stderr, configurable: true, enumerable: true });
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
