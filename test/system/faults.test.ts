/**
 * Faults at random, seeded: tasks, nested tasks, generators, actors, objects, environments and placement groups of several drivers on
 * one cluster whose store is too small, while workers, actors and drivers are killed, stopped for a while, leave by themselves or take
 * much memory, files of the store are removed, the disk fills up and memory runs out. Every get ends in its value or a documented
 * error, none hangs, no value is wrong, memory comes back, nothing is left behind.
 *
 *   npm run test:chaos                                                              five minutes
 *   RAY_TS_FAULTS_SEED=7 RAY_TS_FAULTS_MS=600000 npm test -- test/system/faults
 */
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { distFolder, repository } from "../fixtures/dist-folder.ts";
import { Sandbox, type Finished, type RunningProcess } from "../fixtures/sandbox.ts";
import { seededRandom } from "../fixtures/seeded-random.ts";

const RUN_MS = Number(process.env["RAY_TS_FAULTS_MS"] ?? 20_000);
const SEED = Number(process.env["RAY_TS_FAULTS_SEED"] ?? 1);
const MIB = Buffer.alloc(2 ** 20);
const DRIVERS = 2;
/** A driver that has no more work in this time hangs: its own gets give up earlier, with the story. */
const END_MS = 90_000;

const KINDS = ["actor's items", "actor's large items", "actor's slow items", "third", "boxed", "elsewhere", "grouped", "hog", "leaves", "removed", "worn", "keep", "keeper", "keeper's", "kept", "large", "large items", "lent", "nested", "items", "shelf", "shelved", "sleepy", "slow items", "square", "stored", "stored's sum", "sum", "tally", "twice"];

