import { preview } from "../../../runtime/serialize/preview.ts";

class Point { x = 1; }

const cases: [value: unknown, text: string][] = [
  [5, "5"], [-0, "-0"], ["a\nb", '"a\\nb"'], [undefined, "undefined"], [null, "null"], [12n, "12n"], [Symbol("s"), "Symbol(s)"],
  [[0, 1, 4, 9], "[0, 1, 4, 9]"], [new Float64Array(1_000_000), "Float64Array(1000000)"], [Buffer.alloc(3), "Buffer(3)"], [new ArrayBuffer(9), "ArrayBuffer(9)"],
  [new Map([[1, 2], [3, 4]]), "Map(2)"], [new Set([1]), "Set(1)"], [new Point(), "Point {x: 1}"], [{}, "{}"], [{ a: "x", "b c": [1, { d: {} }] }, '{a: "x", "b c": [1, {…}]}'],
  [new Date(0), "1970-01-01T00:00:00.000Z"], [/a+/g, "/a+/"], [new RangeError("bad"), "RangeError: bad"], [Promise.resolve(), "Promise"],
  [() => 1, "ƒ (anonymous)"], [function square() {}, "ƒ square"], [Point, "class Point"], [Object.create(null), "{}"],
  // eslint-disable-next-line no-sparse-arrays
  [[, 1], "[<empty>, 1]"],
];

test.each(cases)("preview %#", (value, text) => expect(preview(value)).toBe(text));

test("a long value ends in an ellipsis within 80 characters, on one line", () => {
  const values = ["x".repeat(500), Array.from({ length: 1000 }, (_, i) => i), Object.fromEntries(Array.from({ length: 100 }, (_, i) => ["key" + i, "v\n".repeat(9)])), new Error("m\n".repeat(90)), [["a".repeat(300)]], 10n ** 500n];
  for (const value of values) {
    expect(preview(value).length).toBeLessThanOrEqual(80);
    expect(preview(value)).toContain("…");
    expect(preview(value)).not.toMatch(/\n/);
  }
  expect(preview(Array.from({ length: 1000 }, (_, i) => i))).toMatch(/^\[0, 1, 2.*, …\] \(1000\)$/);
});

test("it runs no getter and no trap", () => {
  const trap = (): never => {
    throw new Error("ran user code");
  };
  class Sneaky extends Map { override get size(): number { return trap(); } override get [Symbol.toStringTag](): string { return trap(); } }
  const values = [{ get a() { return trap(); } }, new Proxy({}, { get: trap, ownKeys: trap, getPrototypeOf: trap, getOwnPropertyDescriptor: trap }), new Sneaky(), Object.defineProperty(new Error("e"), "message", { get: trap }), Object.create(new Proxy({}, { get: trap, getPrototypeOf: trap }))];
  expect(values.map(preview)).toEqual(["{a: [getter]}", "Proxy", "Sneaky(0)", "Error", "{}"]);
});
