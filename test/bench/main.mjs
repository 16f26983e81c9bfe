// `npm run bench`: each figure beside its peer, measured in one run, the engines in turn, medians of three.
//   --reps N          rounds (3)
//   --only a,b        of: script, cells, ray, piscina
//   --json FILE       all figures
// Peers are looked for in: RAY_TS_BENCH_RAY_PYTHON (a Python with ray and numpy), RAY_TS_BENCH_NODE_MODULES (a folder with piscina).
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..", "..");
const { values: options } = parseArgs({ options: { reps: { type: "string", default: "3" }, only: { type: "string" }, json: { type: "string" } } });
const reps = Number(options.reps);
const folder = mkdtempSync(join(tmpdir(), "rt-bench-"));

const engines = { script: runScript, cells: runCells, ray: runRay, piscina: runPiscina };
const wanted = options.only ? options.only.split(",") : Object.keys(engines);
const figures = {};
try {
  prepareScript();
  for (let rep = 1; rep <= reps; rep++) {
    for (const name of wanted) {
      const result = await engines[name]();
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
print();
if (options.json) writeFileSync(options.json, JSON.stringify({ node: process.version, cpu: cpus()[0]?.model, figures }, null, 1));

function prepareScript() {
  const installed = join(folder, "node_modules", "ray-ts");
  mkdirSync(installed, { recursive: true });
  writeFileSync(join(installed, "package.json"), JSON.stringify({ name: "ray-ts", version: "0.0.0", type: "module", exports: "./index.js" }));
  const index = JSON.stringify(pathToFileURL(join(root, "dist", "index.js")).href);
  writeFileSync(join(installed, "index.js"), `export * from ${index};\nexport { default } from ${index};\n`);
}

function runScript() {
  const file = join(folder, "workload.mjs");
  writeFileSync(file, `import ray from "ray-ts";\n${workload()}`);
  return measure(process.execPath, ["--expose-gc", file]);
}

function runCells() {
  // one cell, as a notebook would hold it
  const file = join(folder, "workload-cells.ts");
  writeFileSync(file, workload());
  return measure(process.execPath, [join(root, "dist", "cli.js"), "run", file]);
}

function runRay() {
  const python = process.env.RAY_TS_BENCH_RAY_PYTHON ?? "python3";
  if (spawnSync(python, ["-c", "import ray, numpy"]).status !== 0) return "no Python with ray and numpy: set RAY_TS_BENCH_RAY_PYTHON";
  return measure(python, [join(here, "ray_peer.py")], { RAY_worker_niceness: "0", RAY_TMPDIR: mkdtempSync(join(folder, "ray-")), RAY_USAGE_STATS_ENABLED: "0" });
}

function runPiscina() {
  const modules = process.env.RAY_TS_BENCH_NODE_MODULES ?? join(root, "node_modules");
  if (!existsSync(join(modules, "piscina"))) return "no piscina: set RAY_TS_BENCH_NODE_MODULES to a node_modules folder that has it";
  return measure(process.execPath, [join(here, "piscina_peer.mjs"), dirname(modules)]);
}

function workload() {
  return readFileSync(join(here, "workload.js"), "utf8");
}

/** Runs one engine and gathers its BENCH lines; `idle` asks for the memory of all its processes. */
function measure(command, args, env = {}) {
  const mark = `m${process.pid}${Math.random().toString(36).slice(2)}`;
  const startedAt = Date.now();
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env, RAY_TS_BENCH_MARK: mark }, stdio: ["ignore", "pipe", "pipe"] });
  const result = {};
  let text = "";
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  child.stdout.on("data", (chunk) => {
    text += chunk;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      const at = line.indexOf("BENCH {");
      if (at < 0) continue;
      const { name, value } = JSON.parse(line.slice(at + 6));
      if (name === "first_result") result.start_to_first_result_ms = value - startedAt;
      else if (name === "idle") Object.assign(result, memoryOf(mark));
      else result[name] = value;
    }
  });
  return new Promise((done, failed) => child.on("close", (code) => (code === 0 ? done(result) : failed(new Error(`${command} ${args.join(" ")} ended with ${code}\n${errors.slice(-3000)}`)))));
}

/** PSS and USS (MiB) of every process that carries the mark. */
function memoryOf(mark) {
  let pss = 0;
  let uss = 0;
  let processes = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "latin1").includes(mark)) continue;
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      const kib = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(rollup)?.[1] ?? 0);
      pss += kib("Pss") / 1024;
      uss += (kib("Private_Clean") + kib("Private_Dirty")) / 1024;
      processes++;
    } catch (error) {
      if (!["ENOENT", "ESRCH", "EACCES"].includes(error.code)) throw error; // it ended meanwhile
    }
  }
  return { idle_pss_MiB: pss, idle_uss_MiB: uss, idle_processes: processes };
}

function print() {
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  const lessIsBetter = (key) => /_ms$|MiB$|processes$/.test(key) && !/GiBps/.test(key);
  const keys = [...new Set(Object.values(figures).flatMap((of) => Object.keys(of)))];
  const names = Object.keys(figures);
  const show = (value) => (value === undefined ? "" : value >= 100 ? value.toFixed(0) : value.toPrecision(3));
  const ratio = (key, ours, peer) => {
    const [a, b] = [figures[ours]?.[key], figures[peer]?.[key]];
    if (!a || !b) return "";
    return (lessIsBetter(key) ? median(b) / median(a) : median(a) / median(b)).toFixed(1) + "×";
  };
  const ratios = [["script", "ray"], ["cells", "ray"], ["script", "piscina"]].filter(([a, b]) => figures[a] && figures[b]);
  const rows = [["figure", ...names.map((name) => `${name} median`), ...names.map((name) => `${name} min-max`), ...ratios.map(([a, b]) => `${a} ÷ ${b}`)]];
  for (const key of keys) {
    const of = (name) => figures[name][key];
    rows.push([
      key,
      ...names.map((name) => (of(name) ? show(median(of(name))) : "")),
      ...names.map((name) => (of(name) ? `${show(Math.min(...of(name)))}-${show(Math.max(...of(name)))}` : "")),
      ...ratios.map(([a, b]) => ratio(key, a, b)),
    ]);
  }
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}, ${reps} rounds, medians; a ratio above 1 means we are better`);
  console.log(rows.map((row, i) => `| ${row.join(" | ")} |${i === 0 ? `\n|${row.map(() => " --- ").join("|")}|` : ""}`).join("\n"));
}
