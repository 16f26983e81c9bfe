import { memoryRay } from "../../fixtures/memory-host.ts";

/** A task that ends when told. */
function gate(): { readonly opened: Promise<number>; open(value: number): void; fail(error: Error): void } {
  let open!: (value: number) => void;
  let fail!: (error: Error) => void;
  const opened = new Promise<number>((resolve, reject) => ([open, fail] = [resolve, reject]));
  opened.catch(() => undefined); // the task may begin to wait for it later
  return { opened, open, fail };
}

function setUp() {
  const made = memoryRay();
  const gates = [gate(), gate(), gate()] as const;
  const wait = made.ray.remote(function slow(i: number) { return gates[i]?.opened as Promise<number>; });
  return { ...made, gates, wait };
}

describe("ray.get", () => {
  test("keeps the order of an array, whatever comes first", async () => {
    const { ray, gates, wait } = setUp();
    const refs = [wait.remote(0), wait.remote(1), wait.remote(2)];
    const got = ray.get(refs);
    gates[2].open(2);
    gates[1].open(1);
    gates[0].open(0);
    expect(await got).toEqual([0, 1, 2]);
    expect(await ray.get([])).toEqual([]);
    expect(await ray.get([refs[0]!, refs[0]!])).toEqual([0, 0]);
  });

  test("throws the first error in order, and does not wait for what is pending (row 44)", async () => {
    const { ray, gates, wait } = setUp();
    const bad = ray.remote((message: string) => { throw new Error(message); });
    const [first, second] = [bad.remote("first"), bad.remote("second")];
    await ray.wait([first, second], { numReturns: 2 });
    await expect(ray.get([wait.remote(0), first, second])).rejects.toThrow("first");
    const got = ray.get([wait.remote(0), wait.remote(1)]);
    gates[1].fail(new RangeError("late"));
    await expect(got).rejects.toThrow("late");
  });

  test("gives up after timeoutMs, and names the ref and its task (row 44)", async () => {
    const { ray, host, wait } = setUp();
    const ref = wait.remote(0);
    await expect(ray.get(ref, { timeoutMs: 5 })).rejects.toThrow(`ray.get gave up after 5 ms: ${ref} of task "slow" is still pending`);
    await expect(ray.get([ray.put(1), ref, wait.remote(1)], { timeoutMs: 5 })).rejects.toThrow(/ is still pending, and 1 more of the refs$/);
    await expect(ray.get(ref, { timeoutMs: 0 })).rejects.toBeInstanceOf(ray.exceptions.GetTimeoutError);
    expect(host.memory.waitersOf(ref.id as never)).toBe(0);
  });

  test("with timeoutMs 0 gives what is there, and lets the event loop turn (row 44)", async () => {
    const { ray, wait, gates } = setUp();
    expect(await ray.get(ray.put(1), { timeoutMs: 0 })).toBe(1);
    const ref = wait.remote(0);
    setImmediate(() => setImmediate(() => gates[0].open(4)));
    for (;;) {
      const value = await ray.get(ref, { timeoutMs: 0 }).catch(() => undefined);
      if (value !== undefined) return expect(value).toBe(4);
    }
  });

  test("stops by a signal, with its reason", async () => {
    const { ray, host, wait } = setUp();
    const ref = wait.remote(0);
    const stop = new AbortController();
    const got = ray.get(ref, { signal: stop.signal });
    stop.abort();
    await expect(got).rejects.toMatchObject({ name: "AbortError" });
    await expect(ray.get(ref, { signal: AbortSignal.abort(new Error("why")) })).rejects.toThrow("why");
    expect(host.memory.waitersOf(ref.id as never)).toBe(0);
    expect(host.memory.blocks).toEqual([true, false]);
  });

  test("says that it waits only when it does, once for all gets", async () => {
    const { ray, host, gates, wait } = setUp();
    await ray.get([ray.put(1), ray.put(2)]);
    expect(host.memory.blocks).toEqual([]);
    const both = Promise.all([ray.get(wait.remote(0)), ray.get(wait.remote(1))]);
    expect(host.memory.blocks).toEqual([true]);
    gates[0].open(0);
    gates[1].open(1);
    await both;
    expect(host.memory.blocks).toEqual([true, false]);
  });

  test("of 10,000 refs asks for each once", async () => {
    const { ray, host } = memoryRay();
    const f = ray.remote((x: number) => x);
    const refs = Array.from({ length: 10_000 }, (_, i) => f.remote(i));
    const values = await ray.get(refs);
    expect(values[9_999]).toBe(9_999);
    expect(host.memory.whenReadyCalls).toHaveLength(10_000);
  });

  test.each<[unknown, string]>([
    [5, "ray.get wants an ObjectRef or an array of them; got 5 (number)"],
    [undefined, "got undefined"],
    [Promise.resolve(1), "got a Promise. Await a promise itself: ray.get is for refs"],
    [() => 1, "got a function. Write .remote(…) to get a ref"],
    [[1], "ray.get wants an ObjectRef or an array of them; element 0 of the array is 1 (number)"],
    [new Set(), "got a Set"],
    [{}, "got a plain object"],
    ["x".repeat(50), `got "${"x".repeat(40)}…" (string)`],
  ])("refuses %p", async (value, message) => {
    const { ray } = memoryRay();
    const error = await ray.get(value as never).catch((caught: Error) => caught) as Error;
    expect(error).toBeInstanceOf(TypeError);
    expect(error.message).toContain(message);
  });

  test.each<[object, string]>([
    [{ timeout: 5 }, 'ray.get has no option "timeout"'],
    [{ timeoutMS: 5 }, 'did you mean "timeoutMs"?'],
    [{ timeoutMs: -1 }, 'ray.get option "timeoutMs" must be a number of milliseconds, at least 0; got -1'],
    [{ timeoutMs: "1" }, 'ray.get option "timeoutMs" must be a number of milliseconds; got "1" (string)'],
    [{ signal: {} }, 'ray.get option "signal" must be an AbortSignal; got a plain object'],
  ])("refuses the options %j", async (options, message) => {
    const { ray } = memoryRay();
    await expect(ray.get(ray.put(1), options)).rejects.toThrow(message);
  });
});

