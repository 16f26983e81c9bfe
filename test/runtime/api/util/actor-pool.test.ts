import { memoryRay } from "../../../fixtures/memory-host.ts";

class Worker {
  double(v: number): number { return v * 2; }
  fail(): never { throw new RangeError("not today"); }
  forever(): Promise<never> { return new Promise(() => undefined); }
}

function poolOf(size: number) {
  const { ray } = memoryRay();
  const Remote = ray.remote(Worker);
  const actors = Array.from({ length: size }, () => Remote.remote());
  return { ray, actors, pool: new ray.util.ActorPool(actors) };
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

test("map gives results in the order of the values, more of them than actors (row 89)", async () => {
  const { pool } = poolOf(2);
  expect(await all(pool.map((a, v: number) => a.double.remote(v), [1, 2, 3, 4, 5]))).toEqual([2, 4, 6, 8, 10]);
  expect(pool.hasNext()).toBe(false);
  expect(pool.hasFree()).toBe(true);
});

test("mapUnordered gives every result once", async () => {
  const { pool } = poolOf(2);
  expect((await all(pool.mapUnordered((a, v: number) => a.double.remote(v), [1, 2, 3]))).sort()).toEqual([2, 4, 6]);
});

test("submit, hasNext, hasFree and getNext tell of an actor that is taken until its result is", async () => {
  const { pool } = poolOf(1);
  expect([pool.hasNext(), pool.hasFree()]).toEqual([false, true]);
  pool.submit((a, v: number) => a.double.remote(v), 1);
  pool.submit((a, v: number) => a.double.remote(v), 2);
  expect([pool.hasNext(), pool.hasFree()]).toEqual([true, false]);
  expect(await Promise.all([pool.getNext(), pool.getNext()])).toEqual([2, 4]);
  await expect(pool.getNext()).rejects.toThrow("ActorPool.getNext: there are no more results. Ask pool.hasNext() first");
});

test("a call's error comes with its result, and the actor goes on", async () => {
  const { pool } = poolOf(1);
  pool.submit((a) => a.fail.remote(), 0);
  pool.submit((a, v: number) => a.double.remote(v), 2);
  await expect(pool.getNext()).rejects.toThrow("not today");
  expect(await pool.getNext()).toBe(4);
});

test("a result that is late stays the next one, unless it is given up", async () => {
  const { pool } = poolOf(2);
  pool.submit((a) => a.forever.remote(), 0);
  await expect(pool.getNext({ timeoutMs: 0 })).rejects.toMatchObject({ name: "GetTimeoutError", message: "ActorPool.getNext gave up after 0 ms: no result is ready yet" });
  expect(pool.hasNext()).toBe(true);
  await expect(pool.getNextUnordered({ timeoutMs: 0, ignoreIfTimedout: true })).rejects.toMatchObject({ code: "GET_TIMEOUT" });
  expect(pool.hasNext()).toBe(false);
});

test("getNext is refused once getNextUnordered has passed the next in order", async () => {
  const { pool } = poolOf(2);
  pool.submit((a) => a.forever.remote(), 0);
  pool.submit((a, v: number) => a.double.remote(v), 2);
  expect(await pool.getNextUnordered()).toBe(4);
  await expect(pool.getNext()).rejects.toThrow("cannot follow getNextUnordered");
});

test("actors are taken out by popIdle and put in by push, each once", async () => {
  const { ray, pool, actors } = poolOf(1);
  const [actor] = actors as [(typeof actors)[0]];
  expect(() => pool.push(actor)).toThrow("belongs to this pool already");
  expect(pool.popIdle()).toBe(actor);
  expect(pool.popIdle()).toBe(undefined);
  pool.submit((a, v: number) => a.double.remote(v), 3);
  expect(pool.hasNext()).toBe(false);
  pool.push(actor);
  expect(await pool.getNext()).toBe(6);
  expect(() => pool.push({} as never)).toThrow("ActorPool.push wants handles of actors; got a plain object");
  expect(() => new ray.util.ActorPool([actor, actor])).toThrow("elements 0 and 1 are the same");
});

test("wrong options are named", () => {
  const { pool } = poolOf(1);
  expect(() => pool.getNext({ timeout: 1 } as never)).toThrow('ActorPool.getNext has no option "timeout"; did you mean "timeoutMs"?');
  expect(() => pool.submit((() => 1) as never, 1)).toThrow("it gave 1");
  expect(pool.hasFree()).toBe(true);
});

