/** Why an actor is dead, in every later error. */
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
