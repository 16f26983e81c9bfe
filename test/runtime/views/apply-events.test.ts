import { applyEvents } from "../../../runtime/views/apply-events.ts";
import type { EngineEvent } from "../../../runtime/engine/events.ts";
import { isComplete, refModel } from "../../../runtime/views/ref-model.ts";
import { MOST_FINISHED_TASKS } from "../../../runtime/views/view-state.ts";
import type { ActorId, ObjectId, TaskId } from "../../../runtime/ids.ts";
import { RAN, REF, actor, object, resources, stateAfter, task, worker } from "./rows.ts";

const ref = REF as ObjectId;
const T1 = "d3fa9c1d2-t1" as TaskId;

test("a later row replaces the fields that it carries and keeps the others", () => {
  const state = stateAfter(task("running", { pid: 7, startedAt: 2_000, origin: "In[3]" }), task("finished", { finishedAt: 3_000 }));
  expect(state.tasks.get(T1)).toMatchObject({ state: "finished", pid: 7, startedAt: 2_000, finishedAt: 3_000, origin: "In[3]" });
});

test("news that comes late does not take a task or an object back", () => {
  const state = stateAfter(task("finished", RAN), task("running"), object("ready", { preview: "4" }), object("pending"));
  expect(state.tasks.get(T1)?.state).toBe("finished");
  expect(state.objects.get(ref)).toMatchObject({ state: "ready", preview: "4" });
  expect(state.finished).toBe(1);
});

test("a row that knows less keeps the preview of an earlier one", () => {
  const state = stateAfter(object("ready", { preview: "4", sizeBytes: 1 }), object("ready", { sizeBytes: 1, place: "inline" }));
  expect(state.objects.get(ref)).toMatchObject({ preview: "4", place: "inline" });
});

test("a retry runs again after its failure, and is counted once", () => {
  const state = stateAfter(task("failed"), task("running", { attempt: 1 }));
  expect([state.tasks.get(T1)?.state, state.failed, state.finished]).toEqual(["running", 0, 0]);
  applyEvents(state, [task("finished", { attempt: 1 })]);
  expect([state.failed, state.finished]).toEqual([0, 1]);
});

test("a lost object may be made again", () => {
  const state = stateAfter(object("ready"), object("lost", { at: 6_000 }), object("ready", { at: 5_500 }));
  expect(state.objects.get(ref)?.state).toBe("lost");
  applyEvents(state, [object("ready", { at: 7_000 })]);
  expect(state.objects.get(ref)?.state).toBe("ready");
});

test("a dead actor stays dead, and older news of a living one is passed over", () => {
  const A1 = "d1-a1" as ActorId;
  expect(stateAfter(actor("dead"), actor("alive", { at: 9_000 })).actors.get(A1)?.state).toBe("dead");
  expect(stateAfter(actor("alive", { at: 9_000 }), actor("pending")).actors.get(A1)?.state).toBe("alive");
});

test("dead workers are forgotten and older amounts passed over", () => {
  const state = stateAfter(worker(1, "idle"), worker(1, "dead"), resources({ at: 9_000, available: { CPU: 1 } }), resources());
  expect(state.workers.size).toBe(0);
  expect(state.resources?.available).toEqual({ CPU: 1 });
});

test("above the cap the oldest finished tasks go, with their refs, and stay counted", () => {
  const state = stateAfter();
  for (let n = 0; n < MOST_FINISHED_TASKS + 500; n++) applyEvents(state, [task("finished", { task: `t${n}`, refs: [`r${n}`] }), object("ready", { ref: `r${n}` })]);
  expect(state.tasks.size).toBe(MOST_FINISHED_TASKS);
  expect(state.objects.size).toBe(MOST_FINISHED_TASKS);
  expect(state.taskOfRef.size).toBe(MOST_FINISHED_TASKS);
  expect([state.finished, state.droppedTasks]).toEqual([MOST_FINISHED_TASKS + 500, 500]);
  expect(state.tasks.has("t499" as TaskId)).toBe(false);
  expect(state.tasks.has("t500" as TaskId)).toBe(true);
});

describe("what a worker says while the owner is busy", () => {
  const run = (more: Parameters<typeof task>[1] = {}, is: Parameters<typeof task>[0] = "finished"): EngineEvent => ({ type: "run", run: task(is, { ...RAN, ...more }) });

  test("is what a ref shows until its owner speaks, and nothing is counted twice", () => {
    const state = stateAfter(task("waiting-for-worker", { submittedAt: 500 }), run({ submittedAt: 2_000 }));
    expect(refModel(state, REF)).toMatchObject({ state: "ready", task: { state: "finished", pid: 4657, submittedAt: 500 } });
    expect(state.finished).toBe(0);
    expect(isComplete(state, REF)).toBe(false); // its value is still to be told
    applyEvents(state, [task("finished", RAN), object("ready", { preview: "4" })]);
    expect(refModel(state, REF)).toMatchObject({ state: "ready", object: { preview: "4" } });
    expect([state.finished, state.runs.size]).toEqual([1, 0]);
    expect(isComplete(state, REF)).toBe(true);
  });

  test("of a task that nobody has told of is enough to show it", () => {
    expect(refModel(stateAfter(run({}, "running")), REF)).toMatchObject({ state: "running", task: { name: "square", worker: "w1" } });
  });

  test("comes too late behind the owner's word, unless it is of a later try", () => {
    const state = stateAfter(task("failed", { ...RAN, error: "x" }), run());
    expect(refModel(state, REF).state).toBe("error");
    applyEvents(state, [task("waiting-for-worker", { attempt: 1 }), run({ attempt: 1 }, "running")]);
    expect(refModel(state, REF).state).toBe("running");
  });
});
