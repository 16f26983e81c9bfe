import { cgroupLimits, limitsFrom, parseCgroups, parseCpuMax, parseCpuQuota, parseMemoryLimit } from "../../../runtime/store/limits.ts";

const GIB = 2 ** 30;
const filesystem = (files: Record<string, string>) => (file: string) => files[file];

test("cpu.max is quota by period; max is no limit", () => {
  expect(parseCpuMax("200000 100000\n")).toBe(2);
  expect(parseCpuMax("150000 100000\n")).toBe(1.5);
  expect(parseCpuMax("max 100000\n")).toBeUndefined();
  expect(parseCpuMax("")).toBeUndefined();
  expect(parseCpuMax(undefined)).toBeUndefined();
});

test("version 1: a quota of -1 is no limit", () => {
  expect(parseCpuQuota("50000\n", "100000\n")).toBe(0.5);
  expect(parseCpuQuota("-1\n", "100000\n")).toBeUndefined();
  expect(parseCpuQuota(undefined, undefined)).toBeUndefined();
});

test("a memory limit of max, or near 2^63, is none", () => {
  expect(parseMemoryLimit("1073741824\n")).toBe(GIB);
  expect(parseMemoryLimit("max\n")).toBeUndefined();
  expect(parseMemoryLimit("9223372036854771712\n")).toBeUndefined();
  expect(parseMemoryLimit(undefined)).toBeUndefined();
});

test("/proc/self/cgroup lines of both versions", () => {
  expect(parseCgroups("4:cpu,cpuacct:/docker/x\n0::/a:b\n")).toEqual([
    { controllers: ["cpu", "cpuacct"], path: "/docker/x" },
    { controllers: [], path: "/a:b" },
  ]);
});

test("version 2: the strictest of the group and its ancestors counts", () => {
  const read = filesystem({
    "/proc/self/cgroup": "0::/user.slice/job\n",
    "/sys/fs/cgroup/user.slice/job/cpu.max": "max 100000",
    "/sys/fs/cgroup/user.slice/cpu.max": "300000 100000",
    "/sys/fs/cgroup/user.slice/job/memory.max": String(4 * GIB),
    "/sys/fs/cgroup/user.slice/memory.max": String(2 * GIB),
  });
  expect(cgroupLimits(read)).toEqual({ cpus: 3, memoryBytes: 2 * GIB });
});

test("version 1 in a container, whose own group is mounted as the root", () => {
  const read = filesystem({
    "/proc/self/cgroup": "3:memory:/docker/abc\n2:cpu,cpuacct:/docker/abc\n",
    "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
    "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": String(GIB),
  });
  expect(cgroupLimits(read)).toEqual({ cpus: 1.5, memoryBytes: GIB });
});

test("no control groups: the machine's own size", () => {
  expect(cgroupLimits(() => undefined)).toEqual({ cpus: undefined, memoryBytes: undefined });
  const limits = limitsFrom({ cores: 8, totalBytes: 10 * GIB, cgroup: { cpus: undefined, memoryBytes: undefined }, freeSharedBytes: 100 * GIB });
  expect(limits).toEqual({ numCpus: 8, memoryBytes: 10 * GIB, objectStoreBytes: 3 * GIB });
});

test("CPUs are the quota rounded up, within the cores; objects get 30% of memory, within free shared memory (row 54)", () => {
  const found = { cores: 4, totalBytes: 64 * GIB, cgroup: { cpus: 1.5, memoryBytes: 10 * GIB }, freeSharedBytes: GIB / 16 };
  expect(limitsFrom(found)).toEqual({ numCpus: 2, memoryBytes: 10 * GIB, objectStoreBytes: GIB / 16 });
  expect(limitsFrom({ ...found, cgroup: { cpus: 0.2, memoryBytes: undefined } }).numCpus).toBe(1);
  expect(limitsFrom({ ...found, cgroup: { cpus: 16, memoryBytes: undefined } }).numCpus).toBe(4);
});
