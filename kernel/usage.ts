/**
 * What a kernel with all its processes takes of the machine: itself, the session and its children, the head and the workers. Memory
 * is PSS, so that a page which several of them map counts once. Read from /proc; elsewhere only this process is known.
 *
 * It owns the figures of the last look: shares of CPU are of the time since then, and 0 at the first.
 */
import { readFileSync, readdirSync } from "node:fs";
import { cpus, freemem, hostname, totalmem } from "node:os";
import { join } from "node:path";

export interface UsageRoots {
  readonly kernel: number;
  readonly session: number | undefined;
  /** The cluster's head, when it is the kernel's own. */
  readonly head: number | undefined;
}

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Seconds of CPU. */
  readonly cpu: number;
}

interface Look {
  readonly atMs: number;
  readonly cpu: ReadonlyMap<number, number>;
  readonly host: { readonly busy: number; readonly total: number } | undefined;
}

const TICKS_A_SECOND = 100;

export class Usage {
  readonly #proc: string;
  #last: Look = { atMs: 0, cpu: new Map(), host: undefined };

  constructor(proc = "/proc") {
    this.#proc = proc;
  }

  /** The content of a `usage_reply`, as ipykernel's, with the session's and the cluster's part. Memory in bytes, CPU in percent of one core. */
  read(roots: UsageRoots, nowMs: number): Record<string, unknown> {
    const processes = this.#processes();
    const host = this.#hostCpu();
    const cluster = treeOf(roots.head, processes);
    const session = treeOf(roots.session, processes);
    const all = new Set([...treeOf(roots.kernel, processes), ...session, ...cluster]);
    const memory = new Map([...all].map((pid) => [pid, this.#memory(pid)]));
    const sum = (pids: Iterable<number>): number => [...pids].reduce((bytes, pid) => bytes + (memory.get(pid) ?? 0), 0);
    const look: Look = { atMs: nowMs, cpu: new Map(processes.filter(({ pid }) => all.has(pid)).map(({ pid, cpu }) => [pid, cpu])), host };
    const content = {
      hostname: hostname(),
      pid: roots.kernel,
      kernel_cpu: processes.length === 0 ? 0 : cpuPercent(this.#last, look),
      kernel_memory: processes.length === 0 ? process.memoryUsage.rss() : sum(all),
      session_memory: sum(session),
      cluster_memory: sum(cluster),
      cluster_processes: cluster.size,
      cpu_count: cpus().length,
      ...hostPercent(this.#last.host, host),
      host_virtual_memory: this.#hostMemory(),
    };
    this.#last = look;
    return content;
  }

  #processes(): Process[] {
    const names = this.#try(() => readdirSync(this.#proc)) ?? [];
    return names.filter((name) => /^\d+$/.test(name)).map((name) => parseStat(this.#text(name, "stat"))).filter((found) => found !== undefined);
  }

  #memory(pid: number): number {
    const pss = /^Pss:\s+(\d+) kB/m.exec(this.#text(String(pid), "smaps_rollup"))?.[1];
    if (pss !== undefined) return Number(pss) * 1024;
    const resident = /^VmRSS:\s+(\d+) kB/m.exec(this.#text(String(pid), "status"))?.[1];
    return Number(resident ?? 0) * 1024;
  }

  #hostCpu(): Look["host"] {
    const line = /^cpu +(.*)$/m.exec(this.#text("stat"))?.[1];
    if (line === undefined) return undefined;
    const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, ...more] = line.split(" ").map(Number);
    const busy = user + nice + system + more.slice(0, 3).reduce((all, ticks) => all + ticks, 0);
    return { busy, total: busy + idle + wait };
  }

  #hostMemory(): Record<string, number> {
    const text = this.#text("meminfo");
    const bytes = (name: string, otherwise: number): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? otherwise / 1024) * 1024;
    const total = bytes("MemTotal", totalmem());
    const free = bytes("MemFree", freemem());
    const available = bytes("MemAvailable", free);
    return { total, available, free, used: total - available, percent: round((100 * (total - available)) / total) };
  }

  /** "" for what has ended, or is not there. */
  #text(...path: string[]): string {
    return this.#try(() => readFileSync(join(this.#proc, ...path), "utf8")) ?? "";
  }

  #try<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      // a process may end while we look; another system has no /proc
      if (["ENOENT", "ESRCH", "EACCES", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
      throw error;
    }
  }
}

/** A line of /proc/PID/stat; the name in it may have spaces and parentheses. */
function parseStat(line: string): Process | undefined {
  const [pid] = line.split(" ", 1);
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  if (!pid || fields.length < 13) return undefined;
  return { pid: Number(pid), parent: Number(fields[1]), cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND };
}

function treeOf(root: number | undefined, processes: readonly Process[]): Set<number> {
  const found = new Set<number>();
  if (root === undefined || !processes.some(({ pid }) => pid === root)) return found;
  const grow = (pid: number): void => {
    if (found.has(pid)) return;
    found.add(pid);
    for (const child of processes) if (child.parent === pid) grow(child.pid);
  };
  grow(root);
  return found;
}

function cpuPercent(before: Look, now: Look): number {
  if (before.cpu.size === 0) return 0;
  const seconds = (now.atMs - before.atMs) / 1000;
  let used = 0;
  for (const [pid, cpu] of now.cpu) used += cpu - (before.cpu.get(pid) ?? cpu);
  return seconds > 0 ? round((100 * used) / seconds) : 0;
}

function hostPercent(before: Look["host"], now: Look["host"]): { host_cpu_percent?: number } {
  if (before === undefined || now === undefined || now.total === before.total) return {};
  return { host_cpu_percent: round((100 * (now.busy - before.busy)) / (now.total - before.total)) };
}

const round = (percent: number): number => Math.round(percent * 10) / 10;
