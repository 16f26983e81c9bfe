/** `ray-ts check` as a user calls it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { runCli } from "./run-cli.ts";

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "ray-ts-check-")); });
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

const notebook = (cells: readonly (string | { source: string; tags: string[] })[], metadata: object = {}): string =>
  JSON.stringify({ cells: cells.map((cell) => (typeof cell === "string" ? { cell_type: "code", metadata: {}, outputs: [], source: cell } : { cell_type: "code", metadata: { tags: cell.tags }, outputs: [], source: cell.source })), metadata, nbformat: 4, nbformat_minor: 5 });

const check = (...args: string[]) => runCli(["check", ...args], { cwd: folder });

test("a file is told its type errors and RAY1001, with the line, as ray-ts run would take it", async () => {
  write("a.ts", "const square = ray.remote((x: number) => x * x);\nawait square.remote(2);\nsquare.remote('b');\n");
  const { code, stdout, stderr } = await check("a.ts");
  expect([code, stderr]).toEqual([1, ""]);
  expect(stdout).toContain("a.ts:2:7 RAY1001: This is an ObjectRef, not a promise: write `await ray.get(square.remote(2))`.\n  2 | await square.remote(2);\n    |       ^^^^^^^^^^^^^^^^");
  expect(stdout).toContain("a.ts:3:15 TS2345: Argument of type 'string'");
  expect(stdout).toMatch(/\n2 type errors in 1 file\n$/);
});

test("what is right is said in a line, and files know each other", async () => {
  write("src/a.ts", "import { b } from './b';\nexport const a: string = b;");
  write("src/b.ts", "export const b = 'b';");
  expect(await check("src")).toEqual({ code: 0, stdout: "no type errors in 2 files\n", stderr: "" });
});

test("a notebook is checked cell by cell: types go on, later cells make hints right, tags count", async () => {
  write("n.ipynb", notebook([
    "function f() { return later() + missing }",
    "const later = () => 1; const n: number = 'a'",
    { source: "throw 1 as number as string", tags: ["raises-exception"] },
    { source: "const m: number = 'skipped'", tags: ["skip-execution"] },
    "%typecheck off\nconst o: number = 'off'",
    "%time later()\n!ls",
    "%typecheck warn\nn.foo",
  ]));
  const { code, stdout } = await check("n.ipynb");
  expect(code).toBe(1);
  expect(stdout.split("\n").filter((line) => line.startsWith("n.ipynb"))).toEqual([
    "n.ipynb In[1]:1:33 TS2304: Cannot find name 'missing'.",
    "n.ipynb In[2]:1:30 TS2322: Type 'string' is not assignable to type 'number'.",
    "n.ipynb In[6]:2:3 TS2339: Property 'foo' does not exist on type 'number'.",
  ]);
});

test("--json gives a row for each, with its place", async () => {
  write("n.ipynb", notebook(["const n: number = 'a'"]));
  write("broken.ts", "const = 1;");
  write("missing.ts", "import './nowhere';\nimport x from 'no-such-package';\nx;");
  const { code, stdout } = await check("--json", "n.ipynb", "broken.ts", "missing.ts");
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject([
    { file: "n.ipynb", cell: "In[1]", code: "TS2322", severity: "error", line: 1, column: 7, endLine: 1, endColumn: 8, start: 6, end: 7 },
    { file: "broken.ts", code: "SyntaxError", line: 1, column: 7 },
    { file: "missing.ts", code: "TS2882", line: 1, column: 8 },
    { file: "missing.ts", code: "TS2307", line: 2, column: 15 },
  ]);
});

test.each([
  [["nowhere.ts"], "There is no file or folder nowhere.ts."],
  [["notes.md"], "neither TypeScript (.ts, .tsx) nor a notebook (.ipynb)"],
  [["empty"], "There is no TypeScript and no notebook in empty."],
  [["bad.ipynb"], "Cannot read bad.ipynb as a notebook"],
  [[], "missing required argument 'paths'"],
])("%j is misuse, with exit code 2", async (args, message) => {
  write("notes.md", "");
  mkdirSync(join(folder, "empty"));
  write("bad.ipynb", "{");
  const { code, stdout, stderr } = await check(...args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});

test("a notebook of another language is left out, in words", async () => {
  write("p.ipynb", notebook(["x = 1"], { language_info: { name: "python" } }));
  expect(await check("p.ipynb")).toEqual({ code: 0, stdout: "no type errors in 1 file\n", stderr: "p.ipynb: left out, its language is not TypeScript\n" });
});
