/** What cells import, and what the folder's tsconfig.json says. */
import { DrivenChecker } from "../../fixtures/checker-process.ts";

const PROJECT = {
  "package.json": JSON.stringify({ name: "project", dependencies: { typed: "1", "plain-js": "1", old: "1", esm: "1" } }),
  "util.ts": "export const twice = (n: number) => n * 2;\nexport interface Row { id: number }\nexport default class Store { items: Row[] = [] }",
  "folder/index.ts": "export { twice } from '../util.ts';",
  "plain.js": "export const list = [1, 2];\nexport function join(a, b) { return a + b }",
  "data.json": JSON.stringify({ port: 80, hosts: ["a"] }),
  "view.tsx": "export const title = 'x';",
  "uses-ray.ts": "import ray from 'ray-ts';\nexport const square = ray.remote((n: number) => n * n);",
  "node_modules/typed/package.json": JSON.stringify({ name: "typed", version: "1.0.0", types: "index.d.ts", main: "index.js" }),
  "node_modules/typed/index.d.ts": "/** Makes a thing. */\nexport declare function make(kind: 'a' | 'b'): { readonly kind: string };\nexport { inner } from './inner';\ndeclare const _default: { version: string };\nexport default _default;",
  "node_modules/typed/inner.d.ts": "export declare const inner: number;\nexport declare const other: number;",
  "node_modules/plain-js/package.json": JSON.stringify({ name: "plain-js", version: "1.0.0", main: "index.js" }),
  "node_modules/plain-js/index.js": "exports.anything = 1;",
  "node_modules/old/package.json": JSON.stringify({ name: "old", version: "1.0.0", main: "index.js" }),
  "node_modules/old/index.js": "module.exports = function old() {};",
  "node_modules/@types/old/package.json": JSON.stringify({ name: "@types/old", version: "1.0.0", types: "index.d.ts" }),
  "node_modules/@types/old/index.d.ts": "declare function old(n: number): string;\ndeclare namespace old { interface Options { deep: boolean } }\nexport = old;",
  "node_modules/esm/package.json": JSON.stringify({ name: "esm", version: "1.0.0", type: "module", exports: { ".": { types: "./types.d.ts", default: "./index.js" }, "./sub": { types: "./sub.d.ts", default: "./sub.js" } } }),
  "node_modules/esm/types.d.ts": "export declare const id: (n: number) => string;",
  "node_modules/esm/sub.d.ts": "export declare const sub: boolean;",
  "node_modules/own-node/package.json": JSON.stringify({ name: "own-node", version: "1.0.0", types: "index.d.ts" }),
  "node_modules/own-node/index.d.ts": "/// <reference types='node' />\nexport declare const where: typeof process;",
  "node_modules/own-node/node_modules/@types/node/package.json": JSON.stringify({ name: "@types/node", version: "1.0.0", types: "index.d.ts" }),
  "node_modules/own-node/node_modules/@types/node/index.d.ts": "declare const process: { old: true };",
};

/** `TS2345 1:7` of each. */
const told = async (checker: DrivenChecker, code: string): Promise<string[] | undefined> => (await checker.check(code))?.map(({ code: what, line, column }) => `${what} ${line}:${column}`);

