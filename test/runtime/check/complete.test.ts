/** Completion and inspection by types, also where the text is no whole code yet. */
import { DrivenChecker } from "../../fixtures/checker-process.ts";

let checker: DrivenChecker;
beforeAll(async () => {
  checker = new DrivenChecker({
    "package.json": JSON.stringify({ dependencies: { "left-pad": "1" } }),
    "node_modules/left-pad/package.json": JSON.stringify({ name: "left-pad", version: "1.0.0", types: "index.d.ts" }),
    "node_modules/left-pad/index.d.ts": "export declare function padLeft(text: string): string;\nexport * from './more';\ndeclare const pad: typeof padLeft;\nexport default pad;",
    "node_modules/left-pad/more.d.ts": "export declare const padWidth: number;",
    "lib/local.ts": "export const local = 1;",
  });
  for (const cell of [
    "/** Counts things. */\nclass Counter {\n  /** how many */\n  count = 0;\n  /** Adds to the count. */\n  incr(by: number) { return (this.count += by); }\n  #hidden = 1;\n}",
    "const config = { host: 'a', 'with-dash': 1, port: 80 };",
    "/**\n * Adds numbers.\n * @param a the first\n * @param b the second\n */\nfunction add(a: number, b = 2) { return a + b; }",
    "const square = ray.remote((x: number) => x * x);\nlet total = 1; enum Color { Red, Green }\ninterface Point<T> { x: T }\ntype Mode = 'fast' | 'slow';",
    "function pick(mode: Mode): number;\nfunction pick(count: number): string;\nfunction pick(what: any): any { return what; }",
  ]) expect(await checker.check(cell)).toEqual([]);
});
afterAll(() => checker.end());

describe("completion", () => {
  const matches = async (marked: string): Promise<string[]> => (await checker.complete(marked)).matches.map(({ text, type }) => `${text}:${type}`);

  test.each<[marked: string, ...wanted: string[]]>([
    ["config.|", "host:property", "port:property"],
    ["config?.ho|", "host:property"],
    ["new Counter().|", "count:property", "incr:method"],
    ["[1, 2].map((n) => n.toF|)", "toFixed:method"],
    ["(await ray.get(square.remote(2))).toF|", "toFixed:method"],
    ["square.|", "remote:property", "options:method"],
    ["Color.|", "Green:enum", "Red:enum"],
    ["if (true) {\n  config.po|", "port:property"],
    ["const o: Point<number> = { | }", "x:property"],
    ["total.toF|", "toFixed:method"],
    ["`${config.h|}`", "host:property"],
    ["squ|", "square:variable"],
    ["Cou|", "Counter:class"],
    ["ad|", "add:function"],
    ["function f(alpha: number, { beta, list: [gamma] }) { for (const delta of []) { al|", "alpha:variable"],
    ["function f(alpha: number, { beta, list: [gamma] }) { for (const delta of []) { gam|", "gamma:variable"],
    ["function f() { for (const delta of []) { del|", "delta:variable"],
    ["class Box<Content> { value: Cont|", "Content:type"],
    ["const local = 1;\nloc|", "local:variable"],
    ["const p: Poi|", "Point:interface"],
    ["const p: Rec|", "Record:type"],
    ["let m: Mode = '|'", "fast:variable", "slow:variable"],
    ["config['|']", "host:property", "with-dash:property"],
    ["import { readFileS| } from 'node:fs'", "readFileSync:function"],
    ["import fs from 'node:f|'", "node:fs/promises:module", "node:fs:module"],
    ["import x from './lib/|'", "local:path"],
    ["import pad from 'left|'", "left-pad:module"],
    ["coun|", "Counter:class"],
  ])("%s", async (marked, ...wanted) => {
    expect(await matches(marked)).toEqual(expect.arrayContaining(wanted));
  });

  test.each([["// a comment con|"], ["'a text con|'"], ["/* con|"], ["`text con|`"], ["const fresh|"], ["nowhere.|"], ["5.|"]])("%s has none", async (marked) => {
    expect(await matches(marked)).toEqual([]);
  });

  test("broken code behind the cursor does not matter", async () => {
    expect(await matches("const c: Point<number> = config.host.toUp|(%time ")).toEqual(["toUpperCase:method"]);
    expect(await matches("config.po|;\nfunction ( {{{ ] 'unclosed")).toEqual(["port:property"]);
  });

  test("names of ours are never offered", async () => {
    expect(JSON.stringify(await matches("|"))).not.toMatch(/__ray_ts|\$add/);
    expect(JSON.stringify(await matches("globalThis.|"))).not.toMatch(/__ray_ts/);
    expect(JSON.stringify(await matches("import x from './|'"))).not.toMatch(/\.ray-ts-/);
  });

  test("what a match replaces: the name around the cursor, the text of a string, the last part of a path", async () => {
    expect(await checker.complete("config.ho|xx + 1")).toMatchObject({ start: 7, end: 11, place: "member" });
    expect(await checker.complete("let m: Mode = 'fa|zz'")).toMatchObject({ start: 15, end: 19, place: "text" });
    expect(await checker.complete("import x from './lib/lo|'")).toMatchObject({ start: 21, end: 23 });
    expect(await checker.complete("squ|")).toMatchObject({ start: 0, end: 3, place: "name" });
  });

  test("a name that nobody has is offered with its import, from Node and from the folder's packages", async () => {
    expect(await checker.complete("1;\nconst text = readFileS|")).toMatchObject({ matches: [{ text: "readFileSync", type: "import", importLine: 'import { readFileSync } from "node:fs";' }], start: 16, statement: 3 });
    expect((await checker.complete("padL|")).matches).toEqual([{ text: "padLeft", type: "import", importLine: 'import { padLeft } from "left-pad";' }]);
    expect((await checker.complete("padW|")).matches).toEqual([{ text: "padWidth", type: "import", importLine: 'import { padWidth } from "left-pad";' }]);
    expect((await checker.complete("leftP|")).matches).toEqual([{ text: "leftPad", type: "import", importLine: 'import leftPad from "left-pad";' }]);
  });
});

