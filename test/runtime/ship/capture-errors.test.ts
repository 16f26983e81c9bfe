import { CaptureError, RayTaskError, SerializationError } from "../../../runtime/errors.ts";
import { Session } from "./two-sides.ts";

const HERE = "lives in this process only";
const THERE = "make it inside the task or keep it in an actor";

const bad: [name: string, cells: string[], message: string][] = [
  ["a socket three steps away", ["import { Socket } from 'node:net'\nconst db = new Socket()\nconst helper = () => db.destroyed\nconst square = remote((x: number) => helper() ? x : 0)", "await square.remote(1)"], `Cannot send square → helper → db: a Socket ${HERE}; ${THERE}`],
  ["a property of a captured object", ["import { createServer } from 'node:http'\nconst holder = { srv: createServer() }", "await remote(() => holder.srv, 'f').remote()"], `Cannot send f → holder.srv: a Server ${HERE}; ${THERE}`],
  ["a promise", ["const pr = Promise.resolve(1)", "await remote(() => pr, 'f').remote()"], `Cannot send f → pr: a Promise ${HERE}; await it first, or pass an ObjectRef`],
  ["a promise in a Map in an array", ["const list = [new Map([['k', Promise.resolve()]])]", "await remote(() => list, 'f').remote()"], `Cannot send f → list[0] → get("k"): a Promise`],
  ["a WeakMap", ["const wm = new WeakMap()", "await remote(() => wm, 'f').remote()"], `Cannot send f → wm: a WeakMap ${HERE}; use a Map`],
  ["a bound function", ["const bf = ((a: number) => a).bind(null, 1)", "await remote(() => bf(), 'f').remote()"], "Cannot send f → bf: a bound function (bound ) has no source; wrap it: (...args) => fn(...args)"],
  ["a unique symbol", ["const sy = Symbol('q')", "await remote(() => sy, 'f').remote()"], `Cannot send f → sy: Symbol(q) is unique to this process; use Symbol.for("q")`],
  ["a generator that runs", ["const g = (function* () { yield 1 })()", "await remote(() => g, 'f').remote()"], "Cannot send f → g: a running generator"],
  ["a Proxy", ["const px = new Proxy({}, {})", "await remote(() => px, 'f').remote()"], "Cannot send f → px: a Proxy has a handler"],
  ["AsyncLocalStorage", ["import { AsyncLocalStorage } from 'node:async_hooks'\nconst als = new AsyncLocalStorage()", "await remote(() => als, 'f').remote()"], `Cannot send f → als: an AsyncLocalStorage ${HERE}`],
  ["a local of an enclosing function", ["function mk() { const w = new WeakSet(); const inner = () => w; return remote(() => inner(), 'f') }", "await mk().remote()"], "Cannot send f → inner → w: a WeakSet"],
  ["a static of a class", ["class S { static pending = Promise.resolve() }", "await remote(() => new S(), 'f').remote()"], "Cannot send f → S.pending: a Promise"],
  ["a private field of an instance", ["class S { #p = Promise.resolve() }\nconst s = new S()", "await remote(() => s, 'f').remote()"], "Cannot send f → s → private field 0: a Promise"],
  ["what a base class's method uses", ["const pr = Promise.resolve()\nclass Base { m() { return pr } }\nclass Sub extends Base {}", "await remote(() => new Sub(), 'f').remote()"], "Cannot send f → Sub → Base → pr: a Promise"],
  ["a class that extends a socket", ["import { Socket } from 'node:net'\nclass My extends Socket {}\nconst my = new My()", "await remote(() => my, 'f').remote()"], `Cannot send f → my: a My ${HERE}`],
  ["a timer", ["const t = setTimeout(() => {}, 0); clearTimeout(t)", "await remote(() => t, 'f').remote()"], `Cannot send f → t: a Timeout ${HERE}`],
  ["a variable without a value yet", ["let run: any\n{ run = () => remote(() => late, 'f').remote(); var p = run().catch((e: any) => e); const late = 1 }", "throw await p"], "Cannot send f → late: late has no value yet; make the remote call after the line that declares it"],
  ["a method that uses super", ["const base = { hi() { return 1 } }\nconst o = Object.setPrototypeOf({ hi() { return super.hi() } }, base)", "await remote(() => o.hi(), 'f').remote()"], "Cannot send f → o.hi: hi uses `super`, which belongs to its object"],
  ["a native function", ["const { proxy } = Proxy.revocable({}, {})\nconst { revoke } = Proxy.revocable({}, {})", "await remote(revoke, 'f').remote()"], "Cannot send f: a native function"],
  ["what an error class captures", ["const pr = Promise.resolve()\nclass E2 extends Error { p() { return pr } }", "await remote(() => new E2(), 'f').remote()"], "Cannot send f → E2 → pr: a Promise"],
];

