/**
 * The folders of installed packages, beneath the user's cache folder, for all clusters of the user: one for each list of packages.
 *
 * N1. A folder appears whole: packages are installed beside it and moved there, so nobody ever sees half of it.
 * N2. Who installs says so, and others wait for it; who died meanwhile is overtaken.
 * N3. When all of them together grow beyond the limit, those go that were used least lately and that no living cluster uses.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { lstat, readdir, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import type { RuntimeEnv } from "../engine/runtime-env.ts";
import { npmKey } from "./env-key.ts";
import { formatBytes } from "../store/format-bytes.ts";
import { npmInstall } from "./npm-install.ts";
import { isMarked, markFolder, unmarkFolder } from "./process-mark.ts";

/** Ray's for each kind of package (`RAY_RUNTIME_ENV_PIP_CACHE_SIZE_GB`); ours is `RAY_TS_RUNTIME_ENV_CACHE_SIZE_GB`. */
const MOST_GB = 10;
const POLL_MS = 100;
/** Written last: what a folder holds. */
const RECORD = "ray-ts-env.json";
/** Drafts of those who were killed. */
const ABANDONED_MS = 24 * 3_600_000;

interface CacheRecord {
  readonly packages: readonly string[];
  readonly sizeBytes: number;
}

export interface InstallProgress {
  /** Lines for the user. */
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/** `$XDG_CACHE_HOME/ray-ts/npm` and its like. */
export function npmCacheFolder(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string {
  if (env["XDG_CACHE_HOME"]) return join(env["XDG_CACHE_HOME"], "ray-ts", "npm");
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "ray-ts", "cache", "npm");
  return join(homedir(), platform === "darwin" ? "Library/Caches" : ".cache", "ray-ts", "npm");
}

/** The folder with the environment's packages, installed if they are not there. It is kept until `releasePackages`. */
export async function ensurePackages(env: RuntimeEnv & Required<Pick<RuntimeEnv, "npm">>, progress: InstallProgress): Promise<string> {
  const root = npmCacheFolder();
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const folder = join(root, npmKey(env.npm, env.envVars ?? {}));
  for (let isTold = false; ; await new Promise((turn) => setTimeout(turn, POLL_MS))) {
    progress.signal.throwIfAborted();
    markFolder(usersOf(folder)); // before we look: nobody removes it any more
    if (existsSync(join(folder, RECORD))) break;
    const making = `${folder}.making`;
    if (isMarked(making)) {
      if (!isTold) progress.say(`${env.npm.packages.join(", ")} are being installed already; waiting for that …`);
      isTold = true;
      continue;
    }
    markFolder(making); // N2; two that come here at once both install, and the second finds it done (N1)
    try {
      await install(env, folder, progress);
    } catch (error) {
      unmarkFolder(usersOf(folder));
      throw error;
    } finally {
      unmarkFolder(making);
    }
  }
  const now = new Date();
  utimesSync(join(folder, RECORD), now, now);
  return folder;
}

/** This cluster does not use them any more. */
export function releasePackages(folder: string): void {
  unmarkFolder(usersOf(folder));
}

const usersOf = (folder: string): string => `${folder}.users`;

async function install(env: RuntimeEnv & Required<Pick<RuntimeEnv, "npm">>, folder: string, { say, signal }: InstallProgress): Promise<void> {
  const { packages } = env.npm;
  const list = packages.join(", ");
  const draft = `${folder}.draft-${process.pid}-${randomBytes(3).toString("hex")}`;
  mkdirSync(draft, { mode: 0o700 });
  const startedAt = Date.now();
  say(`installing ${list} with npm for the runtime environment …`);
  try {
    writeFileSync(join(draft, "package.json"), JSON.stringify({ name: "ray-ts-runtime-env", private: true }));
    await npmInstall({
      npm: env.npm, folder: draft, signal, env: { ...process.env, ...env.envVars },
      onProgress: (fetched, elapsedMs) => say(`still installing ${list}: ${fetched} fetched in ${Math.round(elapsedMs / 1000)} s …`),
    });
    const sizeBytes = await sizeOf(draft);
    writeFileSync(join(draft, RECORD), JSON.stringify({ packages, sizeBytes } satisfies CacheRecord));
    moveTo(draft, folder);
    say(`installed ${list} in ${((Date.now() - startedAt) / 1000).toFixed(1)} s (${formatBytes(sizeBytes)}, kept in ${folder})`);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  await keepWithinLimit(folder);
}

/** N1. Somebody else may have been quicker. */
function moveTo(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (!existsSync(join(folder, RECORD))) throw error;
  }
}

/** N3. */
async function keepWithinLimit(newest: string): Promise<void> {
  const root = npmCacheFolder();
  const mostBytes = Number(process.env["RAY_TS_RUNTIME_ENV_CACHE_SIZE_GB"] ?? MOST_GB) * 1e9;
  for (const name of readdirSync(root)) if (/\.(draft|doomed)-/.test(name) && ageOf(join(root, name)) > ABANDONED_MS) await rm(join(root, name), { recursive: true, force: true });
  const kept = cached(root).sort((a, b) => b.usedAt - a.usedAt);
  let total = 0;
  for (const { folder, sizeBytes } of kept) {
    total += sizeBytes;
    if (total <= mostBytes || folder === newest || isMarked(usersOf(folder))) continue;
    total -= sizeBytes;
    const doomed = `${folder}.doomed-${randomBytes(3).toString("hex")}`;
    renameSync(folder, doomed); // whoever looks from now on installs it anew
    await rm(doomed, { recursive: true, force: true });
    rmSync(usersOf(folder), { recursive: true, force: true });
  }
}

function cached(root: string): { folder: string; sizeBytes: number; usedAt: number }[] {
  return readdirSync(root).filter((name) => !name.includes(".")).flatMap((name) => {
    const file = join(root, name, RECORD);
    const stat = statSync(file, { throwIfNoEntry: false });
    if (stat === undefined) return [];
    const { sizeBytes } = JSON.parse(readFileSync(file, "utf8")) as CacheRecord;
    return [{ folder: join(root, name), sizeBytes, usedAt: stat.mtimeMs }];
  });
}

const ageOf = (folder: string): number => Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await lstat(join(entry.parentPath ?? entry.path, entry.name))).size;
  }
  return bytes;
}
