/** Who is not of the cluster: other users of the machine, strangers at its sockets, and processes that are confused. Each gets nothing, and costs a line in a log. */
import { spawn } from "node:child_process";
import { chmodSync, lstatSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { distFolder, repository } from "../fixtures/dist-folder.ts";
import { Sandbox, type Finished, type RunningProcess } from "../fixtures/sandbox.ts";

let sandbox: Sandbox;
let folder: string;
let address: { readonly headName: string; readonly headPid: number; readonly logFolder: string; readonly sharedMemoryFolder: string; readonly diskFolder: string };
let driver: RunningProcess;

const cli = (...args: string[]): Promise<Finished> => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;

beforeEach(async () => {
  sandbox = new Sandbox();
  expect(await cli("start", "--num-cpus", "2")).toMatchObject({ code: 0 });
  const root = join(sandbox.folder, "run", "ray-ts");
  folder = join(root, readdirSync(root).find((name) => /^[0-9a-f]{8}$/.test(name)) as string);
  ({ address } = JSON.parse(readFileSync(join(folder, "cluster.json"), "utf8")) as { address: typeof address });
  // somebody at work: an actor that counts, a large object, tasks; a number for each line that it is asked
  driver = sandbox.startScript(`
    import ray from "ray-ts";
    await ray.init({ address: "auto" });
    const counter = ray.remote(class Counter { n = 0; incr() { return ++this.n; } }).remote();
    const big = ray.put(new Float64Array(100_000).fill(2));
    const sum = ray.remote((xs) => xs.reduce((a, b) => a + b));
    const work = async () => { const [n, s, all] = await Promise.all([ray.get(counter.incr.remote()), ray.get(sum.remote(big)), ray.get(Array.from({ length: 50 }, () => sum.remote([1, 2])))]); console.log("WORKED " + n + " " + s + " " + all.reduce((a, b) => a + b)); };
    await work();
    for await (const _ of process.stdin) await work();
  `, { RAY_TS_ADDRESS: "auto" });
  await worked(1);
}, 60_000);

afterEach(async () => {
  driver.kill();
  await driver.finished;
  await cli("stop", "--force");
  await sandbox.close();
}, 60_000);

async function worked(times: number): Promise<void> {
  await driver.output(new RegExp(`WORKED ${times} 200000 150`));
}

const files = (root: string): string[] => (readdirSync(root, { recursive: true }) as string[]).map((name) => join(root, name));
const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);
const headLog = (): string => files(address.logFolder).filter((path) => /head/.test(path)).map((path) => readFileSync(path, "utf8")).join("");
const residentKiB = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

test("every folder of a cluster is its user's alone, and so is every file that is not behind one", () => {
  const roots = [folder, address.sharedMemoryFolder, address.diskFolder, address.logFolder];
  const found = roots.flatMap((root) => [root, ...files(root)]);
  const folders = found.filter((path) => lstatSync(path).isDirectory());
  expect(folders.filter((path) => modeOf(path) !== "700").map((path) => `${path} ${modeOf(path)}`)).toEqual([]);
  expect(found.filter((path) => lstatSync(path).isFile() && modeOf(path) !== "600").map((path) => `${path} ${modeOf(path)}`)).toEqual([]);
  expect(modeOf(join(folder, "live"))).toBe("600");
  expect(found.some((path) => path.startsWith(address.sharedMemoryFolder + "/"))).toBe(true);
});

const PROCESS = /^[hwd][0-9a-f]{8}$/;

