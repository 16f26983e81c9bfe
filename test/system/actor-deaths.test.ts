/** Why an actor is dead, in every later error. */
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const run = (body: string): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init({ numCpus: 2 });
const failure = (ref) => ray.get(ref).catch((e) => e);
${body}\nawait ray.shutdown();`);

test("the constructor's own error is the cause, with its class, its fields and its own cause (row 81)", async () => {
  expect(await run(`
    class Broken { constructor() { throw Object.assign(new RangeError("cannot build", { cause: new Error("deep") }), { hint: 5 }); } go() {} }
    const broken = ray.remote(Broken).remote();
    const first = await failure(broken.go.remote());
    const later = await failure(broken.go.remote());
    const elsewhere = await ray.get(ray.remote(async (h) => ray.get(h.go.remote()).catch((e) => [e.name, e.cause instanceof RangeError, e.cause.message])).remote(broken));
    report([first, later].map((e) => [e.name, e.message.includes("RangeError: cannot build"), e.cause instanceof RangeError, e.cause.hint, e.cause.message]).concat([elsewhere]));
  `)).toEqual([["ActorDiedError", true, true, 5, "cannot build"], ["ActorDiedError", true, true, 5, "cannot build"], ["ActorDiedError", true, "cannot build"]]);
});

test("a kill, an exit and a signal are named, in each later call (row 81)", async () => {
  expect(await run(`
    class Mortal { exit() { process.exit(4); } signal() { process.kill(process.pid, "SIGTERM"); return new Promise(() => {}); } go() {} }
    const make = () => ray.remote(Mortal).remote();
    const [killed, exited, signalled] = [make(), make(), make()];
    await ray.get([killed, exited, signalled].map((h) => ray.ready(h)));
    await ray.kill(killed);
    await Promise.all([failure(exited.exit.remote()), failure(signalled.signal.remote())]);
    report((await Promise.all([killed, exited, signalled].map((h) => failure(h.go.remote())))).map((e) => e.name + ": " + e.message));
  `)).toEqual([expect.stringMatching(/^ActorDiedError: .*killed by ray\.kill/), expect.stringMatching(/^ActorDiedError: .*exit code 4/), expect.stringMatching(/^ActorDiedError: .*SIGTERM/)]);
});

test("an argument of the constructor that failed is the cause (rows 61, 81)", async () => {
  expect(await run(`
    class Model { constructor(data) { this.data = data; } go() {} }
    const model = ray.remote(Model).remote(ray.remote(() => { throw new RangeError("no data"); }).remote());
    const [first, later] = [await failure(model.go.remote()), await failure(ray.ready(model))];
    report([first, later].map((e) => [e.name, e.message.includes("no data"), e.cause instanceof RangeError]));
  `)).toEqual([["ActorDiedError", true, true], ["ActorDiedError", true, true]]);
});

test("an actor whose maker is gone says so: an actor that made it, and a driver (rows 65, 81)", async () => {
  expect(await run(`
    class Child { ok() { return 1; } }
    class Parent { constructor() { this.child = ray.remote(Child).remote(); } theChild() { return this.child; } }
    const parent = ray.remote(Parent).remote();
    const child = await ray.get(parent.theChild.remote());
    const ok = await ray.get(child.ok.remote());
    await ray.kill(parent);
    while (await failure(child.ok.remote()) === 1); // it goes when its maker's process has gone
    const errors = [await failure(child.ok.remote()), await failure(child.ok.remote())];
    report([ok, errors.map((e) => e.name + ": " + e.message)]);
  `)).toEqual([1, [0, 1].map(() => expect.stringMatching(/^ActorDiedError: Actor Child \(.*\) is dead: its owner is gone, actor Parent \(.*\): it was killed by ray\.kill$/))]);
  const cli = (...args: string[]): Promise<{ stderr: string }> => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;
  await cli("start", "--num-cpus", "2");
  const [maker, user] = [new FrontProcess(sandbox, undefined, { RAY_TS_ADDRESS: "auto" }), new FrontProcess(sandbox, undefined, { RAY_TS_ADDRESS: "auto" })];
  await maker.cell(`class Mine { ok() { return 1; } }; const mine = ray.remote(Mine, { name: "mine", namespace: "all" }).remote(); await ray.get(mine.ok.remote())`);
  expect((await user.cell(`const theirs = await ray.getActor("mine", { namespace: "all" }); await ray.get(theirs.ok.remote())`)).text).toBe("1");
  await maker.close();
  const said = await user.cell(`const errors: string[] = []; while (await ray.get(theirs.ok.remote()).then(() => true, () => false)); for (let i = 0; i < 2; i++) errors.push(await ray.get(theirs.ok.remote()).then(() => "alive", (error) => error.name + ": " + error.message)); errors.join("\\n")`);
  expect(said.text).toMatch(/^'ActorDiedError: Actor Mine \(.*\) is dead: its driver d\w+ ended[^]*ActorDiedError: .*its driver d\w+ ended/);
  await user.close();
  await cli("stop", "--force");
}, 60_000);

test("a detached actor restarts after its maker's end; when what its constructor needs is lost with that, it says so (rows 51, 68, 69)", async () => {
  const cli = (...args: string[]): Promise<{ stderr: string }> => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;
  await cli("start", "--num-cpus", "2");
  const joined = { RAY_TS_ADDRESS: "auto" };
  expect(await sandbox.scriptValue(`import ray from "ray-ts"; await ray.init({ address: "auto" });
    class Kept { constructor(data) { this.n = data.length; } size() { return this.n; } pid() { return process.pid; } }
    const make = (name, data) => ray.remote(Kept, { name, namespace: "all", lifetime: "detached", maxRestarts: -1 }).remote(data);
    const made = [make("small", [1, 2]), make("large", new Float64Array(20_000)), make("ref", ray.put(new Float64Array(20_000)))];
    report(await ray.get(made.map((each) => each.size.remote())));
    await ray.shutdown();`, joined)).toEqual([2, 20_000, 20_000]);
  expect(await sandbox.scriptValue(`import ray from "ray-ts"; await ray.init({ address: "auto" });
    const said = [];
    for (const name of ["small", "large", "ref"]) {
      const kept = await ray.getActor(name, { namespace: "all" });
      process.kill(await ray.get(kept.pid.remote()), "SIGKILL");
      let outcome; do { outcome = await ray.get(kept.size.remote()).catch((error) => error); } while (outcome.name === "ActorUnavailableError");
      said.push(outcome.name ? [outcome.name, outcome.cause.cause?.name, outcome.message] : outcome);
    }
    report(said);
    await ray.shutdown();`, joined)).toEqual([
    2,
    ["ActorDiedError", "OwnerDiedError", expect.stringMatching(/its constructor failed: OwnerDiedError: what it needs is over 64 KiB and was lost when its maker, d\w+, ended\. Let the constructor make or load such data itself/)],
    ["ActorDiedError", "OwnerDiedError", expect.stringMatching(/its constructor failed: OwnerDiedError: Object d\w+-\w+ is lost/)],
  ]);
  await cli("stop", "--force");
}, 60_000);

test("a driver that is killed while it reads a shared actor's generator leaves the actor to the others (rows 27, 68)", async () => {
  const cli = (...args: string[]): Promise<{ stderr: string }> => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;
  await cli("start", "--num-cpus", "2");
  const joined = { RAY_TS_ADDRESS: "auto" };
  const feed = `import ray from "ray-ts"; await ray.init({ address: "auto" });
    class Feed { made = 0; ended = 0; *items() { try { for (;;) yield ++this.made; } finally { this.ended++; } } state() { return [this.made, this.ended]; } }
    const feed = ray.remote(Feed, { name: "feed", namespace: "all", lifetime: "detached", getIfExists: true }).remote();`;
  const reader = sandbox.startScript(`${feed} const items = feed.items.options({ generatorBackpressure: 2 }).remote();
    const queued = feed.items.options({ generatorBackpressure: 2 }).remote();
    console.log("GOT " + await ray.get((await items.next()).value)); await (await queued.next());`, joined);
  await reader.output(/GOT 1/);
  reader.kill();
  const [made, ended] = await sandbox.scriptValue(`${feed} report(await ray.get(feed.state.remote())); await ray.kill(feed); await ray.shutdown();`, joined) as [number, number];
  expect([made >= 2 && made <= 4, ended]).toEqual([true, 1]);
  await cli("stop", "--force");
}, 60_000);

test("in a cell the constructor's error names the cell and its line", async () => {
  const front = new FrontProcess(sandbox);
  const cell = await front.cell(`
    class Broken {
      constructor() { throw new TypeError("bad start"); }
      go() {}
    }
    const error: any = await ray.get(ray.remote(Broken).remote().go.remote()).catch((e) => e);
    [error.cause instanceof TypeError, error.message]`);
  expect(cell.text).toMatch(/true/);
  expect(cell.text).toMatch(/In\[\d+\]:3/);
  await front.close();
});
