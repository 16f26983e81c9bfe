/** Objects: inline and in shared memory, views, freeing, a full store. */
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const run = (body: string, env?: Record<string, string>, options = "{ numCpus: 1 }"): Promise<unknown> =>
  sandbox.scriptValue(`import ray from "ray-ts"; await ray.init(${options});\n${body}\nawait ray.shutdown();`, env, ["--expose-gc"]);

test("values of all sizes around the limits come back equal (rows 43, 45)", async () => {
  expect(await run(`
    const sizes = [0, 1, 100, 65_000, 65_536, 65_537, 1_000_003, 20_000_000];
    const same = ray.remote((x) => x);
    const ok = [];
    for (const size of sizes) {
      const bytes = new Uint8Array(size).map((_, i) => i % 251);
      const values = await ray.get([ray.put(bytes), same.remote(bytes), same.remote(ray.put(bytes))]);
      ok.push(values.every((v) => Buffer.compare(v, bytes) === 0));
    }
    report(ok);
  `)).toEqual(Array(8).fill(true));
});

test("small typed arrays of every kind keep their values whatever stands before them in a frame", async () => {
  expect(await run(`
    const same = ray.remote((tag, x) => x);
    const kinds = [Int8Array, Uint8ClampedArray, Int16Array, Uint32Array, Float32Array, Float64Array, BigInt64Array];
    const refs = kinds.flatMap((K) => [1, 2, 3].map((n) => [K, n, same.remote("x".repeat(n), K.from({ length: 700 }, (_, i) => (K === BigInt64Array ? BigInt(i % 100) : i % 100)))]));
    const ok = [];
    for (const [K, n, ref] of refs) { const v = await ray.get(ref); ok.push(v instanceof K && v.length === 700 && Number(v[99]) === 99); }
    report(ok.every(Boolean));
  `)).toBe(true);
});

test("a script that still has views ends well, and whoever listens for its end is heard", async () => {
  const finished = await sandbox.script(`
    import ray from "ray-ts";
    globalThis.kept = await ray.get(ray.put(new Float64Array(1_000_000)));
    await ray.shutdown();
    process.on("exit", (code) => { console.log("listener", code); process.exitCode = 3; });
    process.once("exit", () => console.log("once"));
  `);
  expect([finished.code, finished.signal, finished.stderr, finished.stdout.trim().split("\n")]).toEqual([3, null, "", ["listener 0", "once"]]);
});

test("a script that still has views and throws says so", async () => {
  const finished = await sandbox.script(`
    import ray from "ray-ts";
    globalThis.kept = await ray.get(ray.put(new Float64Array(1_000_000)));
    await ray.shutdown();
    setTimeout(() => { throw new RangeError("at the end"); });
  `);
  expect([finished.code, finished.signal]).toEqual([1, null]);
  expect(finished.stderr).toContain("RangeError: at the end");
});

test("a task that sorts its array argument in place always starts from the stored value (20 times, one worker, one ref) (row 46)", async () => {
  expect(await run(`
    const data = Float64Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 100_003);
    const ref = ray.put(data);
    const sortIt = ray.remote((xs) => { const first = [xs[0], xs[1], xs[99_999]]; xs.sort(); return first; });
    const firsts = [];
    for (let i = 0; i < 20; i++) firsts.push(await ray.get(sortIt.remote(ref)));
    report(firsts.every((f) => f[0] === data[0] && f[1] === data[1] && f[2] === data[99_999]));
  `)).toBe(true);
});

test("200 gets with forced collection between: no view ever shows another object", async () => {
  expect(await run(`
    let wrong = 0; const kept = [];
    for (let i = 0; i < 200; i++) {
      const ref = ray.put(new Float64Array(20_000).fill(i));
      const view = await ray.get(ref);
      if (i % 7 === 0) kept.push([i, view]);
      if (i % 3 === 0) { gc(); await new Promise((r) => setImmediate(r)); }
      for (const [k, v] of kept) if (v[0] !== k || v[19_999] !== k) wrong++;
    }
    report([wrong, kept.length]);
  `)).toEqual([0, 29]);
});

