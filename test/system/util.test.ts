/** `ray.util` on a real cluster. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const run = (body: string): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init({ numCpus: 2 });\n${body}\nawait ray.shutdown();`);

test("a queue joins tasks: one brings items, another waits for them, refs in them stay refs (row 88)", async () => {
  expect(await run(`
    const queue = new ray.util.Queue({ maxsize: 2 });
    const produce = ray.remote(async (queue, n) => { for (let i = 0; i < n; i++) await queue.put(i); await queue.put(ray.put("end")); return n; });
    const consume = ray.remote(async (queue) => { const got = []; for (;;) { const item = await queue.get(); if (typeof item !== "number") return [...got, await ray.get(item)]; got.push(item); } });
    const consumed = consume.remote(queue);
    const produced = produce.remote(queue, 6);
    const inClosure = await ray.get(ray.remote(() => queue.maxsize).remote());
    const values = await ray.get([consumed, produced]);
    const late = await queue.get({ timeoutMs: 1 }).catch((e) => [e.name, e.code, e instanceof ray.exceptions.Empty]);
    const there = await ray.get(ray.remote((q) => q.getNowait().catch((e) => e.name)).remote(queue));
    await queue.shutdown();
    const after = await queue.size().catch((e) => e.code);
    report([...values, inClosure, late, there, after]);
  `)).toEqual([[0, 1, 2, 3, 4, 5, "end"], 6, 2, ["Empty", "QUEUE_EMPTY", true], "Empty", "ACTOR_DIED"]);
});

test("an actor pool shares work, and asCompleted and mapUnordered give every result (rows 89, 90)", async () => {
  expect(await run(`
    class Doubler { double(v) { return v * 2; } }
    const D = ray.remote(Doubler);
    const pool = new ray.util.ActorPool([D.remote(), D.remote()]);
    const ordered = [];
    for await (const v of pool.map((a, v) => a.double.remote(v), [1, 2, 3, 4, 5])) ordered.push(v);
    const square = ray.remote((x) => x * x);
    let sum = 0;
    for await (const ref of ray.util.asCompleted(Array.from({ length: 500 }, (_, i) => square.remote(i)))) sum += await ray.get(ref);
    const inTask = await ray.get(ray.remote(async () => { const found = []; for await (const v of ray.util.mapUnordered(square, [1, 2, 3])) found.push(v); return found.sort(); }).remote());
    report([ordered, sum, inTask]);
  `)).toEqual([[2, 4, 6, 8, 10], 41541750, [1, 4, 9]]);
});

test("listNamedActors asks the head, also from a task (row 82)", async () => {
  expect(await run(`
    class A {}
    const a = ray.remote(A, { name: "one" }).remote(), b = ray.remote(A, { name: "two", namespace: "other" }).remote();
    await ray.get([ray.ready(a), ray.ready(b)]);
    const { listNamedActors } = ray.util;
    const there = await ray.get(ray.remote(() => listNamedActors()).remote());
    const all = await ray.util.listNamedActors({ allNamespaces: true });
    report([await ray.util.listNamedActors(), there, all.map(({ name, namespace }) => name + (namespace === "other" ? "@other" : "")).sort()]);
  `)).toEqual([["one"], ["one"], ["one", "two@other"]]);
});

test("in cells: a queue between cells and tasks, and classes of ray.util inside a task", async () => {
  const front = new FrontProcess(sandbox);
  try {
    await front.cell(`const queue = new ray.util.Queue<number>(); const { ActorPool } = ray.util;`);
    await front.cell(`const bring = ray.remote(async (n: number) => { for (let i = 0; i < n; i++) await queue.put(i); }); await ray.get(bring.remote(3))`);
    const got = await front.cell(`[await queue.get(), await queue.get(), await queue.size()]`);
    expect(got.text ?? got.error).toBe("[ 0, 1, 1 ]");
    await front.cell(`class D { double(v: number) { return v * 2 } }`);
    const pooled = await front.cell(`await ray.get(ray.remote(async () => { const pool = new ActorPool([ray.remote(D).remote()]); const out: number[] = []; for await (const v of pool.map((a, v: number) => a.double.remote(v), [1, 2])) out.push(v); return out; }).remote())`);
    expect(pooled.text ?? pooled.error).toBe("[ 2, 4 ]");
  } finally {
    await front.close();
  }
});

test("a queue's actor and a pool's processes take the options of actors, an environment among them (rows 88, 91)", async () => {
  expect(await run(`
    const queue = new ray.util.Queue({ actorOptions: { name: "q", runtimeEnv: { envVars: { A: "of the queue" }, workingDir: "." } } });
    await queue.put(1);
    const pool = new ray.util.Pool({ processes: 1, rayRemoteArgs: { numCpus: 0.5, runtimeEnv: { envVars: { A: "of the pool" }, workingDir: "." } } });
    const seen = await pool.map(() => process.env.A, [1]);
    await pool.terminate();
    const errors = [() => new ray.util.Pool({ rayRemoteArgs: { numCpu: 1 } }), () => new ray.util.Queue({ actorOptions: { runtimeEnv: { workingDir: "/no/such" } } })].map((make) => { try { make(); } catch (error) { return error.message; } });
    report([await queue.get(), await ray.get(ray.call(await ray.getActor("q"), () => process.env.A)), seen, errors]);
  `)).toEqual([1, "of the queue", ["of the pool"], [expect.stringContaining('ray.util.Pool rayRemoteArgs has no option "numCpu"; did you mean "numCpus"?'), 'ray.util.Queue actorOptions option "runtimeEnv".workingDir: there is no folder /no/such']]);
});

test("a pool runs functions on processes of its own: map, starmap, apply, imap, an initializer, an end (row 91)", async () => {
  expect(await run(`
    const pool = new ray.util.Pool({ processes: 2, initializer: (n) => { globalThis.offset = n; }, initargs: [10] });
    const squares = await pool.map((x) => x * x, [1, 2, 3, 4, 5]);
    const sums = await pool.starmap((a, b) => a + b, [[1, 2], [3, 4]]);
    const one = await pool.apply(async (x) => x + globalThis.offset, [1]);
    const begun = pool.applyAsync(() => { throw new RangeError("bad"); });
    await begun.wait();
    const failed = await begun.get().catch((e) => [e instanceof RangeError, e.message, begun.ready(), begun.successful()]);
    const streamed = []; for await (const v of pool.imap((x) => x + 1, new Set([1, 2, 3]), { chunkSize: 2 })) streamed.push(v);
    const unordered = []; for await (const v of pool.imapUnordered((x) => -x, [1, 2, 3])) unordered.push(v);
    const pids = new Set(await pool.map(() => process.pid, Array(8).fill(0), { chunkSize: 1 }));
    pool.close(); await pool.join();
    report([squares, sums, one, failed, streamed, unordered.sort(), pids.size, pids.has(process.pid)]);
  `)).toEqual([[1, 4, 9, 16, 25], [3, 7], 11, [true, "bad", true, false], [2, 3, 4], [-1, -2, -3], 2, false]);
});

test("in cells: a registered serializer reaches workers with the class, there and back (row 57)", async () => {
  const front = new FrontProcess(sandbox);
  try {
    await front.cell(`class Link { #socket = Symbol("live"); constructor(public url: string) {} get live() { return typeof this.#socket === "symbol"; } }
      const make = ray.remote((url: string) => new Link(url)); const look = ray.remote((link: Link) => link.url + link.live);`);
    const before = await front.cell(`await ray.get(look.remote(new Link("a")))`);
    expect(before.error).toContain("Symbol(live)");
    await front.cell(`ray.util.registerSerializer(Link, { serialize: (link) => link.url, deserialize: (url: string) => new Link(url) });`);
    const there = await front.cell(`[await ray.get(look.remote(new Link("a"))), (await ray.get(make.remote("b"))) instanceof Link, (await ray.get(make.remote("b"))).url]`);
    expect(there.text ?? there.error).toBe("[ 'atrue', true, 'b' ]");
    const after = await front.cell(`ray.util.deregisterSerializer(Link); await ray.get(look.remote(new Link("a")))`);
    expect(after.error).toContain("Symbol(live)");
  } finally {
    await front.close();
  }
});

test("in cells: inspectSerializability names every part that cannot go (row 58)", async () => {
  const front = new FrontProcess(sandbox);
  try {
    await front.cell(`const waiting = new Promise(() => {}), names = new WeakMap(); const f = () => [waiting, { deep: names }];`);
    const found = await front.cell(`const { ok, failures } = ray.util.inspectSerializability(f); [ok, ...failures.map(({ path }) => path)]`);
    expect(found.text ?? found.error).toBe("[ false, 'f → waiting', 'f → names' ]");
    expect(found.stdout).toBe("f cannot be sent:\n├─ f → waiting: a Promise lives in this process only\n│     await it first, or pass an ObjectRef\n└─ f → names: a WeakMap lives in this process only\n      use a Map\n");
  } finally {
    await front.close();
  }
});
