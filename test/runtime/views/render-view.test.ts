import type { EngineEvent } from "../../../runtime/engine/events.ts";
import type { ViewDescriptor } from "../../../runtime/session/output.ts";
import { drawView, isSettled, renderView, subjectsOf, subjectsShown, VIEW_MIME } from "../../../runtime/views/render-view.ts";
import { applyEvents } from "../../../runtime/views/apply-events.ts";
import { createViewState, type ViewState } from "../../../runtime/views/view-state.ts";
import type { ActorId } from "../../../runtime/ids.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";
import { RAN, REF, actor, log, object, pulse, refs, resources, stateAfter, task, worker } from "./rows.ts";

const ONE: ViewDescriptor = { kind: "object-ref", refs: [REF] };
const COUNTER: ViewDescriptor = { kind: "actor", actor: "d1-a1", className: "Counter" };
const CLUSTER: ViewDescriptor = { kind: "cluster" };
const A1 = "d1-a1" as ActorId;

const plain = (view: ViewDescriptor, rows: readonly EngineEvent[]): string => renderView(stateAfter(...rows), view, "v1")["text/plain"];
const html = (view: ViewDescriptor, rows: readonly EngineEvent[], now?: number): string => renderView(stateAfter(...rows), view, "v1", now)["text/html"];

const dependsOn = (view: ViewDescriptor, row: EngineEvent): boolean => subjectsOf(row).some((subject) => subjectsShown(stateAfter(), view).includes(subject));

const FLOATS = { preview: "Float64Array(1000000)", sizeBytes: 8_000_000, place: "shared-memory" } as const;

describe("the line of an ObjectRef", () => {
  test.each<[string, EngineEvent[], string]>([
    ["of which nothing is known (row 102)", [], "pending, waiting"],
    ["whose arguments are not there", [task("waiting-for-args")], "pending, waiting for arguments"],
    ["that waits for a worker", [task("waiting-for-worker")], "pending, waiting for a worker"],
    ["of a call that is queued", [task("waiting-for-worker", { actor: A1 })], "pending, waiting for its actor"],
    ["whose task runs", [task("running", { pid: 4657, startedAt: 2_000 })], "pending, running on pid 4657"],
    ["that is ready", [task("finished", RAN), object("ready", FLOATS)], "ready Float64Array(1000000) 8.0 MB, 1.2 s"],
    ["that was put", [object("ready", { preview: "[0, 1, 4, 9]", sizeBytes: 9 })], "ready [0, 1, 4, 9] 9 B"],
    ["whose task is over before its object's row came", [task("finished", RAN)], "ready, 1.2 s"],
    ["whose task threw", [task("failed", { ...RAN, error: "RangeError: bad\n    at In[3]:2:5" })], "error RangeError: bad, 1.2 s"],
    ["that holds an error", [object("error", { error: "RangeError: bad", sizeBytes: 300 })], "error RangeError: bad"],
    ["that is lost", [object("lost", { error: "its owner died" })], "lost its owner died"],
    ["that was freed", [object("ready", FLOATS), object("freed")], "freed"],
  ])("%s", (_what, rows, text) => {
    expect(plain(ONE, rows)).toBe(`ObjectRef(${REF}) ${text}`);
  });
});

describe("the page of an ObjectRef", () => {
  test("has value, size, place, task and time of a ready one", () => {
    const page = html(ONE, [task("finished", RAN), object("ready", FLOATS)]);
    for (const text of ["Float64Array(1000000)", "8.0 MB", "in shared memory", "square", "1.2 s", "ready", "pid 4657"]) expect(page).toContain(text);
  });

  test("leaves out the columns that have nothing", () => {
    expect(html(ONE, [object("pending")])).not.toContain(">size<");
  });

  test("says how long a task has run so far", () => {
    expect(html(ONE, [task("running", { startedAt: 2_000, pid: 1 })], 5_500)).toContain("3.5 s so far");
  });

  test("has the first line of an error in sight and the rest folded away", () => {
    const page = html(ONE, [task("failed", { ...RAN, error: "RangeError: bad\n    at In[3]:2:5", attempt: 2 })]);
    expect(page.indexOf("RangeError: bad")).toBeLessThan(page.indexOf("<details>"));
    expect(page.indexOf("at In[3]:2:5")).toBeGreaterThan(page.indexOf("<details>"));
    expect(page).toMatch(/retries.*<code[^>]*>2</);
  });
});

