/** Runs a cell within a time limit: an interrupt first, and when that does not help the end of its session. */
import { performance } from "node:perf_hooks";
import type { CellRequest, CellResult, Front } from "../../runtime/front/front.ts";

export interface Execution {
  /** Undefined when the cell never ended, not even with its session. */
  readonly result: CellResult | undefined;
  readonly timedOut: boolean;
  readonly killed: boolean;
  readonly timeoutMs: number;
  readonly durationMs: number;
}

/** How long an interrupted cell may take to stop. */
const INTERRUPT_MS = 2000;
/** How long a front may take to notice that its session was killed. */
const DEATH_MS = 10_000;

export async function executeWithin(front: Front, request: CellRequest, timeoutMs: number, started: (cell: number) => void): Promise<Execution> {
  const startMs = performance.now();
  const running = front.execute(request, started);
  const outcome = (result: CellResult | undefined, timedOut: boolean, killed: boolean): Execution => ({
    result,
    timedOut,
    killed,
    timeoutMs,
    durationMs: performance.now() - startMs,
  });

  const result = await within(running, timeoutMs);
  if (result !== undefined) return outcome(result, false, false);
  front.interrupt();
  const stopped = await within(running, INTERRUPT_MS);
  if (stopped !== undefined) return outcome(stopped, true, false);
  if (front.sessionPid !== undefined) process.kill(front.sessionPid, "SIGKILL");
  return outcome(await within(running, DEATH_MS), true, true);
}

/** The promise's value, or undefined when it takes longer. */
async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), timeoutMs);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
