/** The debugger as JupyterLab uses it: requests of the Debug Adapter Protocol on the control channel of the built kernel. */
import { JupyterClient, type Received } from "../fixtures/jupyter-client.ts";

let client: JupyterClient;
afterEach(async () => {
  expect(await client.close()).toEqual([]);
});

type Body = Record<string, any>;

let sequence = 0;
async function ask(command: string, args: object = {}): Promise<Body> {
  const reply = await client.request("debug_request", { type: "request", seq: ++sequence, command, arguments: args }, "control") as Body;
  if (reply["success"] !== true) throw new Error(`${command}: ${reply["message"]}`);
  return (reply["body"] ?? {}) as Body;
}

async function start(options = {}): Promise<void> {
  client = await JupyterClient.start(options);
  await ask("initialize", { clientID: "test", adapterID: "ray-ts" });
  await ask("attach");
}

/** Sets breakpoints in a cell, as a front end does before it runs. */
async function breakIn(code: string, ...lines: number[]): Promise<Body> {
  const { sourcePath } = await ask("dumpCell", { code });
  return ask("setBreakpoints", { source: { path: sourcePath }, breakpoints: lines.map((line) => ({ line })), sourceModified: false });
}

const seen = new Set<Received>();
/** The next stop. */
async function stopped(): Promise<{ reason: string; frames: string[]; ids: number[] }> {
  const event = await client.until((message) => message.header.msg_type === "debug_event" && message.content["event"] === "stopped" && !seen.has(message));
  seen.add(event);
  const { stackFrames } = await ask("stackTrace", { threadId: 1 });
  return { reason: (event.content["body"] as Body)["reason"], frames: stackFrames.map(({ name, line }: Body) => `${name}:${line}`), ids: stackFrames.map(({ id }: Body) => id) };
}

async function variables(frame: number, scope = "Locals"): Promise<Record<string, string>> {
  const { scopes } = await ask("scopes", { frameId: frame });
  const { variablesReference } = scopes.find(({ name }: Body) => name === scope);
  const { variables: found } = await ask("variables", { variablesReference });
  return Object.fromEntries(found.map(({ name, value }: Body) => [name, value]));
}

/** Lets it go on, and gives the cell when it has ended. */
async function ends(cell: string) {
  await ask("continue", { threadId: 1 });
  return client.collect(cell);
}

const SCALE = `interface Point { x: number; y: number }
const p: Point = { x: 1, y: 2 };
function scale(p: Point, by: number): Point {
  const x = p.x * by;
  return { x, y: p.y * by };
}
let total = 0;
for (const by of [2, 3]) {
  const q = scale(p, by);
  total += q.x;
}
total`;

test("a breakpoint stops at a line of the cell's TypeScript, variables are shown, and steps go by its lines", async () => {
  await start();
  expect((await breakIn(SCALE, 1, 9))["breakpoints"]).toMatchObject([{ verified: true, line: 2 }, { verified: true, line: 9 }]);
  const cell = client.startCell(SCALE);
  const where: string[] = [];
  const shown: Record<string, string>[] = [];
  const look = async (): Promise<number> => {
    const { reason, frames, ids } = await stopped();
    where.push(`${reason} ${frames.join()}`);
    shown.push(await variables(ids[0] as number));
    return ids[0] as number;
  };
  await look();
  for (const step of ["continue", "stepIn", "next", "stepOut", "next", "next"]) {
    await ask(step, { threadId: 1 });
    await look();
  }
  expect(where).toEqual(["breakpoint In[1]:2", "breakpoint In[1]:9", "step scale:4,In[1]:9", "step scale:5,In[1]:9", "step In[1]:10", "step In[1]:8", "breakpoint In[1]:9"]);
  expect(shown[2]).toMatchObject({ p: "{x: 1, y: 2}", by: "2" });
  expect(shown[3]).toMatchObject({ x: "2" });
  expect(shown[4]).toMatchObject({ q: "{x: 2, y: 4}", by: "2", total: "0", p: "{x: 1, y: 2}" });
  await ask("setBreakpoints", { source: { path: (await ask("dumpCell", { code: SCALE }))["sourcePath"] }, breakpoints: [] });
  expect((await ends(cell)).result).toBe("5");
  expect(client.received.filter(({ content }) => content["event"] === "continued")).toHaveLength(7);
});

test("functions of earlier cells, run before the debugger was there, stop too; frames that await are in the stack", async () => {
  client = await JupyterClient.start();
  const earlier = "const twice = async (x: number) => {\n  await null;\n  return x * 2;\n};";
  await client.execute(earlier);
  await ask("initialize", { clientID: "test" });
  await ask("attach");
  await breakIn(earlier, 3);
  const cell = client.startCell("async function outer() {\n  return 1 + await twice(20);\n}\nawait outer()");
  const { frames, ids } = await stopped();
  expect(frames).toEqual(["twice:3", "outer:2", "In[2]:4"]);
  expect(await variables(ids[0] as number)).toEqual({ x: "20" });
  expect((await ends(cell)).result).toBe("41");
});