describe("many refs", () => {
  const view = (n: number): ViewDescriptor => ({ kind: "object-refs", refs: refs(n) });

  test.each<[EngineEvent[], string]>([
    [[], "4 waiting"],
    [refs(4).map((ref) => object("ready", { ref })), "4 ready"],
    [[object("ready"), task("running", { task: "t2", refs: [refs(2)[1] as string] })], "1 ready, 1 running, 2 waiting"],
    [[object("ready"), object("error", { ref: refs(3)[2] as string, error: "RangeError: bad" })], "1 ready, 1 error, 2 waiting: RangeError: bad"],
  ])("are one line of counts and the first error (%#)", (rows, text) => {
    expect(plain(view(4), rows)).toBe(`[ObjectRef × 4] ${text}`);
  });

  test("are one bar whose parts are the states, and at most 20 rows", () => {
    const rows = refs(50).slice(0, 25).map((ref) => object("ready", { ref }));
    const page = html(view(50), rows);
    expect(page).toContain('title="25 ready"');
    expect(page.match(/width:50%/g)).toHaveLength(2);
    expect(page.match(/<tr>/g)).toHaveLength(21);
    expect(page).toContain("the first 20 of 50");
  });

  test("look as if they were drawn for the first time, whatever was drawn before", () => {
    const random = seededRandom(7);
    const many = refs(40);
    const views: ViewDescriptor[] = [{ kind: "object-refs", refs: many }, { kind: "object-refs", refs: [...many].reverse() }, { kind: "progress", refs: many, startedAt: 1_000 }];
    const look = { isLive: true, open: ["rows", "slowest"] };
    const seen: EngineEvent[] = [];
    const state = createViewState();
    for (let round = 0; round < 300; round++) {
      const i = random(many.length);
      const about = { ...RAN, task: `t${i}`, refs: [many[i] as string] };
      const states = ["waiting-for-args", "waiting-for-worker", "running", "finished", "failed"] as const;
      const row = task(states[random(states.length)] as (typeof states)[number], { ...about, attempt: round % 3 === 0 ? 1 : 0 });
      const kind = random(10);
      const event: EngineEvent = kind < 4 ? row : kind < 6 ? { type: "run", run: row } : object(kind < 7 ? "error" : kind < 8 ? "lost" : kind < 9 ? "freed" : "ready", { ref: many[i] as string, preview: `${round}` });
      seen.push(event);
      applyEvents(state, [event]);
      const drawn = (of: ViewState): unknown => views.map((each) => [drawView(of, each, look, 9_000), isSettled(of, each)]);
      const now = drawn(state);
      if (round % 10 === 9) expect(now).toEqual(drawn(stateAfter(...seen)));
    }
  });

  test("ten thousand are a small output and a small view: what is folded away is not in it", () => {
    const many = refs(10_000);
    const state = stateAfter(...many.map((ref, i) => task(i % 2 === 0 ? "finished" : "running", { ...RAN, task: `t${i}`, refs: [ref] })));
    expect(JSON.stringify(renderView(state, { kind: "object-refs", refs: many }, "v1")).length).toBeLessThan(20_000);
    for (const kind of ["object-refs", "progress"] as const) expect(JSON.stringify(drawView(state, { kind, refs: many, startedAt: 1_000 }, { isLive: true, open: [] }).node).length).toBeLessThan(1024);
  });
});

