/** A store that is full: objects move to disk and are read back; what fits nowhere is an error that names sizes and the way out. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const MIB = 2 ** 20;

/** `options` of ray.init; the body has `nodes()` (the store's figures), `places()` of objects by ref, `until(condition)`, `shared()` (real bytes in shared memory). */
const run = (options: string, body: string, env?: Record<string, string>): Promise<unknown> =>
  sandbox.scriptValue(`
    import ray from "ray-ts";
    import { readdirSync, statSync, existsSync } from "node:fs";
    import { dirname, join } from "node:path";
    const ctx = await ray.init(${options});
    const MIB = 2 ** 20;
    const turn = (ms = 20) => new Promise((r) => setTimeout(r, ms));
    const until = async (condition) => { for (;;) { const found = await condition(); if (found) return found; gc(); await turn(); } };
    const store = async () => (await ray.state.nodes())[0];
    const placeOf = async (ref) => (await ray.state.objects({ filter: { ref: ref.id } }))[0]?.place;
    const realBytes = (folder) => readdirSync(folder, { recursive: true, withFileTypes: true }).filter((f) => f.name.endsWith(".segment")).reduce((sum, f) => sum + (statSync(join(f.parentPath ?? f.path, f.name), { throwIfNoEntry: false })?.blocks ?? 0) * 512, 0);
    const inMemory = () => realBytes(process.env.RAY_TS_SHM_DIR);
    const filled = (v, n, x) => v.length === n && v[0] === x && v[n >> 1] === x && v[n - 1] === x;
    ${body}
    await ray.shutdown();`, env, ["--expose-gc"]);

test("12 puts of 64 MiB into a store of 512 MiB are all read back, and the store stays within its bound (row 53)", async () => {
  expect(await run("{ numCpus: 1, objectStoreMemory: 512 * MIB }".replace("MIB", String(MIB)), `
    const size = 64 * MIB;
    const refs = [];
    let most = 0;
    for (let i = 0; i < 12; i++) { refs.push(ray.put(new Uint8Array(size).fill(i + 1))); await turn(); most = Math.max(most, inMemory()); }
    const { storeTotalBytes, storeSpilledBytes } = await until(async () => { const now = await store(); return now.storeUsedBytes + now.storeSpilledBytes >= 12 * size && now; });
    const places = await Promise.all(refs.map(placeOf));
    const right = [];
    for (let i = 0; i < 12; i++) right.push(filled(await ray.get(refs[i]), size, i + 1));
    report([right.every(Boolean), most <= storeTotalBytes + 16 * MIB, storeSpilledBytes >= 5 * size, places.filter((place) => place === "disk").length >= 5, places.some((place) => place === "shared-memory")]);
  `)).toEqual([true, true, true, true, true]);
}, 120_000);

/** Else what is read is a copy, and holds nothing. */
const isMapped = process.env["RAY_TS_KOFFI"] !== "off" && process.env["RAY_TS_STORE"] !== "files";
const modes: [string, Record<string, string>][] = [["by maps", {}], ["without koffi", { RAY_TS_KOFFI: "off" }], ["as files", { RAY_TS_STORE: "files" }]];

test.each(modes)("what was used longest ago moves first, what is read stays, and views keep what they show, %s (row 53)", async (mode, env) => {
  const [oldest, viewed, newest, values, viewsHold] = (await run(`{ numCpus: 1, objectStoreMemory: ${64 * MIB} }`, `
    const size = 4 * MIB;
    const put = (i) => ray.put(new Uint8Array(size).fill(i % 256));
    const refs = [put(1), put(2), put(3)];
    const view = await ray.get(refs[0]);
    const other = await ray.get(refs[2]);
    other[0] = 99; // stays in this view
    await turn(50);
    await until(async () => { refs.push(put(refs.length + 1)); return (await placeOf(refs[1])) === "disk"; });
    const places = [await placeOf(refs[1]), await placeOf(refs[0]), await placeOf(refs.at(-1))];
    const values = [];
    for (let i = 0; i < refs.length; i++) values.push(filled(await ray.get(refs[i]), size, (i + 1) % 256) || i === 2);
    report([...places, values.every(Boolean), filled(view, size, 1) && other[0] === 99 && other[1] === 3]);
  `, env)) as unknown[];
  expect([oldest, newest, values, viewsHold]).toEqual(["disk", expect.stringMatching(/shared-memory|disk/), true, true]);
  // without maps a get is a copy: nothing reads the block any more
  if (mode === "by maps" && isMapped) expect(viewed).toBe("shared-memory");
}, 120_000);