test("another user can neither connect nor read objects", async () => {
  if (process.getuid?.() !== 0) {
    console.log("skipped: only root can start a process of another user");
    return;
  }
  // all that is not the cluster's own is open to everybody, so that nothing else keeps the other user out
  for (const open of [sandbox.folder, join(sandbox.folder, "run"), sandbox.sharedMemory]) chmodSync(open, 0o755);
  const objects = files(address.sharedMemoryFolder).filter((path) => lstatSync(path).isFile());
  expect(objects.length).toBeGreaterThan(0);
  const attempts = `
    const fs = require("node:fs"), net = require("node:net"), { folder, memory, objects, sockets } = JSON.parse(process.argv[1]);
    const outcome = (run) => { try { run(); return "done"; } catch (error) { return error.code; } };
    const connect = (path) => new Promise((told) => { const s = net.connect(path, () => { s.destroy(); told("done"); }); s.on("error", (error) => told(error.code)); });
    (async () => console.log(JSON.stringify([process.getuid(), outcome(() => fs.readdirSync(folder)), outcome(() => fs.readFileSync(folder + "/cluster.json")), outcome(() => fs.readdirSync(memory)),
      ...objects.map((path) => outcome(() => fs.openSync(path, "r"))), ...(await Promise.all(sockets.map(connect)))])))();`;
  const sockets = readdirSync(folder).map((name) => join(folder, name)).filter((path) => lstatSync(path).isSocket());
  // over tcp a file has the key without which a router takes nothing
  const listeners = readdirSync(folder).filter((name) => PROCESS.test(name)).map((name) => join(folder, name)).filter((path) => lstatSync(path).isFile());
  const nobody = 65_534;
  const child = spawn(process.execPath, ["-e", attempts, JSON.stringify({ folder, memory: address.sharedMemoryFolder, objects: [...objects, ...listeners], sockets })], { uid: nobody, gid: nobody, cwd: "/", env: { PATH: "/usr/bin:/bin" }, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise((ended) => child.once("close", ended));
  expect([code, stderr]).toEqual([0, ""]);
  const [uid, ...outcomes] = JSON.parse(stdout) as [number, ...string[]];
  expect(uid).toBe(nobody);
  expect(sockets.length + listeners.length).toBeGreaterThan(3);
  expect(new Set(outcomes)).toEqual(new Set(["EACCES"]));
});

test("strangers without the token, of another version, or with megabytes of garbage are refused and logged; the cluster works on and does not grow", async () => {
  const targets = readdirSync(folder).filter((name) => PROCESS.test(name));
  expect(targets.map((name) => name[0]).sort().join("")).toMatch(/d.*h.*w/);
  const attack = (target: string, seed: number): Promise<Finished> => sandbox.start([join(repository, "test", "fixtures", "hostile-client.mjs"), folder, target, "stranger", String(seed)]).finished;
  // the first round warms what is allocated once
  expect(await attack(address.headName, 1)).toMatchObject({ code: 0, stdout: "" });
  const before = residentKiB(address.headPid);
  for (const [at, target] of [...targets, address.headName, address.headName].entries()) {
    expect(await attack(target, at + 2)).toMatchObject({ code: 0, stdout: "" });
    driver.child.stdin?.write("go\n");
    await worked(at + 2);
  }
  expect(residentKiB(address.headPid) - before).toBeLessThan(100 * 1024);
  const log = headLog();
  for (const line of [/A frame from d[0-9a-f]{8} was refused: No valid HELLO: wrong token/, /refused: Protocol version 2, wanted 1: restart the cluster with one version/, /refused: Not a ray-ts frame/, /liveness socket was refused: wrong token/, /liveness socket was refused: a line of more than/]) expect(log).toMatch(line);
}, 120_000);

test("a process of the cluster that says what nobody may say is refused and logged, and nobody else hears of it", async () => {
  const targets = readdirSync(folder).filter((name) => PROCESS.test(name));
  for (const [at, target] of targets.entries()) {
    expect(await sandbox.start([join(repository, "test", "fixtures", "hostile-client.mjs"), folder, target, "insider", String(at + 1)]).finished).toMatchObject({ code: 0 });
    driver.child.stdin?.write("go\n");
    await worked(at + 2);
  }
  expect(JSON.parse((await cli("status", "--json")).stdout)).toMatchObject({ headPid: address.headPid });
  expect(headLog()).toMatch(/was refused: A message leases-wanted whose shape is not amounts by name/);
  expect(headLog()).not.toMatch(/uncaught/);
}, 120_000);
