import type { EngineEvent } from "../../../runtime/engine/events.ts";
import type { FrontOutput } from "../../../runtime/front/front.ts";
import { LiveViews } from "../../../runtime/front/live-views.ts";
import { ViewWatches, type ViewMessage, type ViewModel } from "../../../runtime/front/view-watches.ts";
import { withChanges, type Json } from "../../../runtime/views/changes.ts";
import { ManualClock } from "../../fixtures/manual-clock.ts";
import { RAN, object, refs, task } from "../views/rows.ts";

/** A front's views, and a page that watches one of them. */
function bench(count = 3) {
  const clock = new ManualClock();
  const emitted: FrontOutput[] = [];
  const views: LiveViews = new LiveViews({ emit: (output) => emitted.push(output), clock, intervalMs: 500, changed: (live) => watches.changed(live), isWatched: (live) => watches.isWatched(live) });
  const watches: ViewWatches = new ViewWatches(views, clock);
  const many = refs(count);
  views.add({ type: "view", view: { kind: "object-refs", refs: many }, snapshot: many.map((ref) => object("pending", { ref })), displayId: "v1", isResult: true }, 1);
  const live = views.find("v1");
  if (live === undefined) throw new Error("the view is not there");
  const told: ViewMessage[] = [];
  const watch = watches.begin(live, { open: ["rows"] }, (message) => told.push(message));
  /** What the page shows. */
  const model = (): ViewModel => told.reduce<Json>((now, message) => (message.type === "view" ? (message.model as never) : message.type === "changes" ? withChanges(now, message.changes) : now), undefined) as unknown as ViewModel;
  const ends = (i: number): EngineEvent[] => [task("finished", { ...RAN, task: `t${i}`, refs: [many[i] as string] }), object("ready", { ref: many[i] as string })];
  return { clock, views, watches, watch, told, emitted, model, ends };
}

const kinds = (told: readonly ViewMessage[]): string[] => told.map(({ type }) => type);

test("a page hears first what the view shows, then what changes, the first of it at once", () => {
  const { clock, views, told, model, ends } = bench();
  expect(kinds(told)).toEqual(["view"]);
  views.apply(ends(0));
  clock.advance(0);
  expect(kinds(told)).toEqual(["view", "changes"]);
  expect(model().plain).toBe("[ObjectRef × 3] 1 ready, 2 waiting");
  expect(JSON.stringify(model().node)).toContain("1.2 s");
});

test("all that changes within 50 ms is one message, and what does not change is none (W1)", () => {
  const { clock, views, told, model, ends } = bench(100);
  for (let i = 0; i < 100; i++) {
    views.apply(ends(i));
    clock.advance(5);
  }
  clock.advance(1000);
  expect(told.filter(({ type }) => type === "changes").length).toBeLessThanOrEqual(12);
  expect(model()).toMatchObject({ plain: "[ObjectRef × 100] 100 ready", isSettled: true });
  const before = told.length;
  views.apply([object("ready", { ref: refs(100)[3] as string })]);
  clock.advance(1000);
  expect(told).toHaveLength(before);
});

test("a page that is out of sight hears nothing until it is back, and then all at once", () => {
  const { clock, views, watches, watch, told, model, ends } = bench();
  watches.setInSight(watch, false);
  views.apply([...ends(0), ...ends(1)]);
  clock.advance(1000);
  expect(kinds(told)).toEqual(["view"]);
  watches.setInSight(watch, true);
  expect(model().plain).toContain("2 ready");
});

test("each page has what it chose, and what is folded is not sent", () => {
  const { views, watches, watch, told, model } = bench(50);
  const other: ViewMessage[] = [];
  watches.begin(watch.live, {}, (message) => other.push(message));
  expect(JSON.stringify(other[0])).not.toContain("waiting for");
  expect(JSON.stringify(model())).toContain(`"total":50`);
  watches.choose(watch, { open: ["rows"], tables: { rows: { filter: refs(50)[49] } } });
  expect(told.at(-1)?.type).toBe("changes");
  expect(JSON.stringify(model())).toContain(`"matching":1`);
  expect(other).toHaveLength(1);
  expect(views.find("v1")).toBe(watch.live);
});

test("while a page watches, the output changes at a cell's end and when the view settles, and not between (V1)", () => {
  const { clock, views, emitted, ends } = bench();
  views.apply(ends(0));
  clock.advance(2000);
  expect(emitted).toHaveLength(1);
  views.flush();
  views.flush();
  expect(emitted).toHaveLength(2);
  views.apply([...ends(1), ...ends(2)]);
  clock.advance(1000);
  expect(emitted).toHaveLength(3);
  expect(emitted.at(-1)).toMatchObject({ update: true, data: { "text/plain": "[ObjectRef × 3] 3 ready" } });
});

test("views that are slow to draw are drawn more seldom, after a burst (W2)", () => {
  const { clock, views, watches, watch, ends } = bench(2000);
  let draws = 0;
  watches.begin(watch.live, {}, ({ type }) => {
    if (type !== "changes") return;
    clock.compute(25);
    draws += 1;
  });
  const second = (from: number): number => {
    const before = draws;
    for (let i = 0; i < 100; i++) {
      views.apply(ends(from + i));
      clock.advance(10);
    }
    return draws - before;
  };
  expect(second(0)).toBeGreaterThan(10);
  for (let i = 1; i < 10; i++) second(100 * i);
  expect(second(1000)).toBeLessThanOrEqual(3);
});

test("a page gets what the notebook should keep every few seconds, and once at the end (W3)", () => {
  const { clock, views, watches, watch, told, ends } = bench();
  const saved = (): ViewMessage[] => told.filter(({ type }) => type === "saved");
  views.apply(ends(0));
  clock.advance(2000);
  expect(saved()).toEqual([]);
  clock.advance(2000);
  expect(saved()).toMatchObject([{ bundle: { "text/plain": "[ObjectRef × 3] 1 ready, 2 waiting", "application/vnd.ray-ts.view+json": { id: "v1", isSettled: false } } }]);
  views.apply([...ends(1), ...ends(2)]);
  clock.advance(60);
  expect(saved()).toHaveLength(2);
  watches.choose(watch, { open: [] });
  clock.advance(10_000);
  expect(saved()).toHaveLength(2);
});

test("after the last page has gone nothing is drawn and no timer is left", () => {
  const { clock, views, watches, watch, told, emitted, ends } = bench();
  watches.end(watch);
  views.apply(ends(0));
  clock.advance(1000);
  expect(told).toHaveLength(1);
  expect(emitted).toHaveLength(2); // its output changes again
  watches.close();
  views.close();
  expect(clock.isIdle).toBe(true);
});
