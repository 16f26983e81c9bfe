/** Generators as methods of actors, on a real cluster: items as they are made, errors and deaths midway, how far ahead, early ends. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const start = `import ray from "ray-ts"; await ray.init({ numCpus: 2 });
const outcome = (ref) => ray.get(ref).catch((error) => error.name + ": " + error.message);
const all = async (generator) => { const values = []; for await (const ref of generator) values.push(await outcome(ref)); return values; };
class Log { lines = []; add(line) { this.lines.push(line); return this.lines.length; } get() { return this.lines; } async until(line) { while (!this.lines.includes(line)) await new Promise((r) => setImmediate(r)); } }
const log = ray.remote(Log, { maxConcurrency: 10 }).remote();
class Source {
  made = 0;
  *count(n) { for (let i = 0; i < n; i++) { this.made++; yield i; } }
  async *large(n) { for (let i = 0; i < n; i++) { await null; yield new Float64Array(50_000).fill(i); } }
  *breaks() { yield 1; throw new RangeError("no"); }
  *endless(log) { try { for (let i = 0; ; i++) { log.add.remote(i); yield i; } } finally { log.add.remote("ended"); } }
  async *waits(log) { yield 1; log.add.remote("waits"); await new Promise((end) => ray.getRuntimeContext().signal.addEventListener("abort", end)); log.add.remote("aborted"); yield 2; }
  total() { return this.made; }
}
`;
const run = (body: string): Promise<unknown> => sandbox.scriptValue(start + body + "\nawait ray.shutdown();");

test("a generator method gives its items in their order, small and large, of both kinds; the state stays with the actor (row 26)", async () => {
  expect(await run(`
    const s = ray.remote(Source).remote();
    const generator = s.count.remote(3);
    const total = s.total.remote(); // waits behind it
    const values = await all(generator);
    const sums = []; for await (const ref of s.large.remote(5)) sums.push((await ray.get(ref))[49_999]);
    report([values, generator.isFinished(), await ray.get(generator.completed()) === undefined, await generator.next(), sums, await ray.get(total), (await all(s.count.remote(1000))).length, await ray.get(s.total.remote()), await all(s.count.remote(ray.put(2)))]);
  `)).toEqual([[0, 1, 2], true, true, { done: true }, [0, 1, 2, 3, 4], 3, 1000, 1003, [0, 1]]);
});

test("a method's generator: an error midway is the last ref's, a cancel too, and the actor goes on (row 26)", async () => {
  expect(await run(`
    const s = ray.remote(Source).remote();
    const bad = ray.remote(() => { throw new TypeError("bad"); });
    const waits = s.waits.remote(log);
    await waits.next();
    await ray.get(log.until.remote("waits"));
    ray.cancel(waits);
    await ray.get(log.until.remote("aborted"));
    report([await all(s.breaks.remote()), await all(s.count.remote(bad.remote())), (await all(waits)).map((text) => text.slice(0, 18)), await outcome(s.breaks.remote().completed()), await all(s.count.remote(2))]);
  `)).toEqual([[1, "RayTaskError: no"], ["RayTaskError: bad"], ["TaskCancelledError"], "RayTaskError: no", [0, 1]]);
});

test("a method's generator stays as far ahead as it may, by .options too, and ends when nobody goes on (row 27)", async () => {
  expect(await run(`
    const s = ray.remote(Source).remote();
    const generator = s.endless.options({ generatorBackpressure: 3 }).remote(log);
    await ray.get(log.until.remote(2));
    const before = await ray.get(log.get.remote());
    const got = [];
    for await (const ref of generator) { got.push(await ray.get(ref)); if (got.length === 5) break; }
    await ray.get(log.until.remote("ended"));
    const made = (await ray.get(log.get.remote())).length;
    const free = s.endless.remote(log);
    await free.next();
    const waiting = s.count.remote(5); // closed before its turn comes
    waiting.close();
    free.close();
    report([before, got, made <= 10, (await free.next()).done, (await waiting.next()).done, await ray.get(s.total.remote())]);
  `)).toEqual([[0, 1, 2], [0, 1, 2, 3, 4], true, true, true, 0]);
});

test("a method's generator called by a handle that travelled, by a kept method and by name; the actor lives until it has ended (row 26)", async () => {
  expect(await run(`
    const s = ray.remote(Source, { name: "source" }).remote();
    const sum = ray.remote(async (handle, method, n) => {
      let total = 0;
      for await (const ref of handle.count.remote(n)) total += await ray.get(ref);
      for await (const ref of method.remote(n)) total += await ray.get(ref);
      return total;
    });
    const inTask = await ray.get(sum.remote(s, s.count.options({ generatorBackpressure: 1 }), 100));
    const named = await ray.getActor("source");
    const byName = await all(named.count.remote(3));
    const last = ray.remote(Source).remote().count.remote(3); // nobody keeps the handle
    report([inTask, byName, await all(last), await all(ray.call(s, function* (self, n) { yield self.made; yield n; }, 7))]);
  `)).toEqual([9900, [0, 1, 2], [0, 1, 2], [203, 7]]);
});

test("an actor that dies while its generator works: the items before are there, the last ref says why; with maxTaskRetries it begins anew and no item comes twice (row 26)", async () => {
  expect(await run(`
    class Fragile {
      *once() { for (let i = 0; i < 6; i++) { yield [i, process.pid]; } }
      async *dies(log) { for (let i = 0; i < 6; i++) { if (i === 3 && !ray.getRuntimeContext().wasActorRestarted) { await ray.get(log.until.remote("go")); process.exit(4); } yield [i, ray.getRuntimeContext().wasActorRestarted]; } }
    }
    const read = async (generator) => { const values = []; for await (const ref of generator) { values.push(await outcome(ref)); if (values.length === 3) await ray.get(log.add.remote("go")); } return values; };
    const mortal = await read(ray.remote(Fragile).remote().dies.remote(log));
    const unavailable = await read(ray.remote(Fragile, { maxRestarts: 1 }).remote().dies.remote(log));
    const again = await read(ray.remote(Fragile, { maxRestarts: 1, maxTaskRetries: 1 }).remote().dies.remote(log));
    report([mortal.slice(0, 3), mortal[3].slice(0, 14), mortal.length, unavailable[3].slice(0, 21), again]);
  `)).toEqual([[[0, false], [1, false], [2, false]], "ActorDiedError", 4, "ActorUnavailableError", [[0, false], [1, false], [2, false], [3, true], [4, true], [5, true]]]);
});

test("a method's generator ends with the last of its ObjectRefGenerator, counts as a pending call, and may end its actor (rows 27, 74, 78)", async () => {
  expect(await sandbox.scriptValue(start + `
    class Closing { *leave() { yield 1; ray.exitActor(); } }
    const s = ray.remote(Source, { maxPendingCalls: 1 }).remote();
    await (async () => { await s.endless.remote(log).next(); })();
    const refused = (() => { try { s.total.remote(); } catch (error) { return error.name; } })();
    let ended = false;
    const end = ray.get(log.until.remote("ended")).then(() => { ended = true; });
    while (!ended) { gc(); await new Promise((turn) => setImmediate(turn)); }
    await end;
    let total; while (total === undefined) try { total = await ray.get(s.total.remote()); } catch (error) { await new Promise((turn) => setImmediate(turn)); }
    report([refused, total, (await all(ray.remote(Closing).remote().leave.remote())).map((each) => (each === 1 ? each : each.split(":")[0]))]);
    await ray.shutdown();`, {}, ["--expose-gc"])).toEqual(["PendingCallsLimitExceededError", 0, [1, "ActorDiedError"]]);
}, 60_000);

test("in a cell @ray.method sets a generator's back-pressure, and wrong options say what to write (row 26)", async () => {
  const front = new FrontProcess(sandbox);
  const made = await front.cell(`
    class Feed {
      made = 0;
      @ray.method({ generatorBackpressure: 2, concurrencyGroup: "io" }) async *items(n: number) { for (let i = 0; i < n; i++) { this.made++; yield i; } }
      async count(least: number) { while (this.made < least) await new Promise((turn) => setImmediate(turn)); return this.made; }
      plain() { return 1; }
    }
    const feed = ray.remote(Feed, { concurrencyGroups: { io: 1 } }).remote();
    const items = feed.items.remote(10);
    const held = await ray.get(feed.count.remote(2)); // beside the generator, which waits
    const values: number[] = [];
    for await (const ref of items) values.push(await ray.get(ref));
    [held, values.length, await ray.get(feed.count.remote(10))]`);
  expect(made.error).toBeUndefined();
  expect(made.text).toBe("[ 2, 10, 10 ]");
  expect((await front.cell(`feed.plain.options({ generatorBackpressure: 1 })`)).error).toMatch(/generatorBackpressure is for generators, and Feed.plain is none: write it as \*plain\(\)/);
  expect((await front.cell(`feed.items.options({ numReturns: 0 })`)).error).toMatch(/numReturns is not for the generator Feed.items/);
  expect((await front.cell(`class Bad { @ray.method({ generatorBackpressure: 1 }) go() {} }; ray.remote(Bad).remote()`)).error).toMatch(/@ray.method of Bad.go: generatorBackpressure is for generators/);
  await front.close();
}, 60_000);
