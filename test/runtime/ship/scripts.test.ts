/**
 * Plain scripts on real worker processes: nobody compiled them, so functions are found by V8's inspector, by their module, or not
 * at all.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Sandbox } from "../../fixtures/sandbox.ts";

const GEOMETRY = `
const K = 3;
export let scale = 1;
export const setScale = (s) => { scale = s; };
export const area = (r) => K * r * r * scale;
export class Vec { constructor(x, y) { this.x = x; this.y = y; } len() { return Math.hypot(this.x, this.y); } static unit = 1; }
export default function twice(x) { return x * 2; }
`;
const LEGACY = `
const q = 5;
exports.add = function (x) { return x + q; };
exports.makePoint = (x) => new Point(x);
class Point { constructor(x) { this.x = x; } get double() { return this.x * 2; } }
exports.Point = Point;
const { basename } = require("node:path");
exports.base = (p) => basename(p) === require("node:path").basename(p) && basename(p);
`;
const TINY = `exports.inc = function inc(x) { return x + step; }; const step = 1; exports.nested = { dec: (x) => x - 1 }; exports.loadedIn = process.pid;`;
const MODERN = `const hidden = () => 42; export const answer = () => hidden(); export const box = { get: () => hidden() };`;

/** Each gives `[what the worker said, what is wanted]`. */
const CASES: Record<string, string> = {
  "an arrow function without captures": "[await call((x) => x * x, 7), 49]",
  "a captured constant": "[await call((x) => x * ten, 2), 20]",
  "a function declaration that calls another": "[await call(hypotenuse, 3, 4), 5]",
  "recursion": "[await call(fib, 12), 144]",
  "a variable that changes is read at each call": "[(counter = 1, await call(readCounter)) + (counter = 5, await call(readCounter)), 6]",
  "locals of an enclosing function": "[await call(makeAdder(4), 3), 7]",
  "two closures of one function keep to their own": "[[await call(makeAdder(1), 1), await call(makeAdder(2), 1)], [2, 3]]",
  "a block's and a loop's variables": "[await Promise.all(inLoop.map((f) => call(f))), [0, 10, 20]]",
  "async and generator functions": "[[await call(async (x) => { await null; return x; }, 3), await call(collectFrom, 3)], [3, [0, 1, 2]]]",
  "a class with inheritance, statics and private fields": "[await call(() => new Dog('rex').speak() + Dog.legs), 'rex says woof4']",
  "a class that extends an expression": "[await call(() => [new Cat('tom').speak(), new Cat('kit').mixed(), new Cat('a') instanceof Animal]), ['tom says meow', 'mixed kit', true]]",
  "an arrow function with this outside of all functions": "[await call(() => typeof this), 'undefined']",
  "import.meta and a dynamic import": "[await call(async () => [import.meta.url.endsWith('.mjs'), (await import('node:path')).basename('/x/y'), (await import('./lib/geometry.mjs')).area(1)]), [true, 'y', 3]]",
  "require in a CommonJS module": "[await call(() => legacy.base('/p/q')), 'q']",
  "an async method, a static method, an accessor": "[await call(async () => [await odd2.later(1), Statics.twice(4), acc.total]), [1, 8, 20]]",
  "a class with a static block and computed names": "[await call(() => [Statics.made, new Statics()[Symbol.for('name')]()]), ['made', 'sym']]",
  "an actor class": "[await (async () => { const a = ray.remote(Tally).remote(5); a.add.remote(2); return ray.get(a.total.remote()); })(), 7]",
  "an instance as an argument": "[await call((p) => [p instanceof Point, p.norm()], new Point(3, 4)), [true, 5]]",
  "an instance as a result has the script's class": "[await call((x) => new Point(x, 0), 2).then((p) => [p instanceof Point, p.x]), [true, 2]]",
  "an error of a class of the script": "[await call(() => { throw new Bad('no', 3); }).catch((e) => [e instanceof Bad, e.status, e.name]), [true, 3, 'RayTaskError']]",
  "a method of an object with this and captures": "[await call(() => store.incr(2) + store.twice), 3 + 6]",
  "functions in arrays and Maps": "[await call(() => steps.get('all').reduce((v, f) => f(v), 1)), 4]",
  "a named import of Node": "[await call(() => basename('/a/b')), 'b']",
  "a namespace and a default import of Node": "[await call(() => [os.EOL, path.extname('x.y')]), ['\\n', '.y']]",
  "an import of the script's own module": "[await call((r) => area(r), 2), 12]",
  "a class and an instance of an own module": "[await call((v) => [v instanceof Vec, v.len(), Vec.unit], new Vec(3, 4)), [true, 5, 1]]",
  "a default export and a namespace of an own module": "[await call((x) => twice(x) + geometry.area(x), 1), 5]",
  "a CommonJS module of the script": "[await call((x) => [add(x), makePoint(x).double], 2), [7, 4]]",
  "a package, CommonJS": "[await call((x) => [tiny.inc(x), inc(x), tiny.nested.dec(x), tiny.loadedIn !== process.ppid], 1), [2, 2, 0, true]]",
  "a package's function as a value": "[await call((f) => f(1), inc), 2]",
  "a package, ESM": "[await call(() => [answer(), modern.box.get()]), [42, 42]]",
  "a remote function used in another": "[await call(async (x) => (await ray.get(square.remote(x))) + 1, 4), 17]",
  "ray by its name, for nested work": "[await call(async () => ray.get([1, 2].map((x) => square.remote(x)))), [1, 4]]",
  "a function made in the task comes back": "[await call((k) => (x) => x * k, 3).then((f) => f(5)), 15]",
  "a ref and a handle captured": "[await call(async () => [await ray.get(ref), await ray.get(tally.total.remote())]), ['put', 1]]",
  "globals and their functions": "[await call(() => [floor(1.5), typeof log]), [1, 'function']]",
  "a getter on an object": "[await call(() => computed.value), 30]",
  "a default parameter that captures": "[await call((x = ten) => x), 10]",
  "Symbol.for, BigInt, Map and a cycle captured": "[await call(() => [odd.self === odd, odd.map.get(1), odd.big === 3n, odd.sym === Symbol.for('k')]), [true, 'one', true, true]]",
};

