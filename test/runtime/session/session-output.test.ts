import { inspect } from "node:util";
import { buildSession, DrivenSession, temporaryFolder } from "../../fixtures/session-driver.ts";

const folder = temporaryFolder();
let session: DrivenSession;

beforeAll(async () => {
  await buildSession();
  session = await new DrivenSession(folder.path).ready();
});

afterAll(async () => {
  await session.end();
  folder.dispose();
});

test("a result, what is printed before it, and the last value", async () => {
  const { outputs, reply } = await session.run("console.log('one'); console.error('two'); process.stdout.write('three\\n'); 6 * 7");
  expect(outputs).toEqual([
    { type: "stream", name: "stdout", text: "one\n" },
    { type: "stream", name: "stderr", text: "two\n" },
    { type: "stream", name: "stdout", text: "three\n" },
    { type: "result", data: { "text/plain": "42" }, metadata: {} },
  ]);
  expect(reply).toMatchObject({ status: "ok", interrupted: false });
  expect((await session.run("_ + 1")).text).toBe("43");
});

/** As this Node shows a proxy: from 26 on it says that it is one. */
const PROXY = inspect(new Proxy({ a: 1 }, {}));

test.each([
  ["undefined", undefined],
  ["null", "null"],
  ["'text'", "'text'"],
  ["10n", "10n"],
  ["-0", "-0"],
  ["({ get loud() { console.log('ran'); return 1 } })", "{ loud: [Getter] }"],
  ["new Proxy({ a: 1 }, { get() { console.log('ran') }, ownKeys() { console.log('ran'); return [] } })", PROXY],
  ["[1, , 3]", "[ 1, <1 empty item>, 3 ]"],
  ["Promise.resolve(3)", "Promise { 3 }"],
  ["[new Promise(() => {})]", "[ Promise { <pending> } ]"],
  ["clearTimeout(setTimeout(() => {}, 1)) ?? String(require('node:util').inspect(setImmediate(() => {})).includes('kResource'))", "'false'"],
])("%s shows as %s and prints nothing", async (code, text) => {
  const outcome = await session.run(code);
  expect([outcome.text, outcome.stdout, outcome.reply.status]).toEqual([text, "", "ok"]);
});

test("a value that draws itself gives its bundle, in a promise too, with text beside it", async () => {
  const { outputs } = await session.run("({ async [Symbol.for('Jupyter.display')]() { return { 'text/html': '<b>x</b>', 'image/png': new Uint8Array([1, 2, 3]) } } })");
  expect(outputs).toEqual([{ type: "result", data: { "text/html": "<b>x</b>", "image/png": "AQID", "text/plain": expect.stringContaining("Jupyter.display") as unknown }, metadata: {} }]);
});

test("Out holds the last hundred results by number", async () => {
  await session.run("'seven'", { name: "In[1007]" });
  expect((await session.run("Out[1007]")).text).toBe("'seven'");
  for (let i = 0; i < 101; i++) await session.run(String(i), { name: `In[${2000 + i}]` });
  expect((await session.run("[Out[1007], Out[2100]]")).text).toBe("[ undefined, 100 ]");
});

test("silent cells show nothing and leave _ alone", async () => {
  await session.run("'kept'");
  const { outputs } = await session.run("'quiet'", { silent: true });
  expect(outputs).toEqual([]);
  expect((await session.run("_")).text).toBe("'kept'");
});

test("20,000 lines all come before the cell's end, in order", async () => {
  const { stdout } = await session.run("for (let i = 0; i < 20000; i++) console.log('line', i)");
  const lines = stdout.split("\n");
  expect(lines.length).toBe(20_001);
  expect(lines.slice(0, -1).every((line, i) => line === `line ${i}`)).toBe(true);
});

test("a print of 10 MB arrives whole", async () => {
  const { stdout } = await session.run("console.log('é'.repeat(5e6))");
  expect(stdout.length).toBe(5_000_001);
  expect(stdout.replaceAll("é", "")).toBe("\n");
});

