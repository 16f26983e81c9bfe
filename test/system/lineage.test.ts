/** Objects whose memory or file is gone: made again by their tasks, or an error that says why not. */
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const MIB = 2 ** 20;

/** The body has `lose(pattern)`: removes segments by name, in memory and on disk, and waits until nobody has them open; `ran(name)`: how often a task ran. */
const run = (body: string, options = "{ numCpus: 1 }", env?: Record<string, string>): Promise<unknown> =>
  sandbox.scriptValue(`
    import ray from "ray-ts";
    import { appendFileSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
    import { join } from "node:path";
    const ctx = await ray.init(${options});
    const runs = join(mkdtempSync(join(process.env.TMPDIR, "runs-")), "runs");
    appendFileSync(runs, "");
    const ran = (name) => readFileSync(runs, "utf8").split("\\n").filter((line) => line === name).length;
    const turn = (ms = 20) => new Promise((r) => setTimeout(r, ms));
    const until = async (condition) => { for (;;) { const found = await condition(); if (found) return found; gc(); await turn(); } };
    const segments = (pattern) => [process.env.RAY_TS_SHM_DIR, process.env.TMPDIR].flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name))).filter((file) => file.includes(ctx.clusterId) && file.endsWith(".segment") && pattern.test(file));
    // a reader keeps a file open for a second after its last view
    const readers = (files) => readdirSync("/proc").filter((pid) => /^\\d+$/.test(pid)).some((pid) => { try { return readFileSync("/proc/" + pid + "/environ", "latin1").includes(process.env.RAY_TS_TEST_MARK) && readdirSync("/proc/" + pid + "/fd").some((fd) => files.includes(readlinkSync(join("/proc", pid, "fd", fd)).replace(" (deleted)", "")) && (parseInt(/flags:\\s+(\\d+)/.exec(readFileSync(join("/proc", pid, "fdinfo", fd), "utf8"))[1], 8) & 3) === 0); } catch { return false; } });
    const lose = async (pattern = /./) => { const files = segments(pattern); await until(() => !readers(files)); for (const file of files) rmSync(file); return files.length; };
    const make = ray.remote((n, x) => { appendFileSync(runs, "make\\n"); return new Float64Array(n).fill(x); }, { name: "make" });
    const twice = ray.remote((xs) => { appendFileSync(runs, "twice\\n"); return xs.map((x) => 2 * x); }, { name: "twice" });
    const sum = ray.remote((xs) => xs.reduce((a, b) => a + b), { name: "sum" });
    const N = 20_000;
    ${body}
    await ray.shutdown();`, env, ["--expose-gc"]);

const modes: [string, Record<string, string>][] = [["by maps", {}], ["without koffi", { RAY_TS_KOFFI: "off" }], ["as files", { RAY_TS_STORE: "files" }]];

test.each(modes)("an object whose segment is gone is made again by its task, with what that needs, wherever it is read, %s (row 55)", async (_mode, env) => {
  expect(await run(`
    let a = make.remote(N, 3);
    const b = twice.remote(a);
    await ray.wait([b]);
    const counts = () => [ran("make"), ran("twice")];
    const seen = [counts()];
    await lose();
    // read by a task on the only CPU: it waits, and its worker makes them meanwhile
    seen.push([await ray.get(sum.remote(b)), counts()]);
    await lose();
    // the ref of its argument is long gone
    a = undefined;
    await until(async () => (await ray.state.objects()).length === 1);
    seen.push([(await ray.get(b))[N - 1], counts()]);
    // nothing was lost: nothing runs
    seen.push([(await ray.get(b))[0], counts()]);
    report(seen);
  `, undefined, env)).toEqual([[1, 1], [6 * 20_000, [2, 2]], [6, [3, 3]], [6, [3, 3]]]);
}, 120_000);

test("what moved to disk and was lost there is made again (rows 53, 55)", async () => {
  expect(await run(`
    const size = ${MIB} / 2;
    const refs = Array.from({ length: 8 }, (_, i) => make.remote(size, i + 1));
    await ray.wait(refs, { numReturns: 8 });
    await until(async () => (await ray.state.objects({ filter: { place: "disk" } })).length >= 2);
    const lost = await lose(/disk/);
    const before = ran("make");
    const values = await Promise.all(refs.map(async (ref) => (await ray.get(ref))[5]));
    report([lost > 0, values, ran("make") > before]);
  `, `{ numCpus: 1, objectStoreMemory: ${24 * MIB} }`)).toEqual([true, [1, 2, 3, 4, 5, 6, 7, 8], true]);
}, 120_000);