describe("a folder with files and packages", () => {
  let checker: DrivenChecker;
  beforeAll(() => { checker = new DrivenChecker(PROJECT); });
  afterAll(() => checker.end());
  beforeEach(() => checker.reset());

  test.each<[title: string, right: string, wrong: string, place: string]>([
    ["a local file with its ending", "import { twice } from './util.ts'", "twice('a')", "TS2345 1:7"],
    ["a local file without", "import Store, { twice, type Row } from './util'; const row: Row = { id: twice(1) }; new Store().items.push(row)", "new Store().nope", "TS2339 1:13"],
    ["a folder with an index", "import { twice } from './folder'", "twice('a')", "TS2345 1:7"],
    ["a .js name that means a .ts file", "import { twice } from './util.js'", "twice('a')", "TS2345 1:7"],
    ["plain JavaScript, with the types it shows", "import { list, join } from './plain.js'; join(1, 2); join('a')", "list.foo", "TS2339 1:6"],
    ["JSON, with an attribute and without", "import data from './data.json' with { type: 'json' };\nimport same from './data.json'; same.hosts.length", "data.prot", "TS2339 1:6"],
    ["a .tsx file", "import { title } from './view'", "title.toFixed()", "TS2551 1:7"],
    ["a local file that uses ray", "import { square } from './uses-ray'; await ray.get(square.remote(2))", "square.remote('a')", "TS2345 1:15"],
    ["a package with types", "import typed, { make, inner } from 'typed'; typed.version.length; make('a').kind; inner.toFixed()", "make('c')", "TS2345 1:6"],
    ["a CommonJS package with @types: default, namespace, require", "import old from 'old'; const o: old.Options = { deep: true }; old(1).length;\nimport again = require('old'); again(2)", "old('a')", "TS2345 1:5"],
    ["an ES module package and a path of it", "import { id } from 'esm'; import { sub } from 'esm/sub'; id(1).length; if (sub) id(2)", "id('a')", "TS2345 1:4"],
    ["dynamic import", "const { make } = await import('typed')", "make('c')", "TS2345 1:6"],
    ["re-exports", "export { make as create } from 'typed'; export * from './util'; import { make } from 'typed'; make('b')", "make('c')", "TS2345 1:6"],
  ])("%s", async (_, right, wrong, place) => {
    expect(await told(checker, right)).toEqual([]);
    expect(await told(checker, wrong)).toEqual([place]);
  });

  test("what has no types is any, without a word", async () => {
    expect(await told(checker, "import plain, { anything } from 'plain-js'; plain.whatever(anything.x)")).toEqual([]);
    expect(await told(checker, "import 'plain-js'; import './no-such.css'")).toEqual([]);
  });

  test("a global that Node has and its types do not know is any", async () => {
    const old = new DrivenChecker({ "node_modules/@types/node/package.json": JSON.stringify({ name: "@types/node", version: "1.0.0", types: "index.d.ts" }), "node_modules/@types/node/index.d.ts": "declare const process: { version: string };" });
    expect(await told(old, "new Blob([]); structuredClone(1); process.version.length; nowhere")).toEqual(["TS2304 1:59"]);
    await old.end();
  });

  test("Node's types are of one version, whatever packages bring along", async () => {
    expect(await told(checker, "import { where } from 'own-node'; where.version.length; process.version.length")).toEqual([]);
    expect(await told(checker, "process.old")).toEqual(["TS2339 1:9"]);
  });

  test("a name that a module does not export is told", async () => {
    expect(await told(checker, "import { nope } from 'typed'")).toEqual(["TS2614 1:10"]);
  });

  test("an edited file and a file that is new count from the next cell on", async () => {
    checker.write("edited.ts", "export const size = 1;");
    expect(await told(checker, "import { size } from './edited'")).toEqual([]);
    expect(await told(checker, "size.toFixed()")).toEqual([]);
    checker.write("edited.ts", "export const size = 'large';");
    expect(await told(checker, "size.toUpperCase()")).toEqual([]);
    expect(await told(checker, "import { late } from './late'")).toEqual([]);
    checker.write("late.ts", "export const late = 1;");
    expect(await told(checker, "import { late } from './late'")).toEqual([]);
    expect(await told(checker, "late.toUpperCase()")).toEqual(["TS2339 1:6"]);
  });

  test("a package that is installed meanwhile counts from the next import on", async () => {
    expect(await told(checker, "import { fresh } from 'fresh'")).toEqual([]);
    checker.write("node_modules/fresh/package.json", JSON.stringify({ name: "fresh", version: "1.0.0", types: "index.d.ts" }));
    checker.write("node_modules/fresh/index.d.ts", "export declare const fresh: number;");
    expect(await told(checker, "import { fresh } from 'fresh'")).toEqual([]);
    expect(await told(checker, "fresh.nope")).toEqual(["TS2339 1:7"]);
  });

  test("an unknown name that could be imported comes with the line that does it", async () => {
    const [missing] = (await checker.check("make('a')")) ?? [];
    expect(missing?.message).toBe("Cannot find name 'make'. It can be imported: import { make } from \"typed\";");
    const [node] = (await checker.check("readFileSync('a')")) ?? [];
    expect(node?.message).toContain('import { readFileSync } from "node:fs";');
  });
});

describe("tsconfig.json", () => {
  const withConfig = async (files: Readonly<Record<string, string>>, code: string): Promise<{ told: string[]; notes: readonly string[] }> => {
    const checker = new DrivenChecker(files);
    try {
      const answer = await checker.ask({ type: "check", name: "In[1]", code, reports: true, onlyRunsRight: false });
      if (answer.type !== "checked") throw new Error("no answer");
      return { told: (answer.diagnostics ?? []).map(({ code: what }) => what), notes: answer.notes };
    } finally {
      await checker.end();
    }
  };

  test("the folder's options hold: strict, indexed access, aliases", async () => {
    const files = {
      "tsconfig.json": '{\n  // comments are fine\n  "compilerOptions": { "strict": false, "noUncheckedIndexedAccess": true, "strictNullChecks": true, "paths": { "@/*": ["./lib/*"] }, "rootDir": "./lib", "composite": true, },\n  "include": ["lib"],\n}',
      "lib/a.ts": "export const a = 1;",
    };
    expect(await withConfig(files, "import { a } from '@/a'; const list = [a]; list[0].toFixed(); class A { n: number }")).toEqual({ told: ["TS2532"], notes: [] });
  });

  test("without one it is strict", async () => {
    expect((await withConfig({}, "class A { n: number }; const list = [1]; list[0].toFixed()")).told).toEqual(["TS2564"]);
  });

  test("cells run as they do: enums and decorators whatever it says", async () => {
    const files = { "tsconfig.json": JSON.stringify({ compilerOptions: { erasableSyntaxOnly: true, verbatimModuleSyntax: true, isolatedModules: true, module: "nodenext", target: "es5", experimentalDecorators: true, importHelpers: true } }), "u.ts": "export interface T { a: 1 }\nexport const v = 1" };
    expect((await withConfig(files, "enum E { A } class P { constructor(readonly x: number) {} }\nimport { T, v } from './u'; const t: T | undefined = undefined; await Promise.resolve(v)")).told).toEqual([]);
  });

  test("a broken one is told, and types are checked all the same", async () => {
    const { told: found, notes } = await withConfig({ "tsconfig.json": '{ "extends": "./nowhere.json", "compilerOptions": { "strict": true } }' }, "const n: number = 'a'");
    expect(found).toEqual(["TS2322"]);
    expect(notes.join()).toContain("nowhere.json");
  });
});
