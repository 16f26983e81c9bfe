/** Who a process is beyond its pid, which the system gives to another one later. */
import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";

/**
 * When `pid` started, as text to compare for equality; undefined when no such process runs. A zombie counts as gone: where nobody
 * reaps (a container without an init) it would stand for a live one for ever.
 */
export function processStartTime(pid: number): string | undefined {
  if (process.platform === "linux") return startTimeFromStat(readProc(`/proc/${pid}/stat`));
  if (!isAlive(pid)) return undefined;
  if (process.platform === "win32") return "unknown";
  return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } }).trim() || undefined;
}

/** Field 22 of `/proc/PID/stat` (proc(5)). The name in field 2 may hold spaces and parentheses, so fields count from the last one. */
export function startTimeFromStat(stat: string | undefined): string | undefined {
  if (stat === undefined) return undefined;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[22 - 3];
}

/** The pid namespace of this process: pids of another one say nothing here. Empty where the system has none. */
export function pidNamespace(): string {
  try {
    return process.platform === "linux" ? readlinkSync("/proc/self/ns/pid") : "";
  } catch {
    return ""; // /proc is not mounted, or hidden: then all pids we see are of one namespace
  }
}

function readProc(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // the process is gone
  }
}

/** A zombie is alive here. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // alive, but another user's
  }
}
