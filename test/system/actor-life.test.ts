/** Actors that end in their turn or by themselves, functions that run on their instance, and concurrency groups. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const counter = `class Counter { i = 0; incr(by) { return (this.i += by); } async slow() { await new Promise((r) => setTimeout(r, 50)); return ++this.i; } leave() { ray.exitActor(); this.i = -1; } pid() { return process.pid; } }\n`;
const run = (body: string): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init({ numCpus: 2 });\n${counter}
const outcome = (ref) => ray.get(ref).catch((e) => e.name + ": " + e.message);
${body}\nawait ray.shutdown();`);

test("ray.terminate ends an actor after the calls before it, and frees its name; a second one changes nothing (row 78)", async () => {
  expect(await run(`
    const c = ray.remote(Counter, { name: "tally", maxRestarts: -1 }).remote();
    const refs = [c.slow.remote(), c.slow.remote(), c.incr.remote(1)];
    await ray.terminate(c);
    const values = await ray.get(refs);
    const later = await outcome(c.incr.remote(1));
    const gone = await ray.getActor("tally").catch((e) => e.name);
    await ray.terminate(c);
    report([values, /^ActorDiedError: Actor Counter .*ray.terminate/.test(later), gone]);
  `)).toEqual([[1, 2, 3], true, "ActorNotFoundError"]);
});

test("ray.exitActor ends the actor from inside: its call fails with ActorDiedError, those before it have their results (row 78)", async () => {
  expect(await run(`
    const c = ray.remote(Counter, { maxRestarts: -1, maxTaskRetries: -1 }).remote();
    const [before, left, after] = [c.incr.remote(1), c.leave.remote(), c.incr.remote(1)];
    report([await ray.get(before), ...(await Promise.all([left, after].map(outcome))).map((text) => /^ActorDiedError: .*exit_actor/.test(text))]);
  `)).toEqual([1, true, true]);
});

test("ray.exitActor lets overlapping calls end first", async () => {
  expect(await run(`
    const c = ray.remote(Counter, { maxConcurrency: 4 }).remote();
    await ray.get(ray.ready(c));
    const [slow, left] = [c.slow.remote(), c.leave.remote()];
    report([await ray.get(slow), (await outcome(left)).split(":")[0]]);
  `)).toEqual([1, "ActorDiedError"]);
});

test("ray.exitActor elsewhere says where it belongs", async () => {
  expect(await run(`
    const driver = (() => { try { ray.exitActor(); } catch (e) { return e.message; } })();
    const task = await outcome(ray.remote(() => ray.exitActor()).remote());
    report([driver, task].map((text) => text.includes("outside an actor")));
  `)).toEqual([true, true]);
});

test("ray.call runs a function on the instance, in its turn, with refs as values (row 79)", async () => {
  expect(await run(`
    const c = ray.remote(Counter).remote();
    const factor = 10;
    c.incr.remote(1);
    const seen = ray.call(c, (self, by) => { self.i += by * factor; return self.i; }, ray.put(4));
    const late = ray.call(c, async (self) => self.constructor.name);
    const bad = ray.call(c, () => { throw new RangeError("no"); });
    report([await ray.get(seen), await ray.get(c.incr.remote(1)), await ray.get(late), await outcome(bad), (() => { try { ray.call(c, 5); } catch (e) { return e.message; } })()]);
  `)).toEqual([41, 42, "Counter", "RayTaskError: no", "ray.call wants a function after the handle, (self, ...args) => …; got 5 (number)"].map((value, i) => (i === 3 ? expect.stringContaining("no") : value)));
});

test("calls of a concurrency group overlap beside the others, up to the group's number (row 73)", async () => {
  expect(await run(`
    class Mixed {
      most = { io: 0, "": 0 }; now = { io: 0, "": 0 };
      async hold(group) { this.most[group] = Math.max(this.most[group], ++this.now[group]); await new Promise((r) => setTimeout(r, 30)); this.now[group]--; return group; }
      block() { return new Promise(() => {}); }
      look() { return this.most; }
    }
    const m = ray.remote(Mixed, { concurrencyGroups: { io: 2, control: 1 } }).remote();
    const io = m.hold.options({ concurrencyGroup: "io" });
    await ray.get([..."123456"].flatMap(() => [io.remote("io"), m.hold.remote("")]));
    m.block.remote();
    const most = await ray.get(m.look.options({ concurrencyGroup: "control" }).remote());
    const wrong = (() => { try { m.look.options({ concurrencyGroup: "disk" }); } catch (e) { return e.message; } })();
    report([most, wrong]);
  `)).toEqual([{ io: 2, "": 1 }, expect.stringMatching(/no concurrency group "disk"; the class has io, control/)]);
});

test("@ray.method in a cell puts a method into its group and gives it retries (row 76)", async () => {
  const front = new FrontProcess(sandbox);
  const made = await front.cell(`
    class Store {
      waiting: (() => void)[] = [];
      @ray.method({ concurrencyGroup: "io" }) async load() { await new Promise<void>((go) => this.waiting.push(go)); return "loaded"; }
      release() { for (const go of this.waiting) go(); return this.waiting.length; }
      @ray.method({ maxTaskRetries: 1 }) dieOnce() { if (!ray.getRuntimeContext().wasActorRestarted) process.exit(3); return "alive"; }
    }
    const store = ray.remote(Store, { concurrencyGroups: { io: 2 }, maxRestarts: 1 }).remote();
    const loads = [store.load.remote(), store.load.remote()];
    let n = 0; while (n < 2) n = await ray.get(store.release.remote());
    [n, await ray.get(loads), await ray.get(store.dieOnce.remote())]`);
  expect(made.error).toBeUndefined();
  expect(made.text?.replace(/\s+/g, " ")).toBe("[ 2, [ 'loaded', 'loaded' ], 'alive' ]");
  const wrong = await front.cell(`class Bad { @ray.method({ concurrencyGroup: "gpu" }) go() {} }; ray.remote(Bad).remote()`);
  expect(wrong.error).toMatch(/@ray.method of Bad.go: there is no concurrency group "gpu"; the class has none/);
  await front.close();
}, 60_000);