test("code is evaluated in a frame: TypeScript, its variables and the notebook's; a variable is copied to the notebook, and drawn", async () => {
  await start();
  await client.execute("enum Color { Red = 3 }\nlet count = 1;");
  const code = "function f(list: number[], name: string) {\n  const inner = (extra: number) => {\n    return list.length + extra;\n  };\n  return inner(4);\n}\nf([1, 2, 3], 'n')";
  await breakIn(code, 3);
  const cell = client.startCell(code);
  const { ids: [inner, outer] } = await stopped();
  const evaluate = async (expression: string, frameId = inner) => (await ask("evaluate", { expression, frameId, context: "repl" }))["result"];
  expect(await evaluate("(list as number[]).map((x: number) => x * extra + Color.Red)")).toBe("Array(3) [7, 11, 15]");
  expect(await evaluate("count += 10; count")).toBe("11");
  expect(await evaluate("const made = name.toUpperCase()", outer)).toBe("undefined");
  await expect(evaluate("nobody")).rejects.toThrow("ReferenceError: nobody is not defined");
  await expect(evaluate("1 +")).rejects.toThrow(/SyntaxError/);
  await expect(evaluate("await null")).rejects.toThrow(/await .* stopped/);
  expect((await ask("scopes", { frameId: inner }))["scopes"].map(({ name }: Body) => name)).toEqual(["Locals", "Closure", "Globals"]);
  expect(await variables(inner as number, "Closure")).toEqual({ list: "Array(3) [1, 2, 3]" });
  await ask("copyToGlobals", { srcVariableName: "extra", dstVariableName: "extra", srcFrameId: inner });
  expect((await ask("richInspectVariables", { variableName: "list", frameId: inner }))["data"]).toMatchObject({ "text/plain": "[ 1, 2, 3 ]" });
  expect((await ends(cell)).result).toBe("7");
  expect((await client.execute("[count, made, extra].join()")).result).toContain("11,N,4");
  const { variables: all } = await ask("inspectVariables");
  expect(all.map(({ name }: Body) => name)).toEqual(expect.arrayContaining(["Color", "count", "made", "f", "extra"]));
});

test("long collections are shown in parts, getters are not run", async () => {
  await start();
  await client.execute("const long = Float64Array.from({ length: 25_000 }, (_, i) => i / 2), m = new Map<unknown, number>([['a', 1], [{ k: 1 }, 2]]), o = { get now() { throw new Error('ran'); }, s: 'x'.repeat(3000), [Symbol('s')]: 1 }");
  const { variables: all } = await ask("inspectVariables");
  const members = async (name: string, list: Body[]): Promise<Body[]> => (await ask("variables", { variablesReference: list.find((each) => each["name"] === name)?.["variablesReference"] }))["variables"];
  const parts = await members("long", all);
  expect(parts.map(({ name }) => name)).toEqual(["[0 … 9999]", "[10000 … 19999]", "[20000 … 24999]"]);
  const last = await members("[20000 … 24999]", parts);
  expect(last).toHaveLength(50);
  expect((await members("[24900 … 24999]", last)).at(-1)).toMatchObject({ name: "24999", value: "12499.5" });
  expect((await ask("variables", { variablesReference: all.find(({ name }: Body) => name === "long")["variablesReference"], start: 7, count: 2 }))["variables"]).toMatchObject([{ name: "7", value: "3.5" }, { name: "8", value: "4" }]);
  expect(await members("m", all)).toMatchObject([{ name: "a", value: "1" }, { name: "1", value: "{key: {…}, value: 2}" }]);
  const own = await members("o", all);
  expect(own.map(({ name, value }) => [name, String(value).length > 20 ? "long" : value])).toEqual([["now", "(getter)"], ["s", "long"], ["Symbol(s)", "1"]]);
});

test("exceptions stop where they are thrown: all of them, or those that no catch takes", async () => {
  await start();
  const code = "function bad(n: number): never {\n  throw new RangeError('bad ' + n);\n}\ntry {\n  bad(1);\n} catch {}\nbad(2)";
  await ask("setExceptionBreakpoints", { filters: ["uncaught"] });
  const first = client.startCell(code);
  const uncaught = await stopped();
  expect([uncaught.reason, ...uncaught.frames]).toEqual(["exception", "bad:2", "In[1]:7"]);
  expect((await ends(first)).reply).toMatchObject({ ename: "RangeError", evalue: "bad 2" });
  await ask("setExceptionBreakpoints", { filters: ["raised"] });
  const second = client.startCell(code);
  expect((await stopped()).frames).toEqual(["bad:2", "In[2]:5"]);
  await ask("continue");
  expect((await stopped()).frames).toEqual(["bad:2", "In[2]:7"]);
  await ask("setExceptionBreakpoints", { filters: [] });
  expect((await ends(second)).reply).toMatchObject({ ename: "RangeError" });
  expect((await client.execute(code)).reply).toMatchObject({ ename: "RangeError" });
});

