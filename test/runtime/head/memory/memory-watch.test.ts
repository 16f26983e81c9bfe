import type { NoticeRow } from "../../../../runtime/engine/events.ts";
import type { Candidate } from "../../../../runtime/head/memory/choose-victim.ts";
import { MemoryGauge } from "../../../../runtime/head/memory/memory-gauge.ts";
import { MemoryWatch } from "../../../../runtime/head/memory/memory-watch.ts";
import { watchMemory } from "../../../../runtime/head/memory/watch-cluster.ts";
import { DEFAULT_THRESHOLD, memoryThreshold } from "../../../../runtime/head/memory/threshold.ts";
import type { ProcessName } from "../../../../runtime/ids.ts";

const GIB = 2 ** 30;

class World {
  percent = 50;
  reads = 0;
  kills = 7;
  workers: Candidate[] = [];
  others = [{ label: "the session", pid: 1, bytes: 3 * GIB }];
  readonly killed: string[] = [];
  readonly notices: NoticeRow[] = [];
  readonly watch = new MemoryWatch({
    threshold: 0.95,
    gauge: new MemoryGauge((file) => {
      if (file === "/proc/vmstat") return `pgfault 12\noom_kill ${this.kills}\n`;
      if (file !== "/proc/meminfo") return undefined;
      this.reads += 1;
      return `MemTotal: ${10 * 2 ** 20} kB\nMemAvailable: ${(100 - this.percent) * 0.1 * 2 ** 20} kB\n`;
    }),
    candidates: () => this.workers,
    others: () => this.others,
    kill: (worker) => void this.killed.push(worker),
    say: (notice) => void this.notices.push(notice),
    log: () => undefined,
  });

  has(worker: string, given: Partial<Candidate>): void {
    this.workers.push({ worker: worker as ProcessName, pid: 10 + this.workers.length, work: "task", label: `task ${worker}`, isRetriable: true, since: this.workers.length, bytes: GIB, ...given });
  }
}

test("below the threshold nobody is ended, at it one at a time: the next when the last has gone (row 86)", () => {
  const world = new World();
  world.has("old", {});
  world.has("new", { origin: "In[7]", job: "j1" });
  world.percent = 94;
  world.watch.tick(true);
  expect(world.killed).toEqual([]);
  world.percent = 96;
  world.watch.tick(true);
  world.watch.tick(true);
  expect(world.killed).toEqual(["new"]);
  expect(world.notices).toHaveLength(1);
  expect(world.notices[0]).toMatchObject({ level: "warning", origin: "In[7]", job: "j1" });
  expect(world.notices[0]?.text).toMatch(/^ray: memory has run out: 9\.6 GiB of the 10 GiB of this machine are in use \(96%; workers are ended from 95% on\)\. Task new \(pid 11\), which held 1 GiB, was ended: it is the newest work that can be tried again\. It is tried again a little later\. The biggest processes of the cluster: the session \(pid 1\) 3 GiB, /);
  const death = world.watch.ended("new" as ProcessName, true);
  expect(death?.summary).toContain("was ended because memory ran out: 9.6 GiB of the 10 GiB");
  expect(death?.details).toMatch(/^The biggest processes.*RAY_TS_MEMORY_USAGE_THRESHOLD/);
  expect(world.watch.ended("new" as ProcessName, true)).toBeUndefined();
  world.workers.pop();
  world.watch.tick(true);
  expect(world.killed).toEqual(["new", "old"]);
});

test("what the system killed is told as that, for as many as it killed; a kill by somebody else is not", () => {
  const world = new World();
  world.has("slow", { origin: "In[3]" });
  world.has("other", {});
  world.percent = 94;
  world.watch.tick(true);
  expect(world.watch.ended("slow" as ProcessName, true)).toBeUndefined();
  world.kills += 1;
  world.watch.tick(true); // the news of the end may come after the next look
  expect(world.watch.ended("slow" as ProcessName, false)).toBeUndefined(); // it ended by itself
  const death = world.watch.ended("slow" as ProcessName, true);
  expect(death?.summary).toBe("was killed by the system because memory ran out: 9.4 GiB of the 10 GiB of this machine were in use (94%) when it was looked at last");
  expect(world.notices).toMatchObject([{ origin: "In[3]", text: expect.stringMatching(/^ray: task slow \(pid 10\) was killed by the system because memory ran out: .*\. It is tried again a little later\. The biggest processes/) }]);
  expect(world.watch.ended("other" as ProcessName, true)).toBeUndefined();
  // long after nobody's end is put down to it
  world.kills += 1;
  world.watch.tick(true);
  world.watch.tick(true);
  expect(world.watch.ended("other" as ProcessName, true)).toBeUndefined();
});

test("an idle cluster looks once in five seconds, a busy one at each tick", () => {
  const world = new World();
  for (let i = 0; i < 200; i++) world.watch.tick(false);
  expect(world.reads).toBe(10);
  for (let i = 0; i < 20; i++) world.watch.tick(true);
  expect(world.reads).toBe(30);
});

test("when there is nobody to end it is told once, until there was room, and not when others have filled the memory", () => {
  const world = new World();
  world.percent = 97;
  for (let i = 0; i < 3; i++) world.watch.tick(true);
  expect(world.notices.map(({ text }) => text)).toEqual([expect.stringMatching(/memory is running out: .*no work of tasks or actors can be ended.*the session \(pid 1\) 3 GiB/)]);
  world.percent = 50;
  world.watch.tick(true);
  world.percent = 97;
  world.watch.tick(true);
  expect(world.notices).toHaveLength(2);
  world.percent = 50;
  world.watch.tick(true);
  world.percent = 97;
  world.others = [];
  world.watch.tick(true);
  expect(world.notices).toHaveLength(2);
});

test("the threshold: a share, or off; what is neither is told", () => {
  expect([undefined, "", "0.8", "1", "off", "OFF", "0"].map((text) => memoryThreshold(text).threshold)).toEqual([DEFAULT_THRESHOLD, DEFAULT_THRESHOLD, 0.8, 1, undefined, undefined, undefined]);
  for (const text of ["95", "-1", "many"]) expect(memoryThreshold(text)).toEqual({ threshold: DEFAULT_THRESHOLD, fault: expect.stringContaining(JSON.stringify(text)) });
});

test("nothing is watched when it is off, or where the system tells nothing of its memory", () => {
  const logged: string[] = [];
  const watch = (env: Record<string, string>): boolean => {
    const before = { ...process.env };
    Object.assign(process.env, env);
    try {
      return watchMemory({ work: () => { throw new Error("nobody asked"); }, clients: () => [], kill: () => undefined, say: () => undefined, log: (text) => void logged.push(text) }) !== undefined;
    } finally {
      process.env = before;
    }
  };
  expect([watch({ RAY_TS_MEMORY_USAGE_THRESHOLD: "off" }), watch({ RAY_TS_MEMORY_ROOT: "/nowhere" }), watch({ RAY_TS_MEMORY_USAGE_THRESHOLD: "lots", RAY_TS_MEMORY_ROOT: "/nowhere" })]).toEqual([false, false, false]);
  expect(logged).toEqual([expect.stringContaining('RAY_TS_MEMORY_USAGE_THRESHOLD is "lots"')]);
});
