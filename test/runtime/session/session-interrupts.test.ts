import { existsSync, readFileSync } from "node:fs";
import { buildSession, DrivenSession, temporaryFolder } from "../../fixtures/session-driver.ts";

const folder = temporaryFolder();
let session: DrivenSession;

beforeAll(buildSession);
beforeEach(async () => { session = await new DrivenSession(folder.path).ready(); });
afterEach(() => session.end());
afterAll(() => folder.dispose());

/** Runs `code`, which prints "running", and interrupts it there. */
async function interrupted(code: string) {
  const id = session.begin(code);
  await session.printed(id, "running");
  session.interrupt(id);
  return session.outcome(id);
}

const INTERRUPTED = { status: "error", interrupted: true, error: { ename: "InterruptedError", evalue: "Interrupted" } };

test.each([
  ["a synchronous loop", "console.log('running'); for (;;) {}"],
  ["a loop that prints", "for (;;) console.log('running')"],
  ["a hanging await", "console.log('running'); await new Promise(() => {})"],
  ["a loop after an await", "await null; console.log('running'); for (;;) {}"],
  ["a loop that awaits what is there", "console.log('running'); for (;;) await null"],
  ["a loop in a function of an earlier cell", "console.log('running'); spin()"],
  ["a loop that catches everything", "console.log('running'); for (;;) { try { spin() } catch {} }"],
  ["a native sort", "console.log('running'); new Array(3e7).fill(0).map((_, i) => (i * 7919) % 1000003).sort((a, b) => a - b)"],
  ["a callback without a loop that prints", "Array.from({ length: 1e9 }, () => console.log('running'))"],
  ["a result whose text takes for ever", "console.log('running'); ({ [Symbol.for('nodejs.util.inspect.custom')]() { return spin() } })"],
])("an interrupt stops %s and keeps the state", async (_, code) => {
  await session.run("let kept = 41; function spin() { let n = 0; for (;;) n++ }");
  const { reply } = await interrupted(code);
  expect(reply).toMatchObject(INTERRUPTED);
  expect((await session.run("kept + 1")).text).toBe("42");
});