test("a worker killed while it writes its result, or while that is under way, has its task run again (rows 29, 55)", async () => {
  expect(await run(`
    const dying = ray.remote((n) => {
      appendFileSync(runs, "dying\\n");
      const isFirst = readFileSync(runs, "utf8").split("\\n").filter((line) => line === "dying").length === 1;
      const array = new Float64Array(n).fill(7);
      if (isFirst) Object.defineProperty(array, "buffer", { get() { process.kill(process.pid, "SIGKILL"); } });
      return array;
    }, { name: "dying" });
    const killed = ray.remote((n) => {
      appendFileSync(runs, "killed\\n");
      // the result is written and sent when the event loop turns; then the process is gone
      if (readFileSync(runs, "utf8").split("\\n").filter((line) => line === "killed").length === 1) queueMicrotask(() => process.kill(process.pid, "SIGKILL"));
      return new Float64Array(n).fill(8);
    }, { name: "killed" });
    const values = await ray.get([dying.remote(N), killed.remote(N)]);
    report([values.map((xs) => [xs.length, xs[0], xs[N - 1]]), ran("dying")]);
  `)).toEqual([[[20_000, 7, 7], [20_000, 8, 8]], 2]);
}, 120_000);

test("an object outlives its worker; when the file that it left is gone too, the task runs again elsewhere (row 55)", async () => {
  expect(await run(`
    const pidOf = ray.remote(() => process.pid);
    const ref = make.remote(N, 4);
    await ray.wait([ref]);
    process.kill(await ray.get(pidOf.remote()), "SIGKILL");
    await ray.get(pidOf.remote());
    const kept = [await ray.get(sum.remote(ref)), ran("make")];
    await lose();
    report([kept, await ray.get(sum.remote(ref)), ran("make")]);
  `)).toEqual([[80_000, 1], 80_000, 2]);
}, 120_000);

test("what waits for a lost object gets the new one: calls of actors in their order, borrowers, refs inside values (row 55)", async () => {
  expect(await run(`
    class Keeper { n = 0; keep(box) { this.box = box; return 1; } async read() { return (await ray.get(this.box.ref))[0]; } add(xs) { return [++this.n, xs[0]]; } plain() { return ++this.n; } }
    const keeper = ray.remote(Keeper).remote();
    const ref = make.remote(N, 5);
    const box = ray.remote((x) => ({ inner: make.remote(20_000, x) }), { name: "box" }).remote(6);
    await ray.get([keeper.keep.remote({ ref }), ref]);
    const { inner } = await ray.get(box);
    await ray.get(inner);
    await lose();
    const calls = [keeper.add.remote(ref), keeper.plain.remote(), keeper.add.remote(ref)];
    const ordered = await ray.get(calls);
    await lose();
    const borrowed = await ray.get(keeper.read.remote());
    await lose();
    report([ordered, borrowed, (await ray.get(inner))[1]]);
  `, "{ numCpus: 2 }")).toEqual([[[1, 5], 2, [3, 5]], 5, 6]);
}, 120_000);

