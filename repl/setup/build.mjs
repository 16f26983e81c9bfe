// Builds dist/: one bundle per program (esbuild), and the public type declarations (tsc).
// Node built-ins only until the packages are there; started by setup.mjs or by `npm run build`.
import { existsSync, rmSync, mkdirSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Programs by the name of their file in dist/. Each is one self-contained file: processes start faster and never share chunks. */
const programs = {
  index: "runtime/index.ts",
  head: "runtime/head/main.ts",
  worker: "runtime/worker/main.ts",
  session: "runtime/session/main.ts",
  "watch-thread": "runtime/worker/watch-thread.ts",
  "module-hooks-thread": "runtime/session/module-hooks-thread.ts",
  cli: "repl/cli.ts",
  kernel: "kernel/main.ts",
};

/** Native packages, and those with parts that a bundle would lose, stay in node_modules. */
const external = ["zeromq", "koffi", "oxc-parser", "oxc-transform", "esbuild", "esbuild-wasm", "jest", "typescript"];

export async function build({ types = true } = {}) {
  const { build: bundle } = await import("esbuild");
  rmSync(join(root, "dist"), { recursive: true, force: true });
  mkdirSync(join(root, "dist"), { recursive: true });
  const entryPoints = Object.fromEntries(Object.entries(programs).filter(([, file]) => existsSync(join(root, file))));
  await bundle({
    absWorkingDir: root,
    entryPoints,
    outdir: "dist",
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    sourcemap: "linked",
    sourcesContent: false,
    external,
    logLevel: "warning",
    // CommonJS packages inside the bundle call require()
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  });
  if (types) {
    const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "runtime/tsconfig.types.json"], { cwd: root, stdio: "inherit" });
    if (tsc.status !== 0) throw new Error("tsc could not write the type declarations: see above");
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build({ types: !process.argv.includes("--no-types") });
