import { counterHandle, Ref, Session, Worker, type Handle } from "./two-sides.ts";

type Case = readonly [name: string, cells: readonly string[], want: unknown];

const functions: Case[] = [
  ["arrow, no captures", ["const square = remote((x: number) => x * x)\nawait square.remote(7)"], 49],
  ["declared function and a cell constant", ["const K = 10\nfunction addK(x: number) { return x + K }", "await remote(addK).remote(1)"], 11],
  ["a function that calls one of another cell", ["const K = 2\nconst h1 = (x: number) => x * K", "const h2 = (x: number) => h1(x) + 1", "await remote((x: number) => h2(x)).remote(5)"], 11],
  ["a reassigned capture is read at each submission", ["let K = 1\nconst f = remote(() => K)\nawait f.remote()", "K = 5", "await f.remote()"], 5],
  ["recursion", ["const fib = (n: number): number => n < 2 ? n : fib(n - 1) + fib(n - 2)\nawait remote(fib).remote(15)"], 610],
  ["recursion of a named expression", ["await remote(function f(n: number): number { return n < 2 ? 1 : n * f(n - 1) }).remote(5)"], 120],
  ["mutual recursion", ["function even(n: number): boolean { return n === 0 ? true : odd(n - 1) }\nfunction odd(n: number): boolean { return n === 0 ? false : even(n - 1) }", "await remote(even).remote(10)"], true],
  ["locals of an enclosing function", ["const mk = (a: number) => { let b = a * 2; const inner = (z: number) => z + b; return remote((x: number) => inner(x) * a) }", "await mk(3).remote(4)"], 30],
  ["a loop variable", ["const fs2: any[] = []\nfor (let i = 0; i < 3; i++) fs2.push(remote(() => i * 10))\nawait Promise.all(fs2.map((f) => f.remote()))"], [0, 10, 20]],
  ["a for-of variable", ["const all: any[] = []\nfor (const s of ['a', 'b']) all.push(remote(() => s + s))\nawait Promise.all(all.map((f) => f.remote()))"], ["aa", "bb"]],
  ["a nested function declaration", ["function outer(q: number) { function helper(x: number) { return x + q }\n return remote((y: number) => helper(y) * 2) }\nawait outer(1).remote(4)"], 10],
  ["a recursive local function", ["const mkf = () => { const rec = (n: number): number => n <= 0 ? 0 : n + rec(n - 1); return remote((n: number) => rec(n)) }\nawait mkf().remote(4)"], 10],
  ["two local functions that call each other", ["function mk() { const a = (n: number): string => n ? 'a' + b(n - 1) : ''; const b = (n: number): string => n ? 'b' + a(n - 1) : ''; return remote(a) }\nawait mk().remote(5)"], "ababa"],
  ["an async function", ["await remote(async (x: number) => { await null; return x + 1 }).remote(5)"], 6],
  ["a generator function", ["await remote(function* (n: number) { for (let i = 0; i < n; i++) yield i }).remote(3)"], [0, 1, 2]],
  ["an async generator function", ["await remote(async function* () { yield 1; await 0; yield 2 }).remote()"], [1, 2]],
  ["default and rest parameters, destructuring, templates", ["const pre = 'p'", "await remote(({ a, b = pre }: any, ...r: number[]) => `${a}${b}${r.length}`).remote({ a: 1 }, 2, 3)"], "1p2"],
  ["a function in an object, as an argument", ["const ops = { add: (a: number, b: number) => a + b }\nfunction app(f: any) { return f(1, 2) }", "await remote(app).remote(ops.add)"], 3],
  ["functions in arrays and Maps, captured", ["const inc = (x: number) => x + 1\nconst steps = [inc, (x: number) => x * 2]\nconst byName = new Map([['dbl', steps[1]]])", "await remote((x: number) => [steps.reduce((v, f) => f(v), x), byName.get('dbl')!(x), byName.get('dbl') === steps[1]]).remote(3)"], [8, 6, true]],
  ["a method of an object, with this", ["const store = { n: 1, incr(by: number) { return (this.n += by) }, get twice() { return this.n * 2 } }", "await remote(() => [store.incr(4), store.twice]).remote()"], [5, 10]],
  ["a method that reads a cell's names and calls its functions", ["const K = 3\nconst times = (x: number) => x * K\nconst o = { calc(x: number) { return times(x) + K } }", "await remote(() => o.calc(2)).remote()"], 9],
  ["a method that captures locals", ["function mk(a: number) { const f = (x: number) => x * 10; return { run(x: number) { return f(x) + a } } }\nconst made = mk(7)", "await remote(() => made.run(2)).remote()"], 27],
  ["an async generator method and a computed name", ["const o = { async *['count' + 1](n: number) { for (let i = 0; i < n; i++) yield i } }", "await remote(() => o.count1(3)).remote()"], [0, 1, 2]],
  ["a redefined helper is seen", ["const g = () => 1\nconst f = remote(() => g())\nawait f.remote()", "const g = () => 2", "await f.remote()"], 2],
  ["a helper that a later cell defines", ["const f = remote(() => later())", "const later = () => 'ok'", "await f.remote()"], "ok"],
  ["typeof and globals", ["await remote(() => [typeof process.pid, Math.max(1, 2), typeof nosuch]).remote()"], ["number", 2, "undefined"]],
  ["a function that is made in the task and sent back", ["const mk = await remote((k: number) => { const inner = (x: number) => x * k; return inner }).remote(5)\nmk(4)"], 20],
  ["a function that came back goes out again", ["const mk: any = await remote((k: number) => (x: number) => x * k).remote(5)\nawait remote((f: any) => f(3)).remote(mk)"], 15],
  ["an immediately captured constant of each kind", ["const s = 'x', b = true, n = null, u = undefined, big = 12n, sy = Symbol.for('k')", "await remote(() => [s, b, n, u, big, sy === Symbol.for('k')]).remote()"], ["x", true, null, undefined, 12n, true]],
  ["a captured name that shadows a global", ["const Map = 5", "await remote(() => Map).remote()"], 5],
  ["a function's own properties", ["function memo(n: number) { return (memo.cache.get(n) ?? 0) + memo.base }\nmemo.cache = new Map([[1, 10]]); memo.base = 5", "await remote(() => memo(1)).remote()"], 15],
  ["an arrow function of a class field", ["class Btn { n = 3; click = (by: number) => (this.n += by) }\nconst btn = new Btn()", "await remote((b: any) => [b.click(2), b.n]).remote(btn)"], [5, 5]],
  ["the name of a function", ["const square = (x: number) => x", "await remote((f: any) => [f.name, square.name]).remote(square)"], ["square", "square"]],
];

