/** Row 15, ray.timeline: what the Trace Event Format asks of a trace that viewers can draw. */
import type { TaskRow } from "../../../runtime/engine/events.ts";
import { timelineOf, type TraceEvent } from "../../../runtime/engine/timeline.ts";
import type { ActorId, ProcessName, TaskId } from "../../../runtime/ids.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const row = (n: number, more: Partial<TaskRow>): TaskRow => ({ type: "task", task: `d1-t${n}` as TaskId, name: "square", owner: "d1" as ProcessName, ownerPid: 10, state: "finished", refs: [], attempt: 0, submittedAt: 1000, ...more });
const whole = { worker: "w1" as ProcessName, pid: 20, sentAt: 1001, startedAt: 1002, finishedAt: 1005.5, settledAt: 1006 };

describe("row 15: ray.timeline", () => {
  test("a task has its run at the worker, and at its driver its life, queue and transfers", () => {
    const spans = timelineOf([row(1, whole)]).filter(({ ph }) => ph !== "M");
    expect(spans.map(({ ph, name, cat, pid, ts, dur }) => [ph, name, cat, pid, ts, dur])).toEqual([
      ["b", "square", "driver", 10, 1_000_000, undefined], ["e", "square", "driver", 10, 1_006_000, undefined],
      ["b", "queue", "queue", 10, 1_000_000, undefined], ["e", "queue", "queue", 10, 1_001_000, undefined],
      ["b", "transfer", "transfer", 10, 1_001_000, undefined], ["e", "transfer", "transfer", 10, 1_002_000, undefined],
      ["b", "transfer", "transfer", 10, 1_005_500, undefined], ["e", "transfer", "transfer", 10, 1_006_000, undefined],
      ["X", "square", "run", 20, 1_002_000, 3500],
    ]);
  });

  test("processes are named by what they are, drivers first", () => {
    const names = timelineOf([row(1, whole), row(2, { ...whole, worker: "w2" as ProcessName, pid: 30, actor: "d1-a1" as ActorId, name: "Counter.incr" })]).filter(({ ph }) => ph === "M");
    const of = (name: string): (readonly [number, unknown])[] => names.filter((event) => event.name === name).map(({ pid, args }) => [pid, Object.values(args ?? {})[0]]);
    expect(of("process_name").sort()).toEqual([[10, "driver d1"], [20, "worker w1"], [30, "actor Counter w2"]]);
    expect(of("process_sort_index").sort()).toEqual([[10, 0], [20, 1], [30, 1]]);
  });

  test("what has not begun, or nobody knows the process of, is drawn as far as it is known", () => {
    expect(timelineOf([row(1, { state: "waiting-for-args" })]).filter(({ ph }) => ph !== "M")).toEqual([]);
    const { ownerPid: _, ...orphan } = row(2, whole);
    expect(timelineOf([orphan]).find(({ cat }) => cat === "driver")?.pid).toBe(-1);
  });

  test("every event has what its phase needs, spans end after they begin, and of one thread lie in or beside each other (20 seeded traces)", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const tasks = Array.from({ length: 60 }, (_, n) => {
        const startedAt = 1000 + random(200);
        const worker = random(3);
        return row(n, { worker: `w${worker}` as ProcessName, pid: 20 + worker, sentAt: startedAt - random(5), startedAt, finishedAt: startedAt + random(4000) / 100, settledAt: startedAt + random(50), state: random(5) === 0 ? "failed" : "finished" });
      });
      check(timelineOf(tasks));
    }
  });
});

function check(trace: readonly TraceEvent[]): void {
  const open = new Map<string, number>();
  for (const { ph, ts, dur, pid, tid, name, cat, id } of trace) {
    expect([typeof name, Number.isInteger(pid), Number.isInteger(tid)]).toEqual(["string", true, true]);
    if (ph === "M") continue;
    expect(Number.isInteger(ts)).toBe(true);
    if (ph === "X") expect(Number.isInteger(dur) && (dur as number) >= 0).toBe(true);
    const key = `${cat} ${id} ${name}`;
    if (ph === "b") open.set(key, ts as number);
    if (ph === "e") {
      expect(ts as number).toBeGreaterThanOrEqual(open.get(key) as number);
      open.delete(key);
    }
  }
  expect(open.size).toBe(0);
  const threads = new Map<string, TraceEvent[]>();
  for (const event of trace) if (event.ph === "X") threads.set(`${event.pid} ${event.tid}`, [...(threads.get(`${event.pid} ${event.tid}`) ?? []), event]);
  for (const events of threads.values()) {
    for (const [i, event] of events.entries()) expect(i === 0 || (event.ts as number) >= ((events[i - 1] as TraceEvent).ts as number) + ((events[i - 1] as TraceEvent).dur as number)).toBe(true);
  }
}
