/** What tasks and actors print: where it is shown, how often, and how much of it. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const inSandbox = async (env: Readonly<Record<string, string>>, run: (front: FrontProcess, sandbox: Sandbox) => Promise<void>): Promise<void> => {
  const sandbox = new Sandbox();
  const front = new FrontProcess(sandbox, undefined, env);
  try {
    await run(front, sandbox);
  } finally {
    await front.close();
    await sandbox.close();
  }
};

/** Four tasks at once on four workers, each printing `text` once. */
const onFourWorkers = (text: string): string => `
  const say = ray.remote(async (i: number) => { console.log(${text}); await new Promise((r) => setTimeout(r, 300)); return process.pid; });
  new Set(await ray.get([0, 1, 2, 3].map((i) => say.remote(i)))).size`;

describe("row 104: worker log streaming", () => {
  test("a line that four workers print is shown once and told as repeated; lines with different numbers are different", () => inSandbox({}, async (front) => {
    await front.cell("await ray.init({ numCpus: 4 }); undefined");
    const same = await front.cell(onFourWorkers("'hello'"));
    expect(same).toMatchObject({ error: undefined, text: "4" });
    expect(same.stdout).toMatch(/^\(say pid=\d+\) hello\n\(say pid=\d+\) hello \[repeated 3x across cluster\]/);
    expect(same.stdout.split("\n")).toHaveLength(3);
    const different = await front.cell(onFourWorkers("'i = ' + i"));
    expect(different.stdout.match(/i = \d$/gm)?.sort()).toEqual(["i = 0", "i = 1", "i = 2", "i = 3"]);
  }), 60_000);

  test("RAY_TS_DEDUP_LOGS=0 shows each of them, logToDriver: false none, and the log has them all", async () => {
    await inSandbox({ RAY_TS_DEDUP_LOGS: "0" }, async (front) => {
      await front.cell("await ray.init({ numCpus: 4 }); undefined");
      expect((await front.cell(onFourWorkers("'hello'"))).stdout.match(/hello$/gm)).toHaveLength(4);
    });
    await inSandbox({}, async (front) => {
      await front.cell("await ray.init({ numCpus: 4, logToDriver: false }); undefined");
      const quiet = await front.cell(`${onFourWorkers("'hello'")}; (await ray.state.getLog({ task: "say" })).split("\\n").filter((line) => line.endsWith("hello")).length`);
      expect(quiet).toMatchObject({ error: undefined, stdout: "", text: "4" });
      expect((await front.cell("await ray.init({ logToDriver: true })")).error).toContain("logToDriver is false, not true");
    });
  }, 60_000);

  test("what an actor's constructor and its timers print goes to the cell that made it", () => inSandbox({}, async (front) => {
    const made = await front.cell("class Ticker { constructor() { console.log('made'); setTimeout(() => console.log('later'), 1); } ready() {} }; const ticker = ray.remote(Ticker).remote(); await ray.get(ticker.ready.remote()); await new Promise((r) => setTimeout(r, 300))");
    expect(made.stdout).toMatch(/^\(Ticker pid=\d+\) made$/m);
    expect(made.stdout).toMatch(/^\(Ticker pid=\d+\) later$/m);
  }), 60_000);
});

test("a task that prints two million lines: a script shows the first of them, says how many it does not", async () => {
  const sandbox = new Sandbox();
  const { stdout, stderr } = await sandbox.script(`import ray from "ray-ts";
    await ray.init({ numCpus: 1 });
    const flood = ray.remote(function flood(lines) { const hundred = Array.from({ length: 100 }, (_, i) => "a line of the flood " + i).join("\\n"); for (let i = 0; i < lines / 100; i++) console.log(hundred); });
    await ray.get(flood.remote(2_000_000));
    await ray.shutdown();`);
  const shown = stdout.split("\n").filter((line) => line.includes("a line of the flood")).length;
  const told = [...stderr.matchAll(/([\d,]+) lines? \([^)]*\) that workers printed (?:is|are) left out/g)].at(-1)?.[1]?.replaceAll(",", "");
  expect({ shown: shown > 10_000 && shown < 1_000_000, all: shown + Number(told) }).toEqual({ shown: true, all: 2_000_000 });
  await sandbox.close();
}, 60_000);