const modules: Case[] = [
  ["a named import", ["import { basename, join as glue } from 'node:path'", "await remote(() => [basename('/a/b'), glue('a', 'b')]).remote()"], ["b", "a/b"]],
  ["a namespace import", ["import * as os from 'node:os'", "await remote(() => typeof os.cpus).remote()"], "function"],
  ["a default import", ["import path from 'node:path'", "await remote(() => path.extname('a.ts')).remote()"], ".ts"],
  ["an imported function as a value", ["import { extname } from 'node:path'", "await remote((f: any) => f('x.y')).remote(extname)"], ".y"],
  ["a module that a helper uses", ["import { posix } from 'node:path'\nconst helper = (a: string) => posix.dirname(a)", "await remote((a: string) => helper(a)).remote('/x/y')"], "/x"],
  ["a namespace in an object", ["import * as path from 'node:path'\nconst tools = { path }", "await remote(() => tools.path.basename('/q/r')).remote()"], "r"],
  ["a dynamic import in the task", ["await remote(async () => (await import('node:path')).basename('/a/z')).remote()"], "z"],
  ["require in the task", ["await remote(() => require('node:path').basename('/a/w')).remote()"], "w"],
];

const classes: Case[] = [
  ["inheritance, private state and a static block in the task", ["class Base { constructor(public n: number) {} hi() { return 'base' + this.n } }\nclass Sub extends Base { #p = 5; static tag: string; static { Sub.tag = 'T' } hi() { return super.hi() + this.#p + Sub.tag } }", "await remote(() => new Sub(1).hi()).remote()"], "base15T"],
  ["an instance keeps its prototype", ["class P { constructor(public x: number) {} dbl() { return this.x * 2 } }", "await remote((p: P) => [p instanceof P, p.dbl()]).remote(new P(4))"], [true, 8]],
  ["an instance with private state in base and derived class", ["class Acc { #t = 0; constructor(private readonly k = 2) {} add(v: number) { this.#t += v * this.k; return this } get total() { return this.#t } }\nclass Acc2 extends Acc { #extra: string; constructor(s: string) { super(3); this.#extra = s } get e() { return this.#extra } }", "const a = new Acc2('z').add(5) as Acc2\nawait remote((q: Acc2) => [q.total, q.add(1).total, q.e]).remote(a)"], [15, 18, "z"]],
  ["a private method", ["class C { #n = 1; #up() { return ++this.#n } go() { return this.#up() } }", "await remote((c: C) => c.go()).remote(new C())"], 2],
  ["an actor class with inherited private state", ["class Counter { #n = 0; inc(by = 1) { this.#n += by; return this.#n } }\nclass Named extends Counter { constructor(public name: string) { super() } hello() { return this.name + this.inc(5) } }", "((await remote(Named).remote('bob')) as any).hello()"], "bob5"],
  ["an anonymous class with captures", ["const step = 3\nconst B = remote(class { v = 0; go() { return (this.v += step) } })", "((await B.remote()) as any).go()"], 3],
  ["a mutated static is sent", ["class S { static count = 0; static bump() { return ++S.count } }\nS.count = 9", "await remote(() => [S.count, S.bump()]).remote()"], [9, 10]],
  ["statics changed between submissions", ["class S { static count = 0 }\nconst f = remote(() => S.count)\nS.count = 1; await f.remote()", "S.count = 2; await f.remote()"], 2],
  ["a class in a function, with a local base", ["function mk(k: number) { class A { v() { return k } } class B extends A { v() { return super.v() + 1 } } return B }\nconst B7 = mk(7)", "await remote(() => new B7().v()).remote()"], 8],
  ["a class whose static uses a function of the cell", ["const K = 4\nconst dbl = (x: number) => x * K\nclass C { static x = dbl(2); static y = C.x + 1 }", "await remote(() => [C.x, C.y]).remote()"], [8, 9]],
  ["a class whose static calls a local function with locals", ["function mk() { const k = 3; const f = (x: number) => x * k; class C { static x = f(2); z = f(3) } return C }\nconst M = mk()", "await remote(() => [M.x, new M().z]).remote()"], [6, 9]],
  ["a class that knows its subclass", ["class Shape { static make() { return new Circle(2) } }\nclass Circle extends Shape { constructor(public r: number) { super() } }", "await remote(() => [Shape.make().r, Shape.make() instanceof Shape]).remote()"], [2, true]],
  ["an instance that holds instances, in a cycle", ["class Node2 { next: any; constructor(public v: number) {} }\nconst a = new Node2(1); a.next = new Node2(2); a.next.next = a", "await remote((n: any) => [n.next.v, n.next.next === n, n.next instanceof Node2]).remote(a)"], [2, true, true]],
  ["a class that extends Map", ["class Tally extends Map<string, number> { total = 0; add(k: string) { this.total++; this.set(k, (this.get(k) ?? 0) + 1); return this } }", "await remote((t: any) => [t instanceof Tally, t.get('a'), t.total, t.add('b').size]).remote(new Tally().add('a'))"], [true, 1, 1, 2]],
  ["a class that extends Array", ["class Stack<T> extends Array<T> { get top() { return this[this.length - 1] } }\nconst st = new Stack<number>(); st.push(1, 2)", "await remote((s: any) => [s.top, s.length, s instanceof Stack]).remote(st)"], [2, 2, true]],
  ["a class that extends EventEmitter", ["import { EventEmitter } from 'node:events'\nclass Bus extends EventEmitter { seen = 0; hear() { this.on('x', (n: number) => (this.seen += n)); return this } }\nconst bus = new Bus()", "await remote((b: any) => { b.hear(); b.emit('x', 3); return b.seen }).remote(bus)"], 3],
  ["an accessor and an optional private", ["class T { accessor v = 4; get w() { return this.v * 2 } }\nconst t = new T(); t.v = 6", "await remote((x: any) => x.w).remote(t)"], 12],
  ["decorator, enum and namespace", ["enum E { A = 4 }\nnamespace N { export const two = 2; export function f() { return two * 2 } }\nfunction dbl(f: any, _: any) { return function (this: any) { return 2 * f.call(this) } }\nclass D { @dbl m() { return 3 } }", "await remote(() => [E.A, E[4], N.two, N.f(), new D().m()]).remote()"], [4, "A", 2, 4, 6]],
  ["serialize hooks of a class win", ["class Conn { #open = true; constructor(public url: string) {} get open() { return this.#open }\n static [Symbol.for('ray.serialize')](c: Conn) { return c.url }\n static [Symbol.for('ray.deserialize')](u: string) { return new Conn(u + '!') } }", "await remote((c: Conn) => [c.url, c.open]).remote(new Conn('db'))"], ["db!", true]],
  ["a function constructor with a prototype", ["function Old(this: any, n: number) { this.n = n }\nOld.prototype.twice = function () { return this.n * 2 }", "await remote((o: any) => [o instanceof (Old as any), o.twice()]).remote(new (Old as any)(4))"], [true, 8]],
  ["an error class of a cell, as a value", ["class Bad extends RangeError { constructor(public code2: number) { super('bad ' + code2) } }", "await remote((e: any) => [e instanceof Bad, e instanceof RangeError, e.message, e.code2]).remote(new Bad(3))"], [true, true, "bad 3", 3]],
  ["the class as an argument", ["class Q { v() { return 'q' } }", "await remote((C: any) => new C().v()).remote(Q)"], "q"],
  ["a frozen instance", ["class F { constructor(public a: number) { Object.freeze(this) } }", "await remote((f: any) => [Object.isFrozen(f), f.a]).remote(new F(2))"], [true, 2]],
];

