/** A cluster that outlives its drivers: started and stopped by commands, joined by fronts and scripts of several folders, which are killed in turn. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox, type Finished } from "../fixtures/sandbox.ts";

let sandbox: Sandbox;
beforeEach(() => { sandbox = new Sandbox(); });
afterEach(async () => {
  await cli("stop", "--force");
  await sandbox.close();
}, 30_000);

const NOTHING = { processes: [], files: [] };
const JOINED = { RAY_TS_ADDRESS: "auto" };

const cli = (...args: string[]): Promise<Finished> => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;

interface Status {
  readonly headPid: number;
  readonly nodes: { readonly total: Record<string, number> }[];
  readonly actors: { readonly className: string; readonly state: string; readonly detached: boolean }[];
  readonly drivers: { readonly pid: number; readonly namespace: string }[];
}

const status = async (): Promise<Status> => JSON.parse((await cli("status", "--json")).stdout) as Status;

/** Waits until the cluster's status is so. */
async function until(holds: (status: Status) => boolean): Promise<Status> {
  for (;;) {
    const now = await status();
    if (holds(now)) return now;
  }
}

test("start, status and stop: one cluster a user, and nothing is left of it (row 106)", async () => {
  expect((await cli("status")).code).toBe(1);
  expect(await cli("start", "--num-cpus", "2", "--resources", '{"database": 1}')).toMatchObject({ code: 0, stdout: expect.stringContaining("2 CPUs") });
  expect(await cli("start")).toMatchObject({ code: 1, stderr: expect.stringMatching(/running already[\s\S]*ray-ts stop/) });
  expect((await status()).nodes[0]?.total).toMatchObject({ CPU: 2, database: 1 });
  expect((await cli("status")).stdout).toMatch(/CPUs: +0 of 2 in use[\s\S]*drivers: +none/);
  expect(await cli("stop")).toMatchObject({ code: 0, stdout: "The cluster has ended.\n" });
  expect({ processes: sandbox.processes(), files: sandbox.clusterFiles() }).toEqual(NOTHING);
  expect(await cli("stop")).toMatchObject({ code: 0, stdout: expect.stringContaining("No cluster") });
}, 60_000);

test("a killed standing head leaves no process, and the next start takes its place", async () => {
  await cli("start", "--num-cpus", "1");
  process.kill((await status()).headPid, "SIGKILL");
  expect((await sandbox.leftovers(3000)).processes).toEqual([]);
  expect(await cli("start", "--num-cpus", "1")).toMatchObject({ code: 0 });
  expect(await cli("stop", "--force")).toMatchObject({ code: 0 });
  expect(await sandbox.leftovers(3000)).toEqual(NOTHING);
}, 60_000);

test("two fronts and a script work on it at once; each is killed in turn, and the others and a detached actor go on (rows 1, 10, 68)", async () => {
  await cli("start", "--num-cpus", "4");
  const counter = `class Counter { i = 0; incr() { return ++this.i; } } const counter = ray.remote(Counter, { name: "shared", namespace: "all", lifetime: "detached", numCpus: 0 }).remote();`;
  const incr = `await ray.get((await ray.getActor("shared", { namespace: "all" })).incr.remote())`;
  const [a, b] = [new FrontProcess(sandbox, undefined, JOINED), new FrontProcess(sandbox)];
  expect(await a.cell(`${counter} class Own { ok() { return 1; } } const own = ray.remote(Own).remote(); await ray.get([counter.incr.remote(), own.ok.remote()])`)).toMatchObject({ text: "[ 1, 1 ]" });
  expect(await b.cell(`await ray.init({ address: "auto" }); ${incr}`)).toMatchObject({ text: "2" });
  const script = sandbox.startScript(`import ray from "ray-ts"; await ray.init({ address: "auto" }); console.log("N " + ${incr}); for await (const _ of process.stdin) console.log("M " + ${incr});`);
  await script.output(/N 3/);
  const all = await until(({ drivers }) => drivers.length === 3);
  expect(new Set(all.drivers.map(({ namespace }) => namespace)).size).toBe(3);

  a.process.kill();
  const left = await until(({ drivers, actors }) => drivers.length === 2 && actors.some(({ className, state }) => className === "Own" && state === "dead"));
  expect(left.actors.find(({ className }) => className === "Counter")).toMatchObject({ state: "alive", detached: true });
  expect(await b.cell(incr)).toMatchObject({ text: "4" });
  script.child.stdin?.write("go\n");
  await script.output(/M 5/);

  b.process.kill();
  await until(({ drivers }) => drivers.length === 1);
  script.child.stdin?.write("go\n");
  await script.output(/M 6/);

  script.kill();
  await until(({ drivers }) => drivers.length === 0);
  expect(await sandbox.scriptValue(`import ray from "ray-ts"; report(${incr}); await ray.shutdown();`, JOINED)).toBe(7);
  expect(await status()).toMatchObject({ actors: expect.arrayContaining([expect.objectContaining({ className: "Counter", state: "alive" })]) });
  await cli("stop");
  expect({ processes: sandbox.processes(), files: sandbox.clusterFiles() }).toEqual(NOTHING);
}, 90_000);

