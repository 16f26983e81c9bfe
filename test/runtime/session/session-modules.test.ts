import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildSession, DrivenSession, temporaryFolder } from "../../fixtures/session-driver.ts";

const folder = temporaryFolder();
let session: DrivenSession;

const FILES: Record<string, string> = {
  "lib.ts": "import { twice } from './deep/helper';\nexport enum Color { Red = 'red' }\nexport const four: number = twice(2);\nexport default class Box<T> { constructor(public value: T) {} }\n",
  "deep/helper.ts": "export function twice(n: number): number { return 2 * n }\n",
  "deep/index.ts": "export * from './helper.js';\n",
  "plain.js": "export const plain = true;\n",
  "old.cjs": "exports['sum'] = (a, b) => a + b; module.exports.when = () => 'now';\n",
  "view.tsx": "const h = (tag: string) => tag;\nexport const view: string = h('b');\n",
  "failing.ts": "type Unused = { a: 1 };\n\nexport function fail(): never {\n  throw new RangeError('from a module');\n}\n",
  "broken.ts": "export const x: = 1;\n",
  "decorated.ts": "function twice(value: (n: number) => number, context: ClassMethodDecoratorContext) { return (n: number) => 2 * value(n) }\nexport class C { @twice run(n: number) { return n } }\n",
  "needs.ts": "import 'package-that-is-not-here';\n",
  "uses-ray.ts": "import ray, { RayError } from 'ray-ts';\nexport const own = ray;\nexport const error = RayError;\n",
  "compiled.ts": "export const from: string = 'ts';\n",
  "compiled.js": "exports.from = 'js';\n",
  "data.json": "{ \"answer\": 42 }",
  "node_modules/esm-only/package.json": "{ \"name\": \"esm-only\", \"type\": \"module\", \"exports\": { \"import\": \"./main.js\" } }",
  "node_modules/esm-only/main.js": "export const kind = 'esm'; export default 1;\n",
  "node_modules/computed/package.json": "{ \"name\": \"computed\", \"main\": \"main.js\" }",
  "node_modules/computed/main.js": "const all = {}; for (const name of ['alpha', 'beta']) all[name] = () => name; module.exports = all;\n",
  "node_modules/@scope/half/package.json": "{ \"name\": \"@scope/half\", \"type\": \"module\", \"exports\": \"./main.js\" }",
  "node_modules/@scope/half/main.js": "import 'its-own-dependency';\n",
};

beforeAll(async () => {
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), text);
  }
  await buildSession();
  session = await new DrivenSession(folder.path).ready();
});

afterAll(async () => {
  await session.end();
  folder.dispose();
});

test.each([
  ["local TypeScript without an extension", "import Box, { four, Color } from './lib'; [four, Color.Red, new Box(1).value].join()", "'4,red,1'"],
  ["local TypeScript by its own name", "import { four as also } from './lib.ts'; also", "4"],
  ["local TypeScript by its compiled name", "import { twice } from './deep/helper.js'; twice(4)", "8"],
  ["a folder's index", "import * as deep from './deep'; deep.twice(1)", "2"],
  ["local JavaScript", "import { plain } from './plain'; plain", "true"],
  ["local CommonJS", "import { sum } from './old.cjs'; sum(1, 2)", "3"],
  ["TSX", "import { view } from './view'; view", "'b'"],
  ["decorators in a local module", "import { C } from './decorated'; new C().run(3)", "6"],
  ["an ES module package", "import one, { kind } from 'esm-only'; [one, kind].join()", "'1,esm'"],
  ["names of a CommonJS package that its lexer misses", "import { beta } from 'computed'; beta()", "'beta'"],
  ["a CommonJS package's default", "import computed from 'computed'; Object.keys(computed).join()", "'alpha,beta'"],
  ["JSON", "import data from './data.json' with { type: 'json' }; data.answer", "42"],
  ["a dynamic import", "(await import('./lib')).four", "4"],
  ["Node's own modules", "import { join } from 'node:path'; import os from 'os'; [join('a', 'b'), typeof os.cpus].join()", "'a/b,function'"],
  ["require of a package, JSON and Node", "[require('computed').alpha(), require('./data.json').answer, typeof require('fs').readFileSync, typeof require.resolve].join()", "'alpha,42,function,function'"],
  ["require takes JavaScript where TypeScript lies beside it", "require('./compiled').from", "'js'"],
  ["import takes TypeScript there", "import { from } from './compiled'; from", "'ts'"],
  ["import.meta and __dirname", "[import.meta.url.endsWith('notebook.mts'), __dirname === process.cwd()].join()", "'true,true'"],
  ["the session's own ray", "import own, { RayError } from 'ray-ts'; [own === ray, new RayError('x') instanceof RayError, require('ray-ts').default === ray].join()", "'true,true,true'"],
  ["the session's own ray, in a local module", "import * as uses from './uses-ray'; [uses.own === ray, uses.error === ray.exceptions.RayError].join()", "'true,true'"],
])("%s", async (_, code, text) => {
  const outcome = await session.run(code);
  expect([outcome.reply.error?.traceback, outcome.text]).toEqual([undefined, text]);
});

test("a module is evaluated once", async () => {
  await session.run("import Box from './lib'; const first = Box");
  expect((await session.run("import Box from './lib'; Box === first")).text).toBe("true");
});

