/** Processes that a notebook left behind: descendants of its session or of this program that outlive the front. */
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** Tells a process from a later one with the same pid. */
  readonly started: string;
  readonly command: string;
}

const POLL_MS = 50;
const KILLED_MS = 1000;

/** All descendants of `pid`, itself left out. Empty on Windows, where no cheap list of processes is to be had. */
export function descendantsOf(pid: number): ProcessInfo[] {
  const children = new Map<number, ProcessInfo[]>();
  for (const info of listProcesses()) {
    const siblings = children.get(info.parent);
    if (siblings) siblings.push(info);
    else children.set(info.parent, [info]);
  }
  const found: ProcessInfo[] = [];
  const visit = (parent: number) => {
    for (const child of children.get(parent) ?? []) {
      found.push(child);
      visit(child.pid);
    }
  };
  visit(pid);
  return found;
}

/** Those of `suspects` that still live after `graceMs`, in which a process may end by itself. */
export async function stillAlive(suspects: readonly ProcessInfo[], graceMs: number): Promise<ProcessInfo[]> {
  const deadlineMs = Date.now() + graceMs;
  for (;;) {
    const now = new Map(listProcesses().map((info) => [info.pid, info]));
    const alive = suspects.filter(({ pid, started }) => now.get(pid)?.started === started);
    if (alive.length === 0 || Date.now() > deadlineMs) return alive;
    await delay(POLL_MS);
  }
}

/** Kills them, and resolves when they are gone. */
export async function endAll(processes: readonly ProcessInfo[]): Promise<void> {
  for (const { pid } of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // ended meanwhile
    }
  }
  await stillAlive(processes, KILLED_MS);
}

function listProcesses(): ProcessInfo[] {
  if (process.platform === "linux") return listFromProc();
  return process.platform === "win32" ? [] : listFromPs();
}

function listFromProc(): ProcessInfo[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readIfThere(`/proc/${name}/stat`);
      if (stat === undefined) return [];
      // the command's name, field 2, may hold spaces and parentheses
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const [state, parent] = fields;
      if (state === "Z" || state === "X") return [];
      const command = readIfThere(`/proc/${name}/cmdline`)?.replaceAll("\0", " ").trim() ?? "";
      return [{ pid: Number(name), parent: Number(parent), started: fields[19] ?? "", command }];
    });
}

/** A process that ended since the folder was read has no files. */
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH" || code === "EACCES") return undefined;
    throw error;
  }
}

function listFromPs(): ProcessInfo[] {
  const text = execFileSync("ps", ["-A", "-o", "pid=,ppid=,stat=,lstart=,command="], { encoding: "utf8", env: { ...process.env, LC_ALL: "C" } });
  return text.split("\n").flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\w+ +\w+ +\d+ [\d:]+ \d+)\s+(.*)$/.exec(line);
    if (match === null || match[3]!.startsWith("Z")) return [];
    return [{ pid: Number(match[1]), parent: Number(match[2]), started: match[4]!, command: match[5]! }];
  });
}