test.each(bad)("CaptureError with the path: %s (row 41)", async (_, cells, message) => {
  const session = new Session();
  const error = await session.cells(...cells).then(() => undefined, (caught: unknown) => caught as Error);
  expect(error?.message).toContain(message);
  expect(error).toBeInstanceOf(CaptureError);
});

test("an argument that cannot be sent is a SerializationError with its place", async () => {
  const session = new Session();
  const calling = session.cells("const f = remote((a: any) => a, 'f')", "await f.remote({ p: [Promise.resolve()] })");
  await expect(calling).rejects.toThrow("Cannot send f → argument 1.p[0]: a Promise");
  await expect(calling).rejects.toBeInstanceOf(SerializationError);
});

test("an argument's function that cannot be sent says where in it", async () => {
  const session = new Session();
  const calling = session.cells("const pr = Promise.resolve()\nconst cb = () => pr", "await remote((a: any) => a, 'f').remote([cb])");
  await expect(calling).rejects.toThrow("Cannot send f → argument 1[0] → pr: a Promise");
  await expect(calling).rejects.toBeInstanceOf(CaptureError);
});

describe("errors of tasks", () => {
  const failing = async (...cells: string[]): Promise<Error & Record<string, unknown>> => {
    const session = new Session();
    return session.cells(...cells).then(() => { throw new Error("it did not fail"); }, (caught: unknown) => caught as Error & Record<string, unknown>);
  };

  test("have the stack of the cell, and are the user's class", async () => {
    const error = await failing("interface Long { a: 1 }\nconst f = remote((x: number) => {\n  throw new RangeError('bad ' + x) }, 'f')", "await f.remote(3)");
    expect(error).toBeInstanceOf(RayTaskError);
    expect(error.name).toBe("RayTaskError");
    expect(error.stack).toMatch(/^RangeError: bad 3\n {4}at .*In\[1\]:3:9/);
  });

  test("in a captured helper show both cells", async () => {
    const error = await failing("const helper = (o: any) => {\n  return o.a.b }", "await remote((x: any) => helper(x)).remote({})");
    expect(error.stack).toMatch(/In\[1\]:2:14[\s\S]*In\[2\]:1:\d+/);
  });

  test("in a method of an object of a cell show the cell's line", async () => {
    const error = await failing("const o = {\n  go(x: any) {\n    return x.y.z } }", "await remote((x: any) => o.go(x)).remote({})");
    expect(error.stack).toMatch(/at .*go \(In\[1\]:3:16\)/);
  });

  test("are of the cell's own error class", async () => {
    const session = new Session();
    const text = "class Bad extends Error { constructor(public status: number) { super('s' + status) } get big() { return this.status * 2 } }";
    expect(await session.cells(text, "let got: any; try { await remote(() => { throw new Bad(4) }, 'f').remote() } catch (e) { got = e }\n[got instanceof Bad, got.status, got.big, got.message, got.name, got.cause instanceof Bad, got.cause !== got, got.taskName]"))
      .toEqual([true, 4, 8, "s4", "RayTaskError", true, true, "f"]);
  });

  test("with private state still answer", async () => {
    const session = new Session();
    expect(await session.cells("class Bad extends Error { #code = 5; get code2() { return this.#code } }", "let got: any; try { await remote(() => { throw new Bad('x') }, 'f').remote() } catch (e) { got = e }\n[got instanceof Bad, got.code2, got.cause.code2, got.cause !== got]")).toEqual([true, 5, 5, true]);
  });

  test("say a name that is nowhere defined", async () => {
    expect((await failing("await remote(() => notDefinedAnywhere + 1, 'f').remote()")).message).toBe("notDefinedAnywhere is not defined");
  });

  test("have no traces of the compiler in their messages", async () => {
    expect((await failing("const nothing: any = 5\nawait remote(() => nothing(), 'f').remote()")).message).toBe("nothing is not a function");
  });

  test("throws of other things are the cause", async () => {
    const error = await failing("await remote(() => { throw 'just text' }, 'f').remote()");
    expect([error instanceof RayTaskError, error.cause]).toEqual([true, "just text"]);
  });
});
