/** Magics through a front, as kernels, terminals and notebook tests have it: real sessions, real commands. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FrontProcess } from "../../fixtures/front-process.ts";
import { NpmRegistry } from "../../fixtures/npm-registry.ts";
import { Sandbox } from "../../fixtures/sandbox.ts";

// a shell's commands are those of Unix
const onUnix = process.platform === "win32" ? describe.skip : describe;

let sandbox: Sandbox;
let front: FrontProcess;
let registry: NpmRegistry;

const PACKAGE = { name: "just-installed", version: "1.0.0", manifest: { type: "module", exports: { types: "./index.d.ts", default: "./made.js" } }, files: { "made.js": "export const answer = 42;", "index.d.ts": "export const answer: number;" } };

beforeAll(async () => {
  registry = await new NpmRegistry([PACKAGE]).open();
  sandbox = new Sandbox();
  front = new FrontProcess(sandbox, undefined, { RAY_TS_FIXTURE_TYPE_CHECK: "error", npm_config_registry: registry.url, npm_config_cache: join(sandbox.folder, "npm-cache"), npm_config_audit: "false", npm_config_update_notifier: "false" });
}, 60_000);
afterAll(async () => {
  await front.close();
  await sandbox.close();
  await registry.close();
});

onUnix("magics", () => {
  test("%time says how long a statement took, which runs as ever, and shows its value", async () => {
    const timed = await front.cell("%time const slow = await new Promise<number>((done) => setTimeout(done, 20, 7))\nslow + 1");
    expect([timed.text, timed.error]).toEqual(["8", undefined]);
    expect(timed.stdout).toMatch(/^%time: \d+\.\d+ ms \(CPU .*\)\n$/);
    expect((await front.cell("%time slow * 2")).text).toBe("14");
    expect((await front.cell("%time import { join } from 'node:path'\njoin('a', 'b')")).text).toBe("'a/b'");
    const whole = await front.cell("%%time\nconst a = 1\nfunction twice(n: number) { return 2 * n }\ntwice(a)");
    expect([whole.text, whole.error]).toEqual(["2", undefined]);
    expect(whole.stdout).toMatch(/^%%time: /);
  });

  test("what a magic's line has behind it is checked by types and names its line in errors", async () => {
    expect((await front.cell("%time slow.nope")).error).toMatch(/TS2339: Property 'nope' does not exist on type 'number'\. \(In\[\d+\]:1:12\)/);
    expect((await front.cell("!true\n%time null!.x")).error).toContain("TS");
    const wrong = await front.cell("!true\n%time (null as any).x");
    expect(wrong.error).toMatch(/^TypeError: Cannot read properties of null/);
  });

  test("%%bench repeats a cell, waits for what it awaits, and leaves what it declared", async () => {
    await front.cell("let runs = 0");
    const fixed = await front.cell("%%bench -n 5\nimport { sep } from 'node:path'\nruns += 1\nconst last = runs\nfunction f() { return runs }\nf()");
    expect(fixed.stdout).toMatch(/^%%bench: \d.* a run \(median; mean .* ± .*, best .*; 5 runs\)\n$/);
    expect([fixed.text, (await front.cell("[runs, last, f(), sep].join()")).text]).toEqual([undefined, "'5,5,5,/'"]);
    expect((await front.cell("%%bench -n 2\nawait null\nruns++")).error).toBeUndefined();
    expect((await front.cell("runs")).text).toBe("7");
    expect((await front.cell("%%bench\nMath.sqrt(2)")).stdout).toMatch(/ (ns|µs) a run \(.*; [\d,]{4,} runs\)/);
    expect((await front.cell("%%bench -n x\n1")).error).toMatch(/write %%bench, or %%bench -n 20/);
  });

  test("an interrupt stops a bench", async () => {
    await front.cell("let isTold = false");
    const busy = front.cell("%%bench -n 1000000000\nif (!isTold) console.log('under way')\nisTold = true\nawait null");
    await front.process.output(/"text":"under way\\n"/);
    front.interrupt();
    expect((await busy).error).toBe("InterruptedError: Interrupted");
  });

  test("%who shows what cells have declared, and runs no getter", async () => {
    await front.cell("class Box {}\nconst box = new Box();\nimport * as os from 'node:os'\nconst trap = { get x() { throw new Error('read') } }");
    const who = await front.cell("%who");
    const shown = who.outputs.find(({ type }) => type === "display")?.data ?? {};
    expect(shown["text/plain"]).toMatch(/^name +kind +cell +value\n[^]*\nBox +class +In\[\d+\] +class Box\nbox +variable +In\[\d+\] +Box \{\}\n[^]*os +import [^]*trap +variable +In\[\d+\] +\{x: \[getter\]\}/);
    expect(shown["text/html"]).toMatch(/^<table>[^]*<td style="text-align:left">box<\/td>/);
    const classes = (await front.cell("%who class")).outputs.find(({ type }) => type === "display")?.data?.["text/plain"] ?? "";
    expect(classes.split("\n").map((line) => line.split(" ")[0])).toEqual(["name", "Box"]);
    expect((await front.cell("%who things")).error).toContain("one of variable, function, class, import, all");
    await front.cell(Array.from({ length: 250 }, (_, i) => `var many${i} = ${i};`).join("\n"));
    const rowsOf = async (code: string): Promise<string[]> => (await front.cell(code)).outputs.find(({ type }) => type === "display")?.data?.["text/plain"]?.split("\n") ?? [];
    const cut = await rowsOf("%who");
    expect([cut.length, cut.at(-1)]).toEqual([202, expect.stringMatching(/^… \d+ older ones are not here; all of them: %who all$/)]);
    expect((await rowsOf("%who all")).some((row) => row.startsWith("many0 "))).toBe(true);
  });

  test("!command streams into its cell, and its failure is the cell's", async () => {
    const streamed = front.cell("!echo one; while [ ! -e go ]; do sleep 0.05; done; echo zwei ✓ >&2");
    await front.process.output(/"text":"one\\n"/);
    writeFileSync(join(sandbox.folder, "go"), "");
    expect(await streamed).toMatchObject({ status: "ok", stdout: "one\n", stderr: "zwei ✓\n" });
    const between = await front.cell("console.log('a')\n!echo b\nconsole.log('c')");
    expect(between.stdout).toBe("a\nb\nc\n");
    expect((await front.cell("!exit 3\nconsole.log('not reached')")).error).toBe("CommandError: !exit 3 ended with exit code 3");
    expect((await front.cell("!no-such-command-here -x y")).error).toMatch(/exit code 127 \(there is no such command\)/);
    // as TypeScript it would be no name's opposite
    expect((await front.cell("!pwd")).stdout.trim()).toMatch(/rt-\w+$/);
    expect((await front.cell("const pwd = false\n!pwd")).text).toBe("true");
    expect((await front.cell("!pwd")).text).toBe("true");
  });

  test("an interrupt ends a command and what it started", async () => {
    const id = front.cell("!echo begun; sleep 1000");
    await front.process.output(/"text":"begun\\n"/);
    front.interrupt();
    expect((await id).error).toBe("InterruptedError: Interrupted");
    expect((await front.cell("!pgrep -f 'slee[p] 1000' || echo none")).stdout).toBe("none\n");
  });

  test("%npm installs a package, which can be imported at once, with its types", async () => {
    expect((await front.cell("import { answer } from 'just-installed'; answer")).error).toMatch(/Cannot find module 'just-installed'[^]*|%npm install just-installed/);
    await front.cell("%typecheck off");
    expect((await front.cell("const missing = await import('just-installed')")).error).toMatch(/Install it there: %npm install just-installed$/);
    await front.cell("%typecheck error");
    const installed = await front.cell("%npm install just-installed");
    expect([installed.error, installed.stdout]).toEqual([undefined, expect.stringContaining("added 1 package") as unknown]);
    expect((await front.cell("import { answer } from 'just-installed'\nanswer")).text).toBe("42");
    expect((await front.cell("answer.nope")).error).toContain("Property 'nope' does not exist on type 'number'");
    expect((await front.cell("%npm install no-such-package-anywhere")).error).toMatch(/^CommandError: %npm install no-such-package-anywhere ended with exit code 1/);
  }, 60_000);

  test("%load runs a file's text where no cell can be filled", async () => {
    mkdirSync(join(sandbox.folder, "work"), { recursive: true });
    writeFileSync(join(sandbox.folder, "work", "part.ts"), "const loaded: number = 5;\nloaded * 2");
    expect((await front.cell("%load work/part.ts")).text).toBe("10");
    expect((await front.cell("loaded")).text).toBe("5");
    expect((await front.cell("%load nowhere.ts")).error).toMatch(/^UsageError: %load nowhere\.ts from .*ENOENT/);
  });

  test("help and the list are text of their cell", async () => {
    expect((await front.cell("%time?")).stdout).toContain("%time STATEMENT\n%%time\n\nRuns the statement once");
    expect((await front.cell("%npm --help")).stdout).toContain("Runs npm in the notebook's folder");
    expect((await front.cell("%reset?")).stdout).toContain("asks nothing");
    expect((await front.cell("%lsmagic")).stdout).toMatch(/^%time %%time +how long/);
    expect((await front.cell("%tiem f()")).error).toBe("UsageError: There is no magic %tiem. Did you mean %time? %lsmagic lists those there are.");
  });

  test("completion and inspection know magics, and TypeScript behind them", async () => {
    const texts = async (marked: string): Promise<string[]> => ((await front.ask("complete", marked)).completed?.matches ?? []).map(({ text }) => text);
    expect(await texts("%ty|")).toEqual(["%typecheck"]);
    expect([await texts("%load wo|"), await texts("%load work/|"), await texts("%load nowhere/|")]).toEqual([["work/"], ["work/part.ts"], []]);
    expect(await texts("%time bo|")).toContain("box");
    expect((await front.ask("inspect", "%ben|ch")).inspected?.data["text/plain"]).toContain("%%bench -n RUNS");
  });

  test("%reset gives a fresh session before the cell's code runs, and keeps the cluster", async () => {
    await front.cell("const kept = await ray.remote(class Box { get() { return 3 } }).options({ name: 'kept', lifetime: 'detached' }).remote(); await ray.get(kept.get.remote())");
    const before = (await front.cell("process.pid")).text;
    const reset = await front.cell("%reset\ntypeof box + String(process.pid !== " + before + ")");
    expect([reset.text, reset.stdout, reset.stderr]).toEqual(["'undefinedtrue'", "A fresh session: no variables, no modules, no timers. The cluster and its detached actors are kept.\n", ""]);
    expect((await front.cell("const again = await ray.getActor('kept'); await ray.get((again as any).get.remote())")).text).toBe("3");
    expect((await front.cell("%reset all")).error).toBe("UsageError: %reset all: write %reset.");
  }, 60_000);
});
