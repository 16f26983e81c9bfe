import { QueueActor } from "../../../../runtime/api/util/queue-actor.ts";

test("who waits longest for an item gets the first one", async () => {
  const queue = new QueueActor(0);
  const first = queue.take(1, undefined);
  const second = queue.take(1, undefined);
  queue.put(["a", "b"], 0);
  expect(await Promise.all([first, second])).toEqual([["a"], ["b"]]);
  expect(queue.size()).toBe(0);
});

test("puts that wait for room go in in their order, and no later put overtakes them (row 88)", async () => {
  const queue = new QueueActor(1);
  expect(queue.put(["a"], 0)).toBe(true);
  const waiting = [queue.put(["b"], undefined), queue.put(["c"], undefined)];
  expect(queue.put(["d"], 0)).toBe(false);
  expect(queue.take(1, 0)).toEqual(["a"]);
  expect(queue.put(["d"], 0)).toBe(false);
  expect(queue.take(1, 0)).toEqual(["b"]);
  expect(queue.take(1, 0)).toEqual(["c"]);
  expect(await Promise.all(waiting)).toEqual([true, true]);
});

test("a batch goes in whole or not at all, and comes out so", () => {
  const queue = new QueueActor(3);
  expect(queue.put([1, 2], 0)).toBe(true);
  expect(queue.put([3, 4], 0)).toBe(false);
  expect(queue.take(3, 0)).toBe(undefined);
  expect(queue.take(2, 0)).toEqual([1, 2]);
});

test("who waited in vain is forgotten: the next item goes to who still waits", async () => {
  const queue = new QueueActor(0);
  expect(await queue.take(1, 1)).toBe(undefined);
  const quiet = queue.quiet();
  const patient = queue.take(1, undefined);
  queue.put(["a"], 0);
  expect(await patient).toEqual(["a"]);
  await quiet;
});
