/** ray.cancel on a real cluster: what waits, what awaits, what loops, what was made by others. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const start = `import ray from "ray-ts"; await ray.init({ numCpus: 1 });
const outcome = (ref) => ray.get(ref).then((value) => value, (error) => error.name);
class Flags { set = new Set(); raise(name) { this.set.add(name); } all() { return [...this.set]; } async until(name) { while (!this.set.has(name)) await new Promise((r) => setTimeout(r, 5)); } }
const flags = ray.remote(Flags, { maxConcurrency: 100 }).remote();
const one = ray.remote(() => 1);
`;
const run = (body: string): Promise<unknown> => sandbox.scriptValue(start + body + "\nawait ray.shutdown();");

test("a task that waits for a worker or for its arguments never runs, and those that need it fail with it (row 83)", async () => {
  expect(await run(`
    const hold = ray.remote(async (flags) => { await ray.get(flags.until.remote("go")); return "held"; });
    const mark = ray.remote(async (flags, name) => { await ray.get(flags.raise.remote(name)); return name; });
    const held = hold.remote(flags);
    const waits = mark.remote(flags, "waited");
    const depends = mark.remote(flags, held);
    const after = mark.remote(flags, waits);
    for (const ref of [waits, depends]) ray.cancel(ref);
    const outcomes = await Promise.all([waits, depends, after].map(outcome));
    await ray.get(flags.raise.remote("go"));
    report([outcomes, await ray.get(held), await ray.get(one.remote()), await ray.get(flags.all.remote())]);
  `)).toEqual([["TaskCancelledError", "TaskCancelledError", "TaskCancelledError"], "held", 1, ["go"]]);
});

test("a task that awaits sees its signal abort, and its worker is free again (row 83)", async () => {
  expect(await run(`
    const waits = ray.remote(async (flags) => {
      const context = ray.getRuntimeContext();
      const { signal } = context;
      await ray.get(flags.raise.remote("runs"));
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await ray.get(flags.raise.remote(signal.reason.name + " " + context.isCanceled));
    });
    const ref = waits.remote(flags);
    await ray.get(flags.until.remote("runs"));
    ray.cancel(ref);
    await ray.get(flags.until.remote("TaskCancelledError true"));
    report([await outcome(ref), await ray.get(one.remote()), await ray.get(flags.all.remote())]);
  `)).toEqual(["TaskCancelledError", 1, ["runs", "TaskCancelledError true"]]);
});

test("force ends the worker of a task that never looks, without a retry (row 83)", async () => {
  expect(await run(`
    const stuck = ray.remote(async (flags) => { await ray.get(flags.raise.remote("runs")); await ray.get(flags.raise.remote("again")); for (;;); });
    const ref = stuck.remote(flags);
    await ray.get(flags.until.remote("again"));
    ray.cancel(ref, { force: true });
    report([await outcome(ref), await ray.get(one.remote())]);
  `)).toEqual(["TaskCancelledError", 1]);
});

test("tasks of a cancelled task are cancelled, unless recursive is false (row 83)", async () => {
  expect(await run(`
    const child = ray.remote(async (flags, name) => { await ray.get(flags.raise.remote(name)); const { signal } = ray.getRuntimeContext(); await new Promise((end) => { signal.addEventListener("abort", end); flags.until.remote("end").value().then(end); }); await ray.get(flags.raise.remote(name + (signal.aborted ? " cancelled" : " ended"))); });
    const parent = ray.remote(async (flags, name) => { await ray.get(child.options({ numCpus: 0 }).remote(flags, name)); });
    const [a, b] = ["a", "b"].map((name) => parent.options({ numCpus: 0 }).remote(flags, name));
    await ray.get([flags.until.remote("a"), flags.until.remote("b")]);
    ray.cancel(a);
    ray.cancel(b, { recursive: false });
    await ray.get(flags.until.remote("a cancelled"));
    await ray.get(flags.raise.remote("end"));
    await ray.get(flags.until.remote("b ended"));
    report(await Promise.all([a, b].map(outcome)));
  `)).toEqual(["TaskCancelledError", "TaskCancelledError"]);
});

test("calls of an actor: those that wait are dropped, one that runs sees its signal, and the actor goes on (row 83)", async () => {
  expect(await run(`
    class Slow {
      done = [];
      async wait(flags) {
        const stopped = new Promise((end) => ray.getRuntimeContext().signal.addEventListener("abort", end));
        flags.raise.remote("runs"); // not awaited: a cancel that comes before the answer would end the wait for it instead
        await stopped;
        this.done.push("stopped");
      }
      note(name) { this.done.push(name); return this.done; }
    }
    const slow = ray.remote(Slow).remote();
    const waits = slow.wait.remote(flags), never = slow.note.remote("never"), last = slow.note.remote("last");
    await ray.get(flags.until.remote("runs"));
    let refused; try { ray.cancel(waits, { force: true }); } catch (error) { refused = error.message; }
    ray.cancel(never);
    ray.cancel(waits);
    report([refused.startsWith("ray.cancel cannot use force for Slow.wait"), await outcome(waits), await outcome(never), await ray.get(last)]);
  `)).toEqual([true, "TaskCancelledError", "TaskCancelledError", ["stopped", "last"]]);
});

test("who has only the ref can cancel it; one that is done keeps its value; refs of put and other values are refused", async () => {
  expect(await run(`
    const waits = ray.remote(async (flags) => { await ray.get(flags.raise.remote("runs")); await new Promise((end) => ray.getRuntimeContext().signal.addEventListener("abort", end)); });
    class Canceller { cancel({ ref }) { ray.cancel(ref); } }
    const canceller = ray.remote(Canceller).remote();
    const ref = waits.remote(flags);
    await ray.get(flags.until.remote("runs"));
    await ray.get(canceller.cancel.remote({ ref }));
    const done = one.remote();
    const value = await ray.get(done);
    ray.cancel(done);
    const refusals = [ray.put(1), 5, flags, [ref]].map((wrong) => { try { ray.cancel(wrong); } catch (error) { return error.constructor.name; } });
    report([await outcome(ref), value, await ray.get(done), refusals]);
  `)).toEqual(["TaskCancelledError", 1, 1, ["TypeError", "TypeError", "TypeError", "TypeError"]]);
});

test("a loop of a cell's function stops, and so does what an interrupted cell has under way (row 83)", async () => {
  const front = new FrontProcess(sandbox);
  const setup = `class Flags { set = new Set(); raise(name) { this.set.add(name); } async until(name) { while (!this.set.has(name)) await new Promise((r) => setTimeout(r, 5)); } }
    await ray.init({ numCpus: 1 });
    const flags = ray.remote(Flags, { maxConcurrency: 100 }).remote();
    const spin = ray.remote(async (flags, name) => { await ray.get(flags.raise.remote(name)); for (let i = 0; ; i++); });
    const one = ray.remote(() => 1);`;
  expect((await front.cell(setup)).error).toBeUndefined();
  const cancelled = await front.cell(`const ref = spin.remote(flags, "first"); await ray.get(flags.until.remote("first")); ray.cancel(ref);
    JSON.stringify([await ray.get(ref).catch((error) => error.name), await ray.get(one.remote())])`);
  expect(cancelled.text).toBe(`'["TaskCancelledError",1]'`);

  const cell = front.cell(`const second = spin.remote(flags, "second"); await ray.get(flags.until.remote("second")); console.log("spins"); await ray.get(second)`);
  await front.process.output(/spins/);
  front.interrupt();
  expect(await cell).toMatchObject({ interrupted: true });
  expect((await front.cell("JSON.stringify([await ray.get(second).catch((error) => error.name), await ray.get(one.remote())])")).text).toBe(`'["TaskCancelledError",1]'`);
  await front.close();
});
