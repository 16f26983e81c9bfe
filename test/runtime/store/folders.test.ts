import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newClusterId, type ClusterId } from "../../../runtime/ids.ts";
import { CLUSTER_FILE } from "../../../runtime/store/cluster-file.ts";
import { assertPrivateFolder, makePrivateFolder } from "../../../runtime/store/folders.ts";
import { processStartTime, startTimeFromStat } from "../../../runtime/store/process-start.ts";
import { isDead } from "../../../runtime/store/sweep.ts";
import { buildPeer, cleanUp, newFolder, StorePeer } from "./store-peer.ts";

beforeAll(buildPeer);
afterEach(cleanUp);

const uid = process.getuid?.() ?? 0;

/** A machine of its own: its shared memory, temp folder and runtime folder. */
function machine(o: { withRuntimeFolder: boolean }): { env: NodeJS.ProcessEnv; shm: string; temporary: string; runtime: string } {
  const [shm, temporary, runtime] = [newFolder(), newFolder(), newFolder()] as [string, string, string];
  return { shm, temporary, runtime, env: { RAY_TS_SHM_DIR: shm, TMPDIR: temporary, XDG_RUNTIME_DIR: o.withRuntimeFolder ? runtime : "" } };
}

describe("a cluster's folders", () => {
  test("are in the runtime folder, shared memory and the temp folder, for this user alone", async () => {
    const { env, shm, temporary, runtime } = machine({ withRuntimeFolder: true });
    const folders = await new StorePeer(env).ask("makeFolders", "0123abcd" as never);
    expect(folders).toEqual({ sharedMemory: join(shm, `ray-ts-${uid}-0123abcd`), endpoints: join(runtime, "ray-ts/0123abcd"), disk: join(temporary, `ray-ts-${uid}/0123abcd/disk`), logs: join(temporary, `ray-ts-${uid}/0123abcd/logs`) });
    for (const folder of Object.values<string>({ ...folders })) expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test("are in the temp folder where there is no runtime folder, and all removed together", async () => {
    const { env, shm, temporary } = machine({ withRuntimeFolder: false });
    const peer = new StorePeer(env);
    const folders = await peer.ask("makeFolders", "0123abcd" as never);
    expect(folders.endpoints).toBe(join(temporary, `ray-ts-${uid}/0123abcd`));
    expect(folders.disk).toBe(join(folders.endpoints, "disk"));
    await peer.ask("removeFolders", "0123abcd" as never);
    expect([readdirSync(shm), readdirSync(join(temporary, `ray-ts-${uid}`))]).toEqual([[], []]);
  });

  test("a runtime folder that is not there is passed over", async () => {
    const { env, temporary } = machine({ withRuntimeFolder: false });
    const folders = await new StorePeer({ ...env, XDG_RUNTIME_DIR: "/nowhere/run" }).ask("makeFolders", "0123abcd" as never);
    expect(folders.endpoints).toBe(join(temporary, `ray-ts-${uid}/0123abcd`));
  });

  test("leave room for a socket's name, however long the temp folder is", async () => {
    const { env, temporary } = machine({ withRuntimeFolder: false });
    const long = join(temporary, "a".repeat(60));
    mkdirSync(long);
    const id = newClusterId();
    const peer = new StorePeer({ ...env, TMPDIR: long });
    const folders = await peer.ask("makeFolders", id as never);
    await peer.ask("removeFolders", id as never);
    expect(folders.endpoints).toBe(`/tmp/ray-ts-${uid}/${id}`);
  });
});

describe("a folder is refused", () => {
  test("when others may enter it", () => {
    const folder = newFolder();
    chmodSync(folder, 0o750);
    expect(() => makePrivateFolder(folder)).toThrow(`Cannot use ${folder} for the cluster's files: other users may enter it (mode 750). Close it with: chmod 700 ${folder}`);
  });

  test("when it is a link, whatever it leads to", () => {
    const link = join(newFolder(), "link");
    symlinkSync(newFolder(), link);
    expect(() => assertPrivateFolder(link)).toThrow("it is a symbolic link");
  });

  test("when it is a file", () => {
    const file = join(newFolder(), "file");
    writeFileSync(file, "", { mode: 0o600 });
    expect(() => assertPrivateFolder(file)).toThrow("it is not a folder");
  });

  test("when it is another user's", () => {
    const folder = uid === 0 ? newFolder() : "/usr";
    if (uid === 0) chownSync(folder, 1234, 1234);
    expect(() => assertPrivateFolder(folder)).toThrow(uid === 0 ? "it belongs to user 1234, not to you (0)" : "it belongs to user 0, not to you");
  });
});

describe("the sweep", () => {
  async function clusters(): Promise<{ env: NodeJS.ProcessEnv; temporary: string; shm: string; live: ClusterId; dead: ClusterId; head: StorePeer }> {
    const { env, temporary, shm } = machine({ withRuntimeFolder: false });
    const [live, dead] = [newClusterId(), newClusterId()];
    const [head, killed] = [new StorePeer(env), new StorePeer(env)];
    await head.ask("leadCluster", live as never, {});
    await killed.ask("leadCluster", dead as never, {});
    await killed.end("SIGKILL");
    return { env, temporary: join(temporary, `ray-ts-${uid}`), shm, live, dead, head };
  }

  test("removes a killed head's folders and leaves a living one's (row 105)", async () => {
    const { env, temporary, shm, live, dead } = await clusters();
    expect(await new StorePeer(env).ask("sweep")).toEqual([dead]);
    expect([readdirSync(temporary), readdirSync(shm)]).toEqual([[live], [`ray-ts-${uid}-${live}`]]);
  });

  test("leaves a living cluster alone from an environment with another temp folder", async () => {
    const { env, shm, live, dead } = await clusters();
    expect(await new StorePeer({ ...env, TMPDIR: newFolder() }).ask("sweep")).toEqual([dead]);
    expect(readdirSync(shm)).toEqual([`ray-ts-${uid}-${live}`]);
  });

  test("removes a cluster whose head's pid another process has now", async () => {
    const { env, live, head } = await clusters();
    await head.ask("leadCluster", live as never, { headStartTime: "1" });
    expect(await new StorePeer(env).ask("sweep")).toContain(live);
  });

  test("leaves a folder without a record alone for a minute", async () => {
    const { env, shm } = machine({ withRuntimeFolder: false });
    const [young, old] = ["00000001", "00000002"].map((id) => join(shm, `ray-ts-${uid}-${id}`)) as [string, string];
    makePrivateFolder(young);
    makePrivateFolder(old);
    const twoMinutesAgo = Date.now() / 1000 - 120;
    utimesSync(old, twoMinutesAgo, twoMinutesAgo);
    expect(await new StorePeer(env).ask("sweep")).toEqual(["00000002"]);
    expect([existsSync(young), existsSync(old)]).toEqual([true, false]);
  });

  test("touches nothing behind a link under our name, and nothing that is not a cluster's", async () => {
    const { env, shm, temporary } = machine({ withRuntimeFolder: false });
    const precious = newFolder();
    mkdirSync(join(precious, "0badcafe"), { mode: 0o700 });
    symlinkSync(precious, join(temporary, `ray-ts-${uid}`));
    mkdirSync(join(shm, `ray-ts-${uid}-notes`), { mode: 0o700 });
    const yesterday = Date.now() / 1000 - 86_400;
    for (const folder of [join(precious, "0badcafe"), join(shm, `ray-ts-${uid}-notes`)]) utimesSync(folder, yesterday, yesterday);
    expect(await new StorePeer(env).ask("sweep")).toEqual([]);
    expect([readdirSync(precious), readdirSync(shm)]).toEqual([["0badcafe"], [`ray-ts-${uid}-notes`]]);
  });

  test("the record is readable by this user alone", async () => {
    const { temporary, shm, live } = await clusters();
    for (const folder of [join(temporary, live), join(shm, `ray-ts-${uid}-${live}`)]) expect(statSync(join(folder, CLUSTER_FILE)).mode & 0o777).toBe(0o600);
  });
});

test("which cluster is dead", () => {
  const record = { clusterId: "x", headPid: 7, headStartTime: "100", pidNamespace: "pid:[1]" };
  const startTimes = (times: Record<number, string>) => (pid: number) => times[pid];
  const hour = 3_600_000;
  expect(isDead({ record, ageMs: 0 }, "pid:[1]", startTimes({ 7: "100" }))).toBe(false);
  expect(isDead({ record, ageMs: 0 }, "pid:[1]", startTimes({ 7: "101" }))).toBe(true);
  expect(isDead({ record, ageMs: 0 }, "pid:[1]", startTimes({}))).toBe(true);
  expect(isDead({ record, ageMs: hour }, "pid:[2]", startTimes({}))).toBe(false);
  expect(isDead({ record, ageMs: 25 * hour }, "pid:[2]", startTimes({}))).toBe(true);
  expect(isDead({ record: undefined, ageMs: 59_000 }, "pid:[1]", startTimes({}))).toBe(false);
  expect(isDead({ record: undefined, ageMs: 61_000 }, "pid:[1]", startTimes({}))).toBe(true);
});

test("a process's start time is field 22 of its stat line, whatever its name; a zombie has none", () => {
  const after = (state: string): string => `42 (a) b (c) ${state} 1 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 987654 1 2 3`;
  expect(startTimeFromStat(after("S"))).toBe("987654");
  expect(startTimeFromStat(after("Z"))).toBeUndefined();
  expect(processStartTime(process.pid)).toMatch(/^\d+$/);
  expect(processStartTime(2 ** 22 + 1)).toBeUndefined();
});