describe("while the session is stopped", () => {
  const code = "let n = 0;\nfor (;;) {\n  n++;\n}";

  test("other requests are answered, and an interrupt ends the cell and keeps the state", async () => {
    await start();
    await breakIn(code, 3);
    const cell = client.startCell(code);
    await stopped();
    expect(await client.request("kernel_info_request")).toMatchObject({ status: "ok", debugger: true });
    expect(await client.request("complete_request", { code: "n", cursor_pos: 1 })).toMatchObject({ status: "ok" });
    expect(await client.request("inspect_request", { code: "n", cursor_pos: 1, detail_level: 0 })).toMatchObject({ status: "ok" });
    expect(await client.heartbeat("alive")).toBe("alive");
    expect(await ask("debugInfo")).toMatchObject({ isStarted: true, stoppedThreads: [1], hashMethod: "Murmur2", breakpoints: [{ breakpoints: [{ line: 3 }] }] });
    client.send("interrupt_request", {}, { channel: "control" });
    expect((await client.collect(cell)).reply).toMatchObject({ ename: "InterruptedError" });
    expect((await client.execute("n >= 0")).result).toBe("true");
    // the breakpoint is still there for the next run
    const again = client.startCell(code);
    expect((await stopped()).frames).toEqual(["In[3]:3"]);
    client.send("interrupt_request", {}, { channel: "control" });
    await client.collect(again);
  });

  test("a shutdown ends the kernel", async () => {
    await start();
    await breakIn(code, 3);
    client.startCell(code);
    await stopped();
    client.send("shutdown_request", { restart: true }, { channel: "control" });
    expect(await client.kernelExit).toEqual({ code: 0, signal: null });
  });

  test("a disconnect lets the cell go on without breakpoints", async () => {
    await start();
    const short = "let m = 1;\nm += 1;\nm += 1;\nm";
    await breakIn(short, 2, 3);
    const cell = client.startCell(short);
    await stopped();
    await ask("disconnect", { restart: false, terminateDebuggee: false });
    expect((await client.collect(cell)).result).toBe("3");
    expect(await ask("debugInfo")).toMatchObject({ isStarted: false, stoppedThreads: [], breakpoints: [] });
  });
});

test("breakpoints outlive a session that ends, which says nothing of the debugger; a local TypeScript file stops too", async () => {
  await start();
  const code = "const a = 1;\nconst b = a + 1;\nb";
  await breakIn(code, 2);
  const ended = await client.execute("process.exit(3)");
  expect([ended.reply["ename"], ended.text]).toEqual(["SessionDiedError", ""]);
  await client.execute("import { writeFileSync } from 'node:fs'; import { tmpdir } from 'node:os'; const file = `${tmpdir()}/ray-ts-debug-${process.pid}.ts`; writeFileSync(file, 'interface X {}\\n\\nexport function fromFile(n: number): number {\\n  return n + 1;\\n}\\n')");
  const cell = client.startCell(code);
  expect((await stopped()).frames).toEqual(["In[3]:2"]);
  expect((await ends(cell)).result).toBe("2");
  await client.execute("const { fromFile } = await import(file)");
  const { modules } = await ask("modules");
  const source = { path: modules.find(({ name }: Body) => /^ray-ts-debug-/.test(name))["path"] };
  expect((await ask("source", { source }))["content"]).toContain("interface X {}");
  await ask("setBreakpoints", { source, breakpoints: [{ line: 4 }] });
  const call = client.startCell("fromFile(1)");
  expect((await stopped()).frames).toEqual(["fromFile:4", "In[5]:1"]);
  expect((await ends(call)).result).toBe("2");
  await client.execute("import { rmSync } from 'node:fs'; rmSync(file)");
});

test("what is asked at the wrong time, or is nothing, is refused with what is missing", async () => {
  client = await JupyterClient.start();
  await expect(ask("attach")).rejects.toThrow("initialize comes first");
  await expect(ask("setBreakpoints", { source: { path: "/x" } })).rejects.toThrow("not attached");
  await expect(ask("fly")).rejects.toThrow('knows no request "fly"');
  await ask("initialize");
  await ask("attach");
  await expect(ask("continue")).rejects.toThrow("not stopped");
  await expect(ask("source", { source: { path: "/etc/passwd" } })).rejects.toThrow("neither run nor been dumped");
  await expect(ask("variables", { variablesReference: 99 })).rejects.toThrow("gone on since");
  expect((await breakIn("const x = 1;\n// the end", 2))["breakpoints"]).toMatchObject([{ verified: false, line: 2, message: expect.stringContaining("no code") }]);
});
