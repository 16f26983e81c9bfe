import { WorkerProcess } from "./worker-process.ts";
import { classes, functions, modules, values, type ShippingCase } from "./shipping-cases.ts";
import { counterHandle, Ref, Session, Worker, type CodeRunner, type Handle } from "./two-sides.ts";

let child: WorkerProcess;
beforeAll(async () => {
  child = await WorkerProcess.start();
});
afterAll(() => child.end());

const KINDS = [["functions", functions], ["modules", modules], ["classes", classes], ["values", values]] as const;

async function check(worker: CodeRunner, [, cells, want]: ShippingCase): Promise<void> {
  const got = await new Session(worker).cells(...cells);
  // an array of the cells' realm
  if (Array.isArray(want)) expect(Array.from(got as ArrayLike<unknown>)).toEqual(want);
  else expect(got).toEqual(want);
}

describe.each(KINDS)("%s:", (_, cases) => {
  test.each(cases)("%s", async (...each) => check(new Worker(), each));
});

describe.each(KINDS)("%s, in one worker process for all:", (_, cases) => {
  test.each(cases)("%s", async (...each) => check(child, each));
});

describe("what comes back", () => {
  test("has the very class of the session", async () => {
    const session = new Session();
    expect(await session.cells("class P { constructor(public x: number) {} }\nconst mk = remote((x: number) => new P(x))", "const p = await mk.remote(3);\n[p instanceof P, p.x, p.constructor === P]")).toEqual([true, 3, true]);
  });

  test("has it also for what was an argument, with private state", async () => {
    const session = new Session();
    expect(await session.cells("class P { #x = 1; up() { this.#x++; return this } get x() { return this.#x } }", "const q: any = await remote((p: P) => p.up()).remote(new P());\n[q instanceof P, q.x]")).toEqual([true, 2]);
  });

  test("keeps refs and handles", async () => {
    const session = new Session();
    const got = (await session.cells("await remote((r: any, h: any) => ({ r, h })).remote([new Ref('d1-5')], handle)")) as { r: Ref[]; h: Handle };
    expect(got.r[0]!.id).toBe("d1-5");
    expect(got.h.info).toEqual(counterHandle.info);
  });

  test("matches the class of an earlier session by its unit", async () => {
    const worker = new Worker();
    const cell = "class P { constructor(public x: number) {} }\nconst keep = remote((x: number) => new P(x))";
    const first = new Session(worker);
    const shipped = await first.cells(cell, "keep");
    expect(shipped).toBeDefined();
    const second = new Session(worker);
    await second.cells(cell);
    const encoded = first.shipper.codec.encode(await first.cells("new P(4)"), "p");
    const decoded = second.shipper.codec.decode(encoded);
    second.scope.provide("decoded", decoded);
    expect(await second.cells("[decoded instanceof P, decoded.x]")).toEqual([true, 4]);
  });
});

describe("one class for all that comes to a worker:", () => {
  test("instances of two calls and the class that a function captures", async () => {
    const session = new Session();
    await session.cells("class P { constructor(public x: number) {} }", "const seen: any = remote((p: any) => [p instanceof P, (globalThis as any).lastP === p.constructor || (globalThis as any).lastP === undefined, ((globalThis as any).lastP = p.constructor) === P])");
    await session.cells("await seen.remote(new P(1))");
    expect(await session.cells("await seen.remote(new P(2))")).toEqual([true, true, true]);
    delete (globalThis as { lastP?: unknown }).lastP;
  });

  test("a redefined class is another one", async () => {
    const session = new Session();
    await session.cells("class P { v() { return 1 } }\nconst old = new P()\nconst is = remote((p: any) => [p instanceof P, p.v()])\nawait is.remote(old)");
    expect(await session.cells("class P { v() { return 2 } }\nawait is.remote(old)")).toEqual([false, 1]);
  });

  test("a class takes over what it captures now", async () => {
    const session = new Session();
    await session.cells("let k = 1\nclass P { v() { return k } }\nconst f = remote((p: P) => p.v())\nconst p = new P()\nawait f.remote(p)");
    expect(await session.cells("k = 2; await f.remote(p)")).toBe(2);
  });
});
