/** Actors on a real cluster. */
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const counter = `class Counter { i = 0; incr(by) { return (this.i += by); } get() { return this.i; } fail() { throw new TypeError("bad call"); } pid() { return process.pid; } }\n`;
const run = (body: string): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init({ numCpus: 2 });\n${counter}${body}\nawait ray.shutdown();`);

test("calls run in order on one process of their own and keep state (rows 61, 63)", async () => {
  expect(await run(`
    const c = ray.remote(Counter).remote();
    const refs = Array.from({ length: 100 }, () => c.incr.remote(1));
    const values = await ray.get(refs);
    const pids = new Set(await ray.get([c.pid.remote(), c.pid.remote()]));
    report([values.every((v, i) => v === i + 1), pids.size, !pids.has(process.pid)]);
  `)).toEqual([true, 1, true]);
});

test("100 overlapping async read-await-write calls on an actor give 100 (row 72)", async () => {
  expect(await run(`
    class Slow { n = 0; async add() { const n = this.n; await new Promise((r) => setTimeout(r, 1)); this.n = n + 1; } get() { return this.n; } }
    const s = ray.remote(Slow).remote();
    await ray.get(Array.from({ length: 100 }, () => s.add.remote()));
    report(await ray.get(s.get.remote()));
  `)).toBe(100);
});

test("maxConcurrency lets calls overlap (row 71)", async () => {
  expect(await run(`
    class Meet { waiting = []; async meet() { await new Promise((go) => { this.waiting.push(go); if (this.waiting.length === 3) for (const g of this.waiting) g(); }); return "met"; } }
    const m = ray.remote(Meet, { maxConcurrency: 3 }).remote();
    report(await ray.get([m.meet.remote(), m.meet.remote(), m.meet.remote()]));
  `)).toEqual(["met", "met", "met"]);
});

test("numReturns of a method gives as many refs, and a wrong count fails the call (row 25)", async () => {
  expect(await run(`
    class Pairs { pair() { return [1, "a"]; } async later() { return [2, 3, 4]; } none() { this.seen = true; } was() { return this.seen; } }
    const p = ray.remote(Pairs).remote();
    const [one, a] = p.pair.options({ numReturns: 2 }).remote();
    const wrong = await ray.get(p.later.options({ numReturns: 2 }).remote()[0]).catch((error) => error.message);
    const nothing = p.none.options({ numReturns: 0 }).remote();
    report([await ray.get([one, a]), wrong, nothing === undefined, await ray.get(p.was.remote())]);
  `)).toEqual([[1, "a"], expect.stringMatching(/numReturns: 2, so it must return an array of 2 values; it returned 3 values/), true, true]);
});

test("a task that calls an actor twice and then spins 2 s is heard while it spins", async () => {
  expect(await run(`
    class Log { calls = []; note(sentAt) { this.calls.push(Date.now() - sentAt); } all() { return this.calls; } }
    const log = ray.remote(Log).remote();
    await ray.get(ray.ready(log));
    const spin = ray.remote((log) => { log.note.remote(Date.now()); log.note.remote(Date.now()); const until = Date.now() + 2000; while (Date.now() < until); });
    const spinning = spin.remote(log);
    await ray.get(spinning);
    report((await ray.get(log.all.remote())).map((ms) => ms < 1500));
  `)).toEqual([true, true]);
});

test("a handle goes into tasks, into other actors and through results (row 65)", async () => {
  expect(await run(`
    const c = ray.remote(Counter).remote();
    const add = ray.remote(async (h, by) => { await ray.get(h.incr.remote(by)); return h; });
    const back = await ray.get(add.remote(c, 2));
    class Holder { constructor(h) { this.h = h; } async run() { return ray.get(this.h.incr.remote(3)); } }
    const holder = ray.remote(Holder).remote(c);
    const five = await ray.get(holder.run.remote());
    report([five, await ray.get(back.incr.remote(1))]);
  `)).toEqual([5, 6]);
});

test("an error in a method leaves the actor alive; one in the constructor kills it and is told (rows 61, 80)", async () => {
  expect(await run(`
    const c = ray.remote(Counter).remote();
    const error = await ray.get(c.fail.remote()).catch((e) => e);
    const after = await ray.get(c.incr.remote(1));
    class Broken { constructor() { throw new RangeError("cannot build"); } go() {} }
    const dead = await ray.get(ray.remote(Broken).remote().go.remote()).catch((e) => e);
    report([error instanceof TypeError, error.message, after, dead.name, dead.message.includes("RangeError: cannot build")]);
  `)).toEqual([true, "bad call", 1, "ActorDiedError", true]);
});

test("kill ends the actor at once; later calls say why (row 77)", async () => {
  expect(await run(`
    const c = ray.remote(Counter).remote();
    const pid = await ray.get(c.pid.remote());
    await ray.kill(c);
    const error = await ray.get(c.get.remote()).catch((e) => e);
    report([error.name, error.message.includes("ray.kill")]);
  `)).toEqual(["ActorDiedError", true]);
});

test("an actor whose process dies is reported to those who wait", async () => {
  expect(await run(`
    class Fragile { die() { process.exit(4); } ok() { return 1; } }
    const f = ray.remote(Fragile).remote();
    await ray.get(f.ok.remote());
    const [now, later] = [f.die.remote(), f.ok.remote()];
    const errors = await Promise.all([now, later].map((r) => ray.get(r).catch((e) => e)));
    report(errors.map((e) => [e.name, /exit code 4/.test(e.message)]));
  `)).toEqual([["ActorDiedError", true], ["ActorDiedError", true]]);
});

test("named actors: found by name, one of a name, getIfExists, unknown names (rows 66, 67)", async () => {
  expect(await run(`
    const c = ray.remote(Counter, { name: "tally" }).remote();
    await ray.get(c.incr.remote(1));
    const same = await ray.getActor("tally");
    const two = await ray.get(same.incr.remote(1));
    const taken = await ray.get(ray.remote(Counter, { name: "tally" }).remote().get.remote()).catch((e) => e.name);
    const exists = ray.remote(Counter, { name: "tally", getIfExists: true }).remote();
    const three = await ray.get(exists.incr.remote(1));
    const unknown = await ray.getActor("nobody").catch((e) => e.name);
    report([two, taken, three, unknown]);
  `)).toEqual([2, "ActorAlreadyExistsError", 3, "ActorNotFoundError"]);
});

test("an actor ends when its last handle is gone, after the calls that were made (row 65)", async () => {
  const value = await sandbox.scriptValue(`
    import ray from "ray-ts"; await ray.init({ numCpus: 1 });
    ${counter}
    const one = await ray.get(ray.remote(Counter).remote().incr.remote(1));
    const isAlive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
    const pid = await (async () => { const c = ray.remote(Counter).remote(); return ray.get(c.pid.remote()); })();
    const until = Date.now() + 8000;
    while (isAlive(pid) && Date.now() < until) await new Promise((r) => setTimeout(r, 50));
    report([one, isAlive(pid)]);
    await ray.shutdown();
  `, {}, ["--expose-gc"]);
  expect(value).toEqual([1, false]);
});
