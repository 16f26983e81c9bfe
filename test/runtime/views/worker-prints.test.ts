import type { LogRow } from "../../../runtime/engine/events.ts";
import { WorkerPrints } from "../../../runtime/views/worker-prints.ts";

const row = (text: string, origin = "In[3]"): LogRow => ({ type: "log", pid: 4657, worker: "w1", taskName: "square", stream: "stdout", text, job: "j", origin });

test("a worker's line has the task's name and the pid before it, as in Ray", () => {
  expect(new WorkerPrints(undefined).line(row("hello"), 0)).toEqual({ name: "stdout", text: "(square pid=4657) hello\n", origin: "In[3]" });
});

test("a notice is a line on stderr; other events print nothing", () => {
  const prints = new WorkerPrints(undefined);
  expect(prints.line({ type: "notice", level: "warning", text: "No worker can run it" }, 0)).toEqual({ name: "stderr", text: "No worker can run it\n", origin: undefined });
  expect(prints.line({ type: "resources", total: {}, available: {}, storeUsedBytes: 0, storeTotalBytes: 0, storeSpilledBytes: 0, at: 0 }, 0)).toBeUndefined();
});

describe("on a page", () => {
  test("a cell takes so many lines; the rest is counted and told with the cell's end", () => {
    const prints = new WorkerPrints({ lines: 2, characters: 1000 });
    expect(["a", "b", "c", "d"].map((text) => prints.line(row(text), 0)?.text)).toEqual(["(square pid=4657) a\n", "(square pid=4657) b\n", undefined, undefined]);
    expect(prints.line(row("other cell", "In[4]"), 0)).toBeDefined();
    expect(prints.ended("In[4]", 1)).toEqual([]);
    expect(prints.ended("In[3]", 1)).toEqual([{ name: "stderr", origin: "In[3]", text: "ray: 2 lines (2 B) that workers printed are left out here. Read them with: ray-ts logs w1\n" }]);
    expect(prints.ended("In[3]", 2)).toEqual([]);
  });

  test("a long line counts by its characters", () => {
    const prints = new WorkerPrints({ lines: 100, characters: 50 });
    expect(prints.line(row("x".repeat(60)), 0)).toBeDefined();
    expect(prints.line(row("y"), 0)).toBeUndefined();
  });

  test("what was left out on the way is told together with what is left out here", () => {
    const prints = new WorkerPrints({ lines: 1, characters: 1000 });
    prints.line(row("a"), 0);
    prints.line(row("bb"), 0);
    prints.line({ type: "left-out", job: "j", origin: "In[3]", lines: 9_999_998, characters: 20_000_000, workers: ["w2"] }, 0);
    expect(prints.ended("In[3]", 1)[0]?.text).toBe("ray: 9,999,999 lines (20.0 MB) that workers printed are left out here. Read them with: ray-ts logs w1 w2\n");
  });

  test("a flood that goes on is told of after 1 s, 10 s, 100 s, not more often", () => {
    const prints = new WorkerPrints({ lines: 0, characters: 1000 });
    const told: number[] = [];
    for (let at = 0; at <= 200_000; at += 100) {
      prints.line(row("x"), at);
      if (prints.tellAt !== undefined && prints.tellAt <= at && prints.due(at).length > 0) told.push(at);
    }
    expect(told).toEqual([1000, 11_100, 111_200]);
  });
});
