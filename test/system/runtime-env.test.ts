/** Runtime environments: variables, folders and packages of tasks and actors, whose processes no other work shares. */
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { FrontProcess } from "../fixtures/front-process.ts";
import { NpmRegistry } from "../fixtures/npm-registry.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
const registry = new NpmRegistry([
  { name: "greet", version: "1.0.0", files: { "index.js": 'exports.hello = () => "hello 1";' } },
  { name: "greet", version: "2.0.0", files: { "index.js": 'exports.hello = () => require("polite").say("hello 2");' }, manifest: { dependencies: { polite: "^1.0.0" } } },
  { name: "polite", version: "1.1.0", files: { "index.js": 'exports.say = (text) => text + ", please";' } },
  { name: "scripted", version: "1.0.0", files: { "index.js": 'exports.ran = require("node:fs").existsSync(__dirname + "/ran");' }, manifest: { scripts: { install: `node -e "require('fs').writeFileSync('ran', '')"` } } },
]);
let env: Record<string, string>;

beforeAll(async () => {
  await registry.open();
  env = { npm_config_registry: registry.url, npm_config_cache: join(sandbox.folder, "npm-cache"), XDG_CACHE_HOME: join(sandbox.folder, "cache") };
  // the one that the folder has itself
  const own = join(sandbox.folder, "node_modules", "greet");
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, "index.js"), 'exports.hello = () => "of the folder";');
  mkdirSync(join(sandbox.folder, "work"));
  writeFileSync(join(sandbox.folder, "work", "here.ts"), "export const here: string = 'in work';");
});
afterAll(async () => {
  await registry.close();
  await sandbox.close();
}, 30_000);

