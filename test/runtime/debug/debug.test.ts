import { murmur2 } from "../../../runtime/debug/cell-path.ts";
import { type RemoteObject, textOf, typeOf } from "../../../runtime/debug/remote-object.ts";
import type { Stack } from "../../../runtime/debug/stack.ts";
import { afterStep, type Step } from "../../../runtime/debug/stepping.ts";

test.each([
  ["", 275646681], ["a", 2731586172], ["abc", 479470107], ["abcd", 2971317748], ["const x = 1;\nx + 1", 2961999502], ["é😀 end", 2344735598],
])("the hash of %j is what Jupyter's clients compute", (text: string, hash: number) => {
  expect(murmur2(text, 0x9747b28c)).toBe(hash);
});

describe("a step", () => {
  const at = (line: number, depth = 1, scriptId = "1"): Stack => ({ onTop: "text", depth, top: { script: { id: scriptId }, position: { line, column: 1 } } }) as unknown as Stack;
  const others = (depth: number): Stack => ({ onTop: "others", depth, top: undefined }) as unknown as Stack;
  const step = (more: Partial<Step> = {}): Step => ({ kind: "next", scriptId: "1", line: 3, depth: 1, taken: 0, ...more });

  test("goes on along its line, and stops on another, in another call or in another cell", () => {
    expect(afterStep(step(), at(3))).toBe("next");
    expect(afterStep(step({ kind: "stepIn" }), at(3))).toBe("stepIn");
    expect([at(4), at(3, 2), at(3, 1, "2")].map((stack) => afterStep(step(), stack))).toEqual(["stop", "stop", "stop"]);
  });

  test("out of a function stops in its caller, whatever the line", () => {
    expect(afterStep(step({ kind: "stepOut", depth: 2 }), at(3))).toBe("stop");
  });

  test("leaves code that is not the user's, passes over the compiler's, and ends where no user's code is left", () => {
    expect(afterStep(step(), others(1))).toBe("stepOut");
    expect(afterStep(step(), { ...at(3), onTop: "added" } as Stack)).toBe("next");
    expect(afterStep(step(), others(0))).toBe("resume");
  });

  test("in a loop that stays on its line is given back to the user", () => {
    expect(afterStep(step({ taken: 60 }), at(3))).toBe("stop");
  });
});

test.each<[string, RemoteObject]>([
  ["undefined", { type: "undefined" }],
  ["null", { type: "object", subtype: "null", value: null }],
  ['"a\\"b"', { type: "string", value: 'a"b' }],
  ["-0", { type: "number", unserializableValue: "-0", description: "-0" }],
  ["10n", { type: "bigint", unserializableValue: "10n", description: "10n" }],
  ["ƒ (x) => x * k", { type: "function", description: "(x) => x * __$.k" }],
  ["class A extends B", { type: "function", description: "class A extends B {\n m() {} }" }],
  ["RangeError: bad", { type: "object", subtype: "error", description: "RangeError: bad\n    at x" }],
  ["Array(3) [1, \"a\", {…}]", { type: "object", subtype: "array", description: "Array(3)", preview: { type: "object", subtype: "array", description: "Array(3)", overflow: false, properties: [{ name: "0", type: "number", value: "1" }, { name: "1", type: "string", value: "a" }, { name: "2", type: "object", value: "Object" }] } }],
  ["Point {x: 1, …}", { type: "object", description: "Point", preview: { type: "object", description: "Point", overflow: true, properties: [{ name: "x", type: "number", value: "1" }] } }],
  ['Map(1) {"k" => 2}', { type: "object", subtype: "map", description: "Map(1)", preview: { type: "object", subtype: "map", description: "Map(1)", overflow: false, properties: [], entries: [{ key: { type: "string", description: "k", overflow: false, properties: [] }, value: { type: "number", description: "2", overflow: false, properties: [] } }] } }],
])("a value is shown as %s", (text: string, object: RemoteObject) => {
  expect(textOf(object)).toBe(text);
});

test("types are JavaScript's", () => {
  expect([{ type: "object", className: "Map" }, { type: "number" }, { type: "object", subtype: "null" }].map((object) => typeOf(object as RemoteObject))).toEqual(["Map", "number", "null"]);
});
