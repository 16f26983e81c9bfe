// One set-up at a time in a checkout: a file with the owner's pid. A lock whose owner is dead, or from before the machine
// started, is taken over; the takeover itself is guarded by a folder, so that two waiters cannot remove each other's lock.
import { existsSync, mkdirSync, readFileSync, rmSync, rmdirSync, statSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { uptime } from "node:os";
import { dirname } from "node:path";

const POLL_MS = 200;
/** A lock file is created and filled in two steps; an empty one older than this has lost its owner between them. */
const EMPTY_FOR_MS = 5000;

/** Runs `work` while holding the lock at `path`. `say` gets a line when another process holds it. */
export async function withLock(path, work, say = (line) => process.stderr.write(line + "\n")) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryTake(path)) {
    if (isStale(path)) {
      removeStale(path);
      continue;
    }
    if (!told) say(`waiting for the set-up of process ${owner(path) ?? "?"} to end (if there is none, delete ${path})`);
    told = true;
    await delay(POLL_MS);
  }
  const release = () => rmSync(path, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function tryTake(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function owner(path) {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch (error) {
    if (error.code === "ENOENT") return undefined; // released meanwhile
    throw error;
  }
}

export function isStale(path) {
  const pid = owner(path);
  if (!existsSync(path)) return false;
  const writtenMs = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  if (pid === undefined) return Date.now() - writtenMs > EMPTY_FOR_MS;
  const bootedMs = Date.now() - uptime() * 1000;
  return pid !== process.pid && (writtenMs < bootedMs - 1000 || !isAlive(pid));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM"; // it lives, under another user
  }
}

function removeStale(path) {
  const guard = path + ".takeover";
  try {
    mkdirSync(guard);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
    const guardMs = statSync(guard, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - guardMs > EMPTY_FOR_MS) rmSync(guard, { recursive: true, force: true }); // its maker died inside
    return;
  }
  try {
    if (isStale(path)) rmSync(path, { force: true });
  } finally {
    rmdirSync(guard);
  }
}
