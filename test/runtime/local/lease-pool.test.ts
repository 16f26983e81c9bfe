import { LeasePool } from "../../../runtime/local/lease-pool.ts";
import { Task, type Lease } from "../../../runtime/local/task.ts";
import { NO_ARGS_WIRE } from "../../../runtime/wire/hot-records.ts";
import type { LeaseId, ProcessName } from "../../../runtime/ids.ts";

interface World {
  readonly pool: LeasePool;
  readonly sent: [task: number, worker: string][];
  readonly wanted: number[];
  readonly givenBack: string[];
  readonly suspended: number[];
  clock: number;
}

function world(): World {
  const it: Omit<World, "pool"> = { sent: [], wanted: [], givenBack: [], suspended: [], clock: 0 };
  const pool = new LeasePool({ CPU: 1 }, {
    send: (task, lease) => void it.sent.push([task.seq, lease.worker]),
    want: (_shape, count) => void it.wanted.push(count),
    giveBack: (lease) => void it.givenBack.push(lease.id),
    isReady: (task) => task.missing === 0,
    suspend: (task) => void it.suspended.push(task.seq),
    now: () => it.clock,
  });
  return Object.assign(it, { pool });
}

const quick = { name: "quick" } as Task["meta"];
const task = (seq: number, meta = quick): Task => new Task(seq, { meta, code: undefined, actor: undefined, maxRetries: 0, retryExceptions: undefined, submitter: undefined }, NO_ARGS_WIRE, [], [], seq, []);
/** Teaches the pool that `quick` tasks are short, on a lease that it then holds. */
function warm(w: World, n = 1): Lease {
  const first = task(0);
  w.pool.enqueue(first);
  const lease = grant(w, n);
  w.pool.finished(first, 10);
  w.sent.length = 0;
  return lease;
}
const grant = (w: World, n: number): Lease => w.pool.granted(`l${n}` as LeaseId, `w${n}` as ProcessName, n);

test("tasks wait for a lease and are asked for by their number", () => {
  const w = world();
  for (let i = 1; i <= 3; i++) w.pool.enqueue(task(i));
  w.pool.dispatch();
  expect([w.sent, w.wanted]).toEqual([[], [3]]);
});

test("nothing waits behind a task of unknown length: each lease gets one", () => {
  const w = world();
  for (let i = 1; i <= 3; i++) w.pool.enqueue(task(i));
  grant(w, 1);
  grant(w, 2);
  expect(w.sent).toEqual([[1, "w1"], [2, "w2"]]);
});

test("a worker whose tasks end within a millisecond gets more at a time, a slow one gets one again", () => {
  const w = world();
  const tasks = Array.from({ length: 20 }, (_, i) => task(i + 1));
  for (const it of tasks) w.pool.enqueue(it);
  const lease = grant(w, 1);
  w.pool.finished(tasks[0]!, 10);
  w.pool.dispatch();
  expect(lease.unfinished.size).toBe(4);
  w.pool.finished(tasks[1]!, 10);
  w.pool.dispatch();
  expect(lease.unfinished.size).toBe(8);
  for (const it of tasks.slice(2, 9)) w.pool.finished(it, 5000);
  w.pool.dispatch();
  expect(lease.unfinished.size).toBe(1);
});

test("a task of another kind never waits behind a running one, however short the earlier ones were", () => {
  const w = world();
  const lease = warm(w);
  const unknown = { name: "unknown" } as Task["meta"];
  w.pool.enqueue(task(1, unknown));
  w.pool.enqueue(task(2, unknown));
  w.pool.dispatch();
  expect([lease.unfinished.size, w.pool.queued]).toEqual([1, 1]);
  grant(w, 2);
  expect(w.sent).toEqual([[1, "w1"], [2, "w2"]]);
});

test("when a worker died its oldest task was the running one", () => {
  const w = world();
  const tasks = Array.from({ length: 4 }, (_, i) => task(i + 1));
  const lease = warm(w);
  lease.window = 3;
  for (const it of tasks) w.pool.enqueue(it);
  w.pool.dispatch();
  const { running, unstarted } = w.pool.broken("l1" as LeaseId);
  expect([running?.seq, unstarted.map(({ seq }) => seq)]).toEqual([1, [2, 3]]);
  w.pool.requeue([...unstarted]);
  grant(w, 2);
  expect(w.sent).toContainEqual([2, "w2"]);
});

test("tasks that were handed back go first, and not to the worker that waits", () => {
  const w = world();
  const tasks = Array.from({ length: 3 }, (_, i) => task(i + 1));
  const lease = warm(w);
  lease.window = 2;
  for (const it of tasks) w.pool.enqueue(it);
  w.pool.dispatch();
  w.pool.handedBack([tasks[1]!]);
  w.pool.dispatch();
  expect(w.sent).toEqual([[1, "w1"], [2, "w1"]]);
  grant(w, 2);
  expect(w.sent).toContainEqual([2, "w2"]);
});

test("a recalled lease goes back when its task has ended, an idle one after a while", () => {
  const w = world();
  const first = task(1);
  w.pool.enqueue(first);
  grant(w, 1);
  grant(w, 2);
  w.pool.recalled("l1" as LeaseId);
  expect(w.givenBack).toEqual([]);
  w.pool.finished(first, 10);
  expect(w.givenBack).toEqual(["l1"]);
  w.clock = 100;
  w.pool.giveBackIdle(50);
  expect(w.givenBack).toEqual(["l1", "l2"]);
});

test("a backlog is not told task by task", () => {
  const w = world();
  for (let i = 1; i <= 1000; i++) {
    w.pool.enqueue(task(i));
    w.pool.dispatch();
  }
  expect(w.wanted.length).toBeLessThan(20);
  expect(w.wanted.at(-1)).toBeGreaterThan(100);
});

test("what was taken back from behind a long task goes to another lease, and nothing more is sent behind that task", () => {
  const w = world();
  const lease = warm(w);
  const tasks = Array.from({ length: 4 }, (_, i) => task(i + 1));
  for (const it of tasks) w.pool.enqueue(it);
  w.pool.dispatch();
  expect(w.sent).toEqual([[1, "w1"], [2, "w1"], [3, "w1"], [4, "w1"]]);
  lease.isTakingBack = true;
  w.pool.enqueue(task(5));
  w.pool.dispatch();
  expect(w.sent.length).toBe(4);
  w.pool.tookBack(lease, tasks.slice(1));
  w.pool.dispatch();
  expect(w.sent.length).toBe(4);
  grant(w, 2);
  expect(w.sent.slice(4)).toEqual([[2, "w2"]]);
});

test("a lease is not given back while an answer about it is under way", () => {
  const w = world();
  const lease = warm(w);
  const tasks = [task(1), task(2)];
  for (const it of tasks) w.pool.enqueue(it);
  w.pool.dispatch();
  lease.isTakingBack = true;
  w.pool.recalled(lease.id);
  for (const it of tasks) w.pool.finished(it, 10);
  w.pool.giveBackIdle(1e9);
  expect(w.givenBack).toEqual([]);
  w.pool.tookBack(lease, []);
  expect(w.givenBack).toEqual(["l1"]);
});