describe("progress over refs", () => {
  const view = (n: number, label?: string): ViewDescriptor => ({ kind: "progress", refs: refs(n), startedAt: 1_000, ...(label === undefined ? {} : { label }) });
  const ended = (i: number, more = {}): EngineEvent => task("finished", { ...RAN, task: `t${i}`, refs: [refs(9)[i] as string], ...more });

  test.each<[string, EngineEvent[], number, string]>([
    ["of which nothing is known", [], 1_500, "progress ░░░░░░░░░░░░░░░░░░░░ 0 of 4 done, 500 ms"],
    ["that runs", [task("running", { startedAt: 2_000 })], 3_000, "square ░░░░░░░░░░░░░░░░░░░░ 0 of 4 done, 1 running, 2.0 s"],
    ["half of which is done", [ended(0), ended(1)], 5_000, "square ██████████░░░░░░░░░░ 2 of 4 done, 4.0 s, 30.0/min, about 4.0 s left"],
    ["of different tasks, one failed", [ended(0), task("failed", { ...RAN, task: "t1", name: "parse", refs: [refs(2)[1] as string], error: "RangeError: bad" })], 1_900, "progress ██████████░░░░░░░░░░ 1 of 4 done, 1 failed, 900 ms: RangeError: bad"],
    ["that is over, for as long as it took", [0, 1, 2, 3].map((i) => ended(i)), 99_000, "square ████████████████████ 4 of 4 done, 2.2 s"],
  ])("is one line: one %s (row 94)", (_what, rows, now, line) => {
    expect(renderView(stateAfter(...rows), view(4), "v1", now)["text/plain"]).toBe(line);
  });

  test("has the label that it was given, and one bar on the page", () => {
    const rows = [ended(0), task("running", { task: "t1", refs: [refs(2)[1] as string] })];
    expect(plain(view(4, "parsing"), rows)).toMatch(/^parsing █/);
    const page = html(view(4, "<parsing>"), rows);
    for (const text of ["<b>&lt;parsing&gt;</b>", 'title="1 done"', 'title="1 running"', 'title="2 waiting"', "all 4"]) expect(page).toContain(text);
  });

  test("has a bar for each name when its tasks have several", () => {
    const rows = [0, 1, 2].map((i) => ended(i)).concat([3, 4].map((i) => task(i === 3 ? "failed" : "running", { ...RAN, task: `t${i}`, name: "parse", refs: [refs(9)[i] as string], error: "RangeError: bad" })));
    const page = html(view(9), rows);
    expect(page).toMatch(/<td[^>]*>square<\/td><td[^>]*>3 of 3<\/td>/);
    expect(page).toMatch(/<td[^>]*>parse<\/td><td[^>]*>0 of 2<\/td><td[^>]*>1 failed<\/td>/);
    expect(html(view(9), rows.slice(0, 3))).not.toContain("3 of 3");
  });

  test("says no time for what was over before it began", () => {
    expect(renderView(stateAfter(...[0, 1, 2, 3].map((i) => ended(i))), { ...view(4), startedAt: 9_000 } as ViewDescriptor, "v1", 9_000)["text/plain"]).toBe("square ████████████████████ 4 of 4 done");
  });

  test("counts what a worker tells while the owner is busy, its time too", () => {
    const run = (i: number): EngineEvent => ({ type: "run", run: ended(i) as Extract<EngineEvent, { type: "task" }> });
    expect(renderView(stateAfter(run(0), run(1), run(2), run(3)), view(4), "v1", 9_000)["text/plain"]).toBe("square ████████████████████ 4 of 4 done, 2.2 s");
  });

  test("is over when the last of its refs is", () => {
    expect(isSettled(stateAfter(ended(0)), view(2))).toBe(false);
    expect(isSettled(stateAfter(ended(0), ended(1)), view(2))).toBe(true);
    expect(dependsOn(view(2), ended(1))).toBe(true);
    expect(dependsOn(view(2), ended(2))).toBe(false);
  });
});

describe("an actor", () => {
  test.each<[EngineEvent[], string]>([
    [[], "pending"],
    [[actor("pending")], "pending"],
    [[actor("alive", { pid: 4657 })], "alive, pid 4657"],
    [[actor("alive", { pid: 4657 }), actor("restarting")], "restarting"],
    [[actor("dead", { cause: "ray.kill", pid: 4657 })], "dead: ray.kill"],
  ])("is one line (%#) (row 103)", (rows, text) => {
    expect(plain(COUNTER, rows)).toBe(`ActorHandle(Counter, d1-a1) ${text}`);
  });

  test("counts its calls by what became of them", () => {
    const call = (n: number, state: Parameters<typeof task>[0]) => task(state, { task: `t${n}`, refs: [], actor: A1 });
    const page = html(COUNTER, [actor("alive", { name: "c", namespace: "n" }), call(1, "running"), call(1, "finished"), call(2, "failed"), call(3, "running"), call(4, "waiting-for-worker")]);
    expect(page).toContain("1 done, 1 failed, 1 running, 1 waiting");
    expect(page).toContain("c (namespace n)");
  });
});

