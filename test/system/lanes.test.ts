/** Processes that talk much do so through shared memory; the same work gives the same without it. */
import { readdirSync } from "node:fs";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const run = (body: string, env: Record<string, string> = {}): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init({ numCpus: 2 });\n${body}\nawait ray.shutdown();`, env);

describe.each([["through shared memory", {}], ["through ZeroMQ alone", { RAY_TS_LANE: "off" }]])("%s", (_how, env: Record<string, string>) => {
  test("calls one by one, many at once and larger than the ring all give their values", async () => {
    expect(await run(`
      const echo = ray.remote((x) => x);
      for (let i = 0; i < 500; i++) if (await ray.get(echo.remote(i)) !== i) throw new Error("wrong " + i);
      const many = Array.from({ length: 5000 }, (_, i) => i);
      const same = (await ray.get(many.map((i) => echo.remote(i)))).every((value, i) => value === i);
      const big = (i) => new Uint8Array(60_000).fill(i);
      const bytes = await ray.get(Array.from({ length: 100 }, (_, i) => echo.remote(big(i)))); // 6 MB each way, inline
      report([same, bytes.every((value, i) => value.length === 60_000 && value[59_999] === i)]);
    `, env)).toEqual([true, true]);
  });

  test("an actor's calls keep their order, from several callers", async () => {
    expect(await run(`
      class Log { lines = []; add(from, i) { this.lines.push([from, i]); } all() { return this.lines; } }
      const log = ray.remote(Log).remote();
      const caller = ray.remote(async (from, log) => { for (let i = 0; i < 300; i++) { const ref = log.add.remote(from, i); if (i % 50 === 0) await ray.get(ref); } await ray.get(log.all.remote()); });
      await ray.get(["a", "b"].map((from) => caller.remote(from, log)));
      const lines = await ray.get(log.all.remote());
      report(["a", "b"].map((name) => { const own = lines.filter(([from]) => from === name).map(([, i]) => i); return own.length === 300 && own.every((i, at) => i === at); }));
    `, env)).toEqual([true, true]);
  });
});

test("a worker that is killed in the middle of much talk loses no task", async () => {
  expect(await run(`
    const task = ray.remote((i) => ({ i, pid: process.pid }), { maxRetries: 10 });
    await ray.get(Array.from({ length: 2000 }, (_, i) => task.remote(i)));
    const refs = Array.from({ length: 5000 }, (_, i) => task.remote(i));
    const [first] = await ray.get([refs[0]]);
    process.kill(first.pid, "SIGKILL");
    const values = await ray.get(refs);
    report(values.every(({ i }, at) => i === at));
  `)).toBe(true);
});

test("the files have no names while they are used", async () => {
  const names = await run(`
    import { readdirSync } from "node:fs";
    const noop = ray.remote(() => undefined);
    for (let i = 0; i < 300; i++) await ray.get(noop.remote());
    report(readdirSync(process.env.RAY_TS_SHM_DIR, { recursive: true }).filter((name) => name.includes("lane")));
  `);
  expect(names).toEqual([]);
  expect(readdirSync(sandbox.sharedMemory)).toEqual([]);
});