test("what cannot be made again is ObjectLostError, which says why (row 55)", async () => {
  expect(await run(`
    const once = ray.remote((n) => new Float64Array(n), { name: "once", maxRetries: 0 });
    const twiceAtMost = ray.remote((n) => new Float64Array(n), { name: "twiceAtMost", maxRetries: 1 });
    const length = ray.remote((xs) => new Float64Array(xs.length), { name: "length" });
    class Counter { state() { return new Float64Array(20_000); } }
    const counter = ray.remote(Counter).remote();
    const errorOf = (ref) => ray.get(ref).then(() => "no error", (error) => error.name + ": " + error.message.replace(/its file \\S+ is gone/, "GONE").replace(/Object \\S+/g, "Object ID").replace(/object \\S+,/g, "object ID,"));
    const refs = { put: ray.put(new Float64Array(N)), once: once.remote(N), spent: twiceAtMost.remote(N), large: length.remote(new Float64Array(N)), call: counter.state.remote() };
    let argument = ray.put(new Float64Array(N));
    refs.needs = length.remote(argument);
    await ray.get(Object.values(refs));
    argument = undefined;
    await until(async () => (await ray.state.objects()).length === 6);
    const errors = {};
    await lose();
    await ray.get(refs.spent);
    await lose();
    for (const [name, ref] of Object.entries(refs)) errors[name] = await errorOf(ref);
    const dependent = await errorOf(sum.remote(refs.put));
    const waited = await ray.wait([refs.put]);
    report([errors, dependent, waited[0].length, (await ray.state.objects()).map(({ state }) => state)]);
  `)).toEqual([
    {
      put: "ObjectLostError: Object ID is lost: GONE. It cannot be made again: it was put (by ray.put, or as a large argument), and only what a task returned can be made again",
      once: "ObjectLostError: Object ID is lost: GONE. It cannot be made again: it came from task once, whose maxRetries is 0",
      spent: "ObjectLostError: Object ID is lost: GONE. It cannot be made again: it came from task twiceAtMost, which was run 2 times, and its maxRetries is 1",
      large: "ObjectLostError: Object ID is lost: GONE. It cannot be made again: it came from task length, whose large arguments were freed when it ended (large values that are passed by ray.put stay as long as their ref)",
      call: "ObjectLostError: Object ID is lost: GONE. It cannot be made again: it came from the call Counter.state of an actor, whose state has moved on (maxTaskRetries lets such calls be made again)",
      needs: "ObjectLostError: Object ID is lost: GONE. It cannot be made again: its task length needs object ID, which is gone too: it was put (by ray.put, or as a large argument), and only what a task returned can be made again",
    },
    expect.stringMatching(/^ObjectLostError: Object ID is lost: GONE\. It cannot be made again: it was put/),
    1,
    ["lost", "lost", "lost", "lost", "lost", "lost"],
  ]);
}, 120_000);

test("lost items of a generator are made again, and no more of it than that, also of one that its reader left (rows 26, 55)", async () => {
  expect(await run(`
    const endless = ray.remote(function* (n) { for (let i = 0; ; i++) { appendFileSync(runs, "item\\n"); yield new Float64Array(n).fill(i); } }, { name: "endless", generatorBackpressure: 2 });
    const refs = [];
    for await (const ref of endless.remote(N)) if (refs.push(ref) === 6) break;
    await until(async () => (await ray.state.tasks({ filter: { name: "endless", state: "finished" } })).length === 1);
    const before = ran("item");
    refs.splice(1, 2);
    await lose();
    const values = await Promise.all(refs.slice(0, 3).map(async (ref) => (await ray.get(ref))[N - 1]));
    await until(async () => (await ray.state.tasks({ filter: { name: "endless", state: "finished" } })).length === 1);
    const again = ran("item") - before;
    report([values, again, (await ray.get(refs[3]))[0]]);
  `)).toEqual([[0, 3, 4], 6, 5]);
}, 120_000);

test("calls of an actor with maxTaskRetries are made again; lineage beyond its bound is forgotten, and that is said (row 55)", async () => {
  expect(await run(`
    class Source { made = 0; array(n) { this.made++; return new Float64Array(n).fill(this.made); } count() { return this.made; } }
    const source = ray.remote(Source, { maxRestarts: 1, maxTaskRetries: 2 }).remote();
    const ref = source.array.remote(N);
    await ray.wait([ref]);
    await lose();
    const again = [(await ray.get(ref))[0], await ray.get(source.count.remote())];
    const first = make.remote(N, 1);
    await ray.get(first);
    const others = Array.from({ length: 6 }, (_, i) => ray.remote((xs, n) => new Float64Array(n), { name: "padded" }).remote("x".repeat(10_000), N));
    await ray.wait(others, { numReturns: 6 });
    await lose();
    const error = await ray.get(first).catch((error) => error);
    report([again, error.name, error.message.includes("how it was made was forgotten to make room (RAY_TS_MAX_LINEAGE_BYTES"), (await ray.get(others[5])).length]);
  `, undefined, { RAY_TS_MAX_LINEAGE_BYTES: "60000" })).toEqual([[2, 2], "ObjectLostError", true, 20_000]);
}, 120_000);
