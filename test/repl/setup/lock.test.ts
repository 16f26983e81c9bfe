import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";

interface Lock {
  withLock<T>(path: string, work: () => Promise<T> | T, say?: (line: string) => void): Promise<T>;
  isStale(path: string): boolean;
}

const lockFile = resolve("repl/setup/lock.mjs");
const { withLock, isStale } = (await import(lockFile)) as Lock;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ray-ts-lock-"));
  path = join(folder, "build", "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

const deadPid = () => String(spawnSync(process.execPath, ["-e", ""]).pid);
const silent = () => { throw new Error("nobody else holds it"); };

test("the lock is held while the work runs and gone afterwards, also when the work fails", async () => {
  await withLock(path, () => expect(readFileSync(path, "utf8")).toBe(String(process.pid)), silent);
  await expect(withLock(path, () => Promise.reject(new Error("no")), silent)).rejects.toThrow("no");
  expect(await withLock(path, () => 7, silent)).toBe(7);
});

test("a lock whose owner is dead is taken over without a word", async () => {
  await withLock(path, () => {}, silent); // makes the folder
  writeFileSync(path, deadPid());
  expect(await withLock(path, () => readFileSync(path, "utf8"), silent)).toBe(String(process.pid));
});

test("a lock of a living process is waited for, and it is said for whom", async () => {
  await withLock(path, () => {}, silent);
  writeFileSync(path, String(process.ppid));
  const said: string[] = [];
  const taken = withLock(path, () => "taken", (line) => {
    said.push(line);
    rmSync(path);
  });
  expect(await taken).toBe("taken");
  expect(said).toEqual([`waiting for the set-up of process ${process.ppid} to end (if there is none, delete ${path})`]);
});

test("a lock from before the machine started is stale, whoever has its pid now; an empty one only after a while", async () => {
  await withLock(path, () => {}, silent);
  writeFileSync(path, String(process.ppid));
  expect(isStale(path)).toBe(false);
  utimesSync(path, 1000, 1000);
  expect(isStale(path)).toBe(true);
  writeFileSync(path, "");
  expect(isStale(path)).toBe(false);
  utimesSync(path, Date.now() / 1000 - 60, Date.now() / 1000 - 60);
  expect(isStale(path)).toBe(true);
});

test("processes that start together over a dead owner's lock go one after another", async () => {
  await withLock(path, () => {}, silent);
  writeFileSync(path, deadPid());
  const log = join(folder, "log");
  const program = `
    import { appendFileSync } from "node:fs";
    import { withLock } from ${JSON.stringify(pathToFileURL(lockFile).href)};
    await withLock(${JSON.stringify(path)}, async () => {
      appendFileSync(${JSON.stringify(log)}, "in ");
      await new Promise((done) => setImmediate(done));
      appendFileSync(${JSON.stringify(log)}, "out ");
    }, () => {});`;
  const run = promisify(execFile);
  await Promise.all(Array.from({ length: 6 }, () => run(process.execPath, ["--input-type=module", "-e", program])));
  expect(readFileSync(log, "utf8")).toBe("in out ".repeat(6));
});
