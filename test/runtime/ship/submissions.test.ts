import { Session, Worker } from "./two-sides.ts";

const submit = (session: Session, name: string): ReturnType<Session["shipper"]["ship"]> => session.shipper.ship((session.scope.names as Record<string, Function>)[name]!, name);

describe("a function that is submitted again", () => {
  test("is the same object as long as nothing that it captures changed", async () => {
    const session = new Session();
    await session.cells("let k = 1\nconst helper = (x: number) => x + k\nconst f = (x: number) => helper(x)");
    const first = submit(session, "f");
    expect(submit(session, "f")).toBe(first);
    await session.cells("k = 2");
    const second = submit(session, "f");
    expect(second.key).not.toBe(first.key);
    await session.cells("k = 1");
    expect(submit(session, "f").key).toBe(first.key);
    await session.cells("const helper = (x: number) => x * k");
    expect(submit(session, "f").key).not.toBe(first.key);
  });

  test("keeps its key when a captured object has the same content", async () => {
    const session = new Session();
    await session.cells("const list = [1, { a: 2 }], data = new Float64Array(10_000)\nconst f = () => [list, data]");
    const first = submit(session, "f");
    expect(submit(session, "f")).toBe(first);
    await session.cells("list.push(3)");
    const second = submit(session, "f");
    expect(second.key).not.toBe(first.key);
    await session.cells("data[9_999] = 1");
    expect(submit(session, "f").key).not.toBe(second.key);
    await session.cells("data[9_999] = 0; list.pop()");
    expect(submit(session, "f").key).toBe(first.key);
  });

  test("sees a local variable that changed (row 39)", async () => {
    const session = new Session();
    await session.cells("let bump: any\nfunction mk() { let n = 0; bump = () => ++n; return () => n }\nconst f = mk()");
    const first = submit(session, "f");
    expect(submit(session, "f")).toBe(first);
    await session.cells("bump()");
    expect(submit(session, "f").key).not.toBe(first.key);
  });

  test("has another key when it captures another ref", async () => {
    const session = new Session();
    await session.cells("let r = new Ref('d1-1')\nconst f = () => r");
    const first = submit(session, "f");
    expect(first.value.refs).toEqual(["d1-1"]);
    await session.cells("r = new Ref('d1-2')");
    const second = submit(session, "f");
    expect([second.key === first.key, second.value.refs]).toEqual([false, ["d1-2"]]);
  });

  test("does not change with an array that changes after the submission", async () => {
    const session = new Session();
    await session.cells("const data = new Float64Array(1000).fill(1)\nconst f = () => data[5]");
    const shipped = submit(session, "f");
    await session.cells("data[5] = 9");
    const { value } = await session.worker.run(shipped, session.shipper.codec.encodeArgs([], "f"));
    expect(session.shipper.codec.decode(value)).toBe(1);
  });

  test("is the same function on the worker for the same key", async () => {
    const worker = new Worker();
    const session = new Session(worker);
    await session.cells("const f = () => 1");
    const shipped = submit(session, "f");
    expect(worker.shipper.receive(shipped)).toBe(worker.shipper.receive({ ...shipped }));
  });

  test("of the same text in two sessions does not mix up", async () => {
    const [a, b] = [new Session(), new Session()];
    const text = (k: number): string => `const k = ${k}\nconst f = () => k\nawait remote(f).remote()`;
    expect([await a.cells(text(1)), await b.cells(text(2)), await a.cells("await remote(f).remote()")]).toEqual([1, 2, 1]);
  });
});

describe("names", () => {
  test("come from the binding, the function, or its unit", async () => {
    const session = new Session();
    await session.cells("const fs2 = [() => 1]\nfunction named() {}\nclass K {}");
    const { names } = session.scope as unknown as { names: { fs2: Function[]; named: Function; K: Function } };
    expect([session.shipper.ship(names.named, "bound").name, session.shipper.ship(names.named, undefined).name, session.shipper.ship(names.K, undefined).name, session.shipper.ship(names.fs2[0]!, undefined).name]).toEqual(["bound", "named", "K", "In[1]#0"]);
  });
});

describe("warnings", () => {
  test("an assignment to a captured variable is said once", async () => {
    const session = new Session();
    await session.cells("let total = 0\nconst add = remote((x: number) => { total += x; return total }, 'add')", "await add.remote(1); await add.remote(2)");
    expect(session.warnings).toEqual([expect.stringMatching(/assigns to total, which is a copy where it runs/)]);
  });

  test("nothing is said of the names that a function declares itself", async () => {
    const session = new Session();
    await session.cells("const f = remote(() => { let n = 0; const inc = () => n++; inc(); return n })\nawait f.remote()");
    expect(session.warnings).toEqual([]);
  });

  test("a captured value that costs much at each submission names the ray.put line, once", async () => {
    const session = new Session();
    await session.cells("const rows = Array.from({ length: 60_000 }, (_, i) => ({ id: i, name: 'row' + i }))\nconst small = { a: 1 }\nconst f = () => rows.length + small.a");
    for (let i = 0; i < 3; i++) submit(session, "f");
    expect(session.warnings).toEqual([expect.stringMatching(/^f reads rows at each call \(\d+ ms\)\. Put it once and pass the ref: const rowsRef = ray\.put\(rows\); f\.remote\(rowsRef\)$/)]);
  });
});

test("an unchanged function is not read again: its captures are compared, and the bytes of the last time sent", async () => {
  const session = new Session();
  await session.cells("let k = 2\nconst h1 = (x: number) => x * k\nconst h2 = (x: number) => h1(x) + 1\nconst f = (x: number) => h2(x)");
  const first = submit(session, "f");
  const { encode } = session.shipper.codec;
  let encoded = 0;
  session.shipper.codec.encode = (value, label) => {
    encoded++;
    return encode.call(session.shipper.codec, value, label);
  };
  for (let i = 0; i < 100; i++) expect(submit(session, "f")).toBe(first);
  expect(encoded).toBe(0);
  await session.cells("k = 3");
  expect(submit(session, "f").key).not.toBe(first.key);
  expect(encoded).toBe(1);
});