test("results of workers and objects that actors hold move too, and are read where they are held; what an actor reads stays (row 53)", async () => {
  expect(await run(`{ numCpus: 2, objectStoreMemory: ${64 * MIB} }`, `
    const size = 3 * MIB;
    class Keeper {
      keep(box) { this.box = box; return true; }
      read(array) { this.array = array; return array[5]; }
      async at(i) { return (await ray.get(this.box.refs[i]))[7]; }
      now() { return this.array[size - 1]; }
    }
    const keeper = ray.remote(Keeper).remote();
    const make = ray.remote((n, x) => new Uint8Array(n).fill(x), { name: "make" });
    const made = Array.from({ length: 6 }, (_, i) => make.remote(size, i + 1));
    await ray.get(keeper.keep.remote({ refs: made }));
    const read = ray.put(new Uint8Array(size).fill(77));
    await ray.get(keeper.read.remote(read));
    const later = [];
    await until(async () => { later.push(make.remote(size, 100 + later.length)); await ray.wait([later.at(-1)]); return (await placeOf(made[0])) === "disk" && (await placeOf(made[5])) === "disk"; });
    const values = [await ray.get(keeper.at.remote(0)), await ray.get(keeper.at.remote(5)), await ray.get(keeper.now.remote()), (await ray.get(made[1]))[9]];
    const right = [];
    for (let i = 0; i < later.length; i++) right.push(filled(await ray.get(later[i]), size, (100 + i) % 256));
    report([values, await placeOf(read), right.every(Boolean)]);
  `)).toEqual([[1, 6, 77, 2], isMapped ? "shared-memory" : "disk", true]);
}, 120_000);

test("large arguments of tasks that wait move too; what an actor needs to restart stays where the head knows it (row 53)", async () => {
  expect(await run(`{ numCpus: 1, objectStoreMemory: ${32 * MIB} }`, `
    const size = 2 * MIB;
    class Restarted { constructor(xs) { this.sum = xs[0] + xs[xs.length - 1]; } pid() { return process.pid; } total() { return this.sum; } }
    const actor = ray.remote(Restarted, { maxRestarts: 1, maxTaskRetries: 1 }).remote(new Uint8Array(size).fill(21));
    const pid = await ray.get(actor.pid.remote());
    const gate = ray.remote(async () => { const { existsSync } = await import("node:fs"); while (!existsSync(${JSON.stringify(join(sandbox.folder, "gate"))})) await new Promise((r) => setTimeout(r, 20)); });
    const waiting = gate.remote();
    const ends = ray.remote((xs, i) => [i, xs.length, xs[0], xs[xs.length - 1]]);
    const refs = [];
    await until(async () => { refs.push(ends.remote(new Uint8Array(size).fill(refs.length % 256), refs.length)); return (await store()).storeSpilledBytes > 8 * size; });
    const used = (await store()).storeUsedBytes;
    process.kill(pid, "SIGKILL");
    const again = await ray.get(actor.total.remote());
    (await import("node:fs")).writeFileSync(${JSON.stringify(join(sandbox.folder, "gate"))}, "");
    const values = await ray.get(refs);
    report([again, values.every(([i, n, first, last]) => n === size && first === i % 256 && last === i % 256), used <= 32 * MIB]);
  `)).toEqual([42, true, true]);
}, 120_000);

test("one object that is larger than the whole store works, in a driver, a task and an actor (row 53)", async () => {
  expect(await run(`{ numCpus: 1, objectStoreMemory: ${8 * MIB} }`, `
    const n = 5 * MIB;
    const ends = (xs) => [xs.length, xs[0], xs[xs.length - 1]];
    const put = ray.put(new Float64Array(n).fill(3));
    const make = ray.remote((n) => new Float64Array(n).fill(4));
    const made = make.remote(n);
    class Holder { hold(xs) { this.xs = xs; return ends(xs); } again() { return ends(this.xs); } }
    const holder = ray.remote(Holder).remote();
    await ray.get(holder.hold.remote(new Float64Array(n).fill(5)));
    report([ends(await ray.get(put)), await placeOf(put), ends(await ray.get(made)), await placeOf(made), await ray.get(ray.remote(ends).remote(put)), await ray.get(holder.again.remote())]);
  `)).toEqual([[5 * MIB, 3, 3], "disk", [5 * MIB, 4, 4], "disk", [5 * MIB, 3, 3], [5 * MIB, 5, 5]]);
}, 120_000);

