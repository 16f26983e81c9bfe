// `npm run bench -- --part kernel`: this kernel beside those of Deno, tslab and Python, all alive at once, cell by cell in turn.
//   --cells 200       cells of the growth and of "Run All"
//   --only a,b        of: ray-ts, unchecked, deno, tslab, ipykernel
//   --json FILE       all figures
// Peers are looked for in RAY_TS_BENCH_NODE_MODULES (a folder with deno and tslab) and RAY_TS_BENCH_PYTHON (a Python with ipykernel).
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KernelUnderTest } from "./kernel-under-test.mjs";
import { javascript, python } from "./cells.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const { values: options } = parseArgs({ options: { cells: { type: "string", default: "200" }, only: { type: "string" }, json: { type: "string" }, part: { type: "string" } } });
const CELLS = Number(options.cells);
const STARTS = 3;
const CHECKER = /checker\.js|--api/;

const modules = process.env.RAY_TS_BENCH_NODE_MODULES ?? join(root, "node_modules");
const pythonProgram = process.env.RAY_TS_BENCH_PYTHON ?? "python3";
const ours = (file) => [process.execPath, join(root, "dist", "cli.js"), "kernel", "start", file];
const makes = {
  "ray-ts": { command: ours, env: { RAY_TS_TYPE_CHECK: "warn" }, cells: javascript, typeError: /TS\d+/ },
  unchecked: { command: ours, env: { RAY_TS_TYPE_CHECK: "off" }, cells: javascript },
  deno: { command: (file) => [join(modules, ".bin", "deno"), "jupyter", "--kernel", "--conn", file], cells: javascript, lacks: existsSync(join(modules, ".bin", "deno")) ? undefined : "no deno: set RAY_TS_BENCH_NODE_MODULES to a node_modules folder that has it" },
  tslab: { command: (file) => [join(modules, ".bin", "tslab"), "kernel", `--config-path=${file}`], cells: javascript, typeError: /not assignable/, lacks: existsSync(join(modules, ".bin", "tslab")) ? undefined : "no tslab: set RAY_TS_BENCH_NODE_MODULES to a node_modules folder that has it" },
  ipykernel: { command: (file) => [pythonProgram, "-m", "ipykernel_launcher", "-f", file], cells: python, lacks: spawnSync(pythonProgram, ["-c", "import ipykernel"]).status === 0 ? undefined : "no Python with ipykernel: set RAY_TS_BENCH_PYTHON" },
};

const at = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
const show = (value) => (value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2));
const spread = (numbers) => (numbers.length === 0 ? "no answer" : numbers.length === 1 ? show(numbers[0]) : `${show(at(numbers, 0.5))} (${show(at(numbers, 0))}-${show(at(numbers, 0.9))})`);

const figures = {};
const note = (figure, name, value) => { if (value !== undefined) ((figures[figure] ??= {})[name] ??= []).push(value); };
const kernels = new Map();
process.setMaxListeners(50);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
const versions = {};

/** Each of the living in turn, `times` over. */
async function inTurn(times, measure, only = () => true) {
  if (process.env.RAY_TS_BENCH_VERBOSE) process.stderr.write(`${Math.round(performance.now())} ms: ${String(measure).slice(0, 90)}\n`);
  for (let i = 0; i < times; i++) for (const [name, kernel] of kernels) if (only(name)) await measure(name, kernel, i);
}

const wanted = Object.entries(makes).filter(([name]) => !options.only || options.only.split(",").includes(name));
for (const [name, make] of wanted) {
  if (make.lacks) console.log(`${name}: skipped, ${make.lacks}`);
}
const present = wanted.filter(([, make]) => !make.lacks);

