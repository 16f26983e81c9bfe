/** What one process holds of the memory: its share of pages that several have (PSS), else all that it can see of it (RSS). */
import type { ReadText } from "../../store/limits.ts";

/** Undefined when the process is gone, belongs to somebody else, or the system tells nothing. */
export function processMemory(read: ReadText, pid: number): number | undefined {
  return kilobytes(read(`/proc/${pid}/smaps_rollup`), "Pss:") ?? kilobytes(read(`/proc/${pid}/status`), "VmRSS:");
}

function kilobytes(text: string | undefined, name: string): number | undefined {
  const line = text?.split("\n").find((each) => each.startsWith(name));
  const size = Number(line?.split(/\s+/)[1] ?? NaN);
  return Number.isNaN(size) ? undefined : size * 1024;
}