test("files on disk go with their objects, and memory is used again (row 53)", async () => {
  expect(await run(`{ numCpus: 1, objectStoreMemory: ${32 * MIB} }`, `
    let refs = Array.from({ length: 20 }, (_, i) => ray.put(new Uint8Array(4 * MIB).fill(i)));
    await until(async () => (await store()).storeSpilledBytes >= 48 * MIB);
    const diskFolder = readdirSync(process.env.TMPDIR).filter((n) => n.startsWith("ray-ts-")).map((n) => join(process.env.TMPDIR, n, ctx.clusterId))[0];
    const before = realBytes(diskFolder);
    refs = [];
    await until(async () => { const now = await store(); return now.storeSpilledBytes === 0 && now.storeUsedBytes === 0; });
    const after = realBytes(diskFolder);
    const next = ray.put(new Uint8Array(4 * MIB).fill(9));
    report([before >= 48 * MIB, after, await until(() => placeOf(next)), (await ray.get(next))[0]]);
  `)).toEqual([true, 0, "shared-memory", 9]);
}, 120_000);

test("objectSpillingDirectory is where they go; a script killed with its head leaves files that the next start removes (row 53)", async () => {
  const spills = join(sandbox.folder, "spills");
  const source = (last: string): string => `
    import ray from "ray-ts";
    await ray.init({ numCpus: 1, objectStoreMemory: ${8 * MIB}, objectSpillingDirectory: ${JSON.stringify(spills)} });
    globalThis.refs = Array.from({ length: 5 }, () => ray.put(new Uint8Array(${4 * MIB})));
    ${last}`;
  const script = sandbox.startScript(source(`console.log("stored"); setInterval(() => {}, 1000);`));
  await script.output(/stored/);
  const [head] = sandbox.processes().filter((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("/head.js"));
  process.kill(head as number, "SIGSTOP"); // neither sees the other's end
  script.kill();
  expect((await script.finished).signal).toBe("SIGKILL");
  process.kill(head as number, "SIGKILL");
  const [left] = readdirSync(spills);
  expect(left).toMatch(/^ray-ts-.*-[0-9a-f]{8}$/);
  expect(readdirSync(join(spills, left as string, "disk")).filter((name) => name.endsWith(".segment"))).not.toEqual([]);
  expect((await sandbox.script(source("await ray.shutdown();"))).code).toBe(0);
  expect(readdirSync(spills)).toEqual([]);
}, 120_000);

test("only when memory and objectStoreDisk are spent is the store full, in a driver and in a task; then room is made by letting go (row 53)", async () => {
  expect(await run(`{ numCpus: 1, objectStoreMemory: ${8 * MIB}, objectStoreDisk: ${12 * MIB} }`, `
    const size = 5 * MIB;
    let refs = [ray.put(new Uint8Array(size)), ray.put(new Uint8Array(size)), ray.put(new Uint8Array(size))];
    const thrown = (() => { try { return ray.put(new Uint8Array(size)); } catch (error) { return error; } })();
    const make = ray.remote((n) => new Uint8Array(n), { name: "make" });
    const failed = await ray.get(make.remote(size)).catch((error) => error);
    const alive = await ray.get(make.remote(10));
    refs = refs.slice(0, 1);
    await until(async () => (await store()).storeSpilledBytes < size);
    const again = ray.put(new Uint8Array(size).fill(1));
    report([[thrown.name, thrown.code, thrown.message], [failed.name, failed instanceof ray.exceptions.ObjectStoreFullError, failed.message], alive.length, (await ray.get(again))[0]]);
  `)).toEqual([
    ["ObjectStoreFullError", "OBJECT_STORE_FULL", expect.stringMatching(/^Cannot store an object of 5 MiB: shared memory has no room \(this process uses .* granted to it; .*\), and objects take 1\d MiB of the 12 MiB of disk that objectStoreDisk allows .*Drop refs/)],
    ["ObjectStoreFullError", true, expect.stringMatching(/^make returned a value that has no room\. Cannot store an object of 5 MiB: /)],
    10,
    1,
  ]);
}, 120_000);

test("values put before the cluster was there, for which the store has no room: they stay where they are, and tasks get them", async () => {
  expect(await sandbox.scriptValue(`
    import ray from "ray-ts";
    const MIB = 2 ** 20;
    const connected = ray.init({ numCpus: 1, objectStoreMemory: 8 * MIB, objectStoreDisk: 0 });
    const refs = [1, 2, 3, 4, 5].map((x) => ray.put(new Uint8Array(4 * MIB).fill(x)));
    await connected;
    const ends = ray.remote((xs) => [xs.length, xs[0], xs.at(-1)]);
    const seen = await ray.get(refs.map((ref) => ends.remote(ref)));
    const mine = (await ray.get(refs)).map((xs) => xs[0]);
    let error;
    try { for (;;) refs.push(ray.put(new Uint8Array(4 * MIB))); } catch (thrown) { error = thrown; }
    report([seen, mine, error.name]);
    await ray.shutdown();
  `)).toEqual([[1, 2, 3, 4, 5].map((x) => [4 * MIB, x, x]), [1, 2, 3, 4, 5], "ObjectStoreFullError"]);
}, 120_000);

test("a disk that is full is OutOfDiskError, which names the folder, what is free and the way out (row 53)", async () => {
  const folder = join(sandbox.folder, "small-disk");
  mkdirSync(folder);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m,mode=1777", "tmpfs", folder], { stdio: "pipe" });
  } catch (error) {
    console.log(`skipped: mounting a tmpfs of 16 MiB needs privileges that are not here (${(error as Error).message.split("\n")[0]})`);
    return;
  }
  try {
    expect(await run(`{ numCpus: 1, objectStoreMemory: ${8 * MIB}, objectSpillingDirectory: ${JSON.stringify(folder)} }`, `
      const refs = [];
      let error;
      for (let i = 0; i < 10 && !error; i++) try { refs.push(ray.put(new Uint8Array(4 * MIB).fill(i))); } catch (thrown) { error = thrown; }
      const right = await Promise.all(refs.map(async (ref, i) => filled(await ray.get(ref), 4 * MIB, i)));
      report([error.name, error.code, error.message, right.every(Boolean), refs.length]);
    `)).toEqual(["OutOfDiskError", "OUT_OF_DISK", expect.stringMatching(/^Cannot store an object of 4 MiB: shared memory has no room .*, and the disk of .*small-disk.* is full: it has .* free of 16 MiB, of which 819 KiB are left to others\. Drop refs .* objectSpillingDirectory to a larger one$/), true, 4]);
  } finally {
    execFileSync("umount", ["-l", folder]);
  }
}, 120_000);