const FAILURES: Record<string, [expression: string, message: RegExp]> = {
  "a socket behind a helper": ["call(usesSocket)", /^Cannot send usesSocket → helper → db: a Socket lives in this process only; make it inside the task or keep it in an actor$/],
  "a bound function": ["call(() => bound())", /→ bound: a bound function \(bound area\) has no source/],
  "an arrow function that uses the this around it": ["call(new Clicker().make())", /uses the `this` of what is around it.*const self = this/],
  "an instance with private fields": ["call((x) => x, new Dog('a'))", /argument 1: an instance of Dog has #private members .*registerSerializer\(Dog/],
};

const SCRIPT = `
import ray from "ray-ts";
import { basename } from "node:path";
import path from "node:path";
import * as os from "node:os";
import { Socket } from "node:net";
import twice, { area, Vec } from "./lib/geometry.mjs";
import * as geometry from "./lib/geometry.mjs";
import legacy from "./lib/legacy.cjs";
import tiny from "tiny";
import { inc } from "tiny";
import { answer } from "modern";
import * as modern from "modern";
const { add, makePoint } = legacy;
const { floor } = Math;
const log = console.log;
const ten = 10;
let counter = 0;
const readCounter = () => counter;
function hypotenuse(a, b) { return Math.sqrt(sq(a) + sq(b)); }
function sq(x) { return x * x; }
const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));
const makeAdder = (k) => { const inner = (x) => x + k; return (x) => inner(x); };
const inLoop = [];
for (let i = 0; i < 3; i++) { const tens = i * 10; inLoop.push(() => tens); }
function* counting(n) { for (let i = 0; i < n; i++) yield i; }
const collectFrom = (n) => [...counting(n)];
class Animal { constructor(name) { this.name = name; } speak() { return this.name + " says " + this.sound(); } }
class Dog extends Animal { #sound = "woof"; static legs = 4; sound() { return this.#sound; } }
const Mixed = (Base) => class extends Base { mixed() { return "mixed " + this.name; } };
class Cat extends Mixed(Animal) { sound() { return "meow"; } }
class Tally { constructor(n) { this.n = n; } add(by) { this.n += by; } total() { return this.n; } }
class Point { constructor(x, y) { this.x = x; this.y = y; } norm() { return hypotenuse(this.x, this.y); } }
class Bad extends Error { constructor(message, status) { super(message); this.status = status; } }
const store = { n: 1, incr(by) { return (this.n += by); }, get twice() { return this.n * 2; } };
const steps = new Map([["all", [(x) => x + 1, (x) => x * 2]]]);
const square = ray.remote((x) => x * x);
const tally = ray.remote(Tally).remote(1);
const ref = ray.put("put");
const computed = { get value() { return ten * 3; } };
const odd = { map: new Map([[1, "one"]]), big: 3n, sym: Symbol.for("k") }; odd.self = odd;
const odd2 = { async later(x) { await null; return x; } };
class Statics { static made; static { this.made = "made"; } static twice(x) { return x * 2; } [Symbol.for("name")]() { return "sym"; } }
const acc = { get total() { return ten * 2; } };
const db = new Socket();
const helper = () => db.destroyed;
const usesSocket = () => helper();
const bound = area.bind(null, 1);
class Clicker { n = 1; make() { return () => this.n; } }
const call = (f, ...args) => ray.get(ray.remote(f).remote(...args));
const results = {};
const attempt = async (name, run) => { try { results[name] = await run(); } catch (error) { results[name] = { failed: error.message, stack: error.stack }; } };
await ray.init({ numCpus: 2 });
`;

let sandbox: Sandbox;
let results: Record<string, unknown>;

beforeAll(async () => {
  sandbox = new Sandbox();
  const files: Record<string, string> = {
    "lib/geometry.mjs": GEOMETRY, "lib/legacy.cjs": LEGACY,
    "node_modules/tiny/index.js": TINY, "node_modules/tiny/package.json": '{"name":"tiny","main":"index.js"}',
    "node_modules/modern/index.js": MODERN, "node_modules/modern/package.json": '{"name":"modern","type":"module","exports":"./index.js"}',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(sandbox.folder, name)), { recursive: true });
    writeFileSync(join(sandbox.folder, name), text);
  }
  const runs = [...Object.entries(CASES), ...Object.entries(FAILURES).map(([name, [expression]]) => [name, `await ${expression}`] as const)];
  const body = runs.map(([name, expression]) => `await attempt(${JSON.stringify(name)}, async () => ${expression});`).join("\n");
  const stack = "try { await call(function thrower(x) {\n  throw new TypeError('here ' + x); }, 1); } catch (error) { results.stack = error.stack; }";
  results = (await sandbox.scriptValue(`${SCRIPT}\n${body}\n${stack}\nreport(results);`)) as Record<string, unknown>;
});

afterAll(() => sandbox.close());

test.each(Object.keys(CASES))("a plain script sends %s", (name) => {
  const result = results[name] as unknown[] | { stack: string };
  if (!Array.isArray(result)) throw new Error(result.stack);
  expect(result[0]).toEqual(result[1]);
});

test.each(Object.entries(FAILURES))("a plain script cannot send %s", (name, [, message]) => {
  expect(results[name]).toEqual({ failed: expect.stringMatching(message), stack: expect.any(String) });
});

test("a stack from a worker names the script's own line", () => {
  expect(results["stack"]).toMatch(/^TypeError: here 1\n {4}at thrower \(file:.*script-\w+\.mjs:\d+:9\)/);
});
