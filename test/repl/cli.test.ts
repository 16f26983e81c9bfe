import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "./run-cli.ts";

/** Signals and lists of processes as Unix has them. */
const onUnix = process.platform === "win32" ? test.skip : test;

let folder: string;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), "ray-ts-cli-")); });
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

test("--version gives the package's version", async () => {
  const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
  expect(await runCli(["--version"])).toEqual({ code: 0, stdout: version + "\n", stderr: "" });
});

test.each([["repl"], ["run"], ["test"], ["check"], ["kernel", "install"], ["kernel", "uninstall"], ["kernel", "start"]])("%s %s has help with examples", async (...command) => {
  const { code, stdout } = await runCli([...command.filter((word) => typeof word === "string"), "--help"]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: ray-ts .*\n[^]*Examples:\n {2}\$ ray-ts /);
});

test.each([
  [["tset"], "Did you mean test?"],
  [["kernel", "instal"], "Did you mean install?"],
  [["test", "--jnuit", "x"], "Did you mean --junit?"],
  [["test", "--timeout", "soon"], "whole number above 0"],
  [["run"], "missing required argument 'file'"],
  [["kernel", "install", "--user", "--sys-prefix"], "exclude each other"],
])("misuse %j is said on standard error, with exit code 2", async (args, message) => {
  const { code, stdout, stderr } = await runCli(args);
  expect([code, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});

describe("repl through a pipe", () => {
  test("pieces run one after another, values are printed, nothing else", async () => {
    const stdin = "const a: number[] = [1, 2]\nfunction twice(x: number) {\n  return x * 2\n}\na\n  .map(twice)\nawait Promise.resolve('done')\n";
    expect(await runCli(["repl"], { stdin })).toEqual({ code: 0, stdout: "[ 2, 4 ]\n'done'\n", stderr: "" });
  });

  test("a failed line goes to standard error without colour, the rest runs, and the exit code is 1", async () => {
    const { code, stdout, stderr } = await runCli(["repl"], { stdin: "let n = 1\nthrow new RangeError('no')\nn + 1" });
    expect([code, stdout]).toEqual([1, "2\n"]);
    expect(stderr).toContain("RangeError: no\n    at In[2]:1:7");
    expect(stderr).not.toContain("\x1b");
  });

  onUnix("tasks and actors run, and the cluster ends with the REPL", async () => {
    const stdin = "const square = ray.remote((x: number) => x * x)\nawait ray.get([1, 2].map((x) => square.remote(x)))\nclass Counter { n = 0; add(by: number) { return (this.n += by) } }\nconst c = ray.remote(Counter).remote()\nawait ray.get(c.add.remote(5))\nawait ray.get(ray.remote(() => process.pid).remote())\n";
    const { code, stdout, stderr } = await runCli(["repl"], { stdin });
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^\[ 1, 4 \]\n5\n\d+\n$/);
    const worker = Number(stdout.trim().split("\n").at(-1));
    // nobody may have collected it yet
    expect(spawnSync("ps", ["-o", "stat=", "-p", String(worker)], { encoding: "utf8" }).stdout.trim()).toMatch(/^(Z.*)?$/);
  });

  test("magics work through a pipe, and what is TypeScript stays so", async () => {
    write("more.ts", "const loaded: number = 40\n");
    const { code, stdout } = await runCli(["repl"], { cwd: folder, stdin: "%load more.ts\nloaded\n% 7\n%time loaded + 2\n!echo out\n%%bench -n 2\nloaded\n" });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^5\n%time: .*\n42\nout\n%%bench: .*2 runs\)\n$/);
  });

  onUnix("a script's lines are TypeScript, whatever they begin with", async () => {
    write("negated.ts", "let ls: boolean | undefined;\n{ ls = false }\n!ls\nconsole.log(!ls)\n!nowhere\n");
    const { code, stdout, stderr } = await runCli(["run", "negated.ts"], { cwd: folder });
    expect([code, stdout]).toEqual([1, "true\n"]);
    expect(stderr).toContain("nowhere is not defined");
  });

  test("dot commands load, save and leave", async () => {
    write("more.ts", "const loaded = 40\nloaded + 1\n");
    const { code, stdout } = await runCli(["repl"], { cwd: folder, stdin: ".load more.ts\nloaded + 2\n.save kept.ts\n.exit\n99\n" });
    expect([code, stdout]).toEqual([0, "41\n42\nSaved 3 lines to kept.ts\n"]);
    expect(readFileSync(join(folder, "kept.ts"), "utf8")).toBe("const loaded = 40\nloaded + 1\nloaded + 2\n");
  });

  test("a command that is not there or has no file says so and fails", async () => {
    const { code, stderr } = await runCli(["repl"], { stdin: ".laod x\n.load\n.load no-such.ts\n" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/no command \.laod[^]*\.load needs a file[^]*no such file/);
  });
});

