/** Types beside running cells, through a front as kernels and terminals have it: real sessions, real checkers. */
import { readFileSync } from "node:fs";
import { FrontProcess } from "../../fixtures/front-process.ts";
import { Sandbox } from "../../fixtures/sandbox.ts";

// processes are looked for and stopped as Linux has them
const onLinux = process.platform === "linux" ? describe : describe.skip;

let sandbox: Sandbox;
let front: FrontProcess;

function start(mode: "warn" | "error" | "off"): void {
  sandbox = new Sandbox();
  front = new FrontProcess(sandbox, undefined, { RAY_TS_FIXTURE_TYPE_CHECK: mode });
}
afterEach(async () => {
  await front.close();
  await sandbox.close();
});

const typeErrors = (text: string): string[] => [...text.matchAll(/^(In\[\d+\]:\d+:\d+ \w+\d+):/gm)].map(([, place]) => place as string);

/** All that the front has put out that is about types, by cell. */
const shown = (): Record<number, string[]> => {
  const found: Record<number, string[]> = {};
  for (const line of front.process.stdout.split("\n").filter((each) => each.startsWith('{"output"'))) {
    const { output, cell } = JSON.parse(line) as { output: { text?: string }; cell: number };
    const errors = typeErrors(output.text ?? "");
    if (errors.length > 0) found[cell] = [...(found[cell] ?? []), ...errors];
  }
  return found;
};

/** The checker and TypeScript's server. */
const checkers = (): number[] => sandbox.processes().filter((pid) => /checker\.js|typescript.*\/tsc\0--api/.test(readFileSync(`/proc/${pid}/cmdline`, "latin1")));

const signal = (name: NodeJS.Signals): void => { for (const pid of checkers()) process.kill(pid, name); };

onLinux("types in a front", () => {
  test("type errors are shown under their cell, late ones too", async () => {
    start("warn");
    expect((await front.cell("const x: number = 'a'")).status).toBe("ok");
    await front.settled();
    const second = await front.cell("x.foo");
    expect(second.status).toBe("ok");
    await front.settled();
    expect(shown()).toEqual({ 1: ["In[1]:1:7 TS2322"], 2: ["In[2]:1:3 TS2339"] });
    const both = await front.cell("console.log('first'); x.bar; nowhere");
    await front.settled();
    expect(both.error).toBe("ReferenceError: nowhere is not defined");
    // the cell has said itself what is unknown
    expect(shown()[3]).toEqual(["In[3]:1:25 TS2339"]);
  });

  test("with error a cell that is wrong does not run, and has declared nothing", async () => {
    start("error");
    const wrong = await front.cell("globalThis.hasRun = true; const n: number = 'a'");
    expect(wrong.error).toBe("TypeCheckError: TS2322: Type 'string' is not assignable to type 'number'. (In[1]:1:33)");
    expect((await front.cell("globalThis.hasRun")).text).toBeUndefined();
    expect((await front.cell("n")).error).toContain("TS2304");
    // a hint keeps no cell from running
    expect((await front.cell("function f() { return later() }")).status).toBe("ok");
    expect((await front.cell("const later = () => 7; f()")).text).toBe("7");
    expect((await front.cell("%typecheck warn\nconst n: number = 'a'; n")).text).toBe("'a'");
    expect((await front.cell("%typecheck sometimes")).error).toContain("one of warn, error, off");
  });

  test("off is off until a cell says otherwise", async () => {
    start("off");
    await front.cell("const n: number = 'a'");
    expect(checkers()).toEqual([]);
    expect((await front.cell("%typecheck error\nn.foo")).error).toContain("TS2339");
  });

  test("a checker that was killed is replaced by one that knows the cells so far", async () => {
    start("error");
    await front.cell("interface P { id: number }\nconst p: P = { id: 1 }");
    signal("SIGKILL");
    expect((await front.cell("const q: P = { id: 'a' }")).error).toContain("In[2]:1:16");
    expect((await front.cell("p.id.toFixed()")).text).toBe("'1'");
  });

  test("a checker that does not answer holds up no cell, and is heard when it does", async () => {
    start("warn");
    await front.cell("1");
    await front.settled();
    signal("SIGSTOP");
    expect((await front.cell("const n: number = 'a'; n")).text).toBe("'a'");
    expect(shown()).toEqual({});
    signal("SIGCONT");
    await front.settled();
    expect(shown()).toEqual({ 2: ["In[2]:1:7 TS2322"] });
  });

  test("a cell that waits for its types can be interrupted", async () => {
    start("error");
    await front.cell("1");
    signal("SIGSTOP");
    const waiting = front.cell("const never = 1");
    await front.running();
    front.interrupt();
    expect((await waiting).error).toBe("InterruptedError: Interrupted before it began");
    signal("SIGCONT");
    expect((await front.cell("2")).text).toBe("2");
  });

  test("a fresh session has none of the old one's names", async () => {
    start("error");
    await front.cell("const old = 1");
    await front.cell("process.exit(3)");
    expect((await front.cell("old.toFixed()")).error).toContain("Cannot find name 'old'");
  });

  test("what a session has and no cell's text shows is any, without a word", async () => {
    start("error");
    await front.cell("(globalThis as any).injected = { port: 1 }; export * from 'node:path'; export * from 'node:fs'");
    expect((await front.cell("injected.port + String(existsSync('/nowhere')) + join('a', 'b')")).text).toBe("'1falsea/b'");
  });

  test("while a cell runs completion and inspection are by types, and by the names of before", async () => {
    start("warn");
    await front.cell("class Counter { count = 0; incr(by: number) { return (this.count += by) } }\nconst counter = new Counter();");
    await front.settled();
    const busy = front.cell("for (;;) {}");
    await front.running();
    // on a busy machine one of the two that are asked may miss the time in which it is waited for
    const texts = async (marked: string, isWanted = (found: string[]) => found.length > 0): Promise<string[]> => {
      for (;;) {
        const found = ((await front.ask("complete", marked)).completed?.matches ?? []).map(({ text }) => text);
        if (isWanted(found)) return found;
      }
    };
    expect(await texts("counter.|")).toEqual(["count", "incr"]);
    expect(await texts("setTimeo|")).toEqual(["setTimeout"]);
    let inspected = (await front.ask("inspect", "counter.in|cr")).inspected;
    while (inspected?.found !== true) inspected = (await front.ask("inspect", "counter.in|cr")).inspected;
    expect(inspected.data["text/plain"]).toContain("(method) incr(by: number): number");
    front.interrupt();
    await busy;
    await front.cell("(counter as any).added = 1");
    expect(await texts("counter.|", (found) => found.includes("added"))).toEqual(["count", "incr", "added"]);
  });
});