test("a get of one ref gives the same memory again; each task has its own (row 46)", async () => {
  expect(await run(`
    const ref = ray.put(new Float64Array(100_000).fill(1));
    const [a, b] = [await ray.get(ref), await ray.get(ref)];
    a[0] = 5;
    const first = ray.remote((x) => x[0]);
    report([b[0], await ray.get(first.remote(ref))]);
  `)).toEqual([5, 1]);
});

test("a finished task's large value outlives its worker", async () => {
  expect(await run(`
    const make = ray.remote(() => [process.pid, new Float64Array(200_000).fill(3)]);
    const ref = make.remote();
    const [pid] = await ray.get(ref);
    process.kill(pid, "SIGKILL");
    await ray.get(ray.remote(() => 1).remote());
    const sum = ray.remote(([, xs]) => xs.reduce((a, b) => a + b));
    report(await ray.get(sum.remote(ref)));
  `)).toBe(600_000);
});

test("refs inside values keep their objects alive after the sender let them go (row 50)", async () => {
  expect(await run(`
    const make = ray.remote(() => ({ inner: ray.put(new Float64Array(50_000).fill(2)) }));
    const { inner } = await ray.get(make.remote());
    class Keeper { keep(box) { this.box = box; } async sum() { return (await ray.get(this.box.ref)).reduce((a, b) => a + b); } }
    const keeper = ray.remote(Keeper).remote();
    await (async () => { const ref = ray.put(new Float64Array(50_000).fill(4)); await ray.get(keeper.keep.remote({ ref })); })();
    for (let i = 0; i < 5; i++) { gc(); await new Promise((r) => setTimeout(r, 30)); }
    report([(await ray.get(inner))[49_999], await ray.get(keeper.sum.remote())]);
  `)).toEqual([2, 200_000]);
});

test("no leak: 1,000 objects of 1 MiB made and dropped leave the store where it was (row 50)", async () => {
  expect(await run(`
    import { readdirSync, statSync } from "node:fs";
    const { join } = await import("node:path");
    const used = () => { let total = 0; for (const d of readdirSync(process.env.RAY_TS_SHM_DIR)) for (const f of readdirSync(join(process.env.RAY_TS_SHM_DIR, d))) total += statSync(join(process.env.RAY_TS_SHM_DIR, d, f)).blocks * 512; return total; };
    let most = 0;
    for (let i = 0; i < 1000; i++) { ray.put(new Uint8Array(1 << 20)); if (i % 20 === 0) { gc(); await new Promise((r) => setImmediate(r)); most = Math.max(most, used()); } }
    report(most < 200 * 2 ** 20);
  `)).toBe(true);
});

test("no leak: 100,000 tasks leave the heap where it was", async () => {
  expect(await run(`
    const f = ray.remote((x) => x + 1);
    const round = async () => { for (let k = 0; k < 10; k++) await ray.get(Array.from({ length: 2500 }, (_, i) => f.remote(i))); for (let i = 0; i < 3; i++) { gc(); await new Promise((r) => setTimeout(r, 20)); } return process.memoryUsage().heapUsed; };
    const before = await round();
    await round(); await round();
    const after = await round();
    report(after - before < 12e6 ? true : [before, after]);
  `)).toBe(true);
}, 120_000);

/** Else a value that is read is a copy, and its memory is free at once. */
const isMapped = process.env["RAY_TS_KOFFI"] !== "off" && process.env["RAY_TS_STORE"] !== "files";

