/**
 * Cells one after another, and what the checker has to say of each: `TS2322 1:7` is an error at that line and column, with a `?` a
 * hint. A cell that is only a text must have nothing wrong.
 */
export type SequenceCell = string | readonly [code: string, ...diagnostics: string[]];

export interface Sequence {
  readonly title: string;
  readonly cells: readonly SequenceCell[];
}

const of = (title: string, ...cells: SequenceCell[]): Sequence => ({ title, cells });

/** They need nothing beside the notebook. */
export const SEQUENCES: readonly Sequence[] = [
  // one cell
  of("a wrong initializer is placed at its name", ['const x: number = "a";', "TS2322 1:7"]),
  of("a second error of a cell", ['const x: number = "a";\nx.foo', "TS2322 1:7", "TS2339 2:3"]),
  of("positions behind an emoji and an umlaut", ['const ü = "😀😀"; const n: number = "😀";', "TS2322 1:25"]),
  of("an object is no block", '{ a: 1, b: "two" }', ["{ a: zz }", "TS2304 1:6"]),
  of("an object with a semicolon and a comment", "// what\n{ a: 1 };"),
  of("top-level await", "const r = await fetch('http://127.0.0.1'); r.status.toFixed()", ["r.statuss", "TS2551 1:3"]),
  of("top-level for await", "async function* gen() { yield 1 }\nfor await (const n of gen()) n.toFixed()", ["for await (const n of gen()) n.foo", "TS2339 1:32"]),
  of("using at the top level", "using file = { [Symbol.dispose]() {}, name: 'a' };\nawait using other = { async [Symbol.asyncDispose]() {} };", "file.name", ["using x = 1", "TS2850 1:11"]),
  of("decorators of the language", "function logged<T>(value: T, context: ClassMethodDecoratorContext) { return value }\nclass A { @logged run() { return 1 } }\nnew A().run()", ["class B { @nope run() {} }", "TS2304 1:12"]),
  of("accessor fields", "class Box { accessor size = 1 }\nnew Box().size.toFixed()"),
  of("labels and loops", "outer: for (const a of [1]) { for (const b of [2]) { if (a) continue outer; b } }"),
  of("this at the top level", "this"),
  of("this in a function of an object", "const o = { n: 1, get() { return this.n } };\no.get().toFixed()", ["o.get().foo", "TS2339 1:9"]),
  of("this without a type is nothing to complain about", "function f() { return this }\nf()"),
  of("JSX without types is nothing to complain about", "const React = { createElement: (...all: unknown[]) => all };\nconst view = <div className='a'><b>x</b></div>;\nview", "view"),
  of("a generic arrow function beside JSX-like text", "const id = <T,>(x: T) => x;\nid(1).toFixed()", ["id('a').toFixed()", "TS2551 1:9"]),
  of("parameters without a type", "function twice(x) { return x * 2 }\ntwice(2)"),
  of("an index that TypeScript does not know", "const o = { a: 1 };\nfor (const key in o) console.log(o[key])"),
  of("an array that begins empty", "const list = [];\nlist.push(1);\nlist", "list.push('two')"),
  of("a comment alone", "// nothing", "", "/* a\n b */"),
  of("what is no TypeScript is not ours to say", "const = 1", "foo bar"),
  of("typeof asks whether there is such a name", "typeof window === 'undefined'", "typeof nowhere"),
  of("generators", "function* upTo(n: number) { for (let i = 0; i < n; i++) yield i }\n[...upTo(3)].map((x) => x.toFixed())", ["[...upTo('3')]", "TS2345 1:10"]),
  of("an error of many lines has one place", ["const wanted: { a: { b: number } } = { a: { b: 'x' } }", "TS2322 1:45"]),
  of("unreachable types: never", "function check(x: string | number) { if (typeof x === 'string') return x.length; return x.toFixed() }"),
  of("a syntax that only newer TypeScript has", "const palette = { red: [255, 0, 0], green: '#00ff00' } satisfies Record<string, string | number[]>;\npalette.green.toUpperCase()", "enum Empty {}", "const t = <const T,>(x: T) => x"),

  // from cell to cell
  of("a const of an earlier cell", "const x = 1", "x.toFixed()", ["x.foo", "TS2339 1:3"]),
  of("a type of an earlier cell", "interface P { id: number }", "const p: P = { id: 1 }", ["const q: P = { id: 'a' }", "TS2322 1:16"]),
  of("a let is assigned with its type", "let n = 1", "n = 2", ["n = 'two'", "TS2322 1:1"]),
  of("a let without a type", "let any;", "any = 1", "any = 'x'"),
  of("a const cannot be assigned to", "const x = 1", ["x = 2", "TS2588 1:1"]),
  of("a function, class and enum cannot be assigned to", "function f() {}\nclass C {}\nenum E { A }", ["f = 1 as any", "TS2630 1:1"], ["C = 1 as any", "TS2629 1:1"], ["E = 1 as any", "TS2628 1:1"]),
  of("a var that is incremented and destructured into", "var n = 1; let s = ''", "n++; [n, s] = [2, 'b']", ["[n, s] = ['b', 2]", "TS2322 1:2", "TS2322 1:5"]),
  of("the same name with another type", "const x = 1", "const x = 'now a text'", "x.toUpperCase()", ["x.toFixed()", "TS2551 1:3"]),
  of("a cell keeps what it saw when a name is declared again", "const x = 1", "function getX() { return x }", "const x = 'text'", "getX().toFixed()"),
  of("a name declared again from its own value", "const rows = [1, 2]", "function doubled() { return rows.map((n) => n * 2) }", "const rows = doubled().map(String)", "rows[0].toUpperCase()"),
  of("another kind under the same name", "function x() { return 1 }", "const x = { a: 1 }", "x.a", ["x()", "TS2349 1:1"]),
  of("a cell that is run again", "const a = [1]; function f() { return a }", "const a = [1]; function f() { return a }", "f().push(2)"),
  of("a class that is made anew is another", "class C { #secret = 1; a = 1 }", "const old = new C()", "class C { #secret = 1; a = 1 }", ["const c: C = old", "TS2322 1:7"]),
  of("a value in one cell, its type in the next", "const User = { id: 1, name: 'a' }", "type User = typeof User", "const u: User = { id: 2, name: 'b' }; User.id", ["const v: User = { id: '2', name: 'b' }", "TS2322 1:19"]),
  of("a type in one cell, its companion in the next", "interface Point { x: number }", "const Point = { at: (x: number): Point => ({ x }) }", "const p: Point = Point.at(1)", ["const q: Point = Point.at('1')", "TS2345 1:27"]),
  of("an interface is not merged across cells", "interface P { a: number }", "interface P { b: number }", "const p: P = { b: 1 }", ["const q: P = { a: 1 }", "TS2353 1:16"]),
  of("an interface is merged within a cell", "interface P { a: number }\ninterface P { b: number }", "const p: P = { a: 1, b: 2 }"),
  of("enums", "enum Color { Red, Green = 'g' }", "const c: Color = Color.Red; Color.Green", ["Color.Blue", "TS2339 1:7"], "const enum Size { S = 1 }", "Size.S.toFixed()"),
  of("an enum merged with a namespace", "enum Level { Low, High }\nnamespace Level { export function parse(s: string): Level { return s === 'low' ? Level.Low : Level.High } }", "const l: Level = Level.parse('low')", ["Level.parse(1)", "TS2345 1:13"]),
  of("a function merged with a namespace", "function area(r: number) { return r * area.pi }\nnamespace area { export const pi = 3 }", "area(2); area.pi", ["area.tau", "TS2339 1:6"]),
  of("a namespace of types alone", "namespace Shapes { export interface Box { w: number } }", "const b: Shapes.Box = { w: 1 }", ["const c: Shapes.Box = {}", "TS2741 1:7"]),
  of("an enum that is declared again", "enum E { A }", "enum E { B }", "E.B", ["E.A", "TS2339 1:3"]),
  of("a function that is hoisted in its cell", "start();\nfunction start() { return 1 }"),
  of("a function that uses what a later cell declares", ["function isEven(n: number): boolean { return n === 0 || isOdd(n - 1) }", "TS2304 1:57?"], "function isOdd(n: number): boolean { return n !== 0 && isEven(n - 1) }", "isEven(4)"),
  of("a name that nobody declares, at once and later", ["nowhere", "TS2304 1:1"], ["const f = () => nowhere", "TS2304 1:17?"], ["class A { run() { return nowhere } }", "TS2304 1:26?"]),
  of("a misspelt name is told", "const total = 1", ["totale", "TS2552 1:1"], ["console.logg(1)", "TS2551 1:9"]),
  of("closures over a later assignment", "let count = 0; const get = () => count", "count = 5; get().toFixed()"),
  of("destructuring", "const { a, b: [c, ...rest] } = { a: 1, b: ['x', 'y'] }", "a.toFixed(); c.toUpperCase(); rest.length", ["c.toFixed()", "TS2551 1:3"]),
  of("var out of a block and a loop", "if (true) { var inside = 1 }\nfor (var i = 0; i < 2; i++) {}", "inside.toFixed(); i.toFixed()", ["i.foo", "TS2339 1:3"]),
  of("let in a block stays there", "{ let hidden = 1; hidden }", ["hidden", "TS2304 1:1"]),
  of("generic classes and functions", "class Stack<T> { items: T[] = []; push(x: T) { this.items.push(x); return this } }\nfunction first<T>(xs: T[]): T | undefined { return xs[0] }", "new Stack<number>().push(1)", ["new Stack<number>().push('a')", "TS2345 1:26"], ["first([1])?.foo", "TS2339 1:13"]),
  of("a generic constraint", "interface Sized { length: number }\nconst longest = <T extends Sized>(a: T, b: T) => (a.length > b.length ? a : b)", "longest('a', 'bb')", ["longest(1, 2)", "TS2345 1:9"]),
  of("a class that extends one of an earlier cell", "class Animal { name = 'a'; protected age = 1 }", "class Dog extends Animal { bark() { return this.name + this.age } }", "new Dog().bark()", ["new Dog().age", "TS2445 1:11"], ["new Dog().meow()", "TS2339 1:11"]),
  of("an abstract class", "abstract class Shape { abstract area(): number }", ["new Shape()", "TS2511 1:1"], "class Square extends Shape { area() { return 4 } }", ["class Bad extends Shape {}", "TS2515 1:7"]),
  of("a name that is only shadowed in a function", "const x = 1", "function f(x: string) { return x.toUpperCase() }", "f('a')"),
  of("a global is shadowed in cells alone", "const name = 'n'; const process = { pid: 1 }", "name.toUpperCase(); process.pid.toFixed()", ["process.env", "TS2339 1:9"]),
  of("exports", "export const a = 1;\nexport function f() { return a }\nexport default class Thing { n = 1 }", "a.toFixed(); f()", "new Thing().n", "const b = 2; export { b as c, b }", "b"),
  of("export type", "export type Id = string | number;\nexport interface Row { id: Id }", "const r: Row = { id: 1 }", ["const s: Row = { id: true }", "TS2322 1:18"]),
  of("what is declared to be there", "declare const injected: { port: number };\ndeclare function host(): string;", ["injected.port.foo", "TS2339 1:15"], "host().length"),
  of("global types grow", "declare global { interface Array<T> { second(): T } }", ["[1, 2].second().foo", "TS2339 1:17"]),
  of("overloads", "function parse(x: string): number;\nfunction parse(x: number): string;\nfunction parse(x: any): any { return x }", "parse('1').toFixed(); parse(1).toUpperCase()", ["parse(true)", "TS2769 1:7"]),
  of("narrowing in one cell", "let maybe: string | undefined = Math.random() > 2 ? 'x' : undefined;\nif (maybe !== undefined) maybe.length", ["maybe.length", "TS18048 1:1"]),
  of("what a cell made sure of stays sure in later cells", "const found = /a/.exec('a');\nif (!found) throw new Error('none');\nfound[0]", "found[0].length", ["found.nope", "TS2339 1:7"]),
  of("what a later cell makes sure of counts from there on", "const found = /a/.exec('a')", ["found[0]", "TS18047 1:1"], "import assert from 'node:assert';\nassert(found)", "found[0].length"),
  of("a guard that leaves nothing changes nothing", "const found = /a/.exec('a');\nif (!found) console.log('none')", ["found[0]", "TS18047 1:1"]),
  of("unknown in a catch", ["try { JSON.parse('') } catch (error) { error.message }", "TS18046 1:40"], "try { JSON.parse('') } catch (error) { (error as Error).message }"),
  of("template types and tuples", "type Route = `/${string}`;\nconst pair: [string, number] = ['a', 1]", "const r: Route = '/a'; pair[0].length", ["const s: Route = 'a'", "TS2322 1:7"], ["pair[2]", "TS2493 1:6"]),
  of("symbols that are unique", "const key = Symbol('k'); const held = { [key]: 1 }", "held[key].toFixed()", ["held[key].foo", "TS2339 1:11"]),
  of("a private name", "class Safe { #code = 1; open(other: Safe) { return other.#code } }", "new Safe().open(new Safe())", ["new Safe().code", "TS2339 1:12"]),
  of("a cell with an error still declares", ["const n: number = 'x'", "TS2322 1:7"], "n.toFixed()"),
  of("a name that is not only ASCII", "const größe = 3; const $ = 1; const _private = 2", "größe.toFixed(); $.toFixed(); _private", ["größe.foo", "TS2339 1:7"]),
  of("the last value and those by number", "1 + 1", "_ + 1; Out[1]"),

  // Node and JavaScript
  of("Node's globals", "process.version.length; Buffer.from('a').length; setTimeout(() => {}, 1).unref(); structuredClone({})", ["process.versoin", "TS2551 1:9"]),
  of("Node's modules, imported and required", "import { readFileSync } from 'node:fs';\nimport * as path from 'node:path';", "path.join('a', 'b').length; readFileSync('x', 'utf8').length", ["readFileSync(true)", "TS2345 1:14"], "const os = require('node:os'); os.cpus()", "import fs = require('node:fs'); fs.existsSync('a')"),
  of("import.meta and its folder", "import.meta.url.length; import.meta.dirname; __dirname; __filename"),
  of("dynamic import", "const { readFile } = await import('node:fs/promises')", ["await readFile(1)", "TS2345 1:16"]),
  of("types alone are imported", "import type { Stats } from 'node:fs';\nimport { type Dirent, statSync } from 'node:fs';", "let s: Stats = statSync('.'); let d: Dirent | undefined", ["const t: Stats = 1", "TS2322 1:7"]),
  of("an import is declared again", "import { join } from 'node:path'", "const join = (n: number) => n", "join(1)", ["join('a')", "TS2345 1:6"]),
  of("newer parts of the language's library", "[3, 1].toSorted(); Object.groupBy([1], (n) => n % 2 ? 'odd' : 'even'); Promise.withResolvers<number>(); new Set([1]).union(new Set([2]))"),
  of("a module that is not there is the session's to say", "import nothing from 'no-such-package'", "nothing.foo"),

  // ray
  of("ray is there, and its types", "const square = ray.remote((x: number) => x * x)", "const refs: ObjectRef<number>[] = [1, 2].map((x) => square.remote(x))", "(await ray.get(refs)).map((n) => n.toFixed())", ["square.remote('a')", "TS2345 1:15"], ["square(2)", "TS2349 1:1"], ["square.remote()", "TS2554 1:8"]),
  of("actors know their methods", "class Counter { i = 0; incr(by: number) { return (this.i += by) } }", "const counter: ActorHandle<Counter> = ray.remote(Counter).remote()", "counter.incr.remote(1)", ["counter.nope.remote()", "TS2339 1:9"], ["counter.incr.remote('1')", "TS2345 1:21"], ["counter.i", "TS2339 1:9"]),
  of("a ref that is awaited", "const square = ray.remote((x: number) => x * x)", "const ref = square.remote(2)", ["await ref", "RAY1001 1:7"], ["const n = await square.remote(3)", "RAY1001 1:17"], "await ray.get(ref); await ref.value()"),
  of("refs in Promise.all and its like", "const f = ray.remote(() => 1); const refs = [f.remote(), f.remote()]", ["await Promise.all(refs)", "RAY1001 1:19"], ["await Promise.race([f.remote(), 1])", "RAY1001 1:20"], ["await Promise.allSettled(refs.map((r) => r))", "RAY1001 1:26"], ["await Promise.any(new Set(refs))", "RAY1001 1:19"], "await Promise.all(refs.map((r) => r.value())); await Promise.all([ray.get(refs), 1])"),
  of("a ref that is awaited in a function, a loop and a union", "const f = ray.remote(() => 1)", ["async function all() { for (const ref of [f.remote()]) await ref }", "RAY1001 1:62"], ["const maybe = Math.random() > 2 ? f.remote() : undefined; await maybe", "RAY1001 1:65"], "const nested = Promise.resolve(f.remote()); await nested"),
  of("comments that tell TypeScript to look away hold for refs too", "const f = ray.remote(() => 1)", "// @ts-ignore\nawait f.remote()", "/* @ts-expect-error */\nawait f.remote()", "// @ts-nocheck\nawait f.remote(); const n: number = 'a'", ["// @ts-expect-error\nawait ray.get(f.remote())", "TS2578 1:1"]),
  of("an object with refs inside is no ref", "const f = ray.remote(() => 1)", "await Promise.all([{ ref: f.remote() }]); const box = { ref: f.remote() }; await box"),
  of("a class of that name is no ref", "class ObjectRef<T> { constructor(readonly value: T) {} }", "await new ObjectRef(1)"),
  of("the package by its name is the session's own", "import ray2, { ObjectRef as Ref, isRayError } from 'ray-ts'", "const r: Ref<number> = ray2.put(1)", ["await r", "RAY1001 1:7"], ["ray2.nope", "TS2339 1:6"]),
  of("options, results and errors", "const pair = ray.remote((a: number) => [a, 'b'] as const, { numReturns: 2 })", "const [x, y] = pair.remote(1); (await ray.get(x)).toFixed(); (await ray.get(y)).length", ["ray.remote(() => 1, { numCpus: 'two' })", "TS2322 1:23"], "try { await ray.get(ray.put(1), { timeoutMs: 5 }) } catch (error) { if (ray.isRayError(error)) error.code }"),
];