const values: Case[] = [
  ["a captured ObjectRef", ["const ref = new Ref('obj-1')", "await remote(() => ref.id).remote()"], "obj-1"],
  ["a captured actor handle", ["const h = handle", "await remote(() => h.info.className).remote()"], "Counter"],
  ["Map, Set, Date, typed array, BigInt and a cycle", ["const big: any = { m: new Map([[1, new Set([2])]]), d: new Date(5), t: new Float64Array([1, 2]), b: 3n }\nbig.self = big", "await remote(() => [big.self === big, big.m.get(1).has(2), big.d.getTime(), big.t[1], String(big.b)]).remote()"], [true, true, 5, 2, "3"]],
  ["ray itself is the worker's own", ["await remote(() => ray.name).remote()"], "the worker's ray"],
  ["ray under another name, in an object", ["const tools = { r: ray }", "await remote(() => tools.r.name).remote()"], "the worker's ray"],
  ["globals and their functions", ["const { floor } = Math\nconst slice = Array.prototype.slice\nconst log = console.log\nconst g = globalThis", "await remote(() => [floor(1.5), slice.call([1, 2], 1)[0], typeof log, g === globalThis]).remote()"], [1, 2, "function", true]],
  ["a remote function inside a task", ["const square = ray.remote((x: number) => x * x)", "await remote(async (x: number) => (await square.remote(x)) + 1).remote(6)"], 37],
  ["a remote function that calls itself", ["const fact: any = ray.remote(async (n: number): Promise<number> => n < 2 ? 1 : n * (await fact.remote(n - 1)))\nawait fact.remote(5)"], 120],
  ["a big captured array", ["const data = new Float64Array(100_000).fill(2)", "await remote(() => data.reduce((a, b) => a + b, 0)).remote()"], 200_000],
  ["an array that is changed between two submissions", ["const list = [1, 2]\nconst f = remote(() => list.length)\nawait f.remote()", "list.push(3)", "await f.remote()"], 3],
  ["a typed array that is changed between two submissions", ["const a = new Float64Array(1000)\nconst f = remote(() => a[7])\nawait f.remote()", "a[7] = 5", "await f.remote()"], 5],
];