for (let i = 0; i < STARTS; i++) {
  for (const [name, make] of present) {
    const kernel = await KernelUnderTest.start(make);
    versions[name] = kernel.implementation;
    note("start to kernel_info_reply, ms", name, kernel.startMs);
    if (i < STARTS - 1) await kernel.close();
    else kernels.set(name, kernel);
  }
}
await inTurn(1, (name, kernel) => kernel.cell(makes[name].cells.one));
// idle: what each needs when it has run a cell and nothing else
await new Promise((done) => setTimeout(done, 3000));
await inTurn(1, (name, kernel) => note("memory when idle, PSS, MiB (no checker)", name, kernel.memory(CHECKER)));
await inTurn(1, (name, kernel) => note("the checker's, PSS, MiB", name, makes[name].typeError && name === "ray-ts" ? kernel.memory() - kernel.memory(CHECKER) : undefined));
await inTurn(10, (name, kernel, i) => kernel.cell(makes[name].cells.typed(i + 1000)));
await inTurn(100, async (name, kernel) => note("1+1 to idle, ms", name, await kernel.cell(makes[name].cells.one)));
await inTurn(30, async (name, kernel, i) => note("a new typed function and its call to idle, ms", name, await kernel.cell(makes[name].cells.typed(i))));
const checks = (name) => makes[name].typeError !== undefined;
await inTurn(20, async (name, kernel, i) => note("the type error of one, until it is shown, ms", name, await kernel.shown(makes[name].cells.wrong(i), makes[name].typeError)), checks);
const growth = new Map([...kernels.keys()].map((name) => [name, []]));
await inTurn(CELLS, async (name, kernel, i) => growth.get(name).push(await kernel.cell(makes[name].cells.growing(i))));
for (const [name, times] of growth) note(`more for each cell before it, over ${CELLS}, ms`, name, slope(times.filter((ms) => ms !== undefined)));
await inTurn(20, async (name, kernel, i) => note(`a type error with ${CELLS} cells before it, until it is shown, ms`, name, await kernel.shown(makes[name].cells.wrong(i + 100), makes[name].typeError)), checks);
await inTurn(1, (name, kernel) => kernel.cell(makes[name].cells.completed));
await inTurn(3, (name, kernel) => kernel.complete(makes[name].cells.completion));
await inTurn(40, async (name, kernel, i) => note("completion of a member, ms", name, (await kernel.complete(`${" ".repeat(i % 7)}${makes[name].cells.completion}`)).ms));
await inTurn(2, async (name, kernel) => {
  const { ms, lines } = await kernel.flood(makes[name].cells.flood);
  note("20,000 lines to idle, ms", name, ms);
  note("  lines that came before idle", name, lines);
}, (name) => name !== "tslab");
// tslab never ends that cell, so it goes last
await inTurn(1, async (name, kernel) => {
  const { ms, lines } = await kernel.flood(makes[name].cells.flood);
  note("20,000 lines to idle, ms", name, ms);
  note("  lines that came before idle", name, lines);
}, (name) => name === "tslab");
await inTurn(3, async (name, kernel) => note("1e8 additions over the cell's own let, ms", name, await kernel.cell(makes[name].cells.ownSum, 30_000)), (name) => name === "ray-ts" || name === "deno");
for (const name of ["ray-ts", "deno"]) {
  if (!kernels.has(name)) continue;
  for (let i = 0; i < 20; i++) await kernels.get(name).cell(Array.from({ length: 100 }, (_, k) => `let many${i * 100 + k} = ${k};`).join(" "));
  await kernels.get(name).cell("let earlierSum = 0");
}
await inTurn(3, async (name, kernel) => note("the same over an earlier cell's let, 2,000 names there, ms", name, await kernel.cell(makes[name].cells.earlierSum, 30_000)), (name) => name === "ray-ts" || name === "deno");
if (kernels.has("ray-ts")) {
  const script = join(kernels.get("ray-ts").folder, "sum.cjs");
  writeFileSync(script, "const t = performance.now(); let s = 0; for (let i = 0; i < 1e8; i++) s += i; console.log(performance.now() - t, s)");
  for (let i = 0; i < 5; i++) note("the same in a plain Node script, ms", "ray-ts", Number.parseFloat(spawnSync(process.execPath, [script], { encoding: "utf8" }).stdout));
}
if (kernels.has("ray-ts")) note(`type errors that missed idle, ${CELLS} cells at once, %`, "ray-ts", await missedAtOnce(kernels.get("ray-ts")));
for (const kernel of kernels.values()) await kernel.close();

console.log(`\nNode ${process.version}, ${cpus().length} × ${cpus()[0]?.model}; ${Object.entries(versions).map(([name, version]) => `${name}: ${version}`).join(", ")}\nmedian (smallest-p90)\n`);
const names = [...kernels.keys()];
console.log([["figure", ...names], ["figure", ...names].map(() => "---"), ...Object.entries(figures).map(([figure, of]) => [figure, ...names.map((name) => (of[name] ? spread(of[name]) : ""))])].map((row) => `| ${row.join(" | ")} |`).join("\n"));
if (options.json) writeFileSync(options.json, JSON.stringify({ node: process.version, versions, figures }, null, 1));

/** The share of cells, all sent at once, whose type error came after their idle, or never. */
async function missedAtOnce(kernel) {
  const ids = Array.from({ length: CELLS }, (_, i) => kernel.startCell(javascript.growingWrong(1000 + i)));
  let missed = 0;
  for (const id of ids) {
    const idle = await kernel.idleOf(id);
    const shown = kernel.received.find((message) => message.parent_header.msg_id === id && message.header.msg_type === "display_data" && /TS\d+/.test(JSON.stringify(message.content)));
    if (!shown || shown.at > idle.at) missed++;
  }
  return (100 * missed) / CELLS;
}

/** Least squares. */
function slope(numbers) {
  const meanX = (numbers.length - 1) / 2;
  const meanY = numbers.reduce((sum, y) => sum + y, 0) / numbers.length;
  let [top, bottom] = [0, 0];
  numbers.forEach((y, x) => { top += (x - meanX) * (y - meanY); bottom += (x - meanX) ** 2; });
  return top / bottom;
}