describe("ray.wait", () => {
  test("gives what is ready and what is pending, in the order given", async () => {
    const { ray, gates, wait } = setUp();
    const refs = [wait.remote(0), wait.remote(1), wait.remote(2)];
    const waited = ray.wait(refs, { numReturns: 2 });
    gates[2].open(0);
    gates[0].open(0);
    expect(await waited).toEqual([[refs[0], refs[2]], [refs[1]]]);
  });

  test("gives exactly numReturns, also when more are ready (row 47)", async () => {
    const { ray } = memoryRay();
    const refs = [ray.put(1), ray.put(2), ray.put(3)];
    expect(await ray.wait(refs)).toEqual([[refs[0]], [refs[1], refs[2]]]);
    expect(await ray.wait([])).toEqual([[], []]);
  });

  test("keeps the order of both, however they are mixed", async () => {
    const { ray, gates, wait } = setUp();
    const refs = [wait.remote(0), ray.put(1), wait.remote(1), ray.put(2), ray.put(3), wait.remote(2)];
    expect(await ray.wait(refs, { numReturns: 2 })).toEqual([[refs[1], refs[3]], [refs[0], refs[2], refs[4], refs[5]]]);
    expect(await ray.wait(refs, { numReturns: 6, timeoutMs: 1 })).toEqual([[refs[1], refs[3], refs[4]], [refs[0], refs[2], refs[5]]]);
    for (const gate of gates) gate.open(0);
    expect(await ray.wait(refs, { numReturns: 6 })).toEqual([refs, []]);
  });

  test("counts a failed task as ready", async () => {
    const { ray } = memoryRay();
    const ref = ray.remote(() => { throw new Error("x"); }).remote();
    expect(await ray.wait([ref])).toEqual([[ref], []]);
  });

  test("gives fewer when the time is up", async () => {
    const { ray, host, wait } = setUp();
    const refs = [ray.put(1), wait.remote(0)];
    expect(await ray.wait(refs, { numReturns: 2, timeoutMs: 1 })).toEqual([[refs[0]], [refs[1]]]);
    expect(await ray.wait(refs, { numReturns: 2, timeoutMs: 0 })).toEqual([[refs[0]], [refs[1]]]);
    expect(host.memory.waitersOf(refs[1]?.id as never)).toBe(0);
  });

  test("stops by a signal", async () => {
    const { ray, wait } = setUp();
    await expect(ray.wait([wait.remote(0)], { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  });

  test("refuses what it cannot wait for (row 47)", async () => {
    const { ray } = memoryRay();
    const ref = ray.put(1);
    await expect(ray.wait(ref as never)).rejects.toThrow(`ray.wait wants an array of ObjectRefs; got ${ref}. Write ray.wait([ref])`);
    await expect(ray.wait([ref, 1] as never)).rejects.toThrow("ray.wait wants an array of ObjectRefs; element 1 is 1 (number)");
    await expect(ray.wait([ref, ray.put(2), ref])).rejects.toThrow(`ray.wait wants each ref once; elements 0 and 2 are both ${ref}`);
    await expect(ray.wait([ref], { numReturns: 2 })).rejects.toThrow('ray.wait option "numReturns" is 2, but it was given 1 ref');
    await expect(ray.wait([ref], { numReturns: 0 })).rejects.toThrow('ray.wait option "numReturns" must be a whole number of at least 1; got 0');
  });
});
