/** Tasks that wait behind a long one at its worker go to others, also while that one is in a loop. */
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const run = (body: string): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs"; await ray.init({ numCpus: 2 });\n${body}\nawait ray.shutdown();`);

/** Teaches the driver that such tasks are short: many then wait at a worker at once. */
const WARM = `for (let i = 0; i < 15; i++) await ray.get(Array.from({ length: 20 }, () => task.remote(0)));\n`;

test("a synchronous task that goes on, of a kind that used to be short, holds up none of the hundred behind it", async () => {
  expect(await run(`
    const task = ray.remote((gate) => { if (gate) while (!existsSync(gate)); return process.pid; });
    ${WARM}
    const gate = process.env.TMPDIR + "/gate-a";
    const long = task.remote(gate);
    const short = await ray.get(Array.from({ length: 100 }, () => task.remote("")));
    const [early] = await ray.wait([long], { timeoutMs: 0 });
    writeFileSync(gate, "");
    const pid = await ray.get(long);
    report([early.length, short.length, short.includes(pid)]);
  `)).toEqual([0, 100, false]);
});

test("the same for an asynchronous one", async () => {
  expect(await run(`
    const task = ray.remote(async (gate) => { if (gate) while (!existsSync(gate)) await new Promise(setImmediate); return process.pid; });
    ${WARM}
    const gate = process.env.TMPDIR + "/gate-b";
    const long = task.remote(gate);
    const short = await ray.get(Array.from({ length: 100 }, () => task.remote("")));
    writeFileSync(gate, "");
    report([short.length, short.includes(await ray.get(long))]);
  `)).toEqual([100, false]);
});

test("among short and long tasks each runs once, whatever was taken back, and its arguments are let go", async () => {
  expect(await run(`
    const log = process.env.TMPDIR + "/ran";
    const task = ray.remote((i, ms, held) => {
      if (i) appendFileSync(log, i + "\\n");
      for (const end = performance.now() + ms; performance.now() < end; );
      return i;
    });
    ${WARM}
    let seed = 7;
    const random = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff;
    const wanted = Array.from({ length: 1500 }, (_, i) => i + 1);
    const got = [];
    for (let from = 0; from < wanted.length; from += 300) {
      got.push(...await ray.get(wanted.slice(from, from + 300).map((i) => task.remote(i, random() < 0.02 ? 45 : 0, i % 10 ? undefined : [ray.put(i)]))));
    }
    const ran = readFileSync(log, "utf8").trim().split("\\n").map(Number).sort((a, b) => a - b);
    report([got.join() === wanted.join(), ran.join() === wanted.join()]);
  `)).toEqual([true, true]);
}, 120_000);

test("tasks that were taken back can be cancelled, and later ones run where they were", async () => {
  expect(await run(`
    const task = ray.remote((gate) => { if (gate) for (writeFileSync(gate + "-begun", ""); !existsSync(gate); ); return process.pid; });
    ${WARM}
    const gates = [1, 2].map((n) => process.env.TMPDIR + "/gate-c" + n);
    const long = gates.map((gate) => task.remote(gate));
    while (!gates.every((gate) => existsSync(gate + "-begun"))) await new Promise((turn) => setTimeout(turn, 5)); // both workers
    const behind = Array.from({ length: 50 }, () => task.remote(""));
    await ray.wait(behind, { timeoutMs: 300 });
    for (const ref of behind.slice(0, 25)) ray.cancel(ref);
    for (const gate of gates) writeFileSync(gate, "");
    const outcomes = await Promise.all(behind.map((ref) => ray.get(ref).then(() => "ran", (error) => error.name)));
    const pids = new Set(await ray.get(long));
    const after = new Set(await ray.get(Array.from({ length: 400 }, () => task.remote(""))));
    report([outcomes.filter((o) => o === "ran").length, outcomes.filter((o) => o === "TaskCancelledError").length, [...after].every((pid) => pids.has(pid))]);
  `)).toEqual([25, 25, true]);
});
