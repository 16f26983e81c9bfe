import type { EngineEvent } from "../../../runtime/engine/events.ts";
import type { FrontOutput } from "../../../runtime/front/front.ts";
import { LiveViews } from "../../../runtime/front/live-views.ts";
import type { ObjectId, ProcessName, TaskId } from "../../../runtime/ids.ts";
import type { Output } from "../../../runtime/session/output.ts";
import { ManualClock } from "../../fixtures/manual-clock.ts";

const ref = "d1-1" as ObjectId;
const task = (fields: Partial<Extract<EngineEvent, { type: "task" }>>): EngineEvent => ({ type: "task", task: "d1-t1" as TaskId, name: "square", owner: "d1" as ProcessName, state: "running", refs: [ref], submittedAt: 1, attempt: 0, ...fields });
const object = (state: "pending" | "ready"): EngineEvent => ({ type: "object", ref, state, at: 2, task: "d1-t1" as TaskId, ...(state === "ready" ? { sizeBytes: 8, place: "inline", preview: "81" } : {}) });
const view = (fields: Partial<Extract<Output, { type: "view" }>> = {}): Extract<Output, { type: "view" }> => ({ type: "view", view: { kind: "object-ref", refs: [ref] }, snapshot: [object("pending"), task({ state: "waiting-for-worker" })], displayId: "v1", isResult: true, ...fields });

function newViews(): { views: LiveViews; clock: ManualClock; emitted: [FrontOutput, number][]; plain(): string[] } {
  const emitted: [FrontOutput, number][] = [];
  const clock = new ManualClock();
  const views = new LiveViews({ emit: (output, cell) => emitted.push([output, cell]), clock, intervalMs: 100 });
  return { views, clock, emitted, plain: () => emitted.map(([output]) => String((output as { data: Record<string, unknown> }).data["text/plain"])) };
}

test("a view is a result with a display id, then updates of the same id for its cell", () => {
  const { views, clock, emitted, plain } = newViews();
  views.add(view(), 7);
  expect(emitted[0]).toEqual([{ type: "result", data: expect.objectContaining({ "text/html": expect.any(String) }), metadata: {}, displayId: "v1" }, 7]);
  clock.advance(200);
  views.apply([task({ state: "finished", startedAt: 1, finishedAt: 2 }), object("ready")]);
  clock.advance(0);
  expect(emitted[1]).toEqual([{ type: "display", data: expect.anything(), metadata: {}, displayId: "v1", update: true }, 7]);
  expect(plain()[1]).toContain("ready");
});

test("one that is not the cell's value is a display", () => {
  const { views, emitted } = newViews();
  views.add(view({ isResult: false }), 1);
  expect(emitted[0]?.[0]).toMatchObject({ type: "display", update: false, displayId: "v1" });
});

test("updates are at least 100 ms apart and the last state is sent", () => {
  const { views, clock, emitted, plain } = newViews();
  views.add(view(), 1);
  for (let ms = 0; ms < 400; ms += 10) {
    views.apply([task({ state: ms % 20 === 0 ? "running" : "waiting-for-worker", pid: ms })]);
    clock.advance(10);
  }
  expect(emitted.length).toBeLessThanOrEqual(5);
  views.apply([task({ state: "finished", startedAt: 1, finishedAt: 2 }), object("ready")]);
  clock.advance(100);
  expect(plain().at(-1)).toContain("ready");
});

test("flush sends what waits at once, and nothing when nothing changed", () => {
  const { views, clock, emitted } = newViews();
  views.add(view(), 1);
  views.flush();
  expect(emitted).toHaveLength(1);
  views.apply([task({ state: "finished", startedAt: 1, finishedAt: 2 }), object("ready")]);
  views.flush();
  expect(emitted).toHaveLength(2);
  clock.advance(1000);
  expect(emitted).toHaveLength(2);
  expect(clock.isIdle).toBe(true);
});

test("rows of other objects and rows that look the same send nothing", () => {
  const { views, clock, emitted } = newViews();
  views.add(view(), 1);
  views.apply([{ type: "object", ref: "d1-2" as ObjectId, state: "ready", at: 3 }, object("pending")]);
  clock.advance(1000);
  expect(emitted).toHaveLength(1);
});

test("a settled view and views after close send nothing more", () => {
  const { views, clock, emitted } = newViews();
  views.add(view({ snapshot: [task({ state: "finished", startedAt: 1, finishedAt: 2 }), object("ready")] }), 1);
  views.add(view({ displayId: "v2" }), 1);
  views.close();
  views.apply([task({ state: "running" })]);
  clock.advance(1000);
  expect(emitted).toHaveLength(2);
  expect(clock.isIdle).toBe(true);
});

test("a view that shows how long something takes is drawn each second, until it is over", () => {
  const { views, clock, emitted } = newViews();
  views.add(view({ view: { kind: "progress", refs: [ref], startedAt: Date.now() - 60_000 } }), 1);
  clock.advance(5_000);
  expect(emitted.length).toBeGreaterThanOrEqual(1);
  views.apply([task({ state: "finished", startedAt: 1, finishedAt: 2 }), object("ready")]);
  clock.advance(1_000);
  expect(clock.isIdle).toBe(true);
});
