/**
 * Memory that runs out: which work is ended, what its user hears, and what becomes of it. How full the memory is stands in files
 * of the test's own (RAY_TS_MEMORY_ROOT); "full" is a link into the worker that is to blame, so that there is room when it ends.
 */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const meminfo = (percent: number): string => `MemTotal: 10000000 kB\nMemAvailable: ${(100 - percent) * 100_000} kB\n`;

let roots = 0;
/** A system's files in which half of the memory is in use. */
function memoryRoot(): { readonly env: Record<string, string>; readonly fillWith: (pid: number) => void; readonly script: string } {
  const root = join(sandbox.folder, `memory-${roots++}`);
  mkdirSync(join(root, "proc"), { recursive: true });
  writeFileSync(join(root, "proc", "meminfo"), meminfo(50));
  writeFileSync(join(root, "proc", "vmstat"), "oom_kill 0\n");
  writeFileSync(join(root, "full"), meminfo(97));
  const fillWith = (pid: number): void => {
    symlinkSync(`/proc/${pid}/root${root}/full`, join(root, "next"));
    renameSync(join(root, "next"), join(root, "proc", "meminfo"));
  };
  const script = `
    import ray from "ray-ts";
    import { renameSync, symlinkSync, writeFileSync } from "node:fs";
    const fillWith = (pid) => { symlinkSync(\`/proc/\${pid}/root${root}/full\`, "${root}/next"); renameSync("${root}/next", "${root}/proc/meminfo"); };
    const killAsSystem = (pid) => { writeFileSync("${root}/next", "oom_kill 1\\n"); renameSync("${root}/next", "${root}/proc/vmstat"); process.kill(pid, "SIGKILL"); };
    // who has begun, and a gate for all
    class Gate {
      begun = []; waiting = []; isOpen = false; opened;
      begin(name, pid) { this.begun.push([name, pid]); for (const look of this.waiting) look(); }
      async until(count) { while (this.begun.length < count) await new Promise((go) => this.waiting.push(go)); return this.begun; }
      async wait() { if (!this.isOpen) await (this.opened ??= new Promise((go) => { this.open = () => { this.isOpen = true; go(); }; })); }
      letGo() { if (this.open) this.open(); this.isOpen = true; }
    }
    await ray.init({ numCpus: 3 });
    const gate = ray.remote(Gate, { maxConcurrency: 20 }).remote();
    const runningRows = async (count) => { for (;;) { const rows = await ray.state.tasks({ filter: { state: "running" } }); if (rows.filter(({ name }) => /^(older|newer|precious)$/.test(name)).length >= count) return; } };
    const through = async (gate, name) => { await ray.get(gate.begin.remote(name, process.pid)); await ray.get(gate.wait.remote()); return name; };
  `;
  return { env: { RAY_TS_MEMORY_ROOT: root }, fillWith, script };
}

test("the newest task that can be tried again is ended, told with its memory, and tried again; older work goes on (row 86)", async () => {
  const { env, script } = memoryRoot();
  const finished = await sandbox.script(`${script}
    const older = ray.remote(through, { name: "older" }).remote(gate, "older");
    await ray.get(gate.until.remote(1));
    const newer = ray.remote(through, { name: "newer" }).remote(gate, "newer");
    await ray.get(gate.until.remote(2));
    const precious = ray.remote(through, { name: "precious", maxRetries: 0 }).remote(gate, "precious");
    const begun = await ray.get(gate.until.remote(3));
    await runningRows(3);
    fillWith(begun[1][1]);
    const again = await ray.get(gate.until.remote(4));
    await ray.get(gate.letGo.remote());
    console.log(JSON.stringify([again.map(([name]) => name), again[3][1] !== again[1][1], await ray.get([older, newer, precious])]));
    await ray.shutdown();
  `, env);
  expect(finished.stderr).toMatch(/ray: memory has run out: 9\.3 GiB of the 9\.5 GiB of this machine are in use \(97%; workers are ended from 95% on\)\. Task newer \(pid \d+\), which held \d+ MiB, was ended: it is the newest work that can be tried again\. It is tried again a little later\. The biggest processes of the cluster: .*RAY_TS_MEMORY_USAGE_THRESHOLD/);
  expect(finished.stderr.match(/memory has run out/g)).toHaveLength(1);
  expect(finished.stdout.trim().split("\n").at(-1)).toBe(JSON.stringify([["older", "newer", "precious", "newer"], true, ["older", "newer", "precious"]]));
});

