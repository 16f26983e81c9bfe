import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { MemoryGauge } from "../../../../runtime/head/memory/memory-gauge.ts";
import { processMemory } from "../../../../runtime/head/memory/process-memory.ts";
import { readText } from "../../../../runtime/store/limits.ts";

const KIB = 1024;
const GIB = 2 ** 30;
const roots: string[] = [];
afterAll(() => roots.forEach((root) => rmSync(root, { recursive: true })));

/** Files as the kernel shows them, in a folder of their own. */
function system(files: Readonly<Record<string, string>>): { gauge: MemoryGauge; write: (file: string, text: string) => void; read: (file: string) => string | undefined } {
  const root = mkdtempSync(join(tmpdir(), "rt-memory-"));
  roots.push(root);
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  const read = (file: string): string | undefined => readText(join(root, file));
  return { gauge: new MemoryGauge(read), write, read };
}

const MACHINE = `MemTotal:       16777216 kB\nMemFree:          524288 kB\nMemAvailable:    4194304 kB\nBuffers:          100000 kB\nCached:          3000000 kB\n`;

test("without control groups it is the machine: what is not available is in use", () => {
  expect(system({ "/proc/meminfo": MACHINE }).gauge.take()).toEqual({ usedBytes: 12 * GIB, limitBytes: 16 * GIB, of: "this machine" });
});

test("an old kernel, which does not say what is available: free, buffers and cache are", () => {
  const { gauge } = system({ "/proc/meminfo": "MemTotal: 1000 kB\nMemFree: 100 kB\nBuffers: 20 kB\nCached: 30 kB\n" });
  expect(gauge.take()?.usedBytes).toBe(850 * KIB);
});

test("version 2: the page cache does not count, and the fullest of the groups around is the one that matters", () => {
  const { gauge, write } = system({
    "/proc/meminfo": MACHINE,
    "/proc/self/cgroup": "0::/user.slice/job\n",
    "/sys/fs/cgroup/user.slice/job/memory.max": "max\n",
    "/sys/fs/cgroup/user.slice/job/memory.current": String(2 * GIB),
    "/sys/fs/cgroup/user.slice/memory.max": String(4 * GIB),
    "/sys/fs/cgroup/user.slice/memory.current": String(4 * GIB),
    "/sys/fs/cgroup/user.slice/memory.stat": `anon ${3 * GIB}\nactive_file ${GIB / 4}\ninactive_file ${GIB / 4}\nshmem 0\n`,
  });
  expect(gauge.take()).toEqual({ usedBytes: 3.5 * GIB, limitBytes: 4 * GIB, of: "this container or control group" });
  // limits change while a container runs
  write("/sys/fs/cgroup/user.slice/memory.max", String(8 * GIB));
  expect(gauge.take()).toEqual({ usedBytes: 12 * GIB, limitBytes: 16 * GIB, of: "this machine" });
});

test("version 1 in a container, whose own group is mounted as the root", () => {
  const { gauge } = system({
    "/proc/meminfo": MACHINE,
    "/proc/self/cgroup": "4:memory:/docker/abc\n1:cpu:/docker/abc\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": String(GIB),
    "/sys/fs/cgroup/memory/memory.usage_in_bytes": String(GIB),
    "/sys/fs/cgroup/memory/memory.stat": `cache 5\ntotal_active_file ${GIB / 8}\ntotal_inactive_file 0\n`,
  });
  expect(gauge.take()).toEqual({ usedBytes: GIB - GIB / 8, limitBytes: GIB, of: "this container or control group" });
});

test("version 1 without a limit: the machine", () => {
  const { gauge } = system({
    "/proc/meminfo": MACHINE,
    "/proc/self/cgroup": "4:memory:/\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "/sys/fs/cgroup/memory/memory.usage_in_bytes": String(GIB),
  });
  expect(gauge.take()?.of).toBe("this machine");
});

test("kills by the system are those of our own group where it counts them, else the machine's", () => {
  const kills = (files: Record<string, string>): number | undefined => system(files).gauge.kills();
  const vmstat = { "/proc/vmstat": "pgfault 9\noom_kill 4\n" };
  expect(kills({})).toBeUndefined();
  expect(kills(vmstat)).toBe(4);
  const v2 = { ...vmstat, "/proc/self/cgroup": "0::/a/b\n", "/sys/fs/cgroup/a/b/memory.max": "max", "/sys/fs/cgroup/a/memory.max": "max", "/sys/fs/cgroup/a/memory.events": "low 0\noom 9\noom_kill 3\n" };
  expect(kills(v2)).toBe(3);
  expect(kills({ ...v2, "/sys/fs/cgroup/a/b/memory.events": "oom 9\noom_kill 1\n" })).toBe(1);
  const v1 = { ...vmstat, "/proc/self/cgroup": "4:memory:/a\n", "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "100000000000" };
  expect(kills(v1)).toBe(4);
  expect(kills({ ...v1, "/sys/fs/cgroup/memory/a/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n" })).toBe(2);
});

test("a system that tells nothing has no reading", () => {
  expect(system({}).gauge.take()).toBeUndefined();
});

test("a process's memory is its share of it, or all that it sees where shares are not told", () => {
  const { read } = system({
    "/proc/7/smaps_rollup": "55d0-7ffc ---p 00000000 00:00 0 [rollup]\nRss:   9000 kB\nPss:   4000 kB\nPss_Dirty: 1 kB\n",
    "/proc/7/status": "Name:\tnode\nVmRSS:\t   9000 kB\n",
    "/proc/8/status": "Name:\tnode\nVmRSS:\t   7000 kB\n",
  });
  expect([7, 8, 9].map((pid) => processMemory(read, pid))).toEqual([4000 * KIB, 7000 * KIB, undefined]);
});