test("free drops the value at once though refs are held, and its memory with the last view of it, wherever that is; a later get says so (row 56)", async () => {
  expect(await run(`
    const { join } = await import("node:path");
    const until = async (condition) => { for (;;) { if (await condition()) return true; gc(); await new Promise((r) => setTimeout(r, 20)); } };
    const used = async () => (await ray.state.nodes())[0].storeUsedBytes;
    const nameOf = (ref) => ray.get(ref).then(() => "a value", (error) => error.name + (/ray.free/.test(error.message) ? " by ray.free" : ": " + error.message));
    const size = 4_000_000;
    class Keeper { read(xs) { this.xs = xs; return xs[0]; } keep(box) { this.box = box; } async nameOf() { return ray.get(this.box.ref).then(() => "a value", (error) => error.name); } sum() { return this.xs[0] + this.xs[this.xs.length - 1]; } drop() { this.xs = undefined; } free() { ray.free(this.box.ref); } }
    const keeper = ray.remote(Keeper).remote();
    const seen = [];

    const unread = ray.put(new Uint8Array(size));
    await until(async () => (await used()) >= size);
    ray.free([unread]);
    seen.push(await nameOf(unread), await until(async () => (await used()) === 0));

    const ref = ray.put(new Uint8Array(size).fill(7));
    let view = await ray.get(ref);
    await ray.get([keeper.read.remote(ref), keeper.keep.remote({ ref })]);
    ray.free(ref);
    const other = ray.put(new Uint8Array(size).fill(9)); // would lie in the freed memory, if that were free
    seen.push(await nameOf(ref), view[0] + view[size - 1], await ray.get(keeper.sum.remote()), await ray.get(keeper.nameOf.remote()), await until(async () => (await used()) >= ${isMapped ? 2 : 1} * size));
    view = undefined;
    await ray.get(keeper.drop.remote());
    seen.push(await until(async () => (await used()) < 2 * size), (await ray.get(other))[1]);

    const theirs = ray.put(new Uint8Array(size).fill(5));
    await ray.get(keeper.keep.remote({ ref: theirs }));
    await ray.get(keeper.free.remote());
    await until(async () => (await nameOf(theirs)) === "ObjectLostError by ray.free");
    const pending = ray.remote(() => new Promise((r) => setTimeout(() => r(new Uint8Array(size)), 200))).remote();
    const waiting = nameOf(pending);
    ray.free(pending);
    seen.push(await waiting, await nameOf(ray.remote((x) => x).remote(pending)));
    report(seen);
  `)).toEqual(["ObjectLostError by ray.free", true, "ObjectLostError by ray.free", 14, 14, "ObjectLostError", true, true, 9, "ObjectLostError by ray.free", "ObjectLostError by ray.free"]);
});

test("what is put before the cluster is there lies in its store as soon as it is (row 45)", async () => {
  expect(await sandbox.scriptValue(`
    import ray from "ray-ts";
    const early = ray.put(new Float64Array(100_000).fill(6));
    const sum = ray.remote((xs) => xs.reduce((a, b) => a + b));
    const values = [await ray.get(sum.remote(early)), (await ray.get(early))[5]];
    report([values, (await ray.state.objects({ filter: { ref: early.id } })).map(({ place }) => place)]);
    await ray.shutdown();
  `)).toEqual([[600_000, 6], ["shared-memory"]]);
});

test("a shared memory of 16 MiB that is full: objects go to disk, with a line that says so (row 54)", async () => {
  const folder = join(sandbox.folder, "small-shm");
  mkdirSync(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m,mode=1777", "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    console.log(`skipped: mounting a tmpfs of 16 MiB needs privileges that are not here (${(error as Error).message.split("\n")[0]})`);
    return;
  }
  try {
    const finished = await sandbox.script(`
      import ray from "ray-ts"; await ray.init({ numCpus: 1, objectStoreMemory: 500e6 });
      const refs = Array.from({ length: 10 }, (_, i) => ray.put(new Uint8Array(4 << 20).fill(i + 1)));
      const sum = ray.remote((x) => x[0] + x[x.length - 1]);
      console.log(JSON.stringify(await ray.get(refs.map((r) => sum.remote(r)))));
      await ray.shutdown();
    `, { RAY_TS_SHM_DIR: folder });
    expect([finished.code, finished.stdout.trim().split("\n").at(-1)]).toEqual([0, JSON.stringify(Array.from({ length: 10 }, (_, i) => 2 * (i + 1)))]);
    expect(finished.stderr).toMatch(/shm-size/);
  } finally {
    execFileSync("umount", ["-l", folder]);
  }
});
