// `npm run bench`: each figure beside its peer, measured in one run, the engines in turn, medians of three.
//   --reps N          rounds (3)
//   --only a,b        of: script, cells, ray, piscina, piscina-1000 (1,000 tasks a thread instead of one), bare
//   --part a,b        of: tasks, actors, objects, jobs; start for start and memory alone, which are always measured; and, where asked for, growth and soak (our side alone); kernel alone: Jupyter kernels (kernels/main.mjs); or views, which
//                     are drawn in a real JupyterLab in Chromium
//   --json FILE       all figures
// Peers are looked for in: RAY_TS_BENCH_RAY_PYTHON (a Python with ray and numpy), RAY_TS_BENCH_NODE_MODULES (a folder with piscina).
// Views need RAY_TS_PYTHON, a Python with jupyterlab and playwright, and a Chromium (RAY_TS_CHROMIUM).
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { measure } from "./measure.mjs";
import { printTables } from "./table.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..", "..");
const { values: options } = parseArgs({ options: { reps: { type: "string", default: "3" }, only: { type: "string" }, part: { type: "string", default: "tasks,actors,objects,jobs" }, json: { type: "string" } } });
const reps = Number(options.reps);
const folder = mkdtempSync(join(tmpdir(), "rt-bench-"));

const hasViews = options.part.split(",").includes("views");
if (hasViews && options.part !== "views") throw new Error("--part views is measured alone: it has a page and no peers");
const engines = hasViews ? { page: runPage } : { script: runScript, cells: runCells, ray: runRay, piscina: () => runPiscina(), "piscina-1000": () => runPiscina(1000), bare: runBare };
const wanted = options.only && !hasViews ? options.only.split(",") : Object.keys(engines);
const figures = {};
try {
  await prepare();
  for (let rep = 1; rep <= reps; rep++) {
    for (const name of wanted) {
      const result = await engines[name](rep);
      if (typeof result === "string") {
        if (rep === 1) console.log(`${name}: skipped, ${result}`);
        continue;
      }
      process.stderr.write(`round ${rep}: ${name} done\n`);
      for (const [key, value] of Object.entries(result)) ((figures[name] ??= {})[key] ??= []).push(value);
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${reps} rounds, medians; a ratio above 1 means we are better\n`);
printTables(figures);
if (options.json) writeFileSync(options.json, JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, figures }, null, 1));

async function prepare() {
  const installed = join(folder, "node_modules", "ray-ts");
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, "package.json"), JSON.stringify({ name: "ray-ts", version: "0.0.0", type: "module", exports: "./index.js" }));
  const index = JSON.stringify(pathToFileURL(join(root, "dist", "index.js")).href);
  writeFileSync(join(installed, "index.js"), `export * from ${index};\nexport { default } from ${index};\n`);
  if (!wanted.includes("bare")) return;
  const { build } = await import("esbuild");
  for (const name of ["zeromq", "koffi"]) symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name), "junction");
  await build({ entryPoints: [join(here, "peers", "bare.ts")], outfile: bareProgram(), bundle: true, platform: "node", format: "esm", target: "node20", external: ["zeromq", "koffi"], logLevel: "warning" });
}

function runScript() {
  const file = join(folder, "workload.mjs");
  writeFileSync(file, `import ray from "ray-ts";\n${workload()}`);
  return measure(process.execPath, ["--expose-gc", file], { cwd: folder });
}

function runCells() {
  // one cell, as a notebook would hold it
  const file = join(folder, "workload-cells.ts");
  writeFileSync(file, workload());
  return measure(process.execPath, [join(root, "dist", "cli.js"), "run", file], { cwd: folder });
}

function runRay(round) {
  const python = process.env.RAY_TS_BENCH_RAY_PYTHON ?? "python3";
  if (spawnSync(python, ["-c", "import ray, numpy"]).status !== 0) return "no Python with ray and numpy: set RAY_TS_BENCH_RAY_PYTHON";
  return measure(python, [join(here, "peers", "ray_peer.py")], { cwd: folder, env: { RAY_TS_BENCH_ROUND: String(round), RAY_TS_BENCH_PARTS: options.part, RAY_worker_niceness: "0", RAY_TMPDIR: mkdtempSync(join(folder, "ray-")), RAY_USAGE_STATS_ENABLED: "0" } });
}

function runPiscina(tasksPerThread) {
  const modules = process.env.RAY_TS_BENCH_NODE_MODULES ?? join(root, "node_modules");
  if (!existsSync(join(modules, "piscina"))) return "no piscina: set RAY_TS_BENCH_NODE_MODULES to a node_modules folder that has it";
  return measure(process.execPath, [join(here, "peers", "piscina_peer.mjs"), dirname(modules), ...(tasksPerThread ? [String(tasksPerThread)] : [])], { cwd: folder });
}

function runPage() {
  const python = process.env.RAY_TS_PYTHON ?? "python3";
  if (spawnSync(python, ["-c", "import jupyterlab, playwright"]).status !== 0) return "no Python with jupyterlab and playwright: set RAY_TS_PYTHON";
  const prefix = join(folder, "jupyter");
  const installed = spawnSync(process.execPath, [join(root, "dist", "cli.js"), "kernel", "install", "--prefix", prefix], { encoding: "utf8" });
  if (installed.status !== 0) throw new Error(installed.stderr);
  return measure(python, [join(here, "views.py")], { cwd: folder, env: { JUPYTER_PATH: join(prefix, "share", "jupyter"), PYTHONDONTWRITEBYTECODE: "1" } });
}

function runBare() {
  return measure(process.execPath, [bareProgram()], { cwd: folder });
}

function bareProgram() {
  return join(folder, "bare.mjs");
}

function workload() {
  return [...new Set(["start", ...options.part.split(",")])].map((part) => readFileSync(join(here, "workload", `${part}.js`), "utf8")).join("\n") + "\nawait ray.shutdown();\n";
}
