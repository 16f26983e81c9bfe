import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCli } from "../run-cli.ts";

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "ray-ts-notebooks-")); });
afterEach(() => rmSync(folder, { recursive: true }));

const result = (text: string) => ({ data: { "text/plain": [text] }, execution_count: 1, metadata: {}, output_type: "execute_result" });
const view = (text: string) => ({ data: { "text/plain": [text] }, metadata: {}, output_type: "display_data" });
const stdout = (text: string) => ({ name: "stdout", output_type: "stream", text: [text] });
const cell = (source: string, outputs: object[] = [], ...tags: string[]) => ({ cell_type: "code", execution_count: 1, id: "c" + source.length, metadata: { tags }, outputs, source: [source] });

function write(name: string, cells: object[], metadata: object = {}): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 }, null, 1) + "\n");
  return name;
}

const run = (...args: string[]) => runCli(["test", ...args], { cwd: folder });

test("a notebook whose outputs are as stored passes; one altered character fails", async () => {
  write("good.ipynb", [cell("const a = [0, 1].map((x) => x * x); a", [result("[ 0, 1 ]")]), cell("console.log(a.length)", [stdout("2\n")])]);
  const good = await run("good.ipynb");
  expect(good).toMatchObject({ code: 0, stderr: "" });
  expect(good.stdout).toMatch(/\n2 passed, 0 failed in 1 notebook/);
  write("bad.ipynb", [cell("const a = [0, 1].map((x) => x * x); a", [result("[ 0, 7 ]")]), cell("a.length", [result("2")])]);
  const bad = await run("bad.ipynb");
  expect(bad.code).toBe(1);
  expect(bad.stdout).toContain("result differs:\n      - [ 0, 7 ]\n      + [ 0, 1 ]\n");
  expect(bad.stdout).toMatch(/\n1 passed, 1 failed in 1 notebook/);
});

test("magics run as in a kernel, and are no type errors", async () => {
  write("magics.ipynb", [cell("%typecheck error", [stdout("%typecheck error: a cell with type errors does not run\n")]), cell("const a: number[] = [1]\n!echo shell", [stdout("shell\n")]), cell("%reset\ntypeof a", [stdout("A fresh session: no variables, no modules, no timers. The cluster and its detached actors are kept.\n"), result("'undefined'")])]);
  const { code, stdout: said } = await run("--type-check", "error", "magics.ipynb");
  expect([code, said]).toEqual([0, expect.stringContaining("3 passed, 0 failed")]);
});

test("tags say what must fail, what does not run and what is not compared", async () => {
  write("a.ipynb", [
    cell("throw new RangeError('no')", [{ ename: "RangeError", evalue: "no", output_type: "error", traceback: [] }], "raises-exception"),
    cell("process.exit(1)", [], "skip-execution"),
    cell("Math.random()", [result("0.5")], "nbval-ignore-output"),
    cell("1", [result("1")], "raises-exception"),
  ]);
  const { code, stdout } = await run("a.ipynb");
  expect(code).toBe(1);
  expect(stdout).toContain("✗ cell 4  1\n      did not fail, though it is tagged raises-exception");
  expect(stdout).toContain("2 passed, 1 failed, 1 skipped");
});

test("an error without a tag fails its cell, and the rest is not run", async () => {
  write("a.ipynb", [cell("throw new RangeError('nope')"), cell("1", [result("1")])]);
  const { code, stdout } = await run("a.ipynb");
  expect(code).toBe(1);
  expect(stdout).toContain("RangeError: nope");
  expect(stdout).toContain("0 passed, 1 failed, 1 not run");
});

test("a cell with type errors does not run, unless the notebook or the command says otherwise", async () => {
  const cells = [cell("const n: number = 'a'; n", [result("'a'")])];
  write("a.ipynb", cells);
  write("b.ipynb", cells, { ray_ts: { typeCheck: "off" } });
  const strict = await run("a.ipynb");
  expect(strict.code).toBe(1);
  expect(strict.stdout).toContain("TypeCheckError: TS2322: Type 'string' is not assignable to type 'number'. (In[1]:1:7)");
  expect((await run("b.ipynb")).code).toBe(0);
  expect((await run("--type-check", "off", "a.ipynb")).code).toBe(0);
  expect((await run("--type-check", "error", "b.ipynb")).code).toBe(1);
  expect((await run("--type-check", "maybe", "a.ipynb")).code).toBe(2);
});

test("a time limit interrupts a cell; one that does not listen loses its session; the rest is not run", async () => {
  write("loop.ipynb", [cell("for (;;) {}"), cell("1")]);
  write("deaf.ipynb", [cell("for (;;) { try { for (;;) {} } catch {} }", [], "timeout=200"), cell("1")]);
  const loop = await run("--timeout", "300", "loop.ipynb");
  expect([loop.code, loop.stdout]).toEqual([3, expect.stringMatching(/ran longer than 300 ms\n {6}it was interrupted\n.*not run: cell 1 stopped/)]);
  const deaf = await run("deaf.ipynb");
  expect([deaf.code, deaf.stdout]).toEqual([3, expect.stringContaining("ran longer than 200 ms")]);
});

test("a session that dies fails its cell", async () => {
  write("a.ipynb", [cell("process.exit(3)"), cell("1")]);
  const { code, stdout } = await run("a.ipynb");
  expect([code, stdout]).toEqual([1, expect.stringContaining("exit code 3")]);
});

