/**
 * Faults at random, seeded: tasks, nested tasks, generators, actors, objects, environments and placement groups of several drivers on
 * one cluster whose store is too small, while workers, actors and drivers are killed and files of the store removed. Every get ends in its value or a documented error, none hangs, no value is wrong,
 * nothing is left behind.
 *
 *   RAY_TS_FAULTS_SEED=7 RAY_TS_FAULTS_MS=600000 npm test -- test/system/faults
 */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { distFolder, repository } from "../fixtures/dist-folder.ts";
import { Sandbox, type Finished, type RunningProcess } from "../fixtures/sandbox.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";

const RUN_MS = Number(process.env["RAY_TS_FAULTS_MS"] ?? 60_000);
const SEED = Number(process.env["RAY_TS_FAULTS_SEED"] ?? 1);
const DRIVERS = 2;
/** A driver that has no more work in this time hangs: its own gets give up earlier, with the story. */
const END_MS = 90_000;

const sandbox = new Sandbox();
const cli = (...args: string[]): Promise<Finished> => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;
afterAll(async () => {
  await cli("stop", "--force");
  await sandbox.close();
}, 30_000);

interface Counts {
  readonly ok: number;
  readonly failed: number;
  readonly kinds: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
  readonly done: boolean;
}

const countsOf = ({ stdout }: RunningProcess): Counts | undefined => {
  const line = stdout.split("\n").slice(0, -1).findLast((each) => each.startsWith('{"ok"'));
  return line === undefined ? undefined : (JSON.parse(line) as Counts);
};

function workers(): number[] {
  return sandbox.processes().filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("/worker.js");
    } catch {
      return false; // it ended while we looked
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

test(`a minute of random work while workers, actors and drivers are killed and objects' files removed at random (seed ${SEED}) (rows 53, 55)`, async () => {
  const below = seededRandom(SEED);
  // a store that is always full
  expect(await cli("start", "--num-cpus", "2", "--object-store-memory", String(12 * 2 ** 20))).toMatchObject({ code: 0 });
  let seeds = SEED * 1000;
  const startDriver = (): RunningProcess => sandbox.start(["--expose-gc", join(repository, "test", "fixtures", "faults-driver.mjs"), pathToFileURL(join(distFolder(), "index.js")).href, String(++seeds)], { RAY_TS_ADDRESS: "auto" });
  const all: RunningProcess[] = [];
  let drivers = Array.from({ length: DRIVERS }, startDriver);
  all.push(...drivers);

  const kills = { workers: 0, drivers: 0, files: 0 };
  for (const until = Date.now() + RUN_MS; Date.now() < until; ) {
    await new Promise((later) => setTimeout(later, 100 + below(700)));
    if (below(6) === 0) {
      const files = sandbox.clusterFiles().filter((file) => file.endsWith(".segment"));
      const file = files[below(files.length)];
      if (file === undefined) continue;
      rmSync(file, { force: true });
      kills.files++;
    } else if (below(8) === 0) {
      const victim = drivers[below(drivers.length)] as RunningProcess;
      if (countsOf(victim) === undefined) continue; // it has not begun
      victim.kill();
      kills.drivers++;
      drivers = [...drivers.filter((each) => each !== victim), startDriver()];
      all.push(drivers.at(-1) as RunningProcess);
    } else {
      const pids = workers();
      if (pids.length === 0) continue;
      kill(pids[below(pids.length)] as number);
      kills.workers++;
    }
  }

  const late = setTimeout(() => drivers.forEach((driver) => driver.kill()), END_MS);
  for (const driver of drivers) driver.child.stdin?.write("end\n");
  const ended = await Promise.all(drivers.map((driver) => driver.finished));
  clearTimeout(late);
  const told = all.map(countsOf).filter((counts) => counts !== undefined);
  const story = `seed ${SEED}, ${JSON.stringify(kills)}\n${ended.map(({ stderr }) => stderr.slice(-2000)).join("\n")}`;
  // one value, so that a failure shows the seed and what the drivers printed with what was wrong
  expect({ story, wrong: told.flatMap(({ wrong }) => wrong), ends: ended.map(({ code, signal }) => signal ?? code), done: drivers.map((driver) => countsOf(driver)?.done) }).toEqual({ story, wrong: [], ends: drivers.map(() => 0), done: drivers.map(() => true) });
  const kinds = new Set(told.flatMap(({ kinds: each }) => Object.keys(each)));
  expect([...kinds].sort()).toEqual(["actor's items", "actor's large items", "actor's slow items", "third", "boxed", "elsewhere", "grouped", "removed", "worn", "keep", "keeper", "keeper's", "kept", "large", "large items", "lent", "nested", "items", "shelf", "shelved", "sleepy", "slow items", "square", "stored", "stored's sum", "sum", "tally", "twice"].sort());
  expect(kills.workers).toBeGreaterThan(RUN_MS / 3000);
  expect(kills.drivers).toBeGreaterThan(RUN_MS / 30_000);
  expect(told.reduce((total, { ok }) => total + ok, 0)).toBeGreaterThan(RUN_MS / 100);
  expect(await cli("stop")).toMatchObject({ code: 0 });
  expect(await sandbox.leftovers(5000)).toEqual({ processes: [], files: [] });
}, RUN_MS + END_MS + 60_000);
