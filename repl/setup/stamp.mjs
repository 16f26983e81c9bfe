// Stamps say whether what is on disk was made from what is on disk: `.build/installed.json` for node_modules,
// `.build/built.json` for dist. Contents decide, not times: a checkout changes every time and no content.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const SOURCES = ["runtime", "kernel", "repl", "package.json", "package-lock.json", "tsconfig.json"];

export const stampPaths = (root) => ({ installed: join(root, ".build", "installed.json"), built: join(root, ".build", "built.json") });

/** What node_modules must have been installed for. */
export function installKey(root, { modules = process.versions.modules, platform = process.platform, arch = process.arch } = {}) {
  return { lockfile: hashOf([readFileSync(join(root, "package-lock.json"))]), modules, platform, arch };
}

/** What dist must have been built from. */
export function buildKey(root) {
  const parts = [];
  for (const source of SOURCES) {
    for (const file of filesUnder(root, source)) parts.push(file, readFileSync(join(root, file)));
  }
  return { sources: hashOf(parts) };
}

export function readStamp(path) {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined; // cut off while written: as good as none
    throw error;
  }
}

export function writeStamp(path, stamp) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(stamp, null, 1) + "\n");
}

export const removeStamp = (path) => rmSync(path, { force: true });

/** True when every entry of `key` is in `stamp` with the same value. */
export const covers = (stamp, key) => stamp !== undefined && Object.entries(key).every(([name, value]) => stamp[name] === value);

/** True when each of the files is there with the size that the stamp noted. */
export const filesAreThere = (root, files) =>
  Array.isArray(files) && files.length > 0 && files.every(([file, sizeBytes]) => statSync(join(root, file), { throwIfNoEntry: false })?.size === sizeBytes);

export const noteFiles = (root, files) => files.map((file) => [file, statSync(join(root, file)).size]);

/**
 * True when npm itself (say, a plain `npm install`) has put there what the lock file asks for, for this platform:
 * npm notes what it installed in `node_modules/.package-lock.json`.
 */
export function isInstalledByNpm(root, { platform = process.platform, arch = process.arch } = {}) {
  const notes = readStamp(join(root, "node_modules", ".package-lock.json"))?.packages;
  if (notes === undefined) return false;
  const wanted = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "" || entry.link === true) continue;
    if (!fits(entry.os, platform) || !fits(entry.cpu, arch)) {
      if (notes[path] !== undefined) return false; // another platform's node_modules
      continue;
    }
    if (notes[path] === undefined && entry.optional === true) continue;
    if (notes[path]?.version !== entry.version || !existsSync(join(root, path, "package.json"))) return false;
  }
  return Object.keys(notes).every((path) => wanted[path] !== undefined);
}

function fits(list, value) {
  if (list === undefined) return true;
  return list.includes(value) || (list.every((entry) => entry.startsWith("!")) && !list.includes("!" + value));
}

function filesUnder(root, path) {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isFile()) return [path];
  return readdirSync(join(root, path)).sort().flatMap((name) => filesUnder(root, path + "/" + name));
}

function hashOf(parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(String(part.length) + ":").update(part);
  return hash.digest("hex");
}
