/**
 * Tasks that wait for tasks, deeper than there are processes for: with one CPU a third level runs in the process of the
 * second, beside the task that waits for it.
 */
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const run = (body: string, numCpus = 1): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init({ numCpus: ${numCpus} });\n${body}\nawait ray.shutdown();`);

/** \`chain(depth, leaf)\`: each task submits the next and waits for it; the last calls \`leaf\`. Gives the pids and what the leaf gave. */
const CHAIN = `
  const chain = async function chain(depth, leaf) {
    if (depth === 0) return { pids: [process.pid], value: await leaf() };
    const { pids, value } = await ray.get(ray.remote(chain).remote(depth - 1, leaf));
    return { pids: [process.pid, ...pids], value };
  };
  const start = (depth, leaf) => ray.get(ray.remote(chain, { maxRetries: 0 }).remote(depth, leaf));
`;

test("nested tasks need no more than 3 processes a CPU (row 37)", async () => {
  expect(await run(`
    const fib = async function fib(n) {
      if (n < 2) return { value: n, pids: [process.pid] };
      const f = ray.remote(fib);
      const [a, b] = await ray.get([f.remote(n - 1), f.remote(n - 2)]);
      return { value: a.value + b.value, pids: [...new Set([process.pid, ...a.pids, ...b.pids])] };
    };
    const { value, pids } = await ray.get(ray.remote(fib).remote(12));
    report([value, pids.length <= 6]);
  `, 2)).toEqual([144, true]);
});

test("the third level runs beside the second, in its process", async () => {
  const { pids, value } = (await run(`${CHAIN} report(await start(5, () => "deep"));`)) as { pids: number[]; value: string };
  expect(value).toBe("deep");
  expect([new Set(pids).size, new Set(pids.slice(1)).size]).toEqual([2, 1]);
});

test("each of the tasks in one process has its own name, id and signal", async () => {
  expect(await run(`
    const named = async function named(depth) {
      const before = ray.getRuntimeContext();
      const below = depth > 0 ? await ray.get(ray.remote(named, { name: "level-" + (depth - 1) }).remote(depth - 1)) : [];
      const after = ray.getRuntimeContext();
      return [[before.taskName, after.taskName, before.taskId === after.taskId], ...below];
    };
    report(await ray.get(ray.remote(named, { name: "level-3" }).remote(3)));
  `)).toEqual([["level-3", "level-3", true], ["level-2", "level-2", true], ["level-1", "level-1", true], ["level-0", "level-0", true]]);
});

test("an error of a task beside its submitter reaches that one, with its class", async () => {
  expect(await run(`${CHAIN}
    const failing = async () => {
      const thrower = ray.remote(() => { throw new RangeError("too far"); });
      try { await ray.get(thrower.remote()); } catch (error) { return [error.name, error instanceof RangeError]; }
    };
    report((await start(3, failing)).value);
  `)).toEqual(["RayTaskError", true]);
});

test("arguments of a task beside its submitter are copies, and refs in them are counted", async () => {
  expect(await run(`${CHAIN}
    const leaf = async () => {
      const list = [3, 1, 2];
      const ref = ray.put({ big: new Float64Array(100_000).fill(7) });
      const sort = ray.remote(async (xs, held) => { xs.sort(); return [xs, (await ray.get(held.ref)).big[5]]; });
      const [sorted, seven] = await ray.get(sort.remote(list, { ref }));
      return [list, sorted, seven];
    };
    report((await start(3, leaf)).value);
  `)).toEqual([[3, 1, 2], [1, 2, 3], 7]);
});

test("a generator runs beside the task that reads it", async () => {
  expect(await run(`${CHAIN}
    const leaf = async () => {
      const items = [];
      const count = ray.remote(function* () { for (let i = 0; i < 5; i++) yield i * i; });
      for await (const ref of count.remote()) items.push(await ray.get(ref));
      return items;
    };
    report((await start(3, leaf)).value);
  `)).toEqual([0, 1, 4, 9, 16]);
});

test("a task beside its submitter can be cancelled, also by force, and the submitter goes on", async () => {
  expect(await run(`${CHAIN}
    const leaf = async () => {
      const outcomes = [];
      for (const force of [false, true]) {
        const forever = ray.remote(() => new Promise(() => {}));
        const ref = forever.remote();
        const [ready] = await ray.wait([ref], { timeoutMs: 300 });
        ray.cancel(ref, { force });
        outcomes.push(ready.length, await ray.get(ref).catch((error) => error.name));
      }
      return outcomes;
    };
    report((await start(3, leaf)).value);
  `)).toEqual([0, "TaskCancelledError", 0, "TaskCancelledError"]);
});

test("a task that ends its process beside its submitter: that one is tried again, alone, and hears of it", async () => {
  expect(await run(`
    const chain = async function chain(depth) {
      if (depth > 0) return ray.get(ray.remote(chain).remote(depth - 1));
      const crash = ray.remote(() => process.exit(1), { maxRetries: 0 });
      return ray.get(crash.remote()).catch((error) => error.name);
    };
    report(await ray.get(ray.remote(chain).remote(2)));
  `)).toBe("WorkerCrashedError");
});

test("a task that went to another folder runs nothing beside it", async () => {
  expect(await run(`
    import { realpathSync } from "node:fs";
    import { tmpdir } from "node:os";
    const chain = async function chain(depth) {
      if (depth === 0) return [process.cwd()];
      if (depth === 1) process.chdir(elsewhere);
      return [process.cwd(), ...await ray.get(ray.remote(chain).remote(depth - 1))];
    };
    const elsewhere = realpathSync("/");
    const home = process.cwd();
    report((await ray.get(ray.remote(chain).remote(3))).map((folder) => (folder === home ? "home" : folder)));
  `)).toEqual(["home", "home", "/", "home"]);
});