test("the error of an interrupted loop says where it was", async () => {
  const { reply } = await interrupted("console.log('running');\nfor (;;) {\n}");
  expect(reply.error?.traceback.join("\n")).toMatch(/^In\[1\]:2:\d+\n[^]*> 2 \| for \(;;\) \{\n[^]*InterruptedError: Interrupted\n {4}at In\[1\]:2:\d+$/);
});

// a getter tells that the loop runs: the loop itself calls nothing
test.each([
  ["a loop of the cell's own variable", "let n = 0; for (;;) { n++; seen[0] = n; if (n === 1000) tell.now }"],
  ["a loop of an earlier cell's variable", "while (true) { earlier++; seen[0] = earlier; if (earlier === 1000) tell.now } "],
  ["nested loops", "let n = 0; for (;;) for (let i = 0; i < 100; i++) { n++; seen[0] = n; if (n === 1000) tell.now }"],
  ["a loop that native code holds up", "let n = 0; for (;;) { n++; seen[0] = n; if (n === 1) tell.now; numbers.slice().sort() }"],
  ["a loop after an await", "let n = 0; await null; for (;;) { n++; seen[0] = n; if (n === 1000) tell.now }"],
])("an interrupt of %s leaves the values that it had reached", async (_, code) => {
  await session.run("let earlier = 0; const seen = [-1]; const tell = { get now() { return console.log('running') } }; const numbers = Array.from({ length: 1e6 }, (_, i) => String(i * 7919 % 1000003))");
  expect((await interrupted(code)).reply).toMatchObject(INTERRUPTED);
  expect((await session.run(`seen[0] === ${code.includes("earlier") ? "earlier" : "n"}`)).text).toBe("true");
});

test("finally blocks run when a loop's guard stops it", async () => {
  await interrupted("globalThis.cleaned = false; console.log('running'); try { for (;;) {} } finally { globalThis.cleaned = true }");
  expect((await session.run("cleaned")).text).toBe("true");
});

test("timers, intervals and servers of the interrupted cell end, those of others go on", async () => {
  const other = session.begin("setInterval(() => console.log('other'), 10); undefined");
  await session.outcome(other);
  const id = session.begin(`
    import { createServer } from "node:http";
    var ticks = 0;
    setInterval(() => { ticks++ }, 5);
    const again = () => setTimeout(() => { ticks++; again() }, 5);
    again();
    var server = createServer().listen(0);
    console.log("running");
    await new Promise(() => {})`);
  await session.printed(id, "running");
  session.interrupt(id);
  expect((await session.outcome(id)).reply).toMatchObject(INTERRUPTED);
  const { text } = await session.run("const before = ticks; await new Promise((r) => setTimeout(r, 60)); [ticks - before, server.listening]");
  expect(text).toBe("[ 0, false ]");
  const printed = session.outputsOf(other).length;
  await session.until(() => session.outputsOf(other).length > printed);
});

test("timers of node:timers and child processes of the interrupted cell end too, those of others go on", async () => {
  const other = session.begin("import { spawn } from 'node:child_process'; var ofOther = spawn('sleep', ['1000']); undefined");
  await session.outcome(other);
  const id = session.begin(`
    import * as timers from "node:timers"; import { exec } from "node:child_process";
    var fired = 0;
    timers.setInterval(() => { fired++ }, 5);
    var child = exec("sleep 1000");
    console.log("running");
    await new Promise(() => {})`);
  await session.printed(id, "running");
  session.interrupt(id);
  expect((await session.outcome(id)).reply).toMatchObject(INTERRUPTED);
  const { text } = await session.run("if (child.signalCode === null) await new Promise((r) => child.on('exit', r)); const before = fired; await new Promise((r) => setTimeout(r, 40)); [child.signalCode, fired - before, ofOther.exitCode ?? ofOther.signalCode]");
  expect(text).toBe("[ 'SIGINT', 0, null ]");
  await session.run("ofOther.kill(); await new Promise((r) => ofOther.on('exit', r))");
});

test("a program that the cell waits for ends, with what it started", async () => {
  await session.run("import { execSync } from 'node:child_process'; import { readFileSync, existsSync } from 'node:fs'; var file = `${process.cwd()}/pid-${process.pid}`");
  const id = session.begin("execSync(`sh -c 'echo $$ > ${file}; exec sleep 1000'; sleep 1000`, { stdio: 'ignore' }); var ranOn = true");
  await new Promise<void>((resolve) => { const look = setInterval(() => { if (existsSync(`${folder.path}/pid-${session.child.pid}`) && readFileSync(`${folder.path}/pid-${session.child.pid}`, "utf8") !== "") { clearInterval(look); resolve(); } }, 10); });
  session.interrupt(id);
  expect((await session.outcome(id)).reply).toMatchObject(INTERRUPTED);
  expect((await session.run("const stat = `/proc/${readFileSync(file, 'utf8').trim()}/stat`; const isAlive = () => existsSync(stat) && !readFileSync(stat, 'utf8').includes(') Z '); while (isAlive()) await new Promise((r) => setTimeout(r, 5)); typeof ranOn")).text).toBe("'undefined'");
});

test("statements behind an await do not run on, finally blocks do; a function that awaits itself for ever is stopped", async () => {
  await session.run("var steps: string[] = []; var go = () => {}; const gate = new Promise<void>((resolve) => { go = resolve })");
  const { reply } = await interrupted("console.log('running'); try { await gate; steps.push('ran on'); await null; steps.push('and on') } finally { steps.push('finally') }");
  expect(reply).toMatchObject(INTERRUPTED);
  expect((await session.run("go(); await new Promise((r) => setTimeout(r, 10)); steps")).text).toBe("[ 'finally' ]");
  expect((await interrupted("const forever = async (): Promise<void> => { await null; return forever() }; console.log('running'); await forever()")).reply).toMatchObject(INTERRUPTED);
  expect((await session.run("1 + 1")).text).toBe("2");
});

test("an asynchronous loop does not go on behind an interrupted cell", async () => {
  await session.run("var rounds = 0; import { setTimeout as sleep } from 'node:timers/promises'");
  const { reply } = await interrupted("console.log('running'); for (;;) { rounds++; await sleep(5) }");
  expect(reply).toMatchObject(INTERRUPTED);
  // its sleep ends, and the guard meets it at the loop's edge
  const { text } = await session.run("await sleep(20); const then = rounds; await sleep(40); rounds - then");
  expect(text).toBe("0");
  expect((await session.run("let sum = 0; for (let i = 0; i < 1e6; i++) sum += i; sum")).text).toBe("499999500000");
});

test("an interrupt leaves other cells' code alone", async () => {
  const other = session.begin("var worked = 0; (async () => { for (;;) { worked++; await new Promise((r) => setTimeout(r, 2)) } })(); undefined");
  await session.outcome(other);
  await interrupted("console.log('running'); await new Promise(() => {})");
  expect((await session.run("const seen = worked; await new Promise((r) => setTimeout(r, 50)); worked > seen")).text).toBe("true");
});

test("a loop of an earlier cell's timer that keeps the cell from running is stopped", async () => {
  await session.outcome(session.begin("var isThere = false; const timer = setInterval(() => { if (!isThere) return; clearInterval(timer); console.log('blocking'); for (;;) {} }, 1); undefined"));
  const id = session.begin("isThere = true; console.log('waiting'); await new Promise((r) => setTimeout(r, 1e6))");
  await session.printed(1, "blocking");
  session.interrupt(id);
  expect((await session.outcome(id)).reply).toMatchObject(INTERRUPTED);
  expect((await session.run("1 + 1")).text).toBe("2");
});

test("an interrupt of a cell that has ended does nothing to the next", async () => {
  const { reply } = await session.run("1");
  session.interrupt(reply.id);
  const { text } = await session.run("let n = 0; const end = Date.now() + 200; while (Date.now() < end) n++; 'whole'");
  expect(text).toBe("'whole'");
});

test("an interrupt that comes before its cell stops it at its start", async () => {
  // from here on the watch thread is known to read its pipe
  await interrupted("console.log('running'); await new Promise(() => {})");
  session.begin("const busy = Date.now() + 100; while (Date.now() < busy) {}");
  const id = session.begin("console.log('ran')");
  session.interrupt(id);
  const outcome = await session.outcome(id);
  expect(outcome.reply).toMatchObject(INTERRUPTED);
  expect(outcome.stdout).toBe("");
});

test("fifty interrupts of a printing loop leave a session that works", async () => {
  for (let i = 0; i < 50; i++) {
    const id = session.begin("for (;;) console.log('running')");
    await session.printed(id, "running");
    session.interrupt(id);
    expect((await session.outcome(id)).reply.interrupted).toBe(true);
  }
  expect((await session.run("1 + 1")).text).toBe("2");
});

test("native calls in a row are cut, each in its cell", async () => {
  for (let i = 0; i < 15; i++) {
    const id = session.begin("console.log('running'); JSON.stringify(Array.from({ length: 3e7 }, (_, i) => i)).length");
    await session.printed(id, "running");
    session.interrupt(id);
    expect((await session.outcome(id)).reply.interrupted).toBe(true);
    expect((await session.run(`${i}`)).text).toBe(String(i));
  }
});
