/** The built kernel as a process, over real sockets. */
import { existsSync, readFileSync } from "node:fs";
import { JupyterClient, type Received } from "../fixtures/jupyter-client.ts";

let client: JupyterClient;
afterEach(async () => {
  // whatever a test did, every message that it received was as the protocol says
  expect(await client.close()).toEqual([]);
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};
const ended = async (pid: number): Promise<void> => {
  while (isAlive(pid)) await new Promise((resolve) => { setTimeout(resolve, 10); });
};
const printed = (text: string) => ({ header, content }: Received): boolean => header.msg_type === "stream" && String(content["text"]).includes(text);

describe.each(["tcp", "ipc"] as const)("over %s", (transport: "tcp" | "ipc") => {
  test("a cell gives its outputs, its reply and idle, in order; state is kept", async () => {
    client = await JupyterClient.start({ transport });
    const info = client.send("kernel_info_request", {});
    expect(await client.reply(info)).toMatchObject({ status: "ok", protocol_version: "5.5", language_info: { name: "typescript" } });
    // a reply comes before its idle: a cell sent in between would rightly say again that it is busy
    await client.until((message) => message.parent_header.msg_id === info && message.content["execution_state"] === "idle");
    const cell = await client.execute("const x: number = 20; console.log('printed'); x + 1");
    expect(JupyterClient.story(cell.outputs)).toEqual(["busy", "execute_input", "stream", "execute_result", "idle"]);
    expect([cell.text, cell.result]).toEqual(["printed\n", "21"]);
    expect((await client.execute("x * 2")).result).toBe("40");
    expect(await client.heartbeat("thump")).toBe("thump");
  });
});

test("a message with a wrong signature is dropped, one sent twice runs once, and the kernel goes on", async () => {
  client = await JupyterClient.start();
  client.send("execute_request", { code: "globalThis.intruder = 1" }, { key: "another key" });
  const counted = client.send("execute_request", { code: "globalThis.runs = (globalThis.runs ?? 0) + 1" }, { repeat: true });
  await client.collect(counted);
  expect((await client.execute("[typeof intruder, runs].join()")).result).toContain("undefined,1");
  expect(client.log).toMatch(/wrong signature/);
  expect(client.log).toMatch(/used before/);
});

test("a kernel without a key takes unsigned messages", async () => {
  client = await JupyterClient.start({ key: "" });
  expect((await client.execute("1 + 1")).result).toBe("2");
});

test("20,000 lines are all there before idle in fewer than 50 messages", async () => {
  client = await JupyterClient.start();
  const cell = await client.execute("for (let i = 0; i < 20_000; i++) console.log('line ' + i)");
  expect(cell.text).toBe(Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join(""));
  expect(cell.outputs.length).toBeLessThan(50);
});

test("ten megabytes in one print arrive whole before idle", async () => {
  client = await JupyterClient.start();
  const cell = await client.execute("console.log('x'.repeat(10_000_000) + '!')");
  expect(cell.text.length).toBe(10_000_002);
  expect(cell.text.endsWith("x!\n")).toBe(true);
});

test("200 cells sent at once each have their result before idle, in order", async () => {
  client = await JupyterClient.start();
  const ids = Array.from({ length: 200 }, (_, i) => client.startCell(`${i} + 1`));
  const results: (string | undefined)[] = [];
  for (const id of ids) results.push((await client.collect(id)).result);
  expect(results).toEqual(ids.map((_, i) => String(i + 1)));
});

describe("an interrupt stops", () => {
  test.each([
    ["a synchronous loop", "console.log('begun'); for (;;);"],
    ["a hanging await", "console.log('begun'); await new Promise(() => {})"],
    ["a loop after an await", "await null; console.log('begun'); for (;;);"],
    ["a flood of prints", "console.log('begun'); for (;;) console.log(1)"],
  ])("%s and keeps the state", async (_name: string, code: string) => {
    client = await JupyterClient.start();
    await client.execute("let kept = 'still here'");
    const id = client.startCell(code);
    const waiting = client.startCell("'aborted, as it waited behind a failed cell'");
    await client.until(printed("begun"));
    expect(await client.request("interrupt_request", {}, "control")).toEqual({ status: "ok" });
    const stopped = await client.collect(id);
    expect(stopped.reply).toMatchObject({ status: "error" });
    expect(JupyterClient.story(stopped.outputs).slice(-2)).toEqual(["error", "idle"]);
    expect((await client.collect(waiting)).reply).toMatchObject({ status: "aborted" });
    expect((await client.execute("kept")).result).toContain("still here");
  });
});

test("completion, inspection and is_complete are answered while a cell waits, and heartbeats while one spins", async () => {
  client = await JupyterClient.start();
  await client.execute("const someNumber = 41; let release: () => void");
  const waiting = client.startCell("console.log('waits'); await new Promise<void>((resolve) => { release = resolve; })");
  await client.until(printed("waits"));
  expect((await client.request("complete_request", { code: "someN", cursor_pos: 5 }))["matches"]).toContain("someNumber");
  expect(await client.request("inspect_request", { code: "someNumber", cursor_pos: 4, detail_level: 0 })).toMatchObject({ found: true });
  expect(await client.request("is_complete_request", { code: "function f() {" })).toMatchObject({ status: "incomplete" });
  client.send("interrupt_request", {}, { channel: "control" });
  await client.collect(waiting);
  const spinning = client.startCell("console.log('spins'); for (;;);");
  await client.until(printed("spins"));
  expect(await client.heartbeat("alive")).toBe("alive");
  expect(await client.request("kernel_info_request", {}, "control")).toMatchObject({ status: "ok" });
  client.send("interrupt_request", {}, { channel: "control" });
  await client.collect(spinning);
});

describe("a session that dies", () => {
  test.each([
    ["by process.exit", "console.log('last words'); process.exit(7)", /exit code 7 .*process\.exit/],
    ["by SIGKILL", "console.log('last words'); process.kill(process.pid, 'SIGKILL')", /SIGKILL/],
    ["by abort", "console.log('last words'); process.abort()", /SIGABRT/],
  ])("%s in a cell costs the cell, which keeps its output; a fresh one runs the next", async (_name: string, code: string, reason: RegExp) => {
    client = await JupyterClient.start();
    await client.execute("var lost = 1");
    const id = client.startCell(code);
    const cell = await client.collect(id);
    expect(cell.text).toContain("last words\n");
    expect(cell.reply).toMatchObject({ status: "error", ename: "SessionDiedError", evalue: expect.stringMatching(reason) });
    expect((await client.execute("typeof lost")).result).toContain("undefined");
  });

  test("between cells is told in the next one", async () => {
    client = await JupyterClient.start();
    const { result } = await client.execute("setTimeout(() => process.exit(3), 1); process.pid");
    await ended(Number(result));
    const next = await client.execute("1 + 1");
    expect(next.text).toMatch(/session ended after the last cell, with exit code 3/);
    expect(next.result).toBe("2");
  });
});

test("output after a cell's end has that cell as its parent", async () => {
  client = await JupyterClient.start();
  const first = client.startCell("setTimeout(() => console.log('late'), 50); 'first'");
  await client.collect(first);
  const late = await client.until(printed("late"));
  expect(late.parent_header.msg_id).toBe(first);
});

test("a subshell's cells run while the main one's awaits, on the same variables, and an interrupt stops both", async () => {
  client = await JupyterClient.start();
  const subshell = String((await client.request("create_subshell_request", {}, "control"))["subshell_id"]);
  const main = client.startCell("var n = 1; console.log('waits'); await new Promise(() => {})");
  await client.until(printed("waits"));
  expect((await client.execute("console.log('beside'); n += 1", {}, subshell)).result).toBe("2");
  const looping = client.startCell("await null; console.log('loops'); for (;;);", {}, subshell);
  await client.until(printed("loops"));
  expect(await client.request("interrupt_request", {}, "control")).toEqual({ status: "ok" });
  const [first, second] = [await client.collect(main), await client.collect(looping)];
  expect([first.reply["ename"], second.reply["ename"]]).toEqual(["InterruptedError", "InterruptedError"]);
  expect([first.text, second.text]).toEqual(["waits\n", "loops\n"]);
  expect((await client.execute("n")).result).toBe("2");
});

test("a cell that no interrupt stops: the second offers a restart and says what is lost, the third does it at once", async () => {
  client = await JupyterClient.start();
  await client.execute("const kept = 1, lost = 2; await ray.get(ray.remote(() => 1).remote())");
  const pid = Number((await client.execute("process.pid")).result);
  // a loop after an await that no guard stands in: the compiler does not see what `Function` makes
  const id = client.startCell("await null; console.log('stuck'); new Function('for (;;);')()");
  await client.until(printed("stuck"));
  for (let times = 1; times <= 3; times++) {
    await client.request("interrupt_request", {}, "control");
    await new Promise((resolve) => { setTimeout(resolve, 300); });
  }
  const cell = await client.collect(id);
  expect(cell.text).toMatch(/In\[3\] has not stopped.*restarted in 3 s.*Lost with it: kept, lost\. The cluster and its detached actors are kept/s);
  expect(cell.reply).toMatchObject({ status: "error", ename: "SessionDiedError", evalue: expect.stringMatching(/restarted, as this cell did not stop/) });
  await ended(pid);
  expect((await client.execute("typeof kept")).result).toContain("undefined");
});

test("usage counts the session's and the cluster's memory", async () => {
  client = await JupyterClient.start();
  await client.execute("await ray.get(ray.remote(() => 1).remote())");
  const usage = await client.request("usage_request", {}, "control") as Record<string, number>;
  expect(usage["cluster_processes"]).toBeGreaterThanOrEqual(2);
  expect(usage["session_memory"]).toBeGreaterThan(20e6);
  expect(usage["kernel_memory"]).toBeGreaterThan((usage["session_memory"] as number) + (usage["cluster_memory"] as number));
});

test("a subscriber that reads nothing holds a flooding cell and not the kernel's memory; when it reads again nothing is missing", async () => {
  client = await JupyterClient.start({ iopubHighWaterMark: 10 });
  await client.execute("1");
  client.readIopub(false);
  const id = client.startCell("for (let i = 0; i < 200; i++) console.log(String(i).padEnd(1 << 20, '.')); 'through'");
  const residentMb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${client.kernel.pid}/status`, "utf8"))?.[1]) / 1024;
  // until the kernel has published all that it takes, and for a while after
  for (let last = 0, now = residentMb(), still = 0; still < 10; last = now, now = residentMb()) {
    still = Math.abs(now - last) < 1 ? still + 1 : 0;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  expect(residentMb()).toBeLessThan(200);
  client.readIopub(true);
  const cell = await client.collect(id);
  expect(cell.result).toContain("through");
  expect(cell.text.split("\n").map((line) => line.slice(0, 3).replace(/\.+/, ""))).toEqual([...Array.from({ length: 200 }, (_, i) => String(i)), ""]);
});

test("a cell can ask the user", async () => {
  client = await JupyterClient.start();
  const id = client.startCell("const answer = await prompt('name? '); 'Hello ' + answer");
  const asked = await client.until(({ header }) => header.msg_type === "input_request");
  expect(asked.content).toEqual({ prompt: "name? ", password: false });
  client.send("input_reply", { value: "Ada" }, { channel: "stdin" });
  expect((await client.collect(id)).result).toContain("Hello Ada");
});

test("ray.input asks for passwords, what the cell prints meanwhile is shown, and it fails where nobody may be asked", async () => {
  client = await JupyterClient.start();
  const id = client.startCell("setTimeout(() => console.log('meanwhile'), 10); (await ray.input('secret? ', { password: true })).length");
  const asked = await client.until(({ header }) => header.msg_type === "input_request");
  expect(asked.content).toEqual({ prompt: "secret? ", password: true });
  await client.until(printed("meanwhile"));
  client.send("input_reply", { value: "123" }, { channel: "stdin" });
  expect((await client.collect(id)).result).toBe("3");
  const refused = await client.execute("await ray.input('name? ')", { allow_stdin: false });
  expect(refused.reply).toMatchObject({ ename: "InputUnavailableError", evalue: expect.stringMatching(/^Cannot ask "name\? ": the front end .* takes no input/) });
});

test("history is kept on disk", async () => {
  client = await JupyterClient.start();
  await client.execute("6 * 7");
  await client.execute("'second'");
  const { history } = await client.request("history_request", { hist_access_type: "range", session: 0, start: 1, stop: 2, output: true, raw: true });
  expect(history).toEqual([[0, 1, ["6 * 7", "42"]]]);
  const found = await client.request("history_request", { hist_access_type: "search", pattern: "*sec*", output: false, raw: true, n: 5 });
  expect(found["history"]).toEqual([[expect.any(Number), 2, "'second'"]]);
});

describe("the kernel ends", () => {
  test("by shutdown_request, with its session, and says so first", async () => {
    client = await JupyterClient.start();
    const pid = Number((await client.execute("process.pid")).result);
    const reply = await client.request("shutdown_request", { restart: false }, "control");
    expect(reply).toEqual({ status: "ok", restart: false });
    expect(await client.kernelExit).toEqual({ code: 0, signal: null });
    await ended(pid);
  });

  test("also while a cell spins", async () => {
    client = await JupyterClient.start();
    client.startCell("console.log(process.pid); for (;;);");
    const { content } = await client.until(({ header }) => header.msg_type === "stream");
    client.send("shutdown_request", { restart: true }, { channel: "control" });
    expect(await client.kernelExit).toEqual({ code: 0, signal: null });
    await ended(Number(content["text"]));
  });

  test("cleanly by SIGTERM", async () => {
    client = await JupyterClient.start();
    const pid = Number((await client.execute("process.pid")).result);
    client.kernel.kill("SIGTERM");
    expect(await client.kernelExit).toEqual({ code: 0, signal: null });
    await ended(pid);
  });

  test("with its session by SIGKILL, also while a cell spins", async () => {
    client = await JupyterClient.start();
    client.startCell("console.log(process.pid); for (;;);");
    const { content } = await client.until(({ header }) => header.msg_type === "stream");
    client.kernel.kill("SIGKILL");
    await ended(Number(content["text"]));
  });
});

test("a cell does not see the client's pid or the session's pipes in its environment", async () => {
  client = await JupyterClient.start({ env: { JPY_PARENT_PID: String(process.pid), OF_THE_USER: "yes" } });
  const { result } = await client.execute("Object.keys(process.env).filter((name) => /^(JPY|RAY_TS_(WATCH|OUTPUT)|NODE_CHANNEL|OF_THE)/.test(name)).join()");
  expect(result).toMatch(/^'?"?OF_THE_USER'?"?$/);
});

test("a kernel whose address is taken ends at once and names it", async () => {
  client = await JupyterClient.start();
  const second = client.restartKernel();
  let said = "";
  second.stderr?.on("data", (chunk: Buffer) => { said += chunk.toString(); });
  expect(await new Promise((resolve) => { second.once("close", resolve); })).toBe(1);
  expect(said).toMatch(/Cannot listen on tcp:\/\/127\.0\.0\.1:\d+ \(shell_port\)/);
});

test("a kernel with a registration file tells its launcher the ports that it chose, and leaves a connection file", async () => {
  client = await JupyterClient.start({ registers: true });
  expect((await client.execute("1 + 1")).result).toBe("2");
  const file = client.connectionFile.replace(/[^/]*$/, "kernel-the_id.json");
  const left = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  expect(left["shell_port"]).toBeGreaterThan(1023);
  client.kernel.kill("SIGTERM");
  await client.kernelExit;
  expect(existsSync(file)).toBe(false);
});

test("the connection file is read once and left alone", async () => {
  client = await JupyterClient.start();
  expect(JSON.parse(readFileSync(client.connectionFile, "utf8"))).toMatchObject({ kernel_name: "ray-ts" });
});

describe("the cluster", () => {
  const counterClass = "class Counter { i = 0; incr() { return ++this.i; } pid() { return process.pid; } }";
  const askCounter = "[await ray.get(counter.incr.remote()), await ray.get(counter.pid.remote())].join()";

  test("outlives a session: a detached actor keeps its count and its process", async () => {
    client = await JupyterClient.start();
    await client.execute(`${counterClass} const counter = ray.remote(Counter).options({ name: "counter", lifetime: "detached" }).remote();`);
    const before = await client.execute(askCounter);
    expect(before.result).toMatch(/1,\d+/);
    await client.execute("process.exit(1)");
    await client.execute('const counter = await ray.getActor("counter")');
    expect((await client.execute(askCounter)).result).toBe(before.result?.replace("1,", "2,"));
  });

  test("ends with the kernel", async () => {
    client = await JupyterClient.start();
    await client.execute("const where = ray.remote(() => [process.pid, process.ppid].join())");
    const pids = (await client.execute("await ray.get(where.remote())")).result?.match(/\d+/g)?.map(Number) ?? [];
    expect(pids).toHaveLength(2);
    await client.request("shutdown_request", { restart: false }, "control");
    await client.kernelExit;
    await Promise.all(pids.map(ended));
  });

  test("dies alone: the cell that waits is told, and the next remote call starts another", async () => {
    client = await JupyterClient.start();
    await client.execute("const square = ray.remote((x: number) => x * x); const forever = ray.remote(() => new Promise(() => {})); const head = ray.remote(() => process.ppid)");
    const pid = Number((await client.execute("await ray.get(head.remote())")).result);
    const waiting = client.startCell("console.log('waits'); await ray.get(forever.remote())");
    await client.until(printed("waits"));
    process.kill(pid, "SIGKILL");
    expect((await client.collect(waiting)).reply).toMatchObject({ status: "error", ename: "ClusterDiedError" });
    expect((await client.execute("await ray.get(square.remote(7))")).result).toBe("49");
  });
});
