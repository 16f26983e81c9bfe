/** Files that say which process uses or makes a folder, so that it is left alone as long as that process lives. */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pidNamespace, processStartTime } from "../store/process-start.ts";

/** Of another pid namespace only age tells. */
const FOREIGN_MS = 24 * 3_600_000;

interface Mark {
  readonly pid: number;
  readonly startTime: string | undefined;
  readonly pidNamespace: string;
}

/** Says that this process uses `folder`. */
export function markFolder(folder: string): void {
  const mark: Mark = { pid: process.pid, startTime: processStartTime(process.pid), pidNamespace: pidNamespace() };
  for (;;) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      return writeFileSync(ownMark(folder), JSON.stringify(mark), { mode: 0o600 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // the last one who used it has just left
    }
  }
}

/** The folder goes with its last mark. */
export function unmarkFolder(folder: string): void {
  rmSync(ownMark(folder), { force: true });
  try {
    rmdirSync(folder);
  } catch (error) {
    if (!["ENOENT", "ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** True when a living process has marked it. */
export function isMarked(folder: string): boolean {
  return marksIn(folder).some((file) => isLiving(file));
}

/** Containers that share a home have pids of their own. */
const ownMark = (folder: string): string => join(folder, `${process.pid}-${pidNamespace().replace(/\D/g, "")}.mark`);

function marksIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".mark")).map((name) => join(folder, name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function isLiving(file: string): boolean {
  try {
    const mark = JSON.parse(readFileSync(file, "utf8")) as Mark;
    if (mark.pidNamespace !== pidNamespace()) return Date.now() - statSync(file).mtimeMs < FOREIGN_MS;
    return processStartTime(mark.pid) === mark.startTime;
  } catch {
    return false; // taken back meanwhile, or half written by one that was killed
  }
}
