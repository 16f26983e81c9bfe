/** The main thread's side of the watch thread. */
import { Worker } from "node:worker_threads";
import { GUARD, GUARD_WORDS } from "./watch-commands.ts";

export interface Watch {
  /** Shared with the watch thread; places are in `GUARD`. */
  readonly guard: Int32Array;
  /** Resolves when the watch thread reads its pipe. What is written to the pipe before that is not lost: nobody need wait. */
  readonly ready: Promise<void>;
  /** Lets go of an inspector that is connected. The process's exit would complain of it on stderr. */
  readonly endInspection: () => void;
}

const INSPECTION_ENDS_WITHIN_MS = 200;

/**
 * Starts the watch thread on the inherited pipe whose number is in RAY_TS_WATCH_FD (removed, so that children of cells
 * and tasks do not take it for theirs). Without the variable there is no thread: the guard is then never set.
 * `onInterrupt` runs in the main thread, when its event loop next turns; who `unwinds` runs code where SIGINT cuts it. The thread keeps
 * no process alive.
 */
export function startWatch({ onInterrupt = () => undefined, unwinds = false }: { readonly onInterrupt?: (execution: number) => void; readonly unwinds?: boolean } = {}): Watch {
  const guard = new Int32Array(new SharedArrayBuffer(GUARD_WORDS * Int32Array.BYTES_PER_ELEMENT));
  const fd = Number(process.env["RAY_TS_WATCH_FD"] ?? -1);
  delete process.env["RAY_TS_WATCH_FD"];
  if (!Number.isInteger(fd) || fd < 0) return { guard, ready: Promise.resolve(), endInspection: () => undefined };

  // built beside every program: dist/watch-thread.js
  const thread = new Worker(new URL("./watch-thread.js", import.meta.url), { workerData: { fd, guard, unwinds }, stdin: false, env: {}, execArgv: [] });
  const ready = new Promise<void>((resolve, reject) => {
    thread.on("message", (message: "watching" | "awake" | { readonly interrupt: number }) => {
      if (message === "watching") resolve();
      else if (message !== "awake") onInterrupt(message.interrupt);
    });
    thread.on("error", (error) => reject(new Error(`The watch thread on fd ${fd} failed: ${error.message}`, { cause: error })));
  });
  thread.unref();
  const endInspection = (): void => {
    if (Atomics.load(guard, GUARD.inspected) === 0) return;
    thread.postMessage("end inspection");
    Atomics.wait(guard, GUARD.inspected, 1, INSPECTION_ENDS_WITHIN_MS);
  };
  return { guard, ready, endInspection };
}