test("child processes with inherited stdio keep their place", async () => {
  const { stdout, stderr } = await session.run(`
    import { spawnSync } from "node:child_process";
    for (let i = 0; i < 3; i++) {
      console.log("cell", i);
      spawnSync("sh", ["-c", "echo child " + i + "; echo complaint " + i + " >&2"], { stdio: "inherit" });
      process.stdout.write("write " + i + "\\n");
    }`);
  expect(stdout).toBe([0, 1, 2].map((i) => `cell ${i}\nchild ${i}\nwrite ${i}\n`).join(""));
  expect(stderr).toBe("complaint 0\ncomplaint 1\ncomplaint 2\n");
});

test("an asynchronous child may take process.stdout as its own", async () => {
  const { stdout } = await session.run(`
    import { spawn } from "node:child_process";
    const child = spawn("echo", ["from the child"], { stdio: ["ignore", process.stdout, process.stderr] });
    await new Promise((resolve) => child.on("close", resolve));
    console.log("after");`);
  expect(stdout).toBe("from the child\nafter\n");
});

test("a child that makes the pipe non-blocking costs no output", async () => {
  const { stdout } = await session.run(`
    import { spawnSync } from "node:child_process";
    spawnSync(process.execPath, ["-e", "console.log('child')"], { stdio: "inherit" });
    console.log("x".repeat(5e6));`);
  expect(stdout).toBe(`child\n${"x".repeat(5e6)}\n`);
});

test("threads print into the cell that started them", async () => {
  const { stdout } = await session.run(`
    import { Worker } from "node:worker_threads";
    const thread = new Worker("console.log('from a thread')", { eval: true });
    await new Promise((resolve) => thread.on("exit", resolve));`);
  expect(stdout).toBe("from a thread\n");
});

test("a cell that ends or pipes into its stdout does not close the session's", async () => {
  const { stdout } = await session.run(`
    import { Readable } from "node:stream";
    import { pipeline } from "node:stream/promises";
    await pipeline(Readable.from(["piped "]), process.stdout);
    process.stdout.end("ended ");
    process.stdout.destroy();
    console.log("still there");`);
  expect(stdout).toBe("piped ended still there\n");
});

test("all of console works, and an open group ends with its cell", async () => {
  const { stdout, stderr } = await session.run(`
    console.table([{ a: 1 }]); console.dir({ b: { c: {} } }); console.count(); console.count("x"); console.assert(false, "not so");
    console.time("t"); console.timeEnd("t"); console.trace("here"); console.info("%s is %d", "one", 1);
    console.group("outer"); console.log("inside");`);
  expect(stdout).toMatch(/│ \(index\) │ a │[\s\S]*\{ b: \{ c: \{\} \} \}\ndefault: 1\nx: 1\nt: [\d.]+ms\none is 1\nouter\n {2}inside\n$/);
  expect(stderr).toMatch(/^Assertion failed: not so\nTrace: here\n/);
  expect((await session.run("console.log('flush left')")).stdout).toBe("flush left\n");
});

test("bytes that split a character come out whole", async () => {
  expect((await session.run("const euro = Buffer.from('€'); for (const byte of euro) process.stdout.write(Buffer.from([byte])); undefined")).stdout).toBe("€");
});

test("late output goes to the cell that caused it, also while another runs", async () => {
  const early = session.begin("setTimeout(() => { console.log('late'); console.error('late error') }, 30); new Promise((r) => setTimeout(r, 60)).then(() => console.log('later')); undefined");
  const other = await session.run("await new Promise((resolve) => setTimeout(resolve, 90)); console.log('own')");
  expect(other.stdout).toBe("own\n");
  const outcome = await session.outcome(early);
  expect([outcome.stdout, outcome.stderr]).toEqual(["late\nlater\n", "late error\n"]);
});