describe("run", () => {
  test("a file runs with its arguments, from where it was called, and imports from its own folder", async () => {
    write("near.ts", "export const near: string = 'near';\n");
    const file = write("main.ts", "import { near } from './near.ts';\nconst args: string[] = process.argv.slice(2);\nconsole.log(near, args.join(), process.cwd());\nawait null;\n42\n");
    expect(await runCli(["run", join(folder, file), "a", "--b"])).toEqual({ code: 0, stdout: `near a,--b ${process.cwd()}\n`, stderr: "" });
  });

  test("process.exit gives the exit code; what was printed before it arrives", async () => {
    write("exit.ts", "console.log('x'.repeat(200_000));\nconsole.error('err');\nprocess.exit(7);\n");
    const { code, stdout, stderr } = await runCli(["run", "exit.ts"], { cwd: folder });
    expect([code, stdout.length, stderr]).toEqual([7, 200_001, "err\n"]);
  });

  test("an error ends it with 1 and names the file's line", async () => {
    write("bad.ts", "const fine = 1;\nthrow new TypeError('no');\n");
    const { code, stderr } = await runCli(["run", "bad.ts"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/bad\.ts:2:7/);
  });

  test("a file that is not there is one line", async () => {
    const { code, stderr } = await runCli(["run", "nowhere.ts"], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^ray-ts: ENOENT: .*nowhere\.ts'\n$/);
  });

  onUnix("an interrupt ends it with 130", async () => {
    write("busy.ts", "console.log('busy');\nfor (;;) {}\n");
    const interrupt = { sent: false };
    const { code } = await runCli(["run", "busy.ts"], {
      cwd: folder,
      onStdout: (text, child) => {
        if (text.includes("busy") && !interrupt.sent) interrupt.sent = child.kill("SIGINT");
      },
    });
    expect(code).toBe(130);
  });

  test("a notebook is shown cell by cell, and fails where a cell fails unasked", async () => {
    const cell = (source: string, ...tags: string[]) => ({ cell_type: "code", source, metadata: { tags }, outputs: [], execution_count: null });
    const notebook = (...cells: object[]) => JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
    write("good.ipynb", notebook({ cell_type: "markdown", source: "# Title", metadata: {} }, cell("const a = 1\na + 1"), cell("throw new Error('meant')", "raises-exception"), cell("a")));
    const good = await runCli(["run", "good.ipynb"], { cwd: folder });
    expect([good.code, good.stdout]).toEqual([0, "\n# Title\n\nIn[1]:\n    const a = 1\n    a + 1\n2\n\nIn[2]:\n    throw new Error('meant')\n\nIn[3]:\n    a\n1\n"]);
    expect(good.stderr).toContain("Error: meant");
    write("bad.ipynb", notebook(cell("throw new Error('not meant')"), cell("2")));
    const bad = await runCli(["run", "bad.ipynb"], { cwd: folder });
    expect([bad.code, bad.stdout.includes("In[2]")]).toEqual([1, false]);
  });
});

test("the kernel is installed under a prefix and removed from it", async () => {
  const installed = await runCli(["kernel", "install", "--prefix", folder]);
  expect([installed.code, installed.stderr]).toEqual([0, ""]);
  const file = join(folder, "share", "jupyter", "kernels", "ray-ts", "kernel.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ language: "typescript", interrupt_mode: "message" });
  expect(installed.stdout).toContain(join(folder, "share", "jupyter", "kernels", "ray-ts"));
  expect((await runCli(["kernel", "uninstall", "--prefix", folder])).stdout).toContain("Removed");
  expect(() => readFileSync(file)).toThrow("ENOENT");
});