test("work that cannot be tried again fails with OutOfMemoryError: usage, limit, who holds what, the way out (row 86)", async () => {
  const { env, script } = memoryRoot();
  expect(await sandbox.scriptValue(`${script}
    const precious = ray.remote(through, { name: "precious", maxRetries: 0 }).remote(gate, "precious");
    const [[, pid]] = await ray.get(gate.until.remote(1));
    await runningRows(1);
    fillWith(pid);
    const error = await ray.get(precious).catch((error) => error);
    report([error instanceof ray.exceptions.OutOfMemoryError, error.code, error.message]);
    await ray.shutdown();
  `, env)).toEqual([true, "OUT_OF_MEMORY", expect.stringMatching(/^Task precious failed: its worker process \(pid \d+\) was ended because memory ran out: 9\.3 GiB of the 9\.5 GiB of this machine are in use \(97%; .*; maxRetries is 0, so it is not tried again\. The biggest processes of the cluster: .*(task precious|a session or script) \(pid \d+\) \d+ MiB.*To need less, run fewer at once/)]);
});

test("an actor with restarts left is restarted; one without is dead, and each later call says why (row 86)", async () => {
  const { env, script } = memoryRoot();
  expect(await sandbox.scriptValue(`${script}
    class Holder { pid() { return process.pid; } stay() { return new Promise(() => undefined); } }
    const fragile = ray.remote(Holder).remote();
    const lasting = ray.remote(Holder, { maxRestarts: -1 }).remote();
    const first = await ray.get([lasting.pid.remote(), fragile.pid.remote()]);
    const held = lasting.stay.remote();
    fillWith(first[0]);
    const lost = await ray.get(held).catch((error) => [error.name, /because memory ran out/.test(error.message)]);
    const second = await ray.get(lasting.pid.remote());
    await ray.kill(lasting);
    await ray.kill(gate);
    const call = fragile.stay.remote();
    fillWith(first[1]);
    const errors = [];
    for (const ref of [call, fragile.pid.remote()]) errors.push(await ray.get(ref).catch((error) => [error.name, /^Actor Holder .* is dead: its process .* was ended because memory ran out: .*The biggest processes/.test(error.message)]));
    report([lost, second !== first[0], errors]);
    await ray.shutdown();
  `, env)).toEqual([["ActorUnavailableError", true], true, [["OutOfMemoryError", true], ["OutOfMemoryError", true]]]);
});

test("memory that fills faster than it is looked at: what the system killed is told as that, and tried again without using up its retries (row 86)", async () => {
  const { env, script } = memoryRoot();
  const finished = await sandbox.script(`${script}
    const newer = ray.remote(through, { name: "newer", maxRetries: 1 }).remote(gate, "newer");
    const [[, first]] = await ray.get(gate.until.remote(1));
    await runningRows(1);
    killAsSystem(first);
    const [, [, second]] = await ray.get(gate.until.remote(2));
    process.kill(second, "SIGKILL"); // this one was somebody else
    await ray.get(gate.until.remote(3));
    await ray.get(gate.letGo.remote());
    console.log(await ray.get(newer));
    await ray.shutdown();
  `, env);
  expect(finished.stderr).toMatch(/ray: task newer \(pid \d+\) was killed by the system because memory ran out.*It is tried again a little later.*To need less/);
  expect(finished.stderr).toMatch(/Task newer lost its worker \(pid \d+, killed by SIGKILL .*; it is tried again, 0 retries left/);
  expect(finished.stdout.trim()).toBe("newer");
});

test("when the system has to choose, it begins with workers: not with the head or a session (row 42)", async () => {
  expect(await sandbox.scriptValue(`
    import ray from "ray-ts";
    import { readFileSync } from "node:fs";
    await ray.init({ numCpus: 1 });
    const score = ray.remote(async () => Number((await import("node:fs")).readFileSync("/proc/self/oom_score_adj", "utf8")));
    const own = Number(readFileSync("/proc/self/oom_score_adj", "utf8"));
    report([await ray.get(score.remote()), own < 1000]);
    await ray.shutdown();
  `)).toEqual([1000, true]);
});

test("the notice stands in the cell whose work it was, not in the one that runs (row 86)", async () => {
  const { env, fillWith } = memoryRoot();
  const front = new FrontProcess(sandbox, undefined, env);
  const submitting = await front.cell(`
    await ray.init({ numCpus: 1 });
    class Told { pids: number[] = []; heard: (() => void)[] = []; tell(pid: number) { this.pids.push(pid); this.heard.forEach((go) => go()); } async until(count: number) { while (this.pids.length < count) await new Promise<void>((go) => this.heard.push(go)); return this.pids; } }
    const told = ray.remote(Told, { maxConcurrency: 5 }).remote();
    const hungry = ray.remote(async (told: any) => { await ray.get(told.tell.remote(process.pid)); if ((await ray.get(told.until.remote(1))).length === 1) await new Promise(() => undefined); return "second time"; }, { name: "hungry" });
    const ref = hungry.remote(told);
    (await ray.get(told.until.remote(1)))[0]`);
  for (;;) if ((await front.cell(`(await ray.state.tasks({ filter: { state: "running", name: "hungry" } })).length`)).text === "1") break;
  fillWith(Number(submitting.text));
  const waiting = await front.cell("await ray.get(ref)");
  expect(waiting.text).toBe("'second time'");
  expect(waiting.stderr).toBe("");
  const lines = front.process.stdout.split("\n").filter((line) => line.includes("memory has run out")).map((line) => JSON.parse(line) as { output?: { text: string }; cell: unknown });
  const cells = lines.filter(({ output }) => output !== undefined).map(({ cell }) => cell);
  const [, firstCell] = /^\{"id":1,"started":(.*)\}$/m.exec(front.process.stdout) ?? [];
  expect(cells).toEqual([JSON.parse(firstCell as string)]);
  await front.close();
});

describe("a process that reaches V8's own heap limit", () => {
  const FILL = "const kept = []; for (;;) kept.push(new Array(1000).fill(0).map((_, i) => ({ i })));";
  const limited = { NODE_OPTIONS: "--max-old-space-size=96" };

  test("its task says so, with the size and how to raise it (row 86)", async () => {
    expect(await sandbox.scriptValue(`
      import ray from "ray-ts";
      await ray.init({ numCpus: 1 });
      const error = await ray.get(ray.remote(() => { ${FILL} }, { name: "hungry", maxRetries: 0 }).remote()).catch((error) => error);
      report([error.name, error.message]);
      await ray.shutdown();
    `, limited)).toEqual(["WorkerCrashedError", expect.stringMatching(/^Task hungry failed: its worker process \(pid \d+\) died, its JavaScript heap reached V8's limit at \d+ MB \(JavaScript heap out of memory\)\. The limit is raised by NODE_OPTIONS=--max-old-space-size=2048 .*; maxRetries is 0$/)]);
  });

  test("its actor says so in each later call (row 86)", async () => {
    expect(await sandbox.scriptValue(`
      import ray from "ray-ts";
      await ray.init({ numCpus: 1 });
      class Hoarder { fill() { ${FILL} } ok() { return 1; } }
      const hoarder = ray.remote(Hoarder).remote();
      const errors = [];
      for (const ref of [hoarder.fill.remote(), hoarder.ok.remote()]) errors.push(await ray.get(ref).catch((error) => error));
      report(errors.map(({ name, message }) => [name, message]));
      await ray.shutdown();
    `, limited)).toEqual(Array.from({ length: 2 }, () => ["ActorDiedError", expect.stringMatching(/^Actor Hoarder \(.*\) is dead: its process .* died: its JavaScript heap reached V8's limit at \d+ MB/)]));
  });
});
