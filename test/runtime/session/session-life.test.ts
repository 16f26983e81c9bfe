import { buildSession, DrivenSession, temporaryFolder } from "../../fixtures/session-driver.ts";

const folder = temporaryFolder();
const sessions: DrivenSession[] = [];

beforeAll(buildSession);
afterEach(() => Promise.all(sessions.splice(0).map((session) => session.end())));
afterAll(() => folder.dispose());

async function start(): Promise<DrivenSession> {
  const session = new DrivenSession(folder.path);
  sessions.push(session);
  return session.ready();
}

test("process.exit in a cell announces itself and loses no output", async () => {
  const session = await start();
  const id = session.begin("console.log('x'.repeat(200000)); console.log('last words'); process.exit(3)");
  expect(await session.exited).toEqual({ code: 3, signal: null });
  await session.until(() => session.messages.some(({ type }) => type === "exiting"));
  expect(session.messages).toContainEqual({ type: "exiting", code: 3 });
  await session.printed(id, "last words");
});

test.each([
  ["idle", undefined],
  ["in a synchronous loop", "console.log('running'); for (;;) {}"],
  ["in a native call", "console.log('running'); for (;;) JSON.stringify(Array.from({ length: 1e7 }))"],
  ["waiting on a worker that never comes", "console.log('running'); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"],
])("the end of the watch pipe kills a session that is %s", async (_, code) => {
  const session = await start();
  if (code !== undefined) await session.printed(session.begin(code), "running");
  session.closeWatchPipe();
  expect(await session.exited).toEqual({ code: null, signal: "SIGKILL" });
});

test("a closed channel ends an idle session", async () => {
  const session = await start();
  session.child.disconnect();
  expect((await session.exited).code).toBe(0);
});

test("a session that ran out of memory dies, and its last output is there", async () => {
  const session = new DrivenSession(folder.path, { NODE_OPTIONS: "--max-old-space-size=64" });
  sessions.push(session);
  await session.ready();
  const id = session.begin("console.log('filling'); const all = []; for (;;) all.push(new Array(1e5).fill('x' + all.length))");
  expect((await session.exited).signal).toMatch(/SIGABRT|SIGTRAP|SIGILL/);
  await session.printed(id, "filling");
});

test("a SIGINT from elsewhere does not end a session", async () => {
  const session = await start();
  session.child.kill("SIGINT");
  expect((await session.run("1 + 1")).text).toBe("2");
});

test("children of cells get neither the channel nor the secrets of the pipes", async () => {
  const session = await start();
  const { stdout } = await session.run(`
    import { spawnSync } from "node:child_process";
    spawnSync(process.execPath, ["-e", "console.log(Object.keys(process.env).filter((name) => /^(RAY_TS_|NODE_CHANNEL)/.test(name)).join(), typeof process.send)"], { stdio: "inherit" });`);
  // what the test itself was given is a user's
  expect(stdout).toBe(`${Object.keys(process.env).filter((name) => name.startsWith("RAY_TS_")).join()} undefined\n`);
  expect((await session.run("typeof process.send")).text).toBe("'undefined'");
});

test("input is asked of the front", async () => {
  const session = await start();
  const id = session.begin("await prompt('name?')");
  await session.until(() => session.messages.some(({ type }) => type === "input-wanted"));
  const wanted = session.messages.find((message) => message.type === "input-wanted");
  expect(wanted).toMatchObject({ prompt: "name?", password: false });
  session.send({ type: "input", id: wanted?.type === "input-wanted" ? wanted.id : 0, value: "Ada" });
  expect((await session.outcome(id)).text).toBe("'Ada'");
});

test("completion and inspection answer from real values without running code", async () => {
  const session = await start();
  await session.run("let touched = 0; const config = { servers: [{ host: 'a' }], get secret() { touched++; return {} } }; function greet(name: string) { return 'hi ' + name }");
  const complete = async (code: string) => (await session.ask("completed", (id) => ({ type: "complete", id, code, cursor: code.length }))).matches.map(({ text }) => text);
  expect(await complete("config.")).toEqual(expect.arrayContaining(["servers", "secret"]));
  expect(await complete("config.servers[0].h")).toEqual(["host", "hasOwnProperty"]);
  expect(await complete("config.secret.")).toEqual([]);
  expect(await complete("gre")).toEqual(["greet"]);
  expect(await complete("Math.ma")).toEqual(["max"]);
  const inspect = async (code: string) => (await session.ask("inspected", (id) => ({ type: "inspect", id, code, cursor: code.length, detail: 0 }))).data["text/plain"];
  expect(await inspect("greet(")).toContain("greet: function");
  expect(await inspect("config.servers")).toContain("config.servers: Array");
  expect((await session.run("touched")).text).toBe("0");
});