describe.each([["functions", functions], ["modules", modules], ["classes", classes], ["values", values]] as const)("%s:", (_, cases) => {
  test.each(cases)("%s", async (__, cells, want) => {
    const session = new Session();
    const got = await session.cells(...cells);
    if (want instanceof Array) expect(Array.from(got as ArrayLike<unknown>)).toEqual(want);
    else expect(got).toEqual(want);
  });
});

describe("what comes back", () => {
  test("has the very class of the session", async () => {
    const session = new Session();
    expect(await session.cells("class P { constructor(public x: number) {} }\nconst mk = remote((x: number) => new P(x))", "const p = await mk.remote(3);\n[p instanceof P, p.x, p.constructor === P]")).toEqual([true, 3, true]);
  });

  test("has it also for what was an argument, with private state", async () => {
    const session = new Session();
    expect(await session.cells("class P { #x = 1; up() { this.#x++; return this } get x() { return this.#x } }", "const q: any = await remote((p: P) => p.up()).remote(new P());\n[q instanceof P, q.x]")).toEqual([true, 2]);
  });

  test("keeps refs and handles", async () => {
    const session = new Session();
    const got = (await session.cells("await remote((r: any, h: any) => ({ r, h })).remote([new Ref('d1-5')], handle)")) as { r: Ref[]; h: Handle };
    expect(got.r[0]!.id).toBe("d1-5");
    expect(got.h.info).toEqual(counterHandle.info);
  });

  test("matches the class of an earlier session by its unit", async () => {
    const worker = new Worker();
    const cell = "class P { constructor(public x: number) {} }\nconst keep = remote((x: number) => new P(x))";
    const first = new Session(worker);
    const shipped = await first.cells(cell, "keep");
    expect(shipped).toBeDefined();
    const second = new Session(worker);
    await second.cells(cell);
    const encoded = first.shipper.codec.encode(await first.cells("new P(4)"), "p");
    const decoded = second.shipper.codec.decode(encoded);
    second.scope.provide("decoded", decoded);
    expect(await second.cells("[decoded instanceof P, decoded.x]")).toEqual([true, 4]);
  });
});

