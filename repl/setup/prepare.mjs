// Makes a checkout ready: packages installed, dist built. Node built-ins only, since there may be no packages yet, and no
// npm hooks, since those do not run under `ignore-scripts`.
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";
import { buildKey, covers, filesAreThere, installKey, isInstalledByNpm, readStamp, removeStamp, stampPaths, writeStamp } from "./stamp.mjs";
import { SetupError, runQuietly, step } from "./step.mjs";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** The oldest Node with `require(esm)` and `module.register` as we use them; package.json's `engines` says the same. */
const MINIMUM_NODE = [20, 19];

export async function prepare() {
  checkNode(process.versions.node);
  await withLock(join(root, ".build", "lock"), async () => {
    await install();
    await buildIfChanged();
  });
}

export function checkNode(version) {
  const [major, minor] = version.split(".").map(Number);
  if (major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1])) return;
  throw new SetupError(`ray-ts needs Node ${MINIMUM_NODE.join(".")} or newer, and this is Node ${version} (${process.execPath}). Get one at https://nodejs.org or by \`nvm install 22\`.`);
}

async function install() {
  const { installed } = stampPaths(root);
  const key = installKey(root);
  if (covers(readStamp(installed), key) && existsSync(join(root, "node_modules", ".package-lock.json"))) return;
  if (!isInstalledByNpm(root)) {
    removeStamp(installed);
    await step("installing packages", npmInstall);
  }
  writeStamp(installed, key);
}

/** `--include=dev` because NODE_ENV=production would leave out what builds and tests; nothing here needs an install script. */
async function npmInstall() {
  const args = ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  const advice = "Look at npm's message above (a proxy or registry that cannot be reached?), then run the same command again.";
  const npm = npmCli();
  if (npm) return runQuietly(process.execPath, [npm, ...args], { cwd: root, advice });
  return runQuietly("npm", args, { cwd: root, shell: process.platform === "win32", advice });
}

/** The npm that runs this script, else the one that came with this Node, else none: then the PATH decides. */
function npmCli() {
  const bin = dirname(process.execPath);
  const candidates = [process.env.npm_execpath, join(bin, "node_modules/npm/bin/npm-cli.js"), join(bin, "../lib/node_modules/npm/bin/npm-cli.js")];
  return candidates.find((file) => file?.endsWith("npm-cli.js") && existsSync(file));
}

async function buildIfChanged() {
  const stamp = readStamp(stampPaths(root).built);
  if (covers(stamp, { ...buildKey(root), types: true }) && filesAreThere(root, stamp.files)) return;
  await step("building", async () => {
    const { build } = await import("./build.mjs");
    await build({ types: true });
  });
}