test("--update writes what differs, keeps what is equal, and then the notebook passes", async () => {
  write("a.ipynb", [{ cell_type: "markdown", id: "m", metadata: { x: 1 }, source: ["# Ünïcode"] }, cell("1 + 1", [result("3")]), cell("console.log('pid=' + 7)", [stdout("pid=99\n")]), cell("nope()")], { own: { kept: true } });
  const before = JSON.parse(readFileSync(join(folder, "a.ipynb"), "utf8")) as { cells: object[] };
  expect((await run("--update", "a.ipynb")).code).toBe(1); // the last cell fails all the same
  const text = readFileSync(join(folder, "a.ipynb"), "utf8");
  const expected = structuredClone(before) as { cells: { execution_count?: number; outputs?: object[] }[] };
  expected.cells[1]!.outputs = [result("2")];
  expected.cells[2]!.execution_count = 2;
  expected.cells[2]!.outputs = [stdout("pid=7\n")];
  expect(text).toBe(JSON.stringify(expected, null, 1) + "\n");
  expect((await run("--update", "a.ipynb")).stdout).not.toContain("updated");
  expect(readFileSync(join(folder, "a.ipynb"), "utf8")).toBe(text);
});

test("live views and worker prints are compared as they are in the end, without ids and times", async () => {
  write("a.ipynb", [
    cell("const slow = ray.remote(async (x: number) => { console.log('got ' + x); await new Promise((go) => setTimeout(go, 200)); return x })"),
    cell("slow.remote(5)", [stdout("(slow pid=1) got 5\n"), view("ObjectRef(d00000000-1) ready 5 9 B, 1.0 s")]),
  ]);
  const first = await run("--update", "a.ipynb");
  expect(first.code).toBe(0);
  const text = readFileSync(join(folder, "a.ipynb"), "utf8");
  expect(text).toMatch(/ObjectRef\(\S+\) ready/);
  expect(text).toMatch(/"\(slow pid=\d+\) got 5\\n"/);
  expect(await run("a.ipynb")).toMatchObject({ code: 0 });
});

test("a notebook's own rules make stable what only it knows", async () => {
  write("a.ipynb", [cell("'run ' + 7", [result("'run 1'")])], { ray_ts: { sanitize: [{ pattern: "run \\d+", replace: "run N" }] } });
  expect((await run("a.ipynb")).code).toBe(0);
});

test("folders are searched, checkpoints left out, each notebook runs in its own folder, side by side", async () => {
  write("one/a.ipynb", [cell("require('node:path').basename(process.cwd())", [result("'one'")])]);
  write("two/b.ipynb", [cell("require('node:path').basename(process.cwd())", [result("'two'")])]);
  write("two/.ipynb_checkpoints/b-checkpoint.ipynb", [cell("1", [result("2")])]);
  const { code, stdout } = await run("--jobs", "2", ".");
  expect([code, stdout]).toEqual([0, expect.stringContaining("2 passed, 0 failed in 2 notebooks")]);
});

test("--json prints the results as data, --junit writes them as XML", async () => {
  write("a.ipynb", [cell("1", [result("2")]), cell("2", [result("2")])]);
  const { code, stdout } = await run("--json", "--junit", "out/results.xml", "a.ipynb");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ passed: 1, failed: 1, exitCode: 1, notebooks: [{ path: "a.ipynb", cells: [{ number: 1, verdict: { status: "failed" } }, { verdict: { status: "passed" } }] }] });
  expect(readFileSync(join(folder, "out/results.xml"), "utf8")).toContain('tests="2" failures="1"');
});

test("on GitHub a failure is annotated at its cell", async () => {
  write("a.ipynb", [cell("1", [result("2")])]);
  const { stdout } = await runCli(["test", "a.ipynb"], { cwd: folder, env: { GITHUB_ACTIONS: "true" } });
  expect(stdout).toContain("::error file=a.ipynb,line=4,title=cell 1%3A output differs from the stored one::result differs:%0A- 2%0A+ 1\n");
});

test("a notebook that cannot be read, a path that is not there and a wrong tag give 2", async () => {
  writeFileSync(join(folder, "odd.ipynb"), "{");
  write("tag.ipynb", [cell("1", [], "timeout=soon")]);
  expect(await run("odd.ipynb")).toMatchObject({ code: 2, stdout: expect.stringContaining("Cannot read odd.ipynb as a notebook: it is not JSON") });
  expect(await run("tag.ipynb")).toMatchObject({ code: 2, stdout: expect.stringContaining("timeout=soon") });
  expect(await run("nowhere")).toMatchObject({ code: 2, stderr: "There is no file or folder nowhere.\n" });
});

(process.platform === "win32" ? test.skip : test)("a process that outlives the notebook fails it, is named, and is ended", async () => {
  const source = "import { spawn } from 'node:child_process'; const left = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'left-by-a-cell'], { detached: true, stdio: 'ignore' }); console.log('left ' + left.pid)";
  write("a.ipynb", [cell(source, [stdout("left 1\n")])], { ray_ts: { sanitize: [{ pattern: "left \\d+" }] } });
  const { code, stdout: shown } = await run("a.ipynb");
  expect([code, shown]).toEqual([1, expect.stringMatching(/left 1 process behind:\n.*pid \d+ .*left-by-a-cell/)]);
  const pid = Number(/pid (\d+)/.exec(shown)![1]);
  // nobody may have collected it yet
  expect(spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" }).stdout.trim()).toMatch(/^(Z.*)?$/);
});
