/** Why a worker ended, for the scheduler and for who had work there. */
import type { MemoryDeath } from "./memory/memory-watch.ts";
import { exitText } from "./rows.ts";
import type { WorkerProcess } from "./worker-process.ts";

export interface WorkerEnd {
  readonly worker: WorkerProcess["name"];
  /** `killed by SIGKILL`, `exit code 1`, `was ended because memory ran out: …` */
  readonly cause: string;
  /** Said by itself or by us, and so more than code and signal: `was …`, `died: …`. */
  readonly story: string | undefined;
  /** It was ended because memory ran out: who held what, and the way out. */
  readonly memory: string | undefined;
}

export function workerEnd({ name, lastWords }: WorkerProcess, code: number | null, signal: string | null, death: MemoryDeath | undefined): WorkerEnd {
  const own = lastWords.cause;
  return { worker: name, cause: death?.summary ?? own ?? exitText(code, signal), story: death?.summary ?? (own === undefined ? undefined : `died: ${own}`), memory: death?.details };
}