const write = (name: string, text: string): void => {
  mkdirSync(dirname(join(folder.path, name)), { recursive: true });
  writeFileSync(join(folder.path, name), text);
};

test("an edited module is loaded anew by the next import, with its importers, and nothing else is", async () => {
  write("edited/state.ts", "export const seen: string[] = []; globalThis.stateLoads = (globalThis.stateLoads ?? 0) + 1;\n");
  write("edited/inner.ts", "export const name: string = 'first';\n");
  write("edited/middle.js", "export { name } from './inner';\nimport './state.ts';\n");
  write("edited/outer.tsx", "import { name } from './middle';\nimport { seen } from './state';\nexport const say = (): string => { seen.push(name); return seen.join() };\n");
  const say = "import { say } from './edited/outer'; say()";
  expect((await session.run(say)).text).toBe("'first'");
  write("edited/inner.ts", "export const name: string = 'second';\n");
  expect((await session.run("say()")).text).toBe("'first,first'");
  expect((await session.run(say)).text).toBe("'first,first,second'");
  expect((await session.run("(await import('./edited/outer')).say()")).text).toBe("'first,first,second,second'");
  expect((await session.run("globalThis.stateLoads")).text).toBe("1");
  write("edited/outer.tsx", "export const say = (): string => { throw new Error('third') };\n");
  const { reply } = await session.run(say, { name: "In[60]" });
  expect(reply.error?.traceback.join("\n")).toMatch(/edited\/outer\.tsx:1:42\n[^]*Error: third\n {4}at say \([^?]*\/edited\/outer\.tsx:1:42\)\n {4}at In\[60\]:1:\d+$/);
});

test("a module that could not be loaded is tried again when it, or what it needs, has changed", async () => {
  write("mended.ts", "export const x: = 1;\n");
  expect((await session.run("import { x } from './mended'; x")).reply.error?.ename).toBe("SyntaxError");
  write("mended.ts", "import { y } from 'comes-later';\nimport { z } from './comes-later-too';\nexport const x = y + z;\n");
  expect((await session.run("import { x } from './mended'; x")).reply.error?.evalue).toMatch(/%npm install comes-later$/);
  write("node_modules/comes-later/package.json", "{ \"name\": \"comes-later\", \"type\": \"module\", \"exports\": \"./main.js\" }");
  write("node_modules/comes-later/main.js", "export const y = 1;\n");
  expect((await session.run("import { x } from './mended'; x")).reply.error?.evalue).toMatch(/comes-later-too/);
  write("comes-later-too.ts", "export const z = 2;\n");
  expect((await session.run("import { x } from './mended'; x")).text).toBe("3");
});

test.each([
  ["CommonJS that is imported", "part.cjs", (n: number) => `exports.n = ${n};`, "import { n } from './part.cjs'; n"],
  ["CommonJS that is required", "needed.cjs", (n: number) => `module.exports = { n: ${n} };`, "require('./needed.cjs').n"],
  ["JavaScript by its folder", "deeper/index.js", (n: number) => `export default ${n};`, "import n from './deeper'; n"],
  ["JSON that is imported", "value.json", (n: number) => `{ "n": ${n} }`, "import value from './value.json' with { type: 'json' }; value.n"],
  ["JSON that is required", "other.json", (n: number) => `{ "n": ${n} }`, "require('./other.json').n"],
])("%s is read again after an edit", async (_, name, text, code) => {
  write(name, text(1));
  expect((await session.run(code)).text).toBe("1");
  write(name, text(22));
  expect((await session.run(code)).text).toBe("22");
  write(name, text(1));
  expect((await session.run(code)).text).toBe("1");
});

test("an error in a local module names its TypeScript line and shows it", async () => {
  const { reply } = await session.run("import { fail } from './failing'; fail()", { name: "In[50]" });
  const traceback = reply.error?.traceback.join("\n") ?? "";
  expect(traceback).toMatch(/failing\.ts:4:9\n[^]*> 4 \| {3}throw new RangeError\('from a module'\);[^]*RangeError: from a module\n {4}at fail \([^\n]*failing\.ts:4:9\)\n {4}at In\[50\]:1:\d+$/);
});

test("a syntax error in a local module names the file", async () => {
  const { reply } = await session.run("import { x } from './broken'");
  expect(reply.error).toMatchObject({ ename: "SyntaxError", evalue: expect.stringMatching(/broken\.ts:1:17/) as unknown });
});

test.each([
  ["import x from 'lodash-but-missing/fp'", /^Cannot find the package "lodash-but-missing" from .*\. Install it there: %npm install lodash-but-missing$/],
  ["require('@some/where/deep')", /%npm install @some\/where$/],
  ["import './needs'", /^Cannot find the package "package-that-is-not-here" \(needed by "\.\/needs"\) .*%npm install package-that-is-not-here$/],
  ["import '@scope/half'", /"its-own-dependency" \(needed by "@scope\/half"\).*%npm install its-own-dependency$/],
  ["import { a } from './nowhere'", /^Cannot find "\.\/nowhere" from .*\. Looked for nowhere, nowhere\.ts,/],
])("%s says what is missing and what to do", async (code, message) => {
  const { reply } = await session.run(code);
  expect(reply.error?.evalue).toMatch(message);
});

test("an export that is not there is an error that names it, at its use", async () => {
  expect((await session.run("import { nope } from './lib'; nope")).reply.error).toMatchObject({ ename: "SyntaxError", evalue: 'The module "./lib" has no export named "nope"' });
});
