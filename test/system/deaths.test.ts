/** What a SIGKILL of each process leaves, also while everybody spins. Scripts stand for drivers, a kernel-like front for fronts. */
import { Sandbox, type RunningProcess } from "../fixtures/sandbox.ts";
import { FrontProcess } from "../fixtures/front-process.ts";
import { readFileSync } from "node:fs";

let sandbox: Sandbox;
beforeEach(() => { sandbox = new Sandbox(); });
afterEach(() => sandbox.close(), 30_000);

const NOTHING = { processes: [], files: [] };

/** Pids of programs of ours by the name of their file in dist/. */
function pidsOf(program: string): number[] {
  return sandbox.processes().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").some((word) => word.endsWith(`/${program}.js`));
    } catch {
      return false; // it ended while we looked
    }
  });
}

const spinning = `
  import ray from "ray-ts"; await ray.init({ numCpus: 2 });
  class Busy { spin() { for (;;); } ok() { return 1; } }
  const busy = ray.remote(Busy).remote();
  await ray.get(busy.ok.remote());
  const spin = ray.remote(() => { for (;;); });
  spin.remote(); spin.remote(); busy.spin.remote();
  await new Promise((r) => setTimeout(r, 300));
  console.log("SPINNING");
`;

test("a script killed while all its workers spin: within 3 s no process and no file is left (row 9)", async () => {
  const script = sandbox.startScript(`${spinning} for (;;);`);
  await script.output(/SPINNING/);
  script.kill();
  expect(await sandbox.leftovers(3000)).toEqual(NOTHING);
});

test("the head killed while all workers spin: workers and files go, pending gets reject with the reason, the next call starts a new cluster", async () => {
  const script: RunningProcess = sandbox.startScript(`${spinning}
    const pending = ray.get(ray.remote(() => new Promise(() => {})).remote()).catch((e) => e);
    const heads = await new Promise((r) => process.stdin.once("data", r));
    const error = await pending;
    const again = await ray.get(ray.remote((x) => x + 1).remote(1));
    console.log("RESULT " + JSON.stringify([error.name, error.message.includes("head process"), again]));
    await ray.shutdown();
    process.exit(0);
  `);
  await script.output(/SPINNING/);
  const [head] = pidsOf("head");
  const workers = pidsOf("worker");
  process.kill(head as number, "SIGKILL");
  script.child.stdin?.write("killed\n");
  const [, result] = await script.output(/RESULT (.*)/);
  expect(JSON.parse(result as string)).toEqual(["ClusterDiedError", true, 2]);
  expect(workers.filter((pid) => pidsOf("worker").includes(pid))).toEqual([]);
  await script.finished;
  expect(await sandbox.leftovers(3000)).toEqual(NOTHING);
});

test("script and head killed together: processes go, files go with the next start (row 105)", async () => {
  const script = sandbox.startScript(`${spinning} for (;;);`);
  await script.output(/SPINNING/);
  const [head] = pidsOf("head");
  process.kill(head as number, "SIGKILL");
  script.kill();
  expect((await sandbox.leftovers(3000)).processes).toEqual([]);
  await sandbox.script(`import ray from "ray-ts"; await ray.get(ray.remote(() => 1).remote());`);
  expect(await sandbox.leftovers(3000)).toEqual(NOTHING);
});

test("a front killed while cell, workers and actors spin: within 3 s no process and no file is left (row 9)", async () => {
  const front = new FrontProcess(sandbox);
  await front.cell(`const spin = ray.remote(() => { for (;;); }); class B { spin() { for (;;); } ok() { return 1; } } const b = ray.remote(B).remote(); await ray.get(b.ok.remote()); spin.remote(); spin.remote(); b.spin.remote(); await new Promise((r) => setTimeout(r, 200));`);
  void front.cell("for (;;);").catch(() => undefined);
  await front.running();
  front.process.kill();
  expect(await sandbox.leftovers(3000)).toEqual(NOTHING);
});

