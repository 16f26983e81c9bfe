/** Actors by name: namespaces, names that are taken and free again, one actor for all who ask at once, and whose handles keep it alive. */
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const run = (body: string): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init({ numCpus: 2, namespace: "lab" });
class Counter { i; constructor(from = 0) { this.i = from; } incr() { return ++this.i; } pid() { return process.pid; } *items() { yield this.i; } }
const outcome = (ref) => ray.get(ref).catch((error) => error.name + ": " + error.message);
const isAlive = (pid) => { try { process.kill(pid, 0); return true; } catch { return false; } };
const gone = async (pid) => { while (isAlive(pid)) await new Promise((turn) => setTimeout(turn, 20)); return true; };
${body}\nawait ray.shutdown();`);

test("a name is one of a kind in its namespace, which is the driver's unless another is named (rows 10, 66)", async () => {
  expect(await run(`
    const A = ray.remote(Counter);
    const [here, there] = [A.options({ name: "c" }).remote(10), A.options({ name: "c", namespace: "other" }).remote(20)];
    const found = [await ray.getActor("c"), await ray.getActor("c", { namespace: "lab" }), await ray.getActor("c", { namespace: "other" })];
    const values = await ray.get(found.map((handle) => handle.incr.remote()));
    const inTask = await ray.get(ray.remote(async () => ray.get((await ray.getActor("c")).incr.remote())).remote());
    const missing = await ray.getActor("c", { namespace: "nowhere" }).catch((error) => error.message);
    report([values, inTask, missing]);
  `)).toEqual([[11, 12, 21], 13, expect.stringMatching(/^There is no actor named "c" in namespace "nowhere"/)]);
});

test("a name is free again when its actor is dead, and taken while it restarts (rows 66, 69, 77)", async () => {
  expect(await run(`
    const A = ray.remote(Counter, { name: "c", maxRestarts: 1 });
    const first = A.remote(1);
    const pid = await ray.get(first.pid.remote());
    process.kill(pid, "SIGKILL");
    await gone(pid);
    const taken = await outcome(A.remote(5).incr.remote());
    const same = await ray.get((await ray.getActor("c")).incr.options({ maxTaskRetries: 1 }).remote());
    await ray.kill(first);
    const unknown = await ray.getActor("c").catch((error) => error.name);
    report([taken.split(":")[0], same, unknown, await ray.get(A.remote(7).incr.remote())]);
  `)).toEqual(["ActorAlreadyExistsError", 2, "ActorNotFoundError", 8]);
});

test("getIfExists gives all who ask at once the same actor, with its generators and in its order (row 67)", async () => {
  expect(await run(`
    const join = ray.remote(async () => { const handle = ray.remote(Counter, { name: "one", getIfExists: true, lifetime: "detached" }).remote(); return [await ray.get(handle.incr.remote()), await ray.get(handle.pid.remote())]; }, { numCpus: 0.2 });
    const joined = await ray.get(Array.from({ length: 10 }, () => join.remote()));
    const handle = ray.remote(Counter, { name: "one", getIfExists: true }).remote(100);
    const items = []; for await (const ref of handle.items.remote()) items.push(await ray.get(ref));
    report([joined.map(([n]) => n).sort((a, b) => a - b), new Set(joined.map(([, pid]) => pid)).size, items]);
    await ray.kill(handle);
  `)).toEqual([[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 1, [10]]);
});

test("a handle in another actor's state keeps its actor alive, and lets it go (row 65)", async () => {
  expect(await run(`
    class Keeper { keep(handle) { this.handle = handle; } use() { return ray.get(this.handle.incr.remote()); } drop() { this.handle = undefined; } }
    const keeper = ray.remote(Keeper).remote();
    const pid = await (async () => { const c = ray.remote(Counter).remote(); await ray.get(keeper.keep.remote(c)); return ray.get(c.pid.remote()); })();
    gc();
    const used = [await ray.get(keeper.use.remote()), await ray.get(keeper.use.remote())];
    const alive = isAlive(pid);
    await ray.get(keeper.drop.remote());
    report([used, alive, await gone(pid)]);
  `.replace("gc();", "globalThis.gc?.();"))).toEqual([[1, 2], true, true]);
}, 60_000);
