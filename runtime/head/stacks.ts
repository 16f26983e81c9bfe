/** Where the code of every worker is, asked of all at once: whoever does not answer is told as such. */
import type { StackRow } from "../engine/records.ts";
import type { WorkerProcess } from "./worker-process.ts";

/** `actorOf`: what the worker is, by its name. */
export async function takeStacks(workers: Iterable<WorkerProcess>, actorOf: (worker: WorkerProcess) => string | undefined): Promise<StackRow[]> {
  return Promise.all([...workers].filter(({ isReady }) => isReady).map(async (worker): Promise<StackRow> => {
    const actor = actorOf(worker);
    const who = { worker: worker.name, pid: worker.pid, ...(actor === undefined ? {} : { actor }) };
    const taken = await worker.stack();
    if (!taken) return { ...who, state: "silent", stack: "" };
    const { stack, name, task, isNative } = taken;
    const state = isNative ? "native" : stack !== "" ? "running" : name !== undefined && task !== undefined ? "waiting" : "idle";
    return { ...who, state, stack, ...(name === undefined ? {} : { name }), ...(task === undefined ? {} : { task }) };
  }));
}
