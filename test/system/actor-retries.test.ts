/** Calls of actors that throw and are tried again: by the class's options, by `@ray.method`, by `.options`. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const start = `import ray from "ray-ts"; await ray.init({ numCpus: 2 });
const outcome = (ref) => ray.get(ref).catch((error) => error.name + ": " + error.message);
class Busy extends Error { name = "Busy"; }
class VeryBusy extends Busy {}
class Service {
  tries = {};
  again(key, times, ErrorClass) { const n = (this.tries[key] = (this.tries[key] ?? 0) + 1); if (n <= times) throw new ErrorClass(key + " " + n); return [key, n]; }
  busy(key, times) { return this.again(key, times, VeryBusy); }
  async bad(key, times) { return this.again(key, times, TypeError); }
  *items(key, times) { yield 1; yield 2; this.again(key, times, Busy); yield 3; }
  order = []; note(x) { this.order.push(x); } noteThen(x) { this.order.push(x); if (this.order.filter((y) => y === x).length === 1) throw new Busy(x); } noted() { return this.order; }
}
`;
const run = (body: string): Promise<unknown> => sandbox.scriptValue(start + body + "\nawait ray.shutdown();");

test("retryExceptions of the class sends a call again that threw: every error, or those of its classes, within maxTaskRetries (rows 30, 70)", async () => {
  expect(await run(`
    const any = ray.remote(Service, { retryExceptions: true, maxTaskRetries: 2 }).remote();
    const some = ray.remote(Service, { retryExceptions: [Busy], maxTaskRetries: 2, name: "some" }).remote();
    const none = ray.remote(Service, { maxTaskRetries: 2, maxRestarts: 1 }).remote();
    const named = await ray.getActor("some");
    const inTask = ray.remote((handle) => ray.get(handle.busy.remote("task", 1)));
    report(await Promise.all([any.busy.remote("a", 2), any.bad.remote("b", 1), any.busy.remote("c", 3), some.busy.remote("a", 2), some.bad.remote("b", 1), named.busy.remote("named", 1), named.bad.remote("n", 1), inTask.remote(some), none.busy.remote("a", 1)].map(outcome)));
  `)).toEqual([["a", 3], ["b", 2], "Busy: c 3", ["a", 3], "RayTaskError: b 1", ["named", 2], "RayTaskError: n 1", ["task", 2], "Busy: a 1"].map((each) => (typeof each === "string" ? expect.stringContaining(each.split(": ")[1] as string) : each)));
});

test("retryExceptions of a call stands above those of the class; a kept method takes them along (rows 30, 70)", async () => {
  expect(await run(`
    const s = ray.remote(Service, { retryExceptions: [Busy], maxTaskRetries: 1 }).remote();
    const bad = s.bad.options({ retryExceptions: [TypeError], maxTaskRetries: 3 });
    const inTask = ray.remote((method) => ray.get(method.remote("task", 3)));
    const never = s.busy.options({ retryExceptions: false });
    const plain = ray.remote(Service).remote();
    const wrong = (() => { try { plain.busy.options({ retryExceptions: true }); } catch (error) { return error.message; } })();
    report([...await Promise.all([bad.remote("a", 3), inTask.remote(bad), never.remote("b", 1), s.bad.options({ retryExceptions: true }).remote("c", 1), plain.busy.options({ retryExceptions: true, maxTaskRetries: 1 }).remote("d", 1)].map(outcome)), wrong]);
  `)).toEqual([["a", 4], ["task", 4], expect.stringContaining("b 1"), ["c", 2], ["d", 2], 'busy.options option "retryExceptions" needs maxTaskRetries: how often a call that threw is sent again']);
});

test("a call that is sent again goes behind those already sent; a generator gives no item twice; a cancelled one is not tried again (rows 26, 30)", async () => {
  expect(await run(`
    const s = ray.remote(Service, { retryExceptions: true, maxTaskRetries: 2 }).remote();
    await ray.get(ray.ready(s));
    const refs = [s.noteThen.remote("first"), s.note.remote("second"), s.note.remote("third")];
    await ray.get(refs);
    const order = await ray.get(s.noted.remote());
    const items = []; for await (const ref of s.items.remote("i", 2)) items.push(await outcome(ref));
    const broken = []; for await (const ref of s.items.remote("j", 9)) broken.push(await outcome(ref));
    const endless = s.busy.options({ maxTaskRetries: -1 }).remote("k", Infinity);
    ray.cancel(endless);
    report([order, items, broken, (await outcome(endless)).slice(0, 18), await outcome(s.busy.remote("l", 0))]);
  `)).toEqual([["first", "second", "third", "first"], [1, 2, 3], [1, 2, expect.stringContaining("j 3")], "TaskCancelledError", ["l", 1]]);
});

test("in a cell @ray.method gives a method its retries, by classes of the notebook; what cannot be is said (rows 30, 76)", async () => {
  const front = new FrontProcess(sandbox);
  await front.cell(`class Flaky extends Error {}`);
  const made = await front.cell(`
    class Api {
      tries = 0;
      @ray.method({ retryExceptions: [Flaky], maxTaskRetries: 3 }) async load() { if (++this.tries < 3) throw new Flaky("later"); return this.tries; }
      @ray.method({ retryExceptions: false }) once() { this.tries++; throw new Flaky("once"); }
      other() { this.tries++; throw new RangeError("never"); }
    }
    const api = ray.remote(Api, { retryExceptions: true, maxTaskRetries: 1 }).remote();
    const loaded = await ray.get(api.load.remote());
    const once = await ray.get(api.once.remote()).catch((error) => [error instanceof Flaky, error.message]);
    const other = await ray.get(api.other.remote()).catch((error) => error.message);
    [loaded, once, other, await ray.get(ray.call(api, (self: Api) => self.tries))]`);
  expect(made.error).toBeUndefined();
  expect(made.text?.replace(/\s+/g, " ")).toBe("[ 3, [ true, 'once' ], 'never', 6 ]");
  expect((await front.cell(`ray.remote(Api, { retryExceptions: true })`)).error).toMatch(/option "retryExceptions" needs maxTaskRetries/);
  expect((await front.cell(`class Bad { @ray.method({ retryExceptions: true }) go() {} }; ray.remote(Bad).remote()`)).error).toMatch(/@ray.method of Bad.go: "retryExceptions" needs maxTaskRetries/);
  await front.close();
}, 60_000);
