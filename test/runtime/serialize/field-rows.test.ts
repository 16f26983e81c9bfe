import { fieldRows } from "../../../runtime/serialize/field-rows.ts";

test("an object's own fields are names and lines, what they hold is inside them", () => {
  class Inner { x = 1; }
  class Counter {
    i = 12;
    name = "c";
    seen = new Map<string, unknown>([["a", { deep: true }]]);
    all = new Set([5]);
    inner = new Inner();
    list = [{ a: 1 }];
    floats = new Float64Array(3);
    _cache = "private by its name";
    #secret = 1;
    handler = () => this.#secret;
    get computed(): number { throw new Error("a getter ran"); }
  }
  expect(fieldRows(new Counter())).toEqual([
    ["i", "12"],
    ["name", '"c"'],
    ["seen", "Map(1)", [['"a"', "{deep: true}", [["deep", "true"]]]]],
    ["all", "Set(1)", [["0", "5"]]],
    ["inner", "Inner {x: 1}", [["x", "1"]]],
    ["list", "[{a: 1}]", [["0", "{a: 1}", [["a", "1"]]]]],
    ["floats", "Float64Array(3)"],
  ]);
});

test("a short list of plain values is one line", () => {
  expect(fieldRows({ short: [1, 2, 3], long: Array.from({ length: 40 }, (_, i) => i) })).toMatchObject([["short", "[1, 2, 3]"], ["long", expect.stringMatching(/\(40\)$/), expect.arrayContaining([["29", "29"], ["…", "more"]])]]);
});

test("much and deep and round is cut, and no code of the user's runs", () => {
  const round: Record<string, unknown> = { n: 1 };
  round["self"] = round;
  expect(JSON.stringify(fieldRows(round)).length).toBeLessThan(500);
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, Object.fromEntries(Array.from({ length: 100 }, (_, j) => [`f${j}`, j]))]));
  expect(JSON.stringify(fieldRows(many)).length).toBeLessThan(30_000);
  class Trap extends Map<string, number> { override entries(): never { throw new Error("it ran"); } }
  const proxied = new Proxy({}, { ownKeys: () => { throw new Error("it ran"); } });
  expect(fieldRows({ trap: new Trap().set("a", 1), proxied, when: new Date(0), bad: Object.defineProperty({}, "x", { get: () => { throw new Error("it ran"); }, enumerable: true }) })).toEqual([
    ["trap", "Trap(1)", [['"a"', "1"]]], ["proxied", "Proxy"], ["when", "1970-01-01T00:00:00.000Z"], ["bad", expect.any(String)],
  ]);
});
