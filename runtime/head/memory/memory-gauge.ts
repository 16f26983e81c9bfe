/**
 * How full the memory is in which this cluster runs: that of the machine, and of each control group around it that has a limit.
 * Files that can be dropped at any time (the page cache) do not count; shared memory does.
 */
import { join } from "node:path";
import { ancestors, parseCgroups, parseMemoryLimit, type ReadText } from "../../store/limits.ts";

export interface MemoryReading {
  readonly usedBytes: number;
  readonly limitBytes: number;
  /** Whose limit it is, as people say it. */
  readonly of: string;
}

interface Group {
  readonly limit: string;
  readonly usage: string;
  readonly stat: string;
  /** How often the system has killed a process there. */
  readonly kills: string;
  /** Names of the lines of `stat` that are page cache. */
  readonly cache: readonly string[];
}

export class MemoryGauge {
  private readonly read: ReadText;
  private readonly groups: readonly Group[];

  constructor(read: ReadText) {
    this.read = read;
    this.groups = parseCgroups(read("/proc/self/cgroup") ?? "").flatMap(({ controllers, path }) => groupsOf(controllers, path)).filter(({ limit }) => read(limit) !== undefined);
  }

  /** The one that is nearest to its limit. Undefined where the system tells nothing of its memory. */
  take(): MemoryReading | undefined {
    const readings = [this.machine(), ...this.groups.map((group) => this.group(group))].filter((reading) => reading !== undefined);
    return readings.reduce<MemoryReading | undefined>((fullest, reading) => (fullest && shareOf(fullest) >= shareOf(reading) ? fullest : reading), undefined);
  }

  /** How many processes the system has killed for want of memory: those of our own group where that is counted, else all. */
  kills(): number | undefined {
    for (const file of [...this.groups.map(({ kills }) => kills), "/proc/vmstat"]) {
      const count = numbersOf(this.read(file) ?? "").get("oom_kill");
      if (count !== undefined) return count;
    }
    return undefined;
  }

  private machine(): MemoryReading | undefined {
    const sizes = numbersOf(this.read("/proc/meminfo") ?? "");
    const total = sizes.get("MemTotal:");
    if (total === undefined) return undefined;
    // kernels before 3.14 do not say what is available
    const available = sizes.get("MemAvailable:") ?? sum(sizes, ["MemFree:", "Buffers:", "Cached:"]);
    return { usedBytes: Math.max(0, total - available) * 1024, limitBytes: total * 1024, of: "this machine" };
  }

  private group({ limit, usage, stat, cache }: Group): MemoryReading | undefined {
    const limitBytes = parseMemoryLimit(this.read(limit));
    const bytes = Number((this.read(usage) ?? "").trim() || NaN);
    if (limitBytes === undefined || Number.isNaN(bytes)) return undefined;
    return { usedBytes: Math.max(0, bytes - sum(numbersOf(this.read(stat) ?? ""), cache)), limitBytes, of: "this container or control group" };
  }
}

export const shareOf = ({ usedBytes, limitBytes }: MemoryReading): number => usedBytes / limitBytes;

function groupsOf(controllers: readonly string[], path: string): Group[] {
  if (controllers.length === 0) return ancestors(path).map((folder) => groupAt(join("/sys/fs/cgroup", folder), "memory.max", "memory.current", "memory.events", ""));
  if (controllers.includes("memory")) return ancestors(path).map((folder) => groupAt(join("/sys/fs/cgroup/memory", folder), "memory.limit_in_bytes", "memory.usage_in_bytes", "memory.oom_control", "total_"));
  return [];
}

const groupAt = (folder: string, limit: string, usage: string, kills: string, prefix: string): Group => ({
  limit: join(folder, limit), usage: join(folder, usage), stat: join(folder, "memory.stat"), kills: join(folder, kills), cache: [`${prefix}active_file`, `${prefix}inactive_file`],
});

/** `MemTotal:  16384 kB` and `active_file 4096`: the number behind each name. */
function numbersOf(text: string): Map<string, number> {
  return new Map(text.split("\n").map((line) => {
    const [name = "", number] = line.split(/\s+/);
    return [name, Number(number)];
  }));
}

const sum = (sizes: ReadonlyMap<string, number>, names: readonly string[]): number => names.reduce((total, name) => total + (sizes.get(name) || 0), 0);