const run = (body: string, init = "{ numCpus: 2 }", more: Record<string, string> = {}): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init(${init});\n${body}\nawait ray.shutdown();`, { ...env, ...more });

test("variables of the job, of options and of tasks that submit tasks are merged one by one; each environment has processes of its own (rows 32, 95)", async () => {
  const look = "const look = ray.remote(() => ({ vars: [process.env.A, process.env.B, process.env.C], pid: process.pid, env: ray.getRuntimeContext().runtimeEnv.envVars }));";
  const seen = (await run(`
    ${look}
    const other = look.options({ runtimeEnv: { envVars: { B: "other" } } });
    const outer = ray.remote(async () => [await ray.get(look.remote()), await ray.get(look.options({ runtimeEnv: { envVars: { C: "inner \${A_OF_CLUSTER}" } } }).remote())], { runtimeEnv: { envVars: { B: "outer" } } });
    class Peek { look() { return { vars: [process.env.A, process.env.B, process.env.C], pid: process.pid }; } }
    const actor = ray.remote(Peek, { runtimeEnv: { envVars: { C: "actor" } } }).remote();
    report({
      job: await ray.get(look.remote()), other: await ray.get(other.remote()), again: await ray.get(other.remote()), nested: await ray.get(outer.remote()),
      actor: await ray.get(actor.look.remote()), made: await ray.get(ray.call(actor, async () => ray.get(ray.remote(() => process.env.C).remote()))), driver: ray.getRuntimeContext().runtimeEnv,
    });
  `, '{ numCpus: 2, runtimeEnv: { envVars: { A: "job", B: "job" } } }', { A_OF_CLUSTER: "of the cluster" })) as Record<string, { vars: string[]; pid: number; env: object }> & { nested: { vars: string[]; env: object }[] };
  expect(seen["job"]!.vars).toEqual(["job", "job", null]);
  expect(seen["other"]!.vars).toEqual(["job", "other", null]);
  expect(seen.nested.map(({ vars }) => vars)).toEqual([["job", "outer", null], ["job", "outer", "inner of the cluster"]]);
  expect(seen.nested[1]!.env).toEqual({ A: "job", B: "outer", C: "inner ${A_OF_CLUSTER}" });
  expect(seen["actor"]!.vars).toEqual(["job", "job", "actor"]);
  expect(seen["made"]).toBe("actor");
  expect(seen["driver"]).toEqual({ envVars: { A: "job", B: "job" } });
  expect(seen["other"]!.pid).not.toBe(seen["job"]!.pid);
  expect(seen["again"]!.pid).toBe(seen["other"]!.pid);
}, 60_000);

test("a variable is there before the process starts; one with which no process starts is an error that says so (row 95)", async () => {
  expect(await run(`
    const zone = ray.remote(() => new Date(0).getHours(), { runtimeEnv: { envVars: { TZ: "Asia/Tokyo" } } });
    const plain = ray.remote(() => 1);
    const broken = await ray.get(plain.options({ runtimeEnv: { envVars: { NODE_OPTIONS: "--no-such-option" } } }).remote()).catch((error) => [error.name, error.message]);
    report([await ray.get(zone.remote()), broken[0], /--no-such-option is not allowed in NODE_OPTIONS/.test(broken[1]), await ray.get(plain.remote())]);
  `)).toEqual([9, "RuntimeEnvSetupError", true, 1]);
}, 60_000);

test("many environments take turns on one CPU: idle processes of others make room, and all work is done", async () => {
  const pids = (await run(`
    const pid = ray.remote(() => [process.env.N, process.pid]);
    const of = (n) => pid.options({ runtimeEnv: { envVars: { N: String(n) } } });
    const first = await ray.get([0, 1, 2, 3, 4, 5].map((n) => of(n).remote()));
    const second = await ray.get([5, 0].map((n) => of(n).remote()));
    report([first, second, (await ray.state.workers()).filter(({ state }) => state !== "dead").length]);
  `, "{ numCpus: 1 }")) as [[string, number][], [string, number][], number];
  expect(pids[0].map(([n]) => n)).toEqual(["0", "1", "2", "3", "4", "5"]);
  expect(new Set(pids[0].map(([, pid]) => pid)).size).toBe(6);
  expect(pids[1].map(([n]) => n)).toEqual(["5", "0"]);
  expect(pids[2]).toBeLessThanOrEqual(3);
}, 60_000);

describe("in cells", () => {
  let front: FrontProcess;
  beforeAll(() => { front = new FrontProcess(sandbox, undefined, env); });
  afterAll(() => front.close());

  test("workingDir is where a task runs and where its imports resolve (rows 32, 95)", async () => {
    const { text, error } = await front.cell(`
      const there = ray.remote(async () => [(await import("./here")).here, process.cwd(), ray.getRuntimeContext().runtimeEnv.workingDir], { runtimeEnv: { workingDir: "work" } });
      await ray.get(there.remote())`);
    expect(error).toBeUndefined();
    const work = join(sandbox.folder, "work");
    expect(text).toContain(`'in work'`);
    expect(text?.split(work).length).toBe(3);
    expect((await front.cell(`ray.remote(() => 1, { runtimeEnv: { workingDir: "nowhere" } })`)).error).toBe(`RangeError: ray.remote option "runtimeEnv".workingDir: there is no folder ${join(sandbox.folder, "nowhere")}`);
  });

  test("npm packages are installed once, with a line in the cell that submits, and come before those of the folder (rows 32, 95)", async () => {
    const first = await front.cell(`
      const hello = ray.remote(async () => [(await import("greet")).hello(), require("greet").hello()]);
      const withNpm = hello.options({ runtimeEnv: { npm: ["greet@2"] } });
      [await ray.get(hello.remote()), await ray.get(withNpm.remote())].join(" | ")`);
    expect(first.error).toBeUndefined();
    expect(first.text).toBe(`'of the folder,of the folder | hello 2, please,hello 2, please'`);
    expect(first.stderr).toMatch(/ray: installing greet@2 with npm[\s\S]*ray: installed greet@2 in/);
    const actor = await front.cell(`
      class Host { async hello() { return (await import("greet")).hello(); } }
      await ray.get(ray.remote(Host, { runtimeEnv: { npm: ["greet@2"], envVars: { X: "1" } } }).remote().hello.remote())`);
    expect([actor.text, actor.stderr]).toEqual([`'hello 2, please'`, ""]);
    expect(registry.tarballsAsked("greet")).toBe(1);
    expect((await front.cell(`await ray.get(hello.options({ runtimeEnv: { npm: ["greet@1"] } }).remote())`)).text).toContain("hello 1");
  }, 60_000);

  test("install scripts do not run unless asked for", async () => {
    const cell = await front.cell(`
      const ran = ray.remote(() => require("scripted").ran);
      await ray.get([["scripted"], { packages: ["scripted"], ignoreScripts: false }].map((npm) => ran.options({ runtimeEnv: { npm } }).remote()))`);
    expect([cell.error, cell.text]).toEqual([undefined, "[ false, true ]"]);
  }, 60_000);

  test("a package that is not there fails tasks and actors with the command and what it said; other work goes on (row 95)", async () => {
    const cell = await front.cell(`
      const bad = { runtimeEnv: { npm: ["no-such-thing"] } };
      class Never { hi() { return 1; } }
      const errors = await Promise.all([ray.remote(() => 1, bad).remote().value().catch((e) => e), ray.remote(Never, bad).remote().hi.remote().value().catch((e) => e)]);
      [errors.map((e) => [e.name, e instanceof ray.exceptions.RuntimeEnvSetupError, e.code]), errors.every(({ message }) => message.includes("\`npm install --ignore-scripts no-such-thing\` ended with exit code 1:") && message.includes("E404")), await ray.get(ray.remote(() => 2).remote())]`);
    expect(cell.error).toBeUndefined();
    expect(cell.text?.replace(/\s+/g, " ")).toBe("[ [ [ 'RuntimeEnvSetupError', true, 'RUNTIME_ENV_SETUP' ], [ 'RuntimeEnvSetupError', true, 'RUNTIME_ENV_SETUP' ] ], true, 2 ]");
  }, 60_000);
});

test("two clusters that want the same packages at once install them once; what nobody uses goes when the cache is full", async () => {
  const cache = join(sandbox.folder, "cache-2");
  const before = registry.tarballsAsked("greet");
  const body = `report(await ray.get(ray.remote(async () => (await import("greet")).hello(), { runtimeEnv: { npm: ["greet@1.0.0"] } }).remote()));`;
  const more = { XDG_CACHE_HOME: cache, npm_config_cache: join(sandbox.folder, "npm-cache-2"), RAY_TS_RUNTIME_ENV_CACHE_SIZE_GB: "0" };
  expect(await Promise.all([run(body, "{ numCpus: 1 }", more), run(body, "{ numCpus: 1 }", more)])).toEqual(["hello 1", "hello 1"]);
  expect(registry.tarballsAsked("greet")).toBe(before + 1);
  const folder = join(cache, "ray-ts", "npm");
  const [first] = readdirSync(folder);
  expect(readdirSync(folder)).toHaveLength(1);
  await run(body.replace("greet@1.0.0", "polite@1").replace("greet", "polite").replace("hello()", "say('yes')"), "{ numCpus: 1 }", more);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(readdirSync(folder)).not.toContain(first);
}, 90_000);

test("on a standing cluster each driver has its own job's environment (row 95)", async () => {
  const cli = (...args: string[]) => sandbox.start([join(distFolder(), "cli.js"), ...args], env).finished;
  await cli("start", "--num-cpus", "2");
  try {
    const driver = (name: string): Promise<unknown> => run(`report(await ray.get([1, 2].map(() => ray.remote(() => process.env.WHO).remote())));`, `{ address: "auto", runtimeEnv: { envVars: { WHO: "${name}" } } }`);
    expect(await Promise.all([driver("ann"), driver("bob")])).toEqual([["ann", "ann"], ["bob", "bob"]]);
  } finally {
    await cli("stop");
  }
}, 60_000);
