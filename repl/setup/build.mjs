// Builds dist/: one bundle per program (esbuild), and the public type declarations (tsc).
// Started by prepare.mjs, or by `npm run build [-- --no-types]`.
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";
import { buildKey, noteFiles, removeStamp, stampPaths, writeStamp } from "./stamp.mjs";
import { main, runQuietly } from "./step.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Programs by the name of their file in dist/. Each is one self-contained file: processes start faster and never share chunks. */
const programs = {
  index: "runtime/index.ts",
  head: "runtime/head/main.ts",
  worker: "runtime/worker/main.ts",
  session: "runtime/session/main.ts",
  checker: "runtime/check/main.ts",
  "watch-thread": "runtime/worker/watch-thread.ts",
  "module-hooks-thread": "runtime/session/module-hooks-thread.ts",
  kernel: "kernel/main.ts",
  // what the kernel and the REPL are made of, for other fronts and for tests that drive a session as they do
  front: "runtime/front/create-front.ts",
};

/** The command line is split: `ray-ts --version` must not load ZeroMQ, nor `ray-ts test` the kernel. */
const splitPrograms = { cli: "repl/cli.ts" };

/** What JupyterLab loads into its page: one file, under a name that changes with its content, since browsers keep files by their names. */
const extension = { entry: "kernel/labextension/extension.ts", folder: "dist/labextension" };

/** Native packages, and those with parts that a bundle would lose, stay in node_modules. */
const external = ["zeromq", "koffi", "oxc-parser", "oxc-transform", "esbuild", "esbuild-wasm", "jest", "typescript", "node-types"];

export async function build({ types = true } = {}) {
  const { built } = stampPaths(root);
  const key = buildKey(root);
  removeStamp(built);
  const files = [...(await bundle(programs, {})), ...(await bundle(splitPrograms, { splitting: true, chunkNames: "cli-[name]-[hash]" })), ...(await bundleExtension())];
  removeOthers(files);
  if (types) await declareTypes();
  writeStamp(built, { ...key, types, files: noteFiles(root, files) });
}

/** Writes each file under another name first: a program that starts during a build never reads half a file. */
async function bundle(entryPoints, options) {
  const { build: esbuild } = await import("esbuild");
  const { outputFiles } = await esbuild({
    absWorkingDir: root,
    entryPoints,
    outdir: "dist",
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20.19",
    sourcemap: "linked",
    sourcesContent: false,
    external,
    logLevel: "warning",
    // CommonJS packages inside the bundle call require()
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
    ...options,
  });
  mkdirSync(join(root, "dist"), { recursive: true });
  for (const { path, contents } of outputFiles) {
    const mode = path === join(root, "dist", "cli.js") ? 0o755 : 0o644;
    writeFileSync(path + ".new", contents, { mode });
    renameSync(path + ".new", path);
  }
  return outputFiles.map(({ path }) => relative(root, path).replaceAll("\\", "/"));
}

/** Two files: https://jupyterlab.readthedocs.io/en/stable/extension/extension_dev.html, "Deriving Packages From the Source Package". */
async function bundleExtension() {
  const { build: esbuild } = await import("esbuild");
  const { entry, folder } = extension;
  const { outputFiles } = await esbuild({ absWorkingDir: root, entryPoints: { remoteEntry: entry }, outdir: join(folder, "static"), entryNames: "[name].[hash]", bundle: true, write: false, minify: true, platform: "browser", format: "iife", target: "es2022", logLevel: "warning" });
  const [{ path, contents }] = outputFiles;
  const { version, license, description } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const about = { name: "ray-ts", version, description, license, jupyterlab: { extension: true, _build: { load: relative(join(root, folder), path).replaceAll("\\", "/"), extension: "./extension" } } };
  rmSync(join(root, folder), { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  writeFileSync(join(root, folder, "package.json"), JSON.stringify(about, null, 2) + "\n");
  return [relative(root, path).replaceAll("\\", "/"), `${folder}/package.json`];
}

/** Files of an earlier build, under names that are no more. */
function removeOthers(files) {
  const kept = new Set([...files, "dist/types", extension.folder]);
  for (const name of readdirSync(join(root, "dist"))) {
    if (!kept.has("dist/" + name)) rmSync(join(root, "dist", name), { recursive: true, force: true });
  }
}

async function declareTypes() {
  rmSync(join(root, "dist", "types"), { recursive: true, force: true });
  await runQuietly(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "runtime/tsconfig.types.json"], {
    cwd: root,
    advice: "Mend the types named above, or build without declarations: node repl/setup/build.mjs --no-types",
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async (args) => {
    await withLock(join(root, ".build", "lock"), () => build({ types: !args.includes("--no-types") }));
    return 0;
  });
}
