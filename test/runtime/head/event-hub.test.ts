import { jest } from "@jest/globals";
import type { EngineEvent } from "../../../runtime/engine/events.ts";
import { EventHub } from "../../../runtime/head/event-hub.ts";
import type { ProcessName } from "../../../runtime/ids.ts";

const row = (at: number): EngineEvent => ({ type: "worker", worker: "w1" as ProcessName, pid: 1, state: "idle", at });

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function heard(): { hub: EventHub; batches: number[][] } {
  const batches: number[][] = [];
  const hub = new EventHub((_, rows) => batches.push(rows.map((each) => ("at" in each ? each.at : -1))));
  hub.subscribe("front" as ProcessName, []);
  batches.length = 0;
  jest.advanceTimersByTime(1000);
  return { hub, batches };
}

test("after a quiet moment rows go almost at once, those of one moment together", () => {
  const { hub, batches } = heard();
  hub.push([row(1)]);
  jest.advanceTimersByTime(2);
  hub.push([row(2)]);
  jest.advanceTimersByTime(4);
  expect(batches).toEqual([[1, 2]]);
});

test("a stream of rows is a batch each 50 ms", () => {
  const { hub, batches } = heard();
  for (let i = 0; i < 100; i++) {
    hub.push([row(i)]);
    jest.advanceTimersByTime(10);
  }
  jest.advanceTimersByTime(50);
  expect(batches.flat()).toHaveLength(100);
  expect(batches.length).toBeGreaterThan(15);
  expect(batches.length).toBeLessThanOrEqual(22);
});
