/** SIGINT to a child process and to all that it started, as Ctrl-C at a terminal gives it: a shell alone would wait for its program. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The one that the main thread waits for is the newest. */
export function interruptNewestChild(parent: number): void {
  const newest = childrenOf(parent).at(-1);
  if (newest !== undefined) interruptTree(newest);
}

export function interruptTree(root: number): void {
  for (const pid of withDescendants(root)) interrupt(pid);
}

const withDescendants = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(withDescendants)];

/** The newest last. */
function childrenOf(pid: number): number[] {
  const numbers = (text: string): number[] => text.split(/\s+/).filter((word) => word !== "").map(Number);
  try {
    return numbers(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    // the process has ended, or this system has no /proc; where there is no pgrep either nothing can be done
    return process.platform === "linux" ? [] : numbers(spawnSync("pgrep", ["-P", String(pid)], { encoding: "utf8" }).stdout ?? "").sort((a, b) => a - b);
  }
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
