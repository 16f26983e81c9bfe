/** Who may run where and when: custom resources, workers that are used again, and what is said of work that waits. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const run = (body: string, options: string): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init(${options});\n${body}\nawait ray.shutdown();`);

test("a custom resource lets as many run as there is of it, tasks and actors alike (row 23)", async () => {
  expect(await run(`
    class Gate {
      now = 0; most = 0; waiting = [];
      // the first one waits for a second: two run at once, or this hangs
      async enter() { this.most = Math.max(this.most, ++this.now); for (const go of this.waiting) go(); if (this.most < 2) await new Promise((go) => this.waiting.push(go)); }
      leave() { this.now--; }
      highest() { return this.most; }
    }
    const gate = ray.remote(Gate, { maxConcurrency: 10 }).remote();
    const visit = ray.remote(async (gate) => { await ray.get(gate.enter.remote()); await ray.get(gate.leave.remote()); }, { resources: { db: 1 }, numCpus: 0 });
    await ray.get(Array.from({ length: 8 }, () => visit.remote(gate)));
    const holder = ray.remote(class Holder { ok() { return 1; } }, { resources: { db: 2 } }).remote();
    await ray.get(holder.ok.remote());
    const waits = visit.remote(gate);
    const [ready] = await ray.wait([waits], { timeoutMs: 200 });
    const free = "db" in (await ray.availableResources());
    await ray.kill(holder);
    await ray.get(waits);
    report([await ray.get(gate.highest.remote()), ready.length, free]);
  `, "{ numCpus: 4, resources: { db: 2 } }")).toEqual([2, 0, false]);
});

test("GPUs and memory are counted like CPUs, of tasks and actors; Ray's strategies are taken as they are (rows 22, 24, 34)", async () => {
  expect(await run(`
    const total = await ray.clusterResources();
    const context = () => ray.getRuntimeContext().assignedResources;
    const held = await ray.get(ray.remote(context, { numGpus: 0.5, memory: 1e6, schedulingStrategy: "SPREAD" }).remote());
    const holder = ray.remote(class Holder { of() { return ray.getRuntimeContext().assignedResources; } }, { numGpus: 2, memory: 6e8, schedulingStrategy: "DEFAULT" }).remote();
    const ofActor = await ray.get(holder.of.remote());
    const left = await ray.availableResources();
    const waits = [ray.remote(context, { numCpus: 0, numGpus: 1 }).remote(), ray.remote(context, { numCpus: 0, memory: 6e8 }).remote()];
    const [ready] = await ray.wait(waits, { numReturns: 1, timeoutMs: 200 });
    await ray.kill(holder);
    report([total.GPU, total.memory, held, ofActor, "GPU" in left, left.memory, ready.length, await ray.get(waits)]);
  `, "{ numCpus: 2, numGpus: 2, memory: 1e9 }")).toEqual([2, 1e9, { CPU: 1, GPU: 0.5, memory: 1e6 }, { GPU: 2, memory: 6e8 }, false, 4e8, 0, [{ CPU: 0, GPU: 1 }, { CPU: 0, memory: 6e8 }]]);
});

test("workers are used again: many tasks run in as many processes as there are CPUs (row 42)", async () => {
  expect(await run(`
    const pid = ray.remote(() => process.pid);
    const pids = new Set();
    for (let i = 0; i < 10; i++) for (const each of await ray.get(Array.from({ length: 10 }, () => pid.remote()))) pids.add(each);
    report([pids.size <= 2, pids.has(process.pid)]);
  `, "{ numCpus: 2 }")).toEqual([true, false]);
});

test("with maxCalls a worker runs a function so often and is then replaced; nothing is lost of what it was sent ahead (row 31)", async () => {
  const [pids, nested, plain] = (await run(`
    const pid = ray.remote(() => process.pid, { maxCalls: 3 });
    const pids = await ray.get(Array.from({ length: 20 }, () => pid.remote()));
    // what a task of it still runs goes on, and what it made outlives its worker
    const outer = ray.remote(async () => ray.put(await ray.get(pid.options({ maxCalls: 1 }).remote())), { maxCalls: 1 });
    const nested = await Promise.all([1, 2].map(async () => typeof (await ray.get(await ray.get(outer.remote())))));
    const plain = ray.remote(() => process.pid);
    report([pids, nested, new Set(await ray.get(Array.from({ length: 20 }, () => plain.remote()))).size]);
  `, "{ numCpus: 2 }")) as [number[], string[], number];
  const runs = [...new Set(pids)].map((pid) => pids.filter((each) => each === pid).length);
  expect(Math.max(...runs)).toBe(3);
  expect(runs.length).toBeGreaterThanOrEqual(7);
  expect(nested).toEqual(["number", "number"]);
  expect(plain).toBeLessThanOrEqual(4);
}, 60_000);

test("an idle worker that owns what others may read is not ended to make room, and is when nobody can read it any more (row 51)", async () => {
  expect(await run(`
    const of = (n, fn) => ray.remote(fn, { runtimeEnv: { envVars: { N: String(n) } } });
    const put = () => ray.put({ pid: process.pid });
    let refs = [];
    for (let n = 0; n < 4; n++) refs.push(await ray.get(of(n, put).remote()));
    const pids = (await ray.get(refs)).map(({ pid }) => pid);
    const kept = new Set(pids).size;
    ray.free(refs); refs = undefined;
    const living = async () => (await ray.state.workers()).filter(({ pid, state }) => pids.includes(pid) && state !== "dead").length;
    for (let n = 10; (await living()) === 4; n++) await ray.get(of(n, () => 1).remote());
    report([kept, (await living()) < 4]);
  `, "{ numCpus: 1 }")).toEqual([4, true]);
}, 90_000);

describe("in a cell", () => {
  let front: FrontProcess;
  beforeAll(async () => {
    front = new FrontProcess(sandbox);
    await front.cell("await ray.init({ numCpus: 1 });");
  });
  afterAll(() => front.close());

  test("a task that asks for more than the cluster has is told at once (row 38)", async () => {
    const cell = await front.cell("await ray.get(ray.remote(() => 1, { numCpus: 16 }).remote(), { timeoutMs: 1500 }).catch((error) => error.name)");
    expect(cell.text).toContain("GetTimeoutError");
    expect(cell.stderr).toMatch(/asks for 16 CPU, but the cluster has 1 CPU in all: it can never run[\s\S]*numCpus: 16/);
  });

  test("a task that starves behind an actor is told who holds the CPU (row 64)", async () => {
    const cell = await front.cell(`
      class Hog { ok() { return 1; } }
      const hog = ray.remote(Hog, { numCpus: 1 }).remote();
      await ray.get(hog.ok.remote());
      await ray.get(ray.remote(() => 1).remote(), { timeoutMs: 4000 }).catch((error) => error.name)`);
    expect(cell.text).toContain("GetTimeoutError");
    expect(cell.stderr).toMatch(/held by actor Hog[\s\S]*ray\.kill/);
    expect((await front.cell("await ray.kill(hog); await ray.get(ray.remote(() => 2).remote())")).text).toBe("2");
  });
});