describe("an actor that somebody looks at", () => {
  const beats = [actor("alive", { pid: 4657, restarts: 2 }), pulse({ calls: 3, at: 8_000 }), pulse({ calls: 13, failed: 1, waiting: 4, running: 1, current: "Counter.incr", currentSince: 9_000, memoryBytes: 81_000_000, at: 9_500, fields: [["i", "12"], ["seen", "{a: 1}", [["a", "1"]]]] })];
  const page = html({ ...COUNTER, methods: ["incr"] } as ViewDescriptor, beats, 10_500);

  test("shows what it does: calls a second as a curve, what runs since when, its queue, its memory, its restarts", () => {
    for (const text of ["12 done, 1 failed, 1 running, 4 waiting", "10 calls/s", "▁▁█", "Counter.incr", "1.5 s", "4 calls in its queue", "81.0 MB", ">restarts<"]) expect(page).toContain(text);
  });

  test("shows its fields, one in the other", () => {
    expect(page).toMatch(/<summary>state<\/summary>.*i <code[^>]*>12<.*<details><summary>seen <code[^>]*>\{a: 1\}<.*a <code[^>]*>1</);
  });

  test("has buttons and methods in a live page alone", () => {
    const live = JSON.stringify(drawView(stateAfter(...beats), { ...COUNTER, methods: ["incr"] } as ViewDescriptor, { isLive: true, open: ["methods"] }).node);
    expect(live).toContain(`{"is":"action","label":"kill","act":{"do":"kill","actor":"d1-a1"},"confirm":"Kill the actor Counter? Its state is lost."}`);
    expect(live).toContain(`{"is":"call","actor":"d1-a1","method":"incr"}`);
    expect(JSON.stringify(renderView(stateAfter(...beats), COUNTER, "v1")[VIEW_MIME].node)).not.toMatch(/"is":"(action|call)"/);
  });

  test("keeps its last state when it is dead, and fields that travel only when they changed", () => {
    const dead = html(COUNTER, [...beats, pulse({ calls: 14, at: 9_900 }), actor("dead", { cause: "ray.kill", at: 10_000 })]);
    expect(dead).toMatch(/<summary>its last state<.*>12</);
    expect(dead).not.toContain("calls/s");
  });

  test("counts anew in a new process", () => {
    expect(html(COUNTER, [...beats, pulse({ pid: 9, calls: 2, at: 9_800 })], 10_500)).toContain("12 calls/s");
  });
});

test("what a task printed stands with its ref, the last lines of each", () => {
  const printed = Array.from({ length: 150 }, (_, i) => log(`line ${i}`, { task: "d3fa9c1d2-t1" }));
  const page = html(ONE, [task("running", { pid: 4657, startedAt: 2_000 }), ...printed, log("of another", { task: "t2" })]);
  expect(page).toContain("printed 150 lines");
  expect(page).toContain("150 lines, the last 100");
  expect(page).toContain("line 149");
  expect(page).not.toMatch(/line 49\n|of another/);
});

test("where an error was thrown is folded away", () => {
  const page = html(ONE, [task("failed", { ...RAN, error: "RangeError: bad" }), object("error", { error: "RangeError: bad", stack: "    at half (In[3]:2:20)" })]);
  expect(page.indexOf("at half (In[3]:2:20)")).toBeGreaterThan(page.indexOf("<details>"));
});

