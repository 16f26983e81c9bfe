// Types in the kernel, over its real sockets: `node test/bench/types.mjs [--cells 200] [--json FILE]` (build first).
//   typed function    a new typed function and its call, from the request to idle, and until its type error is there; fresh and with 200 cells before it
//   completion        of a member and of a name, warm
//   growth            what a cell costs more for each cell before it, and how many of 200 cells sent at once ("Run All") had their type error before idle
//   chain             the check of a cell whose types follow from 200 others, one from the next
//   memory            of the checker's two processes (PSS)
// Each is measured with types checked and, beside it in the same run, in a kernel that does not (RAY_TS_TYPE_CHECK=off).
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "..", "..");
const { values } = parseArgs({ options: { cells: { type: "string", default: "200" }, json: { type: "string" } } });
const CELLS = Number(values.cells);

const typedFunction = (i) => `function tf${i}(a: number, b: number): number { return a * b + ${i} }\ntf${i}(2, 3)`;
const wrongFunction = (i) => `function wf${i}(a: number, b: number): number { return a * b + ${i} }\nwf${i}(2, 'x')`;
const growing = (i) => `interface T${i} { a: number; b: string }\nfunction fn${i}(x: T${i}): number { return x.a + ${i} }\nconst v${i} = fn${i}({ a: 1, b: 'x' })`;
const growingWrong = (i) => `${growing(i)};\nconst e${i}: string = v${i}`;
const chained = (i) => `function c${i}(x: number) { return ${i === 0 ? "x" : `c${i - 1}(x)`} + 1 }\nconst d${i} = c${i}(${i === 0 ? 0 : `d${i - 1}`})`;

class Kernel {
  #waiting = new Set();
  #received = [];

  static async start(env) {
    const kernel = new Kernel();
    kernel.folder = mkdtempSync(join(tmpdir(), "rt-bench-types-"));
    const names = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"];
    const ports = await freePorts(names.length);
    const file = join(kernel.folder, "kernel.json");
    writeFileSync(file, JSON.stringify({ transport: "tcp", ip: "127.0.0.1", key: randomUUID(), signature_scheme: "hmac-sha256", kernel_name: "ray-ts", ...Object.fromEntries(names.map((name, i) => [name, ports[i]])) }), { mode: 0o600 });
    kernel.process = spawn(process.execPath, [join(root, "dist", "cli.js"), "kernel", "start", file], { cwd: kernel.folder, stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, RAY_TS_HISTORY: join(kernel.folder, "history"), JPY_PARENT_PID: String(process.pid), ...env } });
    kernel.client = spawn(process.execPath, [join(root, "test", "fixtures", "jupyter-client-process.mjs"), file], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: kernel.client.stdout }).on("line", (line) => kernel.#receive({ ...JSON.parse(line), at: performance.now() }));
    await kernel.until((message) => message.header.msg_type === "iopub_welcome");
    return kernel;
  }

  send(type, content, channel = "shell") {
    const id = randomUUID();
    this.client.stdin.write(JSON.stringify({ channel, type, id, content }) + "\n");
    return id;
  }

  async until(isWanted) {
    for (;;) {
      const found = this.#received.find(isWanted);
      if (found) return found;
      await new Promise((wake) => this.#waiting.add(wake));
    }
  }

  startCell(code) {
    return this.send("execute_request", { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: false });
  }

  idleOf(id) {
    return this.until((message) => message.parent_header.msg_id === id && message.content.execution_state === "idle");
  }

  typesOf(id) {
    return this.#received.find((message) => message.parent_header.msg_id === id && message.header.msg_type === "display_data" && / (TS|RAY)\d+:/.test(message.content.data["text/plain"]));
  }

  async shownTypes(id) {
    await this.until((message) => message.parent_header.msg_id === id && this.typesOf(id) === message);
    return this.typesOf(id);
  }

  /** Milliseconds to idle, and to the type error where there is one to come. */
  async cell(code, isWrong = false) {
    const start = performance.now();
    const id = this.startCell(code);
    const idle = (await this.idleOf(id)).at - start;
    const shown = isWrong ? (await this.shownTypes(id)).at - start : undefined;
    this.#received = [];
    return { idle, shown };
  }

  async complete(code) {
    const start = performance.now();
    const id = this.send("complete_request", { code, cursor_pos: code.length });
    const reply = await this.until((message) => message.channel === "shell" && message.parent_header.msg_id === id);
    return { ms: reply.at - start, matches: reply.content.matches };
  }

  /** PSS in MB of the processes below the kernel whose command line matches. */
  memory(pattern) {
    const parents = new Map();
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try { parents.set(pid, / (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) \S/, ""))?.[1]); } catch { /* it has ended */ }
    }
    const isBelow = (pid) => { for (let at = pid; at && at !== "0"; at = parents.get(at)) if (at === String(this.process.pid)) return true; return false; };
    let sum = 0;
    for (const pid of parents.keys()) {
      try {
        if (isBelow(pid) && pattern.test(readFileSync(`/proc/${pid}/cmdline`, "latin1"))) sum += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;
      } catch { /* it has ended */ }
    }
    return sum;
  }

  async close() {
    this.send("shutdown_request", { restart: false }, "control");
    await new Promise((done) => this.process.once("exit", done));
    this.client.stdin.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #receive(message) {
    this.#received.push(message);
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}

