/** Tasks on a real cluster, from plain scripts that import the built package. */
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const start = `import ray from "ray-ts"; await ray.init({ numCpus: 2 });\n`;
const run = (body: string, env?: Record<string, string>): Promise<unknown> => sandbox.scriptValue(start + body + "\nawait ray.shutdown();", env);

test("the first remote call starts a cluster, without init (rows 3, 7)", async () => {
  const value = await sandbox.scriptValue(`
    import ray from "ray-ts";
    const before = ray.isInitialized();
    const square = ray.remote((x) => x * x);
    const value = await ray.get(square.remote(7));
    report([before, value, ray.isInitialized()]);
    await ray.shutdown();
  `);
  expect(value).toEqual([false, 49, true]);
});

test("a script that awaits nothing more ends by itself, and leaves nothing (row 6)", async () => {
  const finished = await sandbox.script(`
    import ray from "ray-ts";
    console.log(await ray.get(ray.remote(() => "done").remote()));
  `);
  expect([finished.code, finished.stdout.trim()]).toEqual([0, "done"]);
  expect(await sandbox.leftovers(3000)).toEqual({ processes: [], files: [] });
});

test("Node's web client, which takes long to load and much memory, is in no process that does not use it", async () => {
  expect(await sandbox.scriptValue(`
    import ray from "ray-ts";
    const isLoaded = () => process.moduleLoadList.some((name) => name.includes("undici"));
    const seen = await ray.get(ray.remote(isLoaded).remote());
    report([seen, isLoaded(), [...(await ray.get(ray.put(new Headers({ a: "1" }))))]]);
    await ray.shutdown();
  `)).toEqual([false, false, [["a", "1"]]]);
});

test("a task's first import prints nothing of Node's own into the output", async () => {
  const finished = await sandbox.script(`
    import ray from "ray-ts";
    const join = ray.remote(async () => (await import("node:path")).posix.join("a", "b"));
    console.log(await ray.get(join.remote()));
    await ray.shutdown();
  `);
  expect([finished.stdout.trim(), finished.stderr]).toEqual(["a/b", ""]);
});

test("resources that are used up have no key in availableResources, and have one in clusterResources (row 11)", async () => {
  expect(await run(`
    const held = ray.remote(async () => [Object.keys(await ray.availableResources()).sort(), (await ray.clusterResources()).CPU], { numCpus: 2 });
    report([await ray.get(held.remote()), Object.keys(await ray.clusterResources()).sort()]);
  `)).toEqual([[["memory", "object_store_memory"], 2], ["CPU", "memory", "object_store_memory"]]);
});

test("get() of an array keeps order and types of values (row 44)", async () => {
  expect(await run(`
    const same = ray.remote((x) => x);
    const values = [1, "two", { three: [3] }, null, true, [4, [5]]];
    report(await ray.get(values.map((x) => same.remote(x))));
  `)).toEqual([1, "two", { three: [3] }, null, true, [4, [5]]]);
});

test("top-level refs arrive as values, nested refs as refs (rows 18, 19)", async () => {
  expect(await run(`
    const f = ray.remote((a, b) => [typeof a, b.ref.constructor.name]);
    const ref = ray.put(5);
    report(await ray.get(f.remote(ref, { ref })));
  `)).toEqual(["number", "ObjectRef"]);
});

test("a dependent task runs when its argument is there, and fails with its error (rows 18, 84)", async () => {
  expect(await run(`
    const slow = ray.remote(async (x) => { await new Promise((r) => setTimeout(r, 50)); return x; });
    const plus = ray.remote((a, b) => a + b);
    const bad = ray.remote(() => { throw new RangeError("no"); });
    const ok = await ray.get(plus.remote(slow.remote(1), slow.remote(2)));
    const error = await ray.get(plus.remote(1, bad.remote())).catch((e) => e);
    report([ok, error.name, error instanceof RangeError, error.message]);
  `)).toEqual([3, "RayTaskError", true, "no"]);
});

test("nested tasks do not deadlock: fib(9) on 2 CPUs (row 37)", async () => {
  expect(await run(`
    const fib = ray.remote(async function fib(n) { return n < 2 ? n : (await ray.get([again.remote(n - 1), again.remote(n - 2)])).reduce((a, b) => a + b); });
    const again = fib;
    report(await ray.get(fib.remote(9)));
  `)).toBe(34);
}, 120_000);

test("a task gives remote functions, actor classes, ray and ObjectRef to a script", async () => {
  expect(await run(`
    import { ObjectRef } from "ray-ts";
    const make = ray.remote(() => {
      const { default: own } = globalThis[Symbol.for("ray-ts.modules")]["ray-ts"];
      return { twice: own.remote((x) => 2 * x), Counter: own.remote(class { n = 0; incr() { return ++this.n; } }), ray: own, ObjectRef };
    });
    const made = await ray.get(make.remote());
    const counter = made.Counter.remote();
    report([await ray.get(made.twice.remote(4)), await ray.get(counter.incr.remote()), made.ray === ray, made.ObjectRef === ObjectRef]);
  `)).toEqual([8, 1, true, true]);
});

test("a function without a name is called by the place in the script where it was made remote (row 33)", async () => {
  const finished = await sandbox.script(start + `
    const f = ray.remote(() => console.log("hello"));
    await ray.get(f.remote());
    console.log(String(f));
    await ray.shutdown();
  `);
  expect(finished.stdout).toMatch(/^\(script-\w+\.mjs:3 pid=\d+\) hello$/m);
  expect(finished.stdout).toMatch(/^RemoteFunction\(script-\w+\.mjs:3\)$/m);
});

