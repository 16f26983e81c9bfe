import { Observers } from "../../../runtime/head/observers.ts";
import type { ActorId, ProcessName } from "../../../runtime/ids.ts";

const [a, b] = ["d1-a1", "d1-a2"] as ActorId[] as [ActorId, ActorId];
const [front, other] = ["f1", "f2"] as ProcessName[] as [ProcessName, ProcessName];

test("an actor says how it is as often as the most eager of those who look wants it", () => {
  const observers = new Observers();
  observers.set(front, a, 500);
  observers.set(other, a, 100);
  expect([observers.everyMs(a), observers.everyMs(b)]).toEqual([100, 0]);
  observers.set(other, a, 0);
  expect(observers.everyMs(a)).toBe(500);
});

test("with who looked what it looked at is let go", () => {
  const observers = new Observers();
  observers.set(front, a, 100);
  observers.set(front, b, 100);
  observers.set(other, b, 500);
  expect(observers.left(front)).toEqual([a, b]);
  expect([observers.everyMs(a), observers.everyMs(b)]).toEqual([0, 500]);
  expect(observers.left(front)).toEqual([]);
});