describe("inspection", () => {
  test.each<[marked: string, code: string]>([
    ["squ|are", "const square: RemoteFunction<[x: number], number>"],
    ["tot|al", "let total: number"],
    ["add|", "function add(a: number, b?: number): number"],
    ["pick|", "function pick(mode: Mode): number (+1 overload)"],
    ["Coun|ter", "class Counter"],
    ["new Counter().in|cr", "(method) incr(by: number): number"],
    ["new Counter().coun|t", "(property) count: number"],
    ["Color.R|ed", "(enum member) Color.Red"],
    ["let p: Po|int<string>", "interface Point<T> { x: T }"],
    ["let m: Mod|e", "type Mode = 'fast' | 'slow'"],
    ["(value: string) => val|ue", "(parameter) value: string"],
    ["import f|s from 'node:fs'", 'module "node:fs"'],
    ["conso|le", "var console: Console"],
    ["const made = new Counter(); ma|de", "const made: Counter"],
  ])("%s is %s", async (marked, code) => {
    expect((await checker.inspect(marked))?.code).toBe(code);
  });

  test("the comment and its tags are the documentation", async () => {
    expect((await checker.inspect("Coun|ter"))?.documentation).toBe("Counts things.");
    expect((await checker.inspect("ad|d"))?.documentation).toBe("Adds numbers.\n\n@param `a` — the first\n\n@param `b` — the second");
    expect((await checker.inspect("ray.ge|t"))?.documentation).toContain("The value of a ref");
  });

  test("at detail 1 the source as the cell has it", async () => {
    expect((await checker.inspect("ad|d", 1))?.source).toEqual({ text: "function add(a: number, b = 2) { return a + b; }", where: "In[3]:6" });
    expect((await checker.inspect("let p: Poi|nt", 1))?.source).toEqual({ text: "interface Point<T> { x: T }", where: "In[4]:3" });
    expect((await checker.inspect("console.lo|g", 1))?.source).toBeUndefined();
  });

  test.each<[marked: string, code: string, parameter: string]>([
    ["add(|", "add(a: number, b?: number): number", "parameter 1 of 2: **a**: `number` — the first"],
    ["add(1, |)", "add(a: number, b?: number): number", "parameter 2 of 2: **b**: `number` — the second"],
    ["[add(1, 2), add(|", "add(a: number, b?: number): number", "parameter 1 of 2"],
    ["square.remote(|", "square.remote(x: Arg<number>): ObjectRef<number>", "parameter 1 of 1: **x**"],
    ["pick(|", "pick(mode: Mode): number\npick(count: number): string", "parameter 1 of 1: **mode**"],
    ["pick(5, |", "pick(count: number): string\npick(mode: Mode): number", ""],
    ["Math.max(1, 2, |)", "Math.max(...values: number[]): number", "parameter 3 of 1: **values**"],
    ["new Counter(|", "new Counter(): Counter", ""],
    ["[1].map((n) => add(n, |", "add(a: number, b?: number): number", "parameter 2 of 2"],
  ])("%s is told what it takes", async (marked, code, parameter) => {
    const found = await checker.inspect(marked);
    expect(found?.code).toBe(code);
    expect(found?.documentation).toContain(parameter);
  });

  test("a name that could be imported is told with its import", async () => {
    expect(await checker.inspect("readFile|Sync('a')")).toEqual({ code: 'import { readFileSync } from "node:fs";', documentation: "Not imported yet." });
    expect(await checker.inspect("config.readFile|Sync")).toBeUndefined();
  });

  test("in a call a name is told, not the call", async () => {
    expect((await checker.inspect("add(tot|al)"))?.code).toBe("let total: number");
  });

  test.each([["nowhe|re"], ["|"], ["1 + |"], ["setTimeout(() => { | }, 1)"], ["'te|xt'"], ["unknownFunction(|"]])("%s has nothing to tell", async (marked) => {
    expect(await checker.inspect(marked)).toBeUndefined();
  });
});
