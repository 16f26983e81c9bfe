import { CodeLines } from "../../../runtime/compile/code-lines.ts";
import { compileCell } from "../../../runtime/compile/compile-cell.ts";
import { LineMap } from "../../../runtime/compile/line-map.ts";

const source = `import { x } from "m";
interface Shape { side: number }

const f = (n: number) => {
  // a comment
  try {
    return n + 1;
  } catch {
    return 0;
  }
};
type T = 1;`;

test("code can stop on lines with a statement, and at a function's end; not on types, imports and comments", () => {
  const lines = new CodeLines(source);
  expect([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].map((line) => lines.stoppable(line))).toEqual([4, 4, 4, 4, 6, 6, 7, 9, 9, 11, 11, undefined]);
});

test("a place is caught inside of a try that has a catch, not in the catch itself, and not in a try with only a finally", () => {
  const lines = new CodeLines(source);
  expect([lines.isCaught({ line: 7, column: 5 }), lines.isCaught({ line: 9, column: 5 }), lines.isCaught({ line: 4, column: 1 })]).toEqual([true, false, false]);
  expect(new CodeLines("try {\n  f();\n} finally {}").isCaught({ line: 2, column: 3 })).toBe(false);
});

test("a cell that is an object, and one that cannot be parsed", () => {
  expect(new CodeLines("{\n  a: 1 }").stoppable(1)).toBe(1);
  expect(new CodeLines("let = = ;").stoppable(1)).toBeUndefined();
});

test("places of compiled code are those of the cell, and a loop's guard stands on the loop's line", () => {
  const cell = compileCell("let n: number = 0;\nfor (let i = 0; i < 3; i++) {\n  n += i;\n}", { name: "In[1]", known: new Map(), captured: () => false, globals: () => false });
  const map = new LineMap(cell.map);
  const lines = cell.code.split("\n");
  const placeOf = (text: string) => {
    const line = lines.findIndex((each) => each.includes(text));
    return map.original({ line, column: lines[line]!.indexOf(text) });
  };
  expect(placeOf("__$.n = 0")).toMatchObject({ line: 1 });
  expect(placeOf("n += i")).toMatchObject({ line: 3, column: 3 });
  expect(placeOf("if (__g[0])")).toMatchObject({ line: 2 });
  expect(placeOf("for (let i")).toMatchObject({ line: 2, column: 1 });
  expect(map.original({ line: 0, column: 0 })).toBeUndefined();
});
