// One Jupyter kernel of any make, over its real sockets: started on a connection file, spoken to through a client in a process of its own.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const clientProgram = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "fixtures", "jupyter-client-process.mjs");

export class KernelUnderTest {
  received = [];
  #waiting = new Set();

  /** `command(connectionFile)` gives the kernel's argv. Resolves when it has told about itself. */
  static async start({ command, env = {} }) {
    const kernel = new KernelUnderTest();
    kernel.folder = mkdtempSync(join(tmpdir(), "rt-bench-kernel-"));
    const names = ["shell_port", "control_port", "stdin_port", "iopub_port", "hb_port"];
    const ports = await freePorts(names.length);
    const file = join(kernel.folder, "connection.json");
    writeFileSync(file, JSON.stringify({ transport: "tcp", ip: "127.0.0.1", key: randomUUID(), signature_scheme: "hmac-sha256", kernel_name: "k", ...Object.fromEntries(names.map((name, i) => [name, ports[i]])) }), { mode: 0o600 });
    const home = join(kernel.folder, "work");
    mkdirSync(home);
    // the client is there first: its start is no part of the kernel's
    kernel.client = spawn(process.execPath, [clientProgram, file], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: kernel.client.stdout }).on("line", (line) => kernel.#receive({ ...JSON.parse(line), at: performance.now() }));
    kernel.send("kernel_info_request", {});
    await new Promise((done) => setTimeout(done, 300));
    const begun = performance.now();
    const [program, ...args] = command(file);
    kernel.process = spawn(program, args, { cwd: home, stdio: ["ignore", "ignore", "ignore"], env: { ...process.env, RAY_TS_HISTORY: join(kernel.folder, "history"), JPY_PARENT_PID: String(process.pid), ...env } });
    process.once("exit", () => kernel.process.kill("SIGKILL")); // no peer ends by itself when its client is gone
    const info = await kernel.until((message) => message.header.msg_type === "kernel_info_reply", 30_000);
    kernel.startMs = info.at - begun;
    kernel.implementation = `${info.content.implementation} ${info.content.implementation_version}`;
    // what is published before the subscription has arrived is lost
    while (!kernel.received.some(({ channel }) => channel === "iopub")) {
      kernel.send("kernel_info_request", {});
      await kernel.until(({ channel }) => channel === "iopub", 200);
    }
    return kernel;
  }

  send(type, content, channel = "shell") {
    const id = randomUUID();
    this.client.stdin.write(JSON.stringify({ channel, type, id, content }) + "\n");
    return id;
  }

  /** The first such message, now or later; undefined after `timeoutMs`. */
  async until(isWanted, timeoutMs = 2000) {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = this.received.find(isWanted);
      if (found || performance.now() > end) return found;
      let timer;
      await new Promise((wake) => { this.#waiting.add(wake); timer = setTimeout(wake, Math.max(1, end - performance.now())); });
      clearTimeout(timer);
    }
  }

  startCell(code) {
    return this.send("execute_request", { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: false });
  }

  idleOf(id, timeoutMs) {
    return this.until((message) => message.channel === "iopub" && message.parent_header.msg_id === id && message.content.execution_state === "idle", timeoutMs);
  }

  /** Milliseconds from the request to idle; undefined when none came. */
  async cell(code, timeoutMs) {
    const start = performance.now();
    const id = this.startCell(code);
    const idle = await this.idleOf(id, timeoutMs);
    this.#forget();
    return idle && idle.at - start;
  }

  /** Milliseconds until something about the cell matches. */
  async shown(code, pattern) {
    const start = performance.now();
    const id = this.startCell(code);
    const message = await this.until((each) => each.channel === "iopub" && each.parent_header.msg_id === id && pattern.test(JSON.stringify(each.content)) && each.header.msg_type !== "execute_input", 1000);
    if (!this.received.some((each) => each.parent_header.msg_id === id && each.content.execution_state === "idle")) await this.idleOf(id);
    this.#forget();
    return message && message.at - start;
  }

  async complete(code) {
    const start = performance.now();
    const id = this.send("complete_request", { code, cursor_pos: code.length });
    const reply = await this.until((message) => message.channel === "shell" && message.parent_header.msg_id === id);
    this.#forget();
    return { ms: reply && reply.at - start, matches: reply?.content.matches };
  }

  /** Time to idle, lines and messages of a cell that prints many lines. */
  async flood(code) {
    const start = performance.now();
    const id = this.startCell(code);
    const idle = await this.idleOf(id, 5_000);
    const streams = this.received.filter(({ header, parent_header, at }) => header.msg_type === "stream" && parent_header.msg_id === id && at <= (idle?.at ?? Infinity));
    this.#forget();
    return { ms: idle && idle.at - start, lines: streams.reduce((sum, { content }) => sum + content.text.split("\n").length - 1, 0), messages: streams.length };
  }

  /** PSS in MiB of the kernel's processes, those whose command line matches `but` left out. */
  memory(but) {
    const parents = new Map();
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try { parents.set(pid, readFileSync(`/proc/${pid}/stat`, "utf8").replace(/^.*\) \S /, "").split(" ")[0]); } catch { /* it has ended */ }
    }
    const isOurs = (pid) => { for (let at = pid; at && at !== "0"; at = parents.get(at)) if (at === String(this.process.pid)) return true; return false; };
    let sum = 0;
    for (const pid of parents.keys()) {
      if (!isOurs(pid)) continue;
      try {
        if (but?.test(readFileSync(`/proc/${pid}/cmdline`, "latin1"))) continue;
        sum += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1] ?? 0) / 1024;
      } catch { /* it has ended */ }
    }
    return sum;
  }

  async close() {
    const ended = new Promise((done) => this.process.once("exit", done));
    this.send("shutdown_request", { restart: false }, "control");
    const timer = setTimeout(() => this.process.kill("SIGKILL"), 5000);
    if (this.process.exitCode === null && this.process.signalCode === null) await ended;
    clearTimeout(timer);
    this.client.stdin.end();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #forget() {
    this.received = [];
  }

  #receive(message) {
    this.received.push(message);
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
