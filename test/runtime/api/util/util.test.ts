import { jest } from "@jest/globals";
import { memoryRay } from "../../../fixtures/memory-host.ts";

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

test("asCompleted gives each ref once, as soon as it is ready or failed (row 90)", async () => {
  const { ray } = memoryRay();
  const gates: (() => void)[] = [];
  const later = ray.remote((place: number) => new Promise<number>((go) => { gates[place] = () => go(place); }));
  const fail = ray.remote(() => { throw new Error("no"); });
  const refs = [later.remote(0), later.remote(1), later.remote(2)];
  const failed = fail.remote();
  const seen: unknown[] = [];
  for await (const ref of ray.util.asCompleted([...refs, failed])) {
    seen.push(ref === failed ? "failed" : await ray.get(ref));
    gates[[2, 0, 1][seen.length - 1] as number]?.();
  }
  expect(seen).toEqual(["failed", 2, 0, 1]);
  expect(await all(ray.util.asCompleted([]))).toEqual([]);
  expect(() => ray.util.asCompleted([1] as never)).toThrow("ray.util.asCompleted wants ObjectRefs; element 0 is 1");
});

test("asCompleted forgets its waits when the loop is left", async () => {
  const { ray, host } = memoryRay();
  const never = ray.remote(() => new Promise(() => undefined)).remote();
  for await (const ref of ray.util.asCompleted([ray.put(1), never])) {
    expect(await ray.get(ref)).toBe(1);
    break;
  }
  expect(host.memory.waitersOf(never.id as never)).toBe(0);
});

test("shutdown ends a wait in asCompleted", async () => {
  const { ray } = memoryRay();
  const next = ray.util.asCompleted([ray.remote(() => new Promise(() => undefined)).remote()]).next();
  next.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await ray.shutdown();
  await expect(next).rejects.toMatchObject({ name: expect.stringMatching(/Error$/) });
});

test("mapUnordered keeps no more tasks under way than backpressureSize, and takes items as it goes", async () => {
  const { ray } = memoryRay();
  let taken = 0;
  function* items() { for (let i = 0; i < 6; i++) { taken++; yield i; } }
  const found: number[] = [];
  for await (const value of ray.util.mapUnordered(ray.remote((i: number) => i * i), items(), { backpressureSize: 2 })) {
    found.push(value);
    expect(taken).toBeLessThanOrEqual(found.length + 2);
  }
  expect(found.sort((a, b) => a - b)).toEqual([0, 1, 4, 9, 16, 25]);
  expect(() => ray.util.mapUnordered(((i: number) => i) as never, [1])).toThrow("wants a remote function");
});

test("a queue hands items on in their order, refs as refs", async () => {
  const { ray } = memoryRay();
  const queue = new ray.util.Queue<unknown>({ maxsize: 2 });
  const ref = ray.put(7);
  await queue.put("a");
  await queue.put(ref);
  expect([await queue.size(), await queue.qsize(), await queue.empty(), await queue.full()]).toEqual([2, 2, false, true]);
  await expect(queue.putNowait("c")).rejects.toMatchObject({ name: "Full", code: "QUEUE_FULL", message: "The queue is full: it holds 2 items" });
  expect(await queue.get()).toBe("a");
  expect(await ray.get((await queue.getNowait()) as typeof ref)).toBe(7);
  await expect(queue.getNowait()).rejects.toBeInstanceOf(ray.exceptions.Empty);
  await queue.putNowaitBatch([1, 2]);
  await expect(queue.getNowaitBatch(3)).rejects.toThrow("The queue has 2 items, fewer than 3");
  expect(await queue.getNowaitBatch(2)).toEqual([1, 2]);
  await expect(queue.get({ timeoutMs: -1 })).rejects.toThrow('Queue.get option "timeoutMs" must be a number of milliseconds, at least 0; got -1');
  expect(queue).toBeInstanceOf(ray.util.Queue);
});

test("a queue's actor takes options, and shutdown ends it", async () => {
  const { ray } = memoryRay();
  const queue = new ray.util.Queue({ actorOptions: { name: "jobs" } });
  expect(await ray.util.listNamedActors()).toEqual(["jobs"]);
  await queue.shutdown();
  await expect(queue.put(1)).rejects.toMatchObject({ code: "ACTOR_DIED" });
  expect(await ray.util.listNamedActors({ allNamespaces: true })).toEqual([]);
});

test("listNamedActors gives the names of this namespace, or all with their namespaces", async () => {
  const { ray } = memoryRay();
  class A {}
  const kept = [ray.remote(A, { name: "one" }).remote(), ray.remote(A, { name: "two", namespace: "other" }).remote()];
  expect(await ray.util.listNamedActors()).toEqual(["one"]);
  expect(await ray.util.listNamedActors({ allNamespaces: true })).toEqual([{ name: "one", namespace: "default" }, { name: "two", namespace: "other" }]);
  expect(kept).toHaveLength(2);
});

test("inspectSerializability says what cannot be sent, and throws nothing", () => {
  const { ray } = memoryRay();
  const printed = jest.spyOn(console, "log").mockImplementation(() => undefined);
  expect(ray.util.inspectSerializability([1, { a: "b" }], "data")).toEqual({ ok: true, failures: [] });
  expect(ray.util.inspectSerializability(() => 1, "f")).toMatchObject({ ok: false, failures: [{ path: "f" }] });
  expect(printed.mock.calls[0]).toEqual(["data can be sent"]);
  printed.mockRestore();
});
