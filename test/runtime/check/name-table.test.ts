import { cellModule, moduleText } from "../../../runtime/check/cell-module.ts";
import { NameTable } from "../../../runtime/check/name-table.ts";
import { Slots } from "../../../runtime/check/slots.ts";

/** Runs cells through a table, each in the module of its number, and gives what stands behind the last one. */
function behindLast(...cells: string[]): string {
  const table = new NameTable();
  let text = "";
  for (const [index, source] of cells.entries()) {
    const cell = cellModule(source, `In[${index + 1}]`);
    const bound = table.bind(cell.mentions, cell.declares);
    text = moduleText("", bound, cell.declares.keys()).trim().slice(1);
    table.commit(`c${index + 1}`, `In[${index + 1}]`, cell.declares, bound);
  }
  return text;
}

test("what a cell mentions stands behind it: values and types as aliases, variables with their type", () => {
  expect(behindLast("const a = 1; let b = 2; interface P { x: 1 }", "a + b; let p: P")).toBe("import a = __ray_ts_cells.c1.$a;declare let b: typeof __ray_ts_cells.c1.$b;import P = __ray_ts_cells.c1.$P;export {p as $p};");
});

test("what a cell declares itself does not", () => {
  expect(behindLast("const a = 1", "const a = 2; a")).toBe("export {a as $a};");
});

test("each cell keeps the names of its time", () => {
  expect(behindLast("const a = 1", "const f = () => a", "const a = 2", "f(); a")).toBe("import f = __ray_ts_cells.c2.$f;import a = __ray_ts_cells.c3.$a;export {};");
});

test("a type beside an earlier value passes the value on, and the other way round", () => {
  expect(behindLast("const User = 1", "type User = number", "User")).toBe("import User = __ray_ts_cells.c2.$User;export {};");
  expect(behindLast("const User = 1", "type User = number")).toBe("import User = __ray_ts_cells.c1.$User;export {User as $User};");
  expect(behindLast("interface Point { x: 1 }", "const Point = 1")).toBe("import Point = __ray_ts_cells.c1.$Point;export {Point as $Point};");
});

test("a class goes as a whole", () => {
  expect(behindLast("class A {}", "const A = 1")).toBe("export {A as $A};");
});

test.each<[source: string, names: string[]]>([
  ["var a; if (1) { var b } for (var c of []) {} for (let d of []) {}", ["a", "b", "c"]],
  ["const { x, y: [z = 1, ...rest] } = v", ["x", "z", "rest"]],
  ["import d, { a as b, type T } from 'm'; import * as n from 'm'; import type { U } from 'm'", ["d", "b", "T", "n", "U"]],
  ["export default class K {}; export enum E { A }; export namespace N { export const x = 1 }; namespace Types { export type X = 1 }", ["K", "E", "N", "Types"]],
  ["declare const here: number; declare function fn(): void; declare class Made {}", ["here", "fn", "Made"]],
  ["function f(p) { const local = 1; class Inner {} } async function* g() {}", ["f", "g"]],
  ["type A = 1; interface B {} export type { A }", ["A", "B"]],
  ["label: for (;;) {}", []],
])("%s declares %j", (source, names) => {
  expect([...cellModule(source, "In[1]").declares.keys()].sort()).toEqual([...names].sort());
});

test("names that only the session knows are values of any type", () => {
  const table = new NameTable();
  table.learn("late", "variable");
  expect(moduleText("", table.bind(new Set(["late", "unknown"]), new Map()), [])).toBe("\n;declare let late: any;export {};\n");
});

test("modules that no name leads to can be used again, those that others need cannot", () => {
  const table = new NameTable();
  const slots = new Slots(3);
  const run = (slot: number, source: string): void => {
    const cell = cellModule(source, `In[${slot}]`);
    table.commit(`c${slot}`, `In[${slot}]`, cell.declares, table.bind(cell.mentions, cell.declares));
  };
  run(slots.take("In[1]")!, "const a = 1");
  run(slots.take("In[2]")!, "const f = () => a");
  run(slots.take("In[3]")!, "const a = 2");
  expect(slots.take("In[4]")).toBeUndefined();
  expect(slots.keepOnly((slot) => table.reachable().has(`c${slot}`))).toEqual([]);
  run(3, "const a = 2; const f = 3");
  expect([...slots.keepOnly((slot) => table.reachable().has(`c${slot}`))].sort()).toEqual([1, 2]);
  expect(slots.cellOf(3)).toBe("In[3]");
  expect(slots.take("In[4]")).toBeDefined();
});
