/** Actors whose process dies and is replaced, and calls that are sent again. */
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const fragile = `class Fragile {
  n = 0;
  constructor(start = 0, box) { this.start = start; this.box = box; this.restartedInConstructor = ray.getRuntimeContext().wasActorRestarted; }
  incr() { return ++this.n; }
  look() { return [this.start, this.n, ray.getRuntimeContext().wasActorRestarted, this.restartedInConstructor]; }
  async sum() { return [this.start.reduce((a, b) => a + b, 0), (await ray.get(this.box.ref)).length]; }
  pid() { return process.pid; }
  die() { process.exit(4); }
  dieOnce(file) { if (!fs.existsSync(file)) { fs.writeFileSync(file, ""); process.exit(5); } return "alive"; }
  note(text, file) { fs.appendFileSync(file, text + "\\n"); return text; }
}\n`;
const run = (body: string): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; import fs from "node:fs"; import { join } from "node:path"; await ray.init({ numCpus: 2 });\n${fragile}
const outcome = (ref) => ray.get(ref).catch((e) => e.name + ": " + e.message);
${body}\nawait ray.shutdown();`, {}, ["--expose-gc"]);

test("an actor with maxRestarts begins anew: its constructor runs again with its arguments, its state is lost (row 69)", async () => {
  expect(await run(`
    const f = ray.remote(Fragile, { maxRestarts: 1 }).remote(7);
    await ray.get(f.incr.remote());
    const before = await ray.get(f.look.remote());
    const lost = await outcome(f.die.remote());
    const after = await ray.get(f.look.remote());
    const dead = await outcome(f.die.remote());
    const later = await outcome(f.look.remote());
    report([before, after, /^ActorUnavailableError: Actor Fragile .*exit code 4.*may or may not have been executed/.test(lost), /^ActorDiedError: .*exit code 4/.test(dead), later === dead]);
  `)).toEqual([[7, 1, false, false], [7, 0, true, true], true, true, true]);
});

test("what the constructor needs outlives its refs: a large argument, a ref to a value and one inside an object (row 69)", async () => {
  expect(await run(`
    const make = () => ray.remote(Fragile, { maxRestarts: -1 }).remote(ray.put(new Float64Array(200_000).fill(1)), { ref: ray.put("x".repeat(300_000)), padding: new Uint8Array(500_000) });
    const f = make();
    const sums = [await ray.get(f.sum.remote())];
    for (let i = 0; i < 3; i++) {
      gc(); await new Promise((r) => setTimeout(r, 150)); gc();
      await outcome(f.die.remote());
      sums.push(await ray.get(f.sum.remote()));
    }
    report(sums);
  `)).toEqual([[200_000, 300_000], [200_000, 300_000], [200_000, 300_000], [200_000, 300_000]]);
});

test("with maxTaskRetries calls under way are sent again in their order (row 70)", async () => {
  expect(await run(`
    const folder = fs.mkdtempSync(join(process.cwd(), "retry-"));
    const f = ray.remote(Fragile, { maxRestarts: 1, maxTaskRetries: 1 }).remote();
    const refs = [f.dieOnce.remote(join(folder, "died")), ...["a", "b", "c"].map((text) => f.note.remote(text, join(folder, "notes")))];
    const values = await ray.get(refs);
    report([values, fs.readFileSync(join(folder, "notes"), "utf8")]);
  `)).toEqual([["alive", "a", "b", "c"], "a\nb\nc\n"]);
});

test("maxTaskRetries of one call stands above that of the class", async () => {
  expect(await run(`
    const folder = fs.mkdtempSync(join(process.cwd(), "retry-"));
    const f = ray.remote(Fragile, { maxRestarts: -1 }).remote();
    const once = await outcome(f.dieOnce.options({ maxTaskRetries: 1 }).remote(join(folder, "one")));
    const g = ray.remote(Fragile, { maxRestarts: -1, maxTaskRetries: -1 }).remote();
    const none = await outcome(g.dieOnce.options({ maxTaskRetries: 0 }).remote(join(folder, "two")));
    report([once, none.split(":")[0]]);
  `)).toEqual(["alive", "ActorUnavailableError"]);
});

test("ray.kill with noRestart: false replaces the process; without it the actor ends (row 77)", async () => {
  expect(await run(`
    const f = ray.remote(Fragile, { maxRestarts: 5 }).remote(1);
    const pid = await ray.get(f.pid.remote());
    await ray.kill(f, { noRestart: false });
    const next = await ray.get(f.pid.options({ maxTaskRetries: 5 }).remote());
    await ray.kill(f);
    report([pid !== next, (await outcome(f.pid.remote())).includes("ray.kill")]);
  `)).toEqual([true, true]);
});

test("a task that holds the handle calls the new process too", async () => {
  expect(await run(`
    const f = ray.remote(Fragile, { maxRestarts: 1 }).remote(3);
    await outcome(f.die.remote());
    const look = ray.remote(async (h) => ray.get(h.look.remote()));
    report(await ray.get(look.remote(f)));
  `)).toEqual([3, 0, true, true]);
});

test("beyond maxPendingCalls a call throws at once, and goes again when results have come (row 74)", async () => {
  expect(await run(`
    class Slow { constructor() { this.gate = new Promise((go) => { this.open = go; }); } wait() { return this.gate; } go() { this.open("open"); } }
    const s = ray.remote(Slow, { maxPendingCalls: 3, maxConcurrency: 10 }).remote();
    const refs = [s.wait.remote(), s.wait.remote()];
    s.go.remote();
    let error;
    try { s.wait.remote(); s.wait.remote(); s.wait.remote(); } catch (e) { error = e; }
    await ray.get(refs);
    const values = await ray.get([...refs, s.wait.remote()]);
    report([values, error.name, /Slow .* 3 calls .*maxPendingCalls is 3/.test(error.message)]);
  `)).toEqual([["open", "open", "open"], "PendingCallsLimitExceededError", true]);
});

test("options that make no sense together or alone are refused", async () => {
  expect(await run(`
    const said = (make) => { try { make(); } catch (e) { return e.message; } };
    report([
      said(() => ray.remote(Fragile, { maxTaskRetries: 1 })),
      said(() => ray.remote(Fragile, { maxRestarts: 1.5 })),
      said(() => ray.remote(Fragile, { maxPendingCalls: 0 })),
    ]);
  `)).toEqual([
    'ray.remote option "maxTaskRetries" needs maxRestarts or retryExceptions: an actor that does not restart gets a call again only when that threw',
    'ray.remote option "maxRestarts" must be a whole number of at least 0, or -1 for no limit; got 1.5',
    'ray.remote option "maxPendingCalls" must be a whole number of at least 1, or -1 for no limit; got 0',
  ]);
});
