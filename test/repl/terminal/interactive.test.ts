import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { PseudoTerminal, hasPseudoTerminal } from "./pseudo-terminal.ts";

const cli = resolve(process.env["RAY_TS_TEST_CLI"] ?? "dist/cli.js");
// a machine without util-linux (macOS, Windows) has no terminal for these; the suite says so in its name
const suite = hasPseudoTerminal ? describe : describe.skip;

suite("at a terminal" + (hasPseudoTerminal ? "" : " (skipped: util-linux's script is not here)"), () => {
  let folder: string;
  let terminal: PseudoTerminal;
  const history = () => join(folder, "history");
  const open = () => new PseudoTerminal([process.execPath, cli, "repl"], { cwd: folder, env: { RAY_TS_REPL_HISTORY: history(), NO_COLOR: "1" } });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "ray-ts-repl-"));
    terminal = open();
    await terminal.until(/> /);
  });
  afterEach(() => {
    terminal.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Enters a line and gives what it printed. */
  const enter = async (line: string, prompt = /\n> /): Promise<string> => {
    terminal.type(line + "\r");
    return terminal.until(prompt);
  };

  test("lines share one scope, await works at the top, and a line that is open goes on", async () => {
    expect(await enter("const a = await Promise.resolve(20)")).not.toContain("Error");
    await enter("function twice(x: number) {", /\.\.\. /);
    await enter("return x * 2 }");
    expect(await enter("twice(a) + 2")).toContain("42");
  });

  test("Ctrl-C stops a running loop and a hanging await, and every variable is kept", async () => {
    await enter("let kept = 7; let n = 0");
    terminal.type("console.log('loo' + 'ping'); for (;;) n++\r");
    await terminal.until(/looping/);
    terminal.type("\x03");
    await terminal.until(/> /);
    terminal.type("console.log('hang' + 'ing'); await new Promise(() => {})\r");
    await terminal.until(/hanging/);
    terminal.type("\x03");
    await terminal.until(/> /);
    expect(await enter("kept + Math.sign(n)")).toContain("8");
  });

  test("Ctrl-C at the prompt clears what was typed; on an empty one it says how to leave", async () => {
    terminal.type("function open() {\r");
    await terminal.until(/\.\.\. /);
    terminal.type("half a line\x03");
    expect(await terminal.until(/> /)).not.toContain("Ctrl-D");
    terminal.type("\x03");
    await terminal.until(/Ctrl-D or \.exit leaves\)\s+> /);
    expect(await enter("1 + 2")).toContain("3");
  });

  test("what is typed while a line runs waits for the prompt", async () => {
    terminal.type("await new Promise((go) => { globalThis.go = go; console.log('wait' + 'ing'); setTimeout(go, 200) })\r");
    await terminal.until(/waiting/);
    terminal.type("6 * 7\r");
    expect(await terminal.until(/42/)).toMatch(/> 6 \* 7\s+42/);
  });

  test("Ctrl-D leaves with exit code 0 and no process stays; the history is there the next time", async () => {
    expect(await enter("6 * 7")).toContain("42");
    const session = Number(/(\d+)/.exec(await enter("process.pid"))![1]);
    terminal.type("\x04");
    expect(await terminal.exited).toBe(0);
    expect(existsSync(`/proc/${session}`)).toBe(false);
    expect(readFileSync(history(), "utf8")).toBe("6 * 7\nprocess.pid\n");
    terminal = open();
    await terminal.until(/> /);
    terminal.type("\x1b[A\x1b[A\r");
    expect(await terminal.until(/42/)).toContain("6 * 7");
    terminal.type(".exit\r");
    expect(await terminal.exited).toBe(0);
  });

  test("type errors are told above the prompt, Tab completes by types, and a name with its import", async () => {
    terminal.type("const wrong: number = 'a'\r");
    await terminal.until(/In\[1\]:1:7 TS2322: Type 'string' is not assignable to type 'number'\./);
    terminal.type("'abc'.toUpperC\t");
    await terminal.until(/toUpperCase/);
    terminal.type("\x03");
    await terminal.until(/> $/);
    terminal.type("readFileSy\t");
    await terminal.until(/import \{ readFileSync \} from "node:fs"; readFileSync/);
  });

  test("Tab completes from the session's values", async () => {
    await enter("const longNameOfMine = 5");
    terminal.type("longNam\t");
    await terminal.until(/longNameOfMine/);
    terminal.type("\r");
    await terminal.until(/5/);
  });

  test("a live view changes in place while the user types", async () => {
    await enter("const slow = ray.remote(async () => { await new Promise((go) => setTimeout(go, 500)); return 5 })");
    terminal.type("slow.remote()\r");
    await terminal.until(/ObjectRef\(\S+\) pending, [^\n]*\r?\n> /);
    terminal.type("6 * ");
    await terminal.until(/6 \* /);
    await terminal.until(/ObjectRef\(\S+\) ready/);
    expect(await enter("7")).toContain("42");
  });

  test("a live view gets more lines while the user types: what is typed stays below it", async () => {
    terminal.type("class Kept { n = 41 }; const kept = ray.remote(Kept).remote(); kept\r");
    await terminal.until(/ActorHandle Kept[\s\S]*\n> /);
    terminal.type("6 * ");
    expect(await terminal.until(/n 41\s+> 6 \* /)).toContain("idle");
    expect(await enter("7")).toContain("42");
  });

  test("prompt() asks at the terminal, and a password is not shown", async () => {
    terminal.type("const name = await prompt('Name? '); name.length\r");
    await terminal.until(/Name\? /);
    terminal.type("Ada\r");
    await terminal.until(/3/);
    await terminal.until(/> /);
    terminal.type("(await prompt('Word? ', { password: true })).length\r");
    await terminal.until(/\nWord\? /);
    terminal.type("hidden\r");
    expect(await terminal.until(/6/)).not.toContain("hidden");
  });

  test("a closed terminal ends the REPL and its session", async () => {
    const session = Number(/(\d+)/.exec(await enter("process.pid"))![1]);
    terminal.kill();
    await terminal.exited;
    // tail ends when the process is gone
    expect(spawnSync("tail", [`--pid=${session}`, "--follow", "/dev/null"], { timeout: 10_000 }).status).toBe(0);
  });
});