const sandbox = new Sandbox();
const cli = (args: readonly string[], env: Record<string, string> = {}): Promise<Finished> => sandbox.start([join(distFolder(), "cli.js"), ...args], env).finished;
afterAll(async () => {
  await cli(["stop", "--force"]);
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

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const meminfo = (percent: number): string => `MemTotal: 10000000 kB\nMemAvailable: ${(100 - percent) * 100_000} kB\n`;

/** The memory that the head looks at: half in use, or full until one process has ended. */
class Memory {
  readonly root = join(sandbox.folder, "memory");

  constructor() {
    mkdirSync(join(this.root, "proc"), { recursive: true });
    writeFileSync(join(this.root, "proc", "vmstat"), "oom_kill 0\n");
    writeFileSync(join(this.root, "full"), meminfo(97));
    this.free();
  }

  free(): void {
    writeFileSync(join(this.root, "next"), meminfo(50));
    this.#change();
  }

  fillWith(pid: number): void {
    symlinkSync(`/proc/${pid}/root${this.root}/full`, join(this.root, "next"));
    this.#change();
  }

  #change(): void {
    renameSync(join(this.root, "next"), join(this.root, "proc", "meminfo"));
  }
}

/** A small disk for objects that have no room in memory; where none can be mounted, a budget on the real one. */
class Disk {
  readonly folder = join(sandbox.folder, "disk");
  readonly isOwn: boolean;

  constructor() {
    mkdirSync(this.folder);
    this.isOwn = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64m,mode=1777", "tmpfs", this.folder]).status === 0;
  }

  get options(): string[] {
    return this.isOwn ? ["--object-spilling-directory", this.folder] : ["--object-store-disk", String(40 * 2 ** 20)];
  }

  fill(): void {
    if (!this.isOwn) return;
    try {
      for (;;) appendFileSync(join(this.folder, "ballast"), MIB);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }

  empty(): void {
    rmSync(join(this.folder, "ballast"), { force: true });
  }

  close(): void {
    if (this.isOwn) spawnSync("umount", ["-l", this.folder]);
  }
}

interface Status {
  readonly drivers: readonly unknown[];
  readonly nodes: readonly { readonly storeUsedBytes: number; readonly storeSpilledBytes: number }[];
}

/** The cluster's status as soon as it is as wanted, or after 10 s as it is. */
async function statusOnce(isWanted: (status: Status) => boolean): Promise<Status> {
  for (const until = Date.now() + 10_000; ; ) {
    const status = JSON.parse((await cli(["status", "--json"])).stdout) as Status;
    if (isWanted(status)) return status;
    if (Date.now() > until) throw new Error(`The cluster still is ${JSON.stringify(status)}`);
  }
}

test(`random work while workers, actors and drivers are killed and stopped, objects' files removed, the disk and memory full at random (seed ${SEED}) (rows 53, 55)`, async () => {
  const below = seededRandom(SEED);
  const memory = new Memory();
  const disk = new Disk();
  const all: RunningProcess[] = [];
  try {
    // a store that is always full
    expect(await cli(["start", "--num-cpus", "2", "--object-store-memory", String(12 * 2 ** 20), ...disk.options], { RAY_TS_MEMORY_ROOT: memory.root })).toMatchObject({ code: 0 });
    let seeds = SEED * 1000;
    const startDriver = (): RunningProcess => sandbox.start(["--expose-gc", join(repository, "test", "fixtures", "faults-driver.mjs"), pathToFileURL(join(distFolder(), "index.js")).href, String(++seeds)], { RAY_TS_ADDRESS: "auto" });
    let drivers = Array.from({ length: DRIVERS }, startDriver);
    all.push(...drivers);

    const faults = { killed: 0, stopped: 0, drivers: 0, files: 0, fullMemory: 0, fullDisk: 0 };
    // what ends a fault that lasts a while
    const lasting = new Map<NodeJS.Timeout, () => void>();
    const during = (ms: number, end: () => void): void => {
      const timer = setTimeout(() => { lasting.delete(timer); end(); }, ms);
      lasting.set(timer, end);
    };
    const anyOf = <T>(of: readonly T[], act: (one: T) => void): void => { if (of.length > 0) act(of[below(of.length)] as T); };
    const killWorker = (): void => anyOf(workers(), (pid) => { signal(pid, "SIGKILL"); faults.killed++; });
    const FAULTS: readonly (() => void)[] = [
      killWorker, killWorker, killWorker, killWorker,
      () => anyOf([...workers(), ...drivers.map(({ pid }) => pid)], (pid) => {
        signal(pid, "SIGSTOP");
        faults.stopped++;
        during(100 + below(2500), () => signal(pid, "SIGCONT"));
      }),
      () => anyOf(sandbox.clusterFiles().filter((file) => file.endsWith(".segment")), (file) => { rmSync(file, { force: true }); faults.files++; }),
      () => anyOf(drivers.filter((driver) => countsOf(driver) !== undefined), (victim) => {
        victim.kill();
        faults.drivers++;
        drivers = [...drivers.filter((each) => each !== victim), startDriver()];
        all.push(drivers.at(-1) as RunningProcess);
      }),
      () => anyOf(workers(), (pid) => {
        memory.fillWith(pid);
        faults.fullMemory++;
        during(100 + below(600), () => memory.free());
      }),
      () => { disk.fill(); faults.fullDisk++; during(100 + below(1000), () => disk.empty()); },
    ];
    for (const until = Date.now() + RUN_MS; Date.now() < until; ) {
      await new Promise((later) => setTimeout(later, 100 + below(500)));
      (FAULTS[below(FAULTS.length)] as () => void)();
    }
    for (const [timer, end] of lasting) { clearTimeout(timer); end(); }

    const late = setTimeout(() => drivers.forEach((driver) => driver.kill()), END_MS);
    for (const driver of drivers) driver.child.stdin?.write("end\n");
    const ended = await Promise.all(drivers.map((driver) => driver.finished));
    clearTimeout(late);
    const told = all.map(countsOf).filter((counts) => counts !== undefined);
    const story = `seed ${SEED}, ${JSON.stringify(faults)}\n${ended.map(({ stderr }) => stderr.slice(-2000)).join("\n")}`;
    // one value, so that a failure shows the seed and what the drivers printed with what was wrong
    expect({ story, wrong: told.flatMap(({ wrong }) => wrong), ends: ended.map(({ code, signal: by }) => by ?? code), done: drivers.map((driver) => countsOf(driver)?.done) }).toEqual({ story, wrong: [], ends: drivers.map(() => 0), done: drivers.map(() => true) });
    const kinds = new Set(told.flatMap(({ kinds: each }) => Object.keys(each)));
    // in a shorter run the rarer kinds of work may find no value in time
    const rare = RUN_MS < 60_000 ? ["hog", "removed", "keeper's", "kept", "keep"] : [];
    expect(KINDS.filter((kind) => !kinds.has(kind) && !rare.includes(kind))).toEqual([]);
    expect(Object.entries(faults).filter(([, count]) => count < RUN_MS / 20_000)).toEqual([]);
    expect(told.reduce((total, { ok }) => total + ok, 0)).toBeGreaterThan(RUN_MS / 100);
    // the work of all drivers is over, and their memory is back: what is left is the detached actor's
    expect(await statusOnce(({ drivers: left, nodes: [node] }) => left.length === 0 && (node?.storeUsedBytes ?? Infinity) < 2 ** 20 && node?.storeSpilledBytes === 0)).toMatchObject({ drivers: [] });
    expect(await cli(["stop"])).toMatchObject({ code: 0 });
    expect(await sandbox.leftovers(5000)).toEqual({ processes: [], files: [] });
  } finally {
    for (const driver of all) driver.kill();
    disk.close();
  }
}, RUN_MS + END_MS + 60_000);
