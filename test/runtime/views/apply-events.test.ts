import { applyEvents } from "../../../runtime/views/apply-events.ts";
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
