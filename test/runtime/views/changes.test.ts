import { changesBetween, withChanges, type Json } from "../../../runtime/views/changes.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const made = (before: Json, after: Json): Json => withChanges(before, changesBetween(before, after));

describe("changesBetween()", () => {
  test("tells a change of one cell by its place and value alone", () => {
    const rows = (last: string): Json => ({ is: "table", key: "rows", rows: Array.from({ length: 100 }, (_, i) => [`${i}`, { is: "pill", color: "running", text: i === 99 ? last : "x" }]) });
    expect(changesBetween(rows("running"), rows("ready"))).toEqual([[["rows", 99, 1, "text"], "ready"]]);
  });

  test("tells nothing when nothing changed", () => {
    expect(changesBetween({ a: [1, { b: undefined }] }, { a: [1, {}] })).toEqual([]);
  });

  test("tells a node of another kind or place whole, and a curve's numbers in one piece", () => {
    expect(changesBetween([{ is: "pill", text: "a" }], [{ is: "text", text: "a" }])).toEqual([[[0], { is: "text", text: "a" }]]);
    expect(changesBetween([{ is: "details", key: "a", of: "x" }], [{ is: "details", key: "b", of: "x" }])).toEqual([[[0], { is: "details", key: "b", of: "x" }]]);
    expect(changesBetween({ values: [0, 0, 1] }, { values: [0, 1, 5] })).toEqual([[["values"], [0, 1, 5]]]);
  });

  test("cuts lists off and makes them longer; names that are gone have no value", () => {
    expect(changesBetween({ of: ["a", "b", "c"], x: 1 }, { of: ["a"], y: 2 })).toEqual([[["of", "length"], 1], [["y"], 2], [["x"]]]);
    expect(changesBetween(["a"], ["a", "b"])).toEqual([[[1], "b"]]);
  });
});

describe("withChanges()", () => {
  test("keeps what did not change as the very same object", () => {
    const before = { of: [{ is: "a", text: "1" }, { is: "b", of: [{ is: "c", text: "2" }] }] };
    const after = made(before, { of: [{ is: "a", text: "1" }, { is: "b", of: [{ is: "c", text: "3" }] }] }) as typeof before;
    expect(after.of[0]).toBe(before.of[0]);
    expect(after.of[1]).not.toBe(before.of[1]);
  });

  test("passes over places that are not there", () => {
    expect(withChanges({ a: "x" }, [[["a", "b", "c"], 1], [["of", 5], 2], [["a", "length"], 0]])).toEqual({ a: "x", of: undefined });
  });

  test("goes over JSON", () => {
    const before: Json = { a: 1, b: [1, "x", null] };
    const after: Json = { b: [1], c: { d: null } };
    expect(withChanges(before, JSON.parse(JSON.stringify(changesBetween(before, after))) as never)).toEqual(after);
  });
});

test("whatever two values are, the changes of one make it the other", () => {
  const pick = seededRandom(7);
  const value = (depth: number): Json => {
    switch (pick(depth > 3 ? 4 : 7)) {
      case 0: return pick(5);
      case 1: return `t${pick(5)}`;
      case 2: return null;
      case 3: return pick(2) === 0;
      case 4: return Array.from({ length: pick(4) }, () => pick(3));
      case 5: return Array.from({ length: pick(4) }, () => value(depth + 1));
      default: return Object.fromEntries(Array.from({ length: pick(4) }, () => [["is", "key", "of", "text"][pick(4)], value(depth + 1)]));
    }
  };
  let now = value(0);
  for (let i = 0; i < 3000; i++) {
    const next = value(0);
    const wire = JSON.parse(JSON.stringify(changesBetween(now, next))) as never;
    expect(withChanges(now, wire)).toEqual(next);
    now = next;
  }
});
