import type { ProcessName } from "../../../runtime/ids.ts";
import type { CallMeta } from "../../../runtime/wire/hot-records.ts";
import { errorText, RunLog } from "../../../runtime/worker/run-log.ts";

const meta: CallMeta = { name: "square", numReturns: 1, resources: {}, job: "d1", namespace: "", origin: "In[3]" };
const call = (seq: number) => ({ from: "d12345678" as ProcessName, record: { seq, firstReturn: seq * 10, attempt: 0 }, meta, startedAt: 1000 + seq });

test("runs are told once when they have ended, with what runs now", () => {
  const log = new RunLog("w12345678" as ProcessName);
  log.add(call(1), 1001, 2500, undefined);
  log.add(call(2), 1002, 1000, "RangeError: bad");
  const [done, failed, running] = log.tell([call(3)], 0).map(({ run }) => run);
  expect(done).toMatchObject({ type: "task", task: "d12345678-t1", name: "square", owner: "d12345678", refs: ["d12345678-a"], state: "finished", startedAt: 1001, finishedAt: 1003.5, worker: "w12345678", origin: "In[3]", attempt: 0 });
  expect(failed).toMatchObject({ task: "d12345678-t2", state: "failed", error: "RangeError: bad" });
  expect(running).toMatchObject({ task: "d12345678-t3", state: "running", startedAt: 1003 });
  expect(running).not.toHaveProperty("finishedAt");
  expect(log.tell([], 0).length).toBe(0);
});

test("what runs on is told once a second, not each time that somebody asks", () => {
  const log = new RunLog("w12345678" as ProcessName);
  const told = (seqs: readonly number[], now: number): unknown[] => log.tell(seqs.map(call), now).map(({ run }) => run.startedAt);
  expect(told([1, 2], 0)).toEqual([1001, 1002]);
  expect(told([1, 2, 3], 50)).toEqual([1003]);
  log.add(call(2), 1002, 1000, undefined);
  expect(told([1, 3], 100)).toEqual([1002]);
  expect(told([1, 3], 1010)).toEqual([1001]);
  expect(told([1, 3], 1060)).toEqual([1003]);
});

test("more than a thousand since the last time are the last thousand", () => {
  const log = new RunLog("w12345678" as ProcessName);
  for (let i = 0; i < 3000; i++) log.add(call(i), i, 1, undefined);
  const told = log.tell([], 0);
  expect(told).toHaveLength(1024);
  expect(told.at(-1)?.run.startedAt).toBe(2999);
  log.add(call(5000), 5000, 1, undefined);
  expect(log.tell([], 0).map(({ run }) => run.startedAt)).toEqual([5000]);
});

test("what was thrown is one line", () => {
  expect(errorText(new RangeError("bad"))).toBe("RangeError: bad");
  expect(errorText("a text")).toBe('"a text"');
  expect(errorText(new Error("x".repeat(1000))).length).toBe(200);
});
