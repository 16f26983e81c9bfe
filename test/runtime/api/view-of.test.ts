import { inspect } from "node:util";
import { drawnAs } from "../../../runtime/api/drawn-rows.ts";
import { holdsCluster, viewOf } from "../../../runtime/api/view-of.ts";
import { memoryRay } from "../../fixtures/memory-host.ts";

describe("viewOf", () => {
  test("knows what is ready, failed, pending and freed", async () => {
    const { ray } = memoryRay();
    const ready = ray.put([1, 2]);
    const failed = ray.remote(() => { throw new RangeError("bad"); }).remote();
    const pending = ray.remote(() => new Promise(() => undefined)).remote();
    const gone = ray.put(1);
    gone[Symbol.dispose]();
    await ray.wait([failed]);
    const view = viewOf([ready, failed, pending, gone], (value) => inspect(value));
    expect(view?.view).toEqual({ kind: "object-refs", refs: [ready.id, failed.id, pending.id, gone.id] });
    expect(view?.snapshot).toMatchObject([
      { type: "object", ref: ready.id, state: "ready", preview: "[ 1, 2 ]", sizeBytes: expect.any(Number) },
      { type: "object", ref: failed.id, state: "error", error: "RangeError: bad" },
      { type: "object", ref: pending.id, state: "pending" },
      { type: "object", ref: gone.id, state: "freed" },
    ]);
    expect(viewOf(ready)?.snapshot[0]).not.toHaveProperty("preview");
  });

  test("decodes neither large values nor more than a few for their previews", () => {
    const { ray } = memoryRay();
    let previews = 0;
    const large = ray.put("x".repeat(100_000));
    expect(viewOf(large, () => `${++previews}`)?.snapshot[0]).not.toHaveProperty("preview");
    viewOf(Array.from({ length: 1000 }, (_, i) => ray.put(i)), () => `${++previews}`);
    expect(previews).toBe(20);
  });

  test("has one for a handle and for the context, and none for other values", async () => {
    const { ray } = memoryRay();
    const handle = ray.remote(class Store { get() { return 1; } }).remote();
    expect(viewOf(handle)).toEqual({ view: { kind: "actor", className: "Store", actor: expect.stringContaining("-a"), methods: ["get"] }, snapshot: [] });
    expect(viewOf(await ray.init())?.view).toEqual({ kind: "cluster" });
    for (const value of [undefined, null, 5, {}, [], [ray.put(1), 2], "x", () => 1]) expect(viewOf(value)).toBeUndefined();
  });
});

describe("what `ray.state` and errors look like", () => {
  test("tables are views of their rows, and arrays for everything else; what is made of them is an array", async () => {
    const rows = drawnAs([{ state: "finished" }], { kind: "rows", title: "tasks", rows: [{ state: "finished" }], total: 7 });
    expect(viewOf(rows)).toEqual({ view: { kind: "rows", title: "tasks", rows: [{ state: "finished" }], total: 7 }, snapshot: [] });
    expect(viewOf(rows.filter(() => true))).toBeUndefined();
    expect([rows.length, holdsCluster(rows)]).toEqual([1, false]);
  });

  test("an error of a task says what and where, and folds the frames of it and of its causes", async () => {
    const { ray } = memoryRay();
    const cause = new TypeError("the cause");
    const error: unknown = await ray.get(ray.remote(function half() { throw new RangeError("bad", { cause }); }).remote()).catch((thrown: unknown) => thrown);
    const view = viewOf(error)?.view;
    expect(view).toMatchObject({ kind: "error", text: expect.stringContaining("bad") });
    expect(view?.kind === "error" && view.stacks.length).toBeGreaterThanOrEqual(1);
    expect(viewOf(new RangeError("of the cell itself"))).toBeUndefined();
  });
});