test("unhandled rejections and errors in timers are printed in their cell and harm nothing", async () => {
  const rejecting = session.begin("Promise.reject(new TypeError('lost')); 'done'");
  const rejected = await session.outcome(rejecting);
  expect(rejected).toMatchObject({ text: "'done'", reply: { status: "ok" } });
  expect(rejected.stderr).toMatch(/^Unhandled rejection:\nIn\[\d+\]:1:16\n[^]*TypeError: lost\n {4}at In\[\d+\]:1:16\n$/);

  const throwing = session.begin("setTimeout(() => { throw new RangeError('thrown late') }, 20); undefined");
  await session.run("await new Promise((resolve) => setTimeout(resolve, 50))");
  expect((await session.outcome(throwing)).stderr).toMatch(/^Uncaught:\n[^]*RangeError: thrown late\n {4}at [^\n]*In\[\d+\]:1:26/);
  expect((await session.run("1 + 1")).text).toBe("2");
});

test("an error has its place in the cell, its cause, and what it carries", async () => {
  const { reply } = await session.run("function f(n: number): number {\n  if (n > 1) throw Object.assign(new RangeError('bad ' + n, { cause: new TypeError('deep') }), { limit: 1 });\n  return f(n + 1);\n}\nf(0)", { name: "In[70]" });
  expect(reply.error).toEqual({
    ename: "RangeError",
    evalue: "bad 2",
    traceback: [
      "In[70]:2:34",
      "  1 | function f(n: number): number {",
      "> 2 |   if (n > 1) throw Object.assign(new RangeError('bad ' + n, { cause: new TypeError('deep') }), { limit: 1 });",
      "    |                                  ^",
      "RangeError: bad 2",
      "    at f (In[70]:2:34)",
      "    at f (In[70]:3:10)",
      "    at f (In[70]:3:10)",
      "    at In[70]:5:1",
      "  { limit: 1 }",
      "Caused by: TypeError: deep",
      "    at f (In[70]:2:70)",
      "    at f (In[70]:3:10)",
      "    at f (In[70]:3:10)",
      "    at In[70]:5:1",
    ].map((line) => expect.stringMatching(`^${line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/:(\d+)$/, ":\\d+").replace(/:(\\d\+|\d+)\\\)$/, ":\\d+\\)")}$`) as unknown as string),
  });
});

test("names stay between cells, change their kind, and are missed as in plain JavaScript", async () => {
  await session.run("const kept = 1; let counted = 0; class K { v = 1 }");
  expect((await session.run("counted++; function kept() { return 'now a function' }; kept()")).text).toBe("'now a function'");
  expect((await session.run("typeof neverDeclared")).text).toBe("'undefined'");
  expect((await session.run("neverDeclared")).reply.error).toMatchObject({ ename: "ReferenceError", evalue: "neverDeclared is not defined" });
  expect((await session.run("const fixed = 1")).reply.status).toBe("ok");
  expect((await session.run("fixed = 2")).reply.error).toMatchObject({ ename: "TypeError", evalue: expect.stringContaining("fixed") as unknown });
});

test("user expressions are evaluated after the cell, each by itself", async () => {
  const { reply } = await session.run("const shown = 5", { userExpressions: { good: "shown + 1", bad: "missing" } });
  expect(reply.userExpressions).toEqual({
    good: { status: "ok", data: { "text/plain": "6" }, metadata: {} },
    bad: { status: "error", ename: "ReferenceError", evalue: "missing is not defined", traceback: expect.any(Array) as unknown },
  });
});

test("300 trivial cells each have their result before their end", async () => {
  const texts = [];
  for (let i = 0; i < 300; i++) texts.push((await session.run(`${i} + 1`)).text);
  expect(texts).toEqual(Array.from({ length: 300 }, (_, i) => String(i + 1)));
});

test("cells sent at once run one after the other", async () => {
  const first = session.begin("await new Promise((resolve) => setTimeout(resolve, 20)); const order = ['first']; undefined");
  const second = session.begin("order.push('second'); order.join()");
  await session.outcome(first);
  expect((await session.outcome(second)).text).toBe("'first,second'");
});