test("ray-ts memory, status and list say what is spilled (rows 53, 107)", async () => {
  const cli = (...args: string[]) => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;
  await cli("start", "--num-cpus", "1", "--object-store-memory", String(8 * MIB));
  try {
    const driver = sandbox.startScript(`
      import ray from "ray-ts"; await ray.init({ address: "auto" });
      globalThis.refs = Array.from({ length: 4 }, () => ray.put(new Uint8Array(${4 * MIB})));
      for (;;) { const [node] = await ray.state.nodes(); if (node.storeSpilledBytes > 0 && (await ray.state.objects()).length === 4) break; await new Promise((r) => setTimeout(r, 20)); }
      console.log("stored"); setInterval(() => {}, 1000);
    `);
    await driver.output(/stored/);
    const [memory, status, list] = [await cli("memory"), await cli("status"), await cli("list", "objects", "--filter", "place=disk", "--json")];
    driver.kill();
    await driver.finished;
    expect(memory.stdout).toMatch(/MiB of 8 MiB in use, 1?\d(\.\d)? MiB spilled to disk\n[^]*disk/);
    expect(status.stdout).toMatch(/object store: .* spilled to disk/);
    expect((JSON.parse(list.stdout) as { place: string }[]).every(({ place }) => place === "disk")).toBe(true);
    expect(existsSync(sandbox.folder)).toBe(true);
  } finally {
    await cli("stop", "--force");
  }
}, 120_000);