test("numCpus is respected: never more than two of six tasks run at once (row 21)", async () => {
  expect(await run(`
    const span = ray.remote(async () => { const from = Date.now(); await new Promise((r) => setTimeout(r, 60)); return [from, Date.now()]; });
    const spans = await ray.get(Array.from({ length: 6 }, () => span.remote()));
    const overlaps = spans.map(([from]) => spans.filter(([f, t]) => f <= from && from < t).length);
    report(Math.max(...overlaps) <= 2);
  `)).toBe(true);
});

test("a worker that dies is replaced and its task is tried again (row 29)", async () => {
  expect(await run(`
    import { existsSync, writeFileSync } from "node:fs";
    const file = process.cwd() + "/tried-" + process.pid;
    const once = ray.remote((file) => { const fs = process.getBuiltinModule("node:fs"); if (!fs.existsSync(file)) { fs.writeFileSync(file, ""); process.exit(1); } return "second"; });
    report(await ray.get(once.remote(file)));
  `)).toBe("second");
});

test("a task whose worker dies at every try is reported with WorkerCrashedError (row 29)", async () => {
  expect(await run(`
    const crash = ray.remote(() => process.exit(3), { maxRetries: 1, name: "crash" });
    const error = await ray.get(crash.remote()).catch((e) => e);
    const after = await ray.get(ray.remote(() => 1).remote());
    report([error.name, error.code, /exit code 3/.test(error.message), /tried 2 times/.test(error.message), after]);
  `)).toEqual(["WorkerCrashedError", "WORKER_CRASHED", true, true, 1]);
});

test("retryExceptions runs a task again that threw: every error, or those of its classes, within maxRetries (row 30)", async () => {
  expect(await run(`
    class Busy extends Error {}
    class Count { n = 0; next() { return ++this.n; } }
    const times = async (thrown, options) => {
      const count = ray.remote(Count).remote();
      const f = ray.remote(async (count) => { const n = await ray.get(count.next.remote()); if (n < 3) throw thrown === "busy" ? new Busy("no") : new RangeError("no"); return n; }, options);
      const outcome = await ray.get(f.remote(count)).catch((error) => error.constructor.name + " " + error.message);
      return [outcome, await ray.get(count.next.remote()) - 1];
    };
    report([
      await times("busy", {}),
      await times("busy", { retryExceptions: true }),
      await times("busy", { retryExceptions: true, maxRetries: 1 }),
      await times("busy", { retryExceptions: [Busy] }),
      await times("range", { retryExceptions: [Busy] }),
      await times("range", { retryExceptions: [TypeError, RangeError], maxRetries: -1 }),
    ]);
  `)).toEqual([["Busy no", 1], [3, 3], ["Busy no", 2], [3, 3], ["RangeError no", 1], [3, 3]]);
});

test("numReturns gives as many refs, and a wrong count fails the task (row 25)", async () => {
  expect(await run(`
    const two = ray.remote(() => ["a", "b"], { numReturns: 2 });
    const wrong = ray.remote(() => [1], { numReturns: 2 });
    const [a, b] = two.remote();
    const [c] = wrong.remote();
    report([await ray.get(a), await ray.get(b), (await ray.get(c).catch((e) => e)).message.includes("numReturns: 2")]);
  `)).toEqual(["a", "b", true]);
});

test("wait() gives what is ready first, in the order given; timeouts and signals end a get (row 47)", async () => {
  expect(await run(`
    const nap = ray.remote(async (ms) => { await new Promise((r) => setTimeout(r, ms)); return ms; });
    const refs = [2000, 5].map((ms) => nap.remote(ms));
    const [ready, pending] = await ray.wait(refs);
    const timeout = await ray.get(refs[0], { timeoutMs: 20 }).catch((e) => e.name);
    const abort = await ray.get(refs[0], { signal: AbortSignal.timeout(20) }).catch((e) => e.name);
    report([ready[0] === refs[1], pending[0] === refs[0], timeout, abort]);
  `)).toEqual([true, true, "GetTimeoutError", "TimeoutError"]);
});

test("an array that changes between two submissions in one synchronous loop arrives in both states (row 17)", async () => {
  expect(await run(`
    const sum = ray.remote((xs) => xs.reduce((a, b) => a + b, 0));
    await ray.get(sum.remote([0]));
    const small = [1, 2, 3], large = new Float64Array(100_000).fill(1);
    const refs = [];
    for (const value of [1, 2]) { small[0] = value; large[0] = value; refs.push(sum.remote(small), sum.remote(large)); }
    report(await ray.get(refs));
  `)).toEqual([6, 100_000, 7, 100_001]);
});

test("a rejected connection, a wrong token and garbage cost nothing", async () => {
  expect(await run(`
    import { connect } from "node:net";
    import { readdirSync } from "node:fs";
    import { join } from "node:path";
    const { address } = await ray.init({ numCpus: 2 });
    const sockets = readdirSync(address).filter((name) => /^[hwd]|live/.test(name));
    for (const name of sockets) await new Promise((done) => { const s = connect(join(address, name)); s.on("error", done); s.on("close", done); s.on("connect", () => { s.write('{"token":"wrong"}\\n' + "x".repeat(5000)); setTimeout(() => s.destroy(), 50); }); });
    report([sockets.length > 2, await ray.get(ray.remote(() => "alive").remote())]);
  `)).toEqual([true, "alive"]);
});
