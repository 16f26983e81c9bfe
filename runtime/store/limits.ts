/** What this machine, or the container around this process, gives: the defaults of `ray.init`. */
import { existsSync, readFileSync, statfsSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { join } from "node:path";

export interface Limits {
  readonly numCpus: number;
  readonly memoryBytes: number;
  readonly objectStoreBytes: number;
}

/** The text of a file, undefined when it cannot be read. */
export type ReadText = (file: string) => string | undefined;

/** Share of the memory for objects, as in Ray (`object_store_memory`). */
const OBJECT_STORE_SHARE = 0.3;
/** From here on a cgroup v1 limit means "none": it counts in pages up to 2^63. */
const NO_LIMIT_BYTES = 2 ** 60;

/** `sharedMemoryRoot` is where segments go; its free space caps the object store. */
export function defaultLimits(sharedMemoryRoot: string): Limits {
  const cgroup = cgroupLimits(readText);
  return limitsFrom({ cores: availableParallelism(), totalBytes: totalmem(), cgroup, freeSharedBytes: freeBytesOf(sharedMemoryRoot) });
}

export function limitsFrom(found: { cores: number; totalBytes: number; cgroup: CgroupLimits; freeSharedBytes: number }): Limits {
  const numCpus = Math.max(1, Math.min(found.cores, Math.ceil(found.cgroup.cpus ?? Infinity)));
  const memoryBytes = Math.min(found.totalBytes, found.cgroup.memoryBytes ?? Infinity);
  return { numCpus, memoryBytes, objectStoreBytes: Math.floor(Math.min(memoryBytes * OBJECT_STORE_SHARE, found.freeSharedBytes)) };
}

export interface CgroupLimits {
  readonly cpus: number | undefined;
  readonly memoryBytes: number | undefined;
}

/** The strictest limits of this process's control groups and their ancestors, version 2 and 1 (kernel docs, cgroup-v2 and v1/cpu-acct). */
export function cgroupLimits(read: ReadText): CgroupLimits {
  const cpus: number[] = [];
  const memory: number[] = [];
  const keep = (list: number[], value: number | undefined): void => void (value !== undefined && list.push(value));
  for (const { controllers, path } of parseCgroups(read("/proc/self/cgroup") ?? "")) {
    for (const folder of ancestors(path)) {
      if (controllers.length === 0) {
        keep(cpus, parseCpuMax(read(join("/sys/fs/cgroup", folder, "cpu.max"))));
        keep(memory, parseMemoryLimit(read(join("/sys/fs/cgroup", folder, "memory.max"))));
      }
      if (controllers.includes("cpu")) {
        const file = (name: string): string | undefined => read(join("/sys/fs/cgroup/cpu", folder, name));
        keep(cpus, parseCpuQuota(file("cpu.cfs_quota_us"), file("cpu.cfs_period_us")));
      }
      if (controllers.includes("memory")) keep(memory, parseMemoryLimit(read(join("/sys/fs/cgroup/memory", folder, "memory.limit_in_bytes"))));
    }
  }
  return { cpus: smallest(cpus), memoryBytes: smallest(memory) };
}

/** Lines of `/proc/self/cgroup`: `0::/a/b` (version 2) and `4:cpu,cpuacct:/docker/x` (version 1). */
export function parseCgroups(text: string): { readonly controllers: readonly string[]; readonly path: string }[] {
  return text.split("\n").flatMap((line) => {
    const [, controllers, ...path] = line.split(":");
    return controllers === undefined ? [] : [{ controllers: controllers.split(",").filter(Boolean), path: path.join(":") || "/" }];
  });
}

/** `cpu.max`: `200000 100000` is two CPUs, `max 100000` none set. */
export function parseCpuMax(text: string | undefined): number | undefined {
  const [quota, period] = (text ?? "").trim().split(/\s+/);
  return ratio(Number(quota), Number(period));
}

/** Version 1: a quota of -1 is none. */
export function parseCpuQuota(quota: string | undefined, period: string | undefined): number | undefined {
  return ratio(Number(quota), Number(period));
}

/** `memory.max` or `memory.limit_in_bytes`. */
export function parseMemoryLimit(text: string | undefined): number | undefined {
  const bytes = Number((text ?? "").trim() || NaN);
  return bytes > 0 && bytes < NO_LIMIT_BYTES ? bytes : undefined;
}

const ratio = (quota: number, period: number): number | undefined => (quota > 0 && period > 0 ? quota / period : undefined);

const smallest = (values: readonly number[]): number | undefined => (values.length === 0 ? undefined : Math.min(...values));

/** `/a/b`, `/a`, `/`. A container sees its own group as the root while the path may be the host's: the root is always among them. */
export function ancestors(path: string): string[] {
  const steps = path.split("/").filter((step) => step !== "" && step !== "..");
  return Array.from({ length: steps.length + 1 }, (_, dropped) => "/" + steps.slice(0, steps.length - dropped).join("/"));
}

/** A folder that is still to be made caps nothing. */
function freeBytesOf(folder: string): number {
  if (!existsSync(folder)) return Infinity;
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** For files that the system makes up, and that are not everywhere. */
export function readText(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined; // no such file here
  }
}