test("a session killed in a cell: the cell gets an error, a fresh session starts, its tasks and actors end, detached actors answer with their state, idle workers are the same (row 68)", async () => {
  const front = new FrontProcess(sandbox);
  await front.cell(`class C { n = 0; inc() { return ++this.n; } pid() { return process.pid; } }
    const kept = ray.remote(C, { name: "kept", lifetime: "detached" }).remote(); const mine = ray.remote(C, { name: "mine" }).remote();
    await ray.get([kept.inc.remote(), mine.inc.remote()]);`);
  const pids = JSON.parse((await front.cell("JSON.stringify(await ray.get([kept.pid.remote(), mine.pid.remote()]))")).text!.replaceAll("'", ""));
  const died = await front.cell("process.exit(1)");
  expect([died.status, died.sessionDied, /exit code 1/.test(died.error ?? "")]).toEqual(["error", true, true]);
  const after = await front.cell(`const again = await ray.getActor("kept"); const gone = await ray.getActor("mine").catch((e) => e.name); JSON.stringify([await ray.get(again.inc.remote()), await ray.get(again.pid.remote()), gone, typeof kept])`);
  expect(JSON.parse(after.text!.replaceAll("'", ""))).toEqual([2, pids[0], "ActorNotFoundError", "undefined"]);
  expect(pidsOf("worker")).not.toContain(pids[1]);
  await front.close();
});

test("the head killed under a front: the session keeps its variables and the next remote call starts a new cluster", async () => {
  const front = new FrontProcess(sandbox);
  await front.cell("let x = 41; const f = ray.remote(() => 1); await ray.get(f.remote());");
  const waiting = front.cell("await ray.get(ray.remote(() => new Promise(() => {})).remote())");
  await front.running();
  process.kill(pidsOf("head")[0] as number, "SIGKILL");
  const failed = await waiting;
  expect([failed.status, /ClusterDiedError/.test(failed.error ?? "")]).toEqual(["error", true]);
  expect((await front.cell("x += await ray.get(f.remote()); x")).text).toBe("42");
  await front.close();
});

test("a front that leaves its cluster for the next one: the detached counter keeps its count, the worker pids are the same (row 68)", async () => {
  const first = new FrontProcess(sandbox, "the-connection-file");
  await first.cell(`class C { n = 0; inc() { return ++this.n; } } const c = ray.remote(C, { name: "c", lifetime: "detached" }).remote(); await ray.get([c.inc.remote(), c.inc.remote()]);`);
  const workers = pidsOf("worker").sort();
  await first.close(true);
  const second = new FrontProcess(sandbox, "the-connection-file");
  expect((await second.cell(`const c = await ray.getActor("c"); await ray.get(c.inc.remote())`)).text).toBe("3");
  for (const pid of workers) expect(pidsOf("worker")).toContain(pid);
  await second.close();
  expect(await sandbox.leftovers(3000)).toEqual(NOTHING);
});

test("a cell that makes an actor, run 20 times, leaves one process within 3 s", async () => {
  const front = new FrontProcess(sandbox);
  for (let i = 0; i < 20; i++) await front.cell(`class A { ok() { return process.pid; } } const a = ray.remote(A).remote(); await ray.get(a.ok.remote())`);
  const pid = Number((await front.cell("await ray.get(a.ok.remote())")).text);
  const until = Date.now() + 10_000;
  const alive = async (): Promise<number> => Number((await front.cell(`(await ray.nodes()).length + 0`)).text) && pidsOf("worker").length;
  // the actor's own process and the two workers that are kept ready
  while ((await alive()) > 3 && Date.now() < until) await new Promise((turn) => setTimeout(turn, 100));
  expect(pidsOf("worker").length).toBeLessThanOrEqual(3);
  expect(pidsOf("worker")).toContain(pid);
  await front.close();
}, 60_000);


test("what a session owned is lost with it, and who still holds its refs is told that the owner died (row 51)", async () => {
  const front = new FrontProcess(sandbox);
  await front.cell(`class Keeper { box: any; keep(box: any) { this.box = box; } async read() { return ray.get(this.box.ref).then(() => "there", (e: Error) => e.name + ": " + e.message); } }
    const keeper = ray.remote(Keeper, { name: "keeper", lifetime: "detached" }).remote();
    await ray.get(keeper.keep.remote({ ref: ray.put({ small: true }) }));`);
  await front.cell("process.exit(1)");
  expect((await front.cell(`await ray.get((await ray.getActor("keeper")).read.remote())`)).text).toMatch(/OwnerDiedError: Object .* the process that owned it died/);
  await front.close();
});