describe("the timeline of a cell", () => {
  const ran = (n: number, worker: string, from: number, to: number, more = {}): EngineEvent =>
    task("finished", { task: `t${n}`, refs: [], name: "half", origin: "In[3]", submittedAt: 1_000, startedAt: from, finishedAt: to, worker: worker as never, pid: n, ...more });
  const rows = [ran(1, "w1", 1_000, 2_000), ran(2, "w2", 1_500, 3_000), ran(3, "w1", 2_000, 3_000, { state: "failed" }), ran(4, "w9", 1, 2, { origin: "In[2]" })];

  test("has a lane a process, and in it who ran when, to scale", () => {
    const page = html({ kind: "timeline", cell: "In[3]" }, rows);
    expect(page).toContain("3 tasks of In[3]");
    expect(page.match(/title="half 1.0 s" style="[^"]*;width:50%/g)).toHaveLength(2);
    expect(page).toMatch(/width:25%;height:12px"><\/div><div title="half 1.5 s" style="[^"]*;width:75%/);
    expect(page).toContain("2.0 s in all, 3.5 s of work on 2 processes");
  });

  test("is of the last cell that submitted work, unless one is named", () => {
    expect(plain({ kind: "timeline" }, rows)).toBe("Timeline: 1 task of In[2]");
    expect(plain({ kind: "timeline" }, [])).toBe("Timeline: no cell has submitted work yet");
  });
});

test("rows of the cluster's state are a table that says how many there are", () => {
  const view: ViewDescriptor = { kind: "rows", title: "tasks", total: 70, rows: Array.from({ length: 50 }, (_, i) => ({ type: "task", task: `t${i}`, state: "finished", sizeBytes: 8_000_000, submittedAt: 0 })) };
  const page = html(view, []);
  expect(plain(view, [])).toBe("tasks: the newest 50 of 70");
  for (const text of ["the newest 50 of 70", "20 are shown", "8.0 MB", "00:00:00.000", ">finished<"]) expect(page).toContain(text);
  expect(page.match(/<tr>/g)).toHaveLength(21);
  expect(page).not.toContain(">type<");
});

test("an error as a value has its stacks folded away", () => {
  const page = html({ kind: "error", text: "RangeError: bad", where: "in half, pid 7", stacks: [{ title: "where it was thrown", stack: "at half (In[3]:2:20)" }] }, []);
  expect(page).toMatch(/RangeError: bad.*in half, pid 7.*<details><summary>where it was thrown<.*at half/s);
});

test("what can still change is marked with its time, what cannot is not", () => {
  expect(html(ONE, [task("running")], 1_700_000_000_000)).toContain("as of 2023-11-14 22:13:20 UTC");
  expect(html(ONE, [task("finished", RAN), object("ready")])).not.toContain("as of");
});

describe("the cluster", () => {
  test("is one line of what it is, not of what it does", () => {
    expect(plain(CLUSTER, [])).toBe("Ray cluster starting");
    expect(plain(CLUSTER, [resources({ total: { CPU: 4, memory: 25e9, object_store_memory: 2e9, GPU: 1 } })])).toBe("Ray cluster: 4 CPU, 1 GPU");
  });

  test("shows what of the store is on disk (row 53)", () => {
    expect(html(CLUSTER, [resources()])).not.toContain("spilled");
    expect(html(CLUSTER, [resources({ storeSpilledBytes: 3_000_000 })])).toContain("8.0 MB of 2.0 GB, 3.0 MB spilled to disk");
  });

  test("shows what is in use, processes, actors and tasks", () => {
    const counts: EngineEvent = { type: "task-counts", name: "f", finished: 40, failed: 1, totalRunMs: 3, at: 1 };
    const page = html(CLUSTER, [resources(), worker(1, "idle"), worker(2, "leased"), worker(2, "dead"), actor("alive"), task("finished"), task("failed", { task: "t2" }), counts]);
    for (const text of ["1.5 of 4 in use", "8.0 MB of 2.0 GB", "1 worker<", "41 finished, 2 failed", 'max="4" value="1.5"']) expect(page).toContain(text);
  });
});

describe("a cluster's memory", () => {
  const page = html(CLUSTER, [resources({ total: { memory: 25e9, object_store_memory: 2e9 }, available: { memory: 20e9, object_store_memory: 2e9 } })]);

  test("is in units that a person reads", () => {
    expect(page).toContain("5.0 GB of 25.0 GB in use");
  });

  test("does not show the store twice", () => {
    expect(page).toContain("object store");
    expect(page).not.toContain("object_store_memory");
  });
});

test("a state's name is white on a colour that no theme changes", () => {
  expect(html(ONE, [object("ready")])).toMatch(/<span style="background-color:#388e3c;color:#fff[^"]*">ready</);
});

describe("isSettled()", () => {
  test.each<[string, ViewDescriptor, EngineEvent[], boolean]>([
    ["a pending ref", ONE, [task("running")], false],
    ["a ready ref and its task's end", ONE, [object("ready"), task("finished", RAN)], true],
    ["a ready ref whose task's time may still come", ONE, [object("ready")], false],
    ["a ready ref a second later", ONE, [object("ready"), resources({ at: 6_000 })], true],
    ["a ref of ray.put", ONE, [object("ready", { isPut: true })], true],
    ["a lost ref whose task was running", ONE, [task("running"), object("lost")], true],
    ["a freed ref", ONE, [object("freed")], true],
    ["two refs, one pending", { kind: "object-refs", refs: refs(2) }, [object("ready"), task("finished")], false],
    ["a living actor", COUNTER, [actor("alive")], false],
    ["a dead actor", COUNTER, [actor("dead")], true],
    ["a cluster", CLUSTER, [resources()], false],
  ])("%s", (_what, view, rows, settled) => {
    expect(isSettled(stateAfter(...rows), view)).toBe(settled);
  });
});

describe("a view depends on what it shows", () => {
  test.each<[string, ViewDescriptor, EngineEvent, boolean]>([
    ["a ref, its object", ONE, object("ready"), true],
    ["a ref, another's object", ONE, object("ready", { ref: "d3fa9c1d2-2" }), false],
    ["a ref, its task", ONE, task("running"), true],
    ["a ref, a worker", ONE, worker(1, "idle"), false],
    ["an actor, its row", COUNTER, actor("alive"), true],
    ["an actor, a call of it", COUNTER, task("running", { actor: A1 }), true],
    ["an actor, a task", COUNTER, task("running"), false],
    ["the cluster, resources", CLUSTER, resources(), true],
    ["the cluster, a print", CLUSTER, { type: "log", pid: 1, worker: "w1", taskName: "f", stream: "stdout", text: "x", job: "j" }, true],
    ["the cluster, a notice", CLUSTER, { type: "notice", level: "info", text: "x" }, false],
  ])("%s", (_what, view, row, depends) => {
    expect(dependsOn(view, row)).toBe(depends);
  });
});
