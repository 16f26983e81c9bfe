import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Usage } from "../../kernel/usage.ts";

let proc: string;
beforeEach(() => { proc = mkdtempSync(join(tmpdir(), "ray-ts-proc-")); });
afterEach(() => rmSync(proc, { recursive: true }));

/** A process of a made-up /proc. */
function has(pid: number, { parent = 1, kib, ticks = 0, isOld = false }: { parent?: number; kib: number; ticks?: number; isOld?: boolean }): void {
  mkdirSync(join(proc, String(pid)), { recursive: true });
  writeFileSync(join(proc, String(pid), "stat"), `${pid} (a (strange) name) S ${parent} 0 0 0 0 0 0 0 0 0 ${ticks} 0 0 0 20 0`);
  if (isOld) writeFileSync(join(proc, String(pid), "status"), `Name:\tx\nVmRSS:\t  ${kib} kB\n`);
  else writeFileSync(join(proc, String(pid), "smaps_rollup"), `Rss: 9999 kB\nPss:      ${kib} kB\n`);
}

test("memory is the kernel's with its children, the session's and the cluster's, each process once", () => {
  has(10, { kib: 100 });
  has(11, { parent: 10, kib: 20 });
  has(12, { parent: 11, kib: 3, isOld: true }); // a child of a cell
  has(20, { parent: 1, kib: 1000 }); // a head that was taken over
  has(21, { parent: 20, kib: 500 });
  has(99, { kib: 70_000 }); // somebody else's
  const usage = new Usage(proc).read({ kernel: 10, session: 11, head: 20 }, 0);
  expect(usage).toMatchObject({ pid: 10, kernel_memory: 1623 * 1024, session_memory: 23 * 1024, cluster_memory: 1500 * 1024, cluster_processes: 2, kernel_cpu: 0 });
  expect(usage).not.toHaveProperty("host_cpu_percent");
});

test("CPU is of the time since the last look, of all processes, also of those that came meanwhile", () => {
  has(10, { kib: 1, ticks: 100 });
  writeFileSync(join(proc, "stat"), "cpu  100 0 100 800 0 0 0 0 0 0\n");
  const usage = new Usage(proc);
  usage.read({ kernel: 10, session: undefined, head: undefined }, 1000);
  has(10, { kib: 1, ticks: 150 });
  has(11, { parent: 10, kib: 1, ticks: 40 });
  writeFileSync(join(proc, "stat"), "cpu  150 0 125 825 0 0 0 0 0 0\n");
  expect(usage.read({ kernel: 10, session: 11, head: undefined }, 2000)).toMatchObject({ kernel_cpu: 50, host_cpu_percent: 75 });
});

test("the host's memory is what the system says", () => {
  writeFileSync(join(proc, "meminfo"), "MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    250 kB\n");
  const usage = new Usage(proc).read({ kernel: 10, session: undefined, head: undefined }, 0);
  expect(usage["host_virtual_memory"]).toEqual({ total: 1_024_000, available: 256_000, free: 102_400, used: 768_000, percent: 75 });
});

test("without a /proc this process is all that is known", () => {
  const usage = new Usage(join(proc, "none")).read({ kernel: 10, session: 11, head: 12 }, 0);
  expect(usage["kernel_memory"]).toBeGreaterThan(1 << 20);
  expect(usage).toMatchObject({ session_memory: 0, cluster_memory: 0 });
});