async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => new Promise((done) => { const server = createServer().listen(0, "127.0.0.1", () => done(server)); })));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}

const at = (numbers, share) => [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
const median = (numbers) => at(numbers, 0.5);
/** Least squares: milliseconds more for each cell. */
function slope(numbers) {
  const n = numbers.length;
  const meanX = (n - 1) / 2;
  const meanY = numbers.reduce((sum, y) => sum + y, 0) / n;
  let [top, bottom] = [0, 0];
  numbers.forEach((y, x) => { top += (x - meanX) * (y - meanY); bottom += (x - meanX) ** 2; });
  return top / bottom;
}

const figures = {};
const note = (name, value, unit, goal) => {
  figures[name] = value;
  console.log(`${name.padEnd(58)} ${value.toFixed(value < 1 ? 3 : 1).padStart(8)} ${unit}${goal ? `   (goal ${goal})` : ""}`);
};

async function measure(kernel, isChecked) {
  const how = isChecked ? "checked" : "unchecked";
  if (isChecked) {
    const start = performance.now();
    const id = kernel.startCell("const first: number = 'a'");
    await kernel.idleOf(id);
    await kernel.shownTypes(id);
    note("first type error, the checker's start in it", performance.now() - start, "ms");
  } else await kernel.cell("1");
  const one = [];
  for (let i = 0; i < 100; i++) one.push((await kernel.cell("1+1")).idle);
  note(`1+1 to idle, ${how}`, median(one), "ms");
  const functions = [];
  for (let i = 0; i < 40; i++) functions.push((await kernel.cell(typedFunction(i))).idle);
  note(`new typed function to idle, ${how}`, median(functions), "ms");
  if (!isChecked) return;
  const fresh = [];
  for (let i = 0; i < 40; i++) fresh.push((await kernel.cell(wrongFunction(i), true)).shown);
  note("its type error shown", median(fresh), "ms", "30");
  const grown = [];
  for (let i = 0; i < CELLS; i++) grown.push((await kernel.cell(growing(i))).idle);
  note(`growth over ${CELLS} cells, a cell`, slope(grown), "ms", "0.00");
  note(`  median of the first 20`, median(grown.slice(0, 20)), "ms");
  note(`  median of the last 20`, median(grown.slice(-20)), "ms");
  const late = [];
  for (let i = 100; i < 140; i++) late.push((await kernel.cell(wrongFunction(i), true)).shown);
  note(`type error of a new typed function with ${CELLS} cells before it`, median(late), "ms", "30");
  note(`  p90`, at(late, 0.9), "ms");
  await kernel.cell("const arr: number[] = [1, 2, 3]; const typed = { alpha: 1, beta: 'x' };");
  for (const [code, name] of [["typed.al", "a member"], ["arr.map((x) => x.toF", "a member in a callback"], ["typ", "a name"]]) {
    const times = [];
    // another text each time, as typing makes it
    for (let i = 0; i < 60; i++) times.push((await kernel.complete(`${" ".repeat(i % 7)}/* ${i} */ ${code}`)).ms);
    note(`completion of ${name}, p50`, median(times), "ms", "5");
    note(`  p99`, at(times, 0.99), "ms");
  }
  // "Run All": every cell is there at once, and every one has a type error
  const ids = Array.from({ length: CELLS }, (_, i) => kernel.startCell(growingWrong(1000 + i)));
  const start = performance.now();
  let missed = 0;
  for (const id of ids) {
    await kernel.idleOf(id);
    const shown = kernel.typesOf(id);
    if (!shown || shown.at > (await kernel.idleOf(id)).at) missed++;
  }
  note(`${CELLS} cells sent at once, a cell`, (performance.now() - start) / CELLS, "ms");
  note("  type errors that missed idle", (100 * missed) / CELLS, "%", "5");
  note("memory of the checker and TypeScript's server (PSS)", kernel.memory(/checker\.js|typescript.*tsc\0--api/), "MB");
  note("memory of kernel and session (PSS)", kernel.memory(/cli\.js\0kernel|session\.js/), "MB");
  for (let i = 0; i < CELLS; i++) await kernel.cell(chained(i));
  const chain = [];
  for (let i = 0; i < 10; i++) chain.push((await kernel.cell(`const z${i}: string = c${CELLS - 1}(d${CELLS - 1})`, true)).shown);
  note(`type error behind a chain of ${CELLS} inferred cells`, median(chain), "ms");
}

const checked = await Kernel.start({ RAY_TS_TYPE_CHECK: "warn" });
const unchecked = await Kernel.start({ RAY_TS_TYPE_CHECK: "off" });
await measure(unchecked, false);
await measure(checked, true);
await checked.close();
await unchecked.close();
if (values.json) writeFileSync(values.json, JSON.stringify({ node: process.version, figures }, null, 1));
