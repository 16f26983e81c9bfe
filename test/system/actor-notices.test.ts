/** What is said in the cell where Ray would hang in silence. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
let front: FrontProcess;
beforeAll(() => { front = new FrontProcess(sandbox); });
afterAll(async () => {
  await front.close();
  await sandbox.close();
});

test("a call that waits for its own actor is named in the cell that made it", async () => {
  const cell = await front.cell(`
    class Loop { me: any; meet(me: any) { this.me = me; } inner() { return 1; } async outer() { return ray.get(this.me.inner.remote()); } }
    const loop = ray.remote(Loop).remote();
    await ray.get(loop.meet.remote(loop));
    await ray.get(loop.outer.remote(), { timeoutMs: 4000 }).catch((e) => e.name)`);
  expect(cell.text).toContain("GetTimeoutError");
  expect(cell.stderr).toMatch(/Loop\.outer waits for Loop\.inner, a call of its own actor/);
});

test("so is one that waits for a generator of its own actor, and one in a full concurrency group", async () => {
  const cell = await front.cell(`
    class Rounds {
      me: any; meet(me: any) { this.me = me; }
      *items() { yield 1; }
      async sum() { let n = 0; for await (const ref of this.me.items.remote()) n += await ray.get<number>(ref as any); return n; }
      @ray.method({ concurrencyGroup: "io" }) async load() { return ray.get(this.me.save.remote()); }
      @ray.method({ concurrencyGroup: "io" }) save() { return 1; }
      async free() { return ray.get(this.me.save.remote()); }
    }
    const rounds = ray.remote(Rounds, { concurrencyGroups: { io: 1 } }).remote();
    await ray.get(rounds.meet.remote(rounds));
    const free = await ray.get(rounds.free.remote()); // from another group it may
    const late = await Promise.all([rounds.sum.remote(), rounds.load.remote()].map((ref: any) => ray.get(ref, { timeoutMs: 4000 }).catch((e) => e.name)));
    [free, ...late]`);
  expect(cell.text).toBe("[ 1, 'GetTimeoutError', 'GetTimeoutError' ]");
  expect(cell.stderr).toMatch(/Rounds\.sum waits for Rounds\.items, a call of its own actor: Rounds runs one call at a time, so neither ever ends/);
  expect(cell.stderr).toMatch(/Rounds\.load waits for Rounds\.save, a call of its own actor: Rounds runs one call at a time in its group "io", .* give the class concurrencyGroups: \{ "io": 2 \}/);
}, 30_000);

test("a call that waits behind a generator whose items nobody takes is named in its cell (row 27)", async () => {
  const first = await front.cell(`
    class Feed { *items() { for (let i = 0; ; i++) yield i; } size() { return 5; } }
    const feed = ray.remote(Feed).remote();
    const items = feed.items.options({ generatorBackpressure: 2 }).remote();
    await ray.get((await items.next()).value as any)`);
  expect([first.text, first.stderr]).toEqual(["0", ""]);
  const cell = await front.cell(`const size = feed.size.remote(); await ray.get(size, { timeoutMs: 4000 }).catch((e) => e.name)`);
  expect(cell.text).toContain("GetTimeoutError");
  expect(cell.stderr).toMatch(/Feed\.size waits behind the generator Feed\.items, which is 2 items ahead of its reader and waits too: Feed runs one call at a time\. Take the generator's items, close\(\) it, or give the class maxConcurrency: 2/);
  expect((await front.cell("items.close(); await ray.get(size)")).text).toBe("5");
}, 30_000);

test("an actor that starves behind others is told who holds what it asks for (row 64)", async () => {
  const other = new FrontProcess(sandbox);
  await other.cell(`await ray.init({ numCpus: 1, resources: { disk: 1 } }); class Hog { ok() { return 1; } }
    const hog = ray.remote(Hog, { numCpus: 1, name: "greedy" }).remote(); await ray.get(hog.ok.remote());`);
  const cell = await other.cell(`
    const next = ray.remote(class Next { ok() { return 2; } }, { numCpus: 1, resources: { disk: 1 } }).remote();
    const late = await ray.get(next.ok.remote(), { timeoutMs: 4000 }).catch((error) => error.name);
    late`);
  expect(cell.text).toContain("GetTimeoutError");
  expect(cell.stderr).toMatch(/Actor Next asks for 1 CPU and has waited 2 s: 0 of 1 CPU is free, the rest is held by actor greedy\. End an actor with ray\.kill\(handle\), or start the cluster with more: ray\.init\({ numCpus: 2 }\)/);
  expect((await other.cell("await ray.kill(hog); await ray.get(next.ok.remote())")).text).toBe("2");
  await other.close();
}, 60_000);

test("an actor that asks for more than the cluster has is told at once", async () => {
  const cell = await front.cell(`
    const big = ray.remote(class Big { go() {} }, { resources: { unicorn: 1 } }).remote();
    await ray.get(big.go.remote(), { timeoutMs: 1500 }).catch((e) => e.name)`);
  expect(cell.text).toContain("GetTimeoutError");
  expect(cell.stderr).toMatch(/unicorn.*it can never run/);
});
