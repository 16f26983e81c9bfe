/** Generators as tasks, on a real cluster: items as they are made, errors, how far ahead, early ends. */
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const start = `import ray from "ray-ts"; await ray.init({ numCpus: 2 });
const all = async (generator) => { const values = []; for await (const ref of generator) values.push(await ray.get(ref).catch((error) => error.name + " " + error.message)); return values; };
class Log { lines = []; add(line) { this.lines.push(line); return this.lines.length; } get() { return this.lines; } async until(line) { while (!this.lines.includes(line)) await new Promise((r) => setTimeout(r, 5)); } }
const log = ray.remote(Log, { maxConcurrency: 10 }).remote();
`;
const run = (body: string): Promise<unknown> => sandbox.scriptValue(start + body + "\nawait ray.shutdown();");

test("items come in their order, small and large, of both kinds of generators; the end is known (row 26)", async () => {
  expect(await run(`
    const count = ray.remote(function* (n) { for (let i = 0; i < n; i++) yield i; });
    const large = ray.remote(async function* (n) { for (let i = 0; i < n; i++) { await null; yield new Float64Array(50_000).fill(i); } });
    const generator = count.remote(3);
    const values = await all(generator);
    const sums = []; for await (const ref of large.remote(5)) sums.push((await ray.get(ref))[49_999]);
    report([values, generator.isFinished(), await ray.get(generator.completed()) === undefined, await generator.next(), sums, (await all(count.remote(1000))).length, await all(count.remote(0))]);
  `)).toEqual([[0, 1, 2], true, true, { done: true }, [0, 1, 2, 3, 4], 1000, []]);
});

test("an item is there while its generator still works (row 26)", async () => {
  expect(await run(`
    const slow = ray.remote(async function* (log) { yield "first"; await ray.get(log.until.remote("seen")); yield "second"; });
    const generator = slow.remote(log);
    const first = await ray.get((await generator.next()).value);
    const early = generator.isFinished();
    await ray.get(log.add.remote("seen"));
    const second = await ray.get((await generator.next()).value);
    report([first, early, second, (await generator.next()).done]);
  `)).toEqual(["first", false, "second", true]);
});

test("an error midway is the last ref's; a dependency that fails and a cancel are too (row 26)", async () => {
  expect(await run(`
    const breaks = ray.remote(function* (x) { yield 1; throw new RangeError("no"); });
    const bad = ray.remote(() => { throw new TypeError("bad"); });
    const waits = ray.remote(async function* () { yield 1; await new Promise((end) => ray.getRuntimeContext().signal.addEventListener("abort", end)); yield 2; });
    const generator = breaks.remote();
    const values = await all(generator);
    const completed = await ray.get(generator.completed()).catch((error) => error.message);
    const cancelled = waits.remote();
    await cancelled.next();
    ray.cancel(cancelled);
    report([values, completed, await all(breaks.remote(bad.remote())), (await all(cancelled))[0].startsWith("TaskCancelledError"), await ray.get(breaks.remote()).catch((error) => error.name)]);
  `)).toEqual([[1, "RayTaskError no"], "no", ["RayTaskError bad"], true, "TypeError"]);
});

test("an endless generator stays as far ahead as it may, and ends when nobody goes on (row 27)", async () => {
  expect(await run(`
    const endless = ray.remote(function* (log) { try { for (let i = 0; ; i++) { log.add.remote(i); yield i; } } finally { log.add.remote("ended"); } });
    const generator = endless.options({ generatorBackpressure: 3 }).remote(log);
    await ray.get(log.until.remote(2));
    const before = await ray.get(log.get.remote());
    const got = [];
    for await (const ref of generator) { got.push(await ray.get(ref)); if (got.length === 5) break; }
    await ray.get(log.until.remote("ended"));
    const made = (await ray.get(log.get.remote())).length;
    const free = endless.remote(log);
    await free.next();
    free.close();
    report([before, got, made <= 10, (await free.next()).done]);
  `)).toEqual([[0, 1, 2], [0, 1, 2, 3, 4], true, true]);
});