describe("one class for all that comes to a worker:", () => {
  test("instances of two calls and the class that a function captures", async () => {
    const session = new Session();
    await session.cells("class P { constructor(public x: number) {} }", "const seen: any = remote((p: any) => [p instanceof P, (globalThis as any).lastP === p.constructor || (globalThis as any).lastP === undefined, ((globalThis as any).lastP = p.constructor) === P])");
    await session.cells("await seen.remote(new P(1))");
    expect(await session.cells("await seen.remote(new P(2))")).toEqual([true, true, true]);
    delete (globalThis as { lastP?: unknown }).lastP;
  });

  test("a redefined class is another one", async () => {
    const session = new Session();
    await session.cells("class P { v() { return 1 } }\nconst old = new P()\nconst is = remote((p: any) => [p instanceof P, p.v()])\nawait is.remote(old)");
    expect(await session.cells("class P { v() { return 2 } }\nawait is.remote(old)")).toEqual([false, 1]);
  });

  test("a class takes over what it captures now", async () => {
    const session = new Session();
    await session.cells("let k = 1\nclass P { v() { return k } }\nconst f = remote((p: P) => p.v())\nconst p = new P()\nawait f.remote(p)");
    expect(await session.cells("k = 2; await f.remote(p)")).toBe(2);
  });
});