test("closing a front and ray.shutdown leave it; what others print is not shown here; live views go on (row 104)", async () => {
  await cli("start", "--num-cpus", "2");
  const a = new FrontProcess(sandbox, undefined, JOINED);
  const b = new FrontProcess(sandbox, undefined, JOINED);
  await b.cell("await ray.get(ray.remote(() => 1).remote())");
  expect(await a.cell(`await ray.get(ray.remote(function loud() { console.log("from a"); }).remote())`)).toMatchObject({ stdout: expect.stringContaining("from a") });
  expect(await b.cell("await ray.get(ray.remote(() => 2).remote())")).toMatchObject({ text: "2", stdout: "" });
  expect((await a.cell("const r = ray.remote(() => [1, 2]).remote(); await ray.get(r); r")).text).toMatch(/\[ ?1, 2 ?\]/);
  expect(await a.cell(`ray.remote(class Kept {}, { name: "kept", lifetime: "detached" }).remote(); await ray.ready(await ray.getActor("kept")).value()`)).toMatchObject({ stderr: expect.stringContaining("namespace") });
  expect(await a.cell("await ray.shutdown(); ray.isInitialized()")).toMatchObject({ text: "false" });
  await a.close();
  expect(await b.cell("await ray.get(ray.remote(() => 3).remote())")).toMatchObject({ text: "3" });
  await b.close();
  expect((await until(({ drivers }) => drivers.length === 0)).headPid).toBeGreaterThan(0);
}, 60_000);

test("received code imports from its driver's folder, though workers serve drivers of several", async () => {
  await cli("start", "--num-cpus", "1");
  for (const name of ["one", "two"]) {
    mkdirSync(join(sandbox.folder, name));
    writeFileSync(join(sandbox.folder, name, "local.ts"), `export const where: string = ${JSON.stringify(name)};`);
    writeFileSync(join(sandbox.folder, name, "work.ts"), `import { where } from "./local.ts"; const f = ray.remote(async () => [where, (await import("./local.ts")).where, process.cwd().split("/").at(-1)]); const nested = ray.remote(async () => ray.get(f.options({ numCpus: 0 }).remote())); console.log(JSON.stringify([await ray.get(f.remote()), await ray.get(nested.remote())]));`);
  }
  for (const name of ["one", "two", "one"]) {
    const finished = await sandbox.start([join(distFolder(), "cli.js"), "run", join(sandbox.folder, name, "work.ts")], JOINED).finished;
    expect(finished.stderr).toBe("");
    expect(JSON.parse(finished.stdout)).toEqual([[name, name, name], [name, name, name]]);
  }
}, 60_000);

test("what cannot be joined is said: none there, ray://, sizes with an address, another cluster runs (row 1)", async () => {
  const failure = (init: string, env = {}): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; ${init.startsWith("!") ? init.slice(1) : `report(await ray.init(${init}).then(() => "joined", (e) => e.name + ": " + e.message)); process.exit(0);`}`, env);
  expect(await failure(`{ address: "auto" }`)).toMatch(/^RayError: .*ray-ts start/);
  expect(await failure(`{ address: "ray://host:10001" }`)).toMatch(/^RayError: .*cannot be joined yet/);
  await cli("start", "--num-cpus", "1");
  expect(await failure(`{ address: "auto", numCpus: 2 }`)).toMatch(/numCpus cannot be chosen/);
  expect(await failure(`{ numCpus: 2 }`, JOINED)).toMatch(/RAY_TS_ADDRESS.*numCpus/);
  expect(await failure(`!await ray.init({ numCpus: 1 }); report(await ray.init({ address: "auto" }).catch((e) => e.message)); await ray.shutdown();`)).toMatch(/of one's own is running already/);
  const folder = join(sandbox.folder, "run", "ray-ts", readdirSync(join(sandbox.folder, "run", "ray-ts")).find((name) => /^[0-9a-f]{8}$/.test(name)) as string);
  expect(await failure(JSON.stringify({ address: folder, namespace: "mine" }))).toBe("joined");
}, 60_000);
