import { CellHost } from "./cell-host.ts";

type Callable = (...args: unknown[]) => unknown;
type Constructor = new (...args: unknown[]) => Record<string, Callable> & { [key: string]: unknown };

async function hostWith(...cells: string[]): Promise<CellHost> {
  const host = new CellHost();
  for (const cell of cells) await host.run(cell);
  return host;
}

/** Rebuilds the value of `expression` from its unit alone, and the value that the cells have. */
async function send(host: CellHost, expression: string): Promise<unknown> {
  return host.send(await host.run(expression));
}

describe("what a unit says it needs", () => {
  test("the names of other cells, its own included when it calls itself, and no globals", async () => {
    const host = await hostWith("const limit = 3; let runs = 0", "function down(n: number): number { runs++; return n > limit ? down(Math.floor(n / 2)) : n }");
    const unit = host.unitOf(host.scope["down"]);
    expect(unit).toMatchObject({ name: "down", kind: "function", cell: "In[2]", line: 1, column: 1, locals: [], nested: [] });
    expect([...unit.tops].sort()).toEqual(["down", "limit", "runs"]);
    expect(unit.assigned).toEqual(["runs"]);
  });

  test("the locals around it, read when asked and not when it was made", async () => {
    const host = await hostWith("function make(start: number) { let n = start; const step = { by: 2 }; return () => { n += step.by; return n } }");
    const made = (await host.run("const next = make(1); next()\nnext")) as Callable;
    expect(host.unitOf(made)).toMatchObject({ name: "", locals: ["n", "step"], assigned: ["n"], tops: [] });
    expect(host.capturedBy(made)).toEqual({ n: 3, step: { by: 2 } });
    made();
    expect(host.capturedBy(made)["n"]).toBe(5);
  });

  test("the units inside it, at any depth", async () => {
    const host = await hostWith("function outer() { class Inner { m() { const deep = () => 1; return deep } }; return function named() { return Inner } }");
    const [outer, inner, deep, named] = host.cells[0]!.units;
    expect([outer, inner, deep, named].map((unit) => unit?.name)).toEqual(["outer", "Inner", "deep", "named"]);
    expect(outer!.nested).toEqual([inner!.id, deep!.id, named!.id]);
    expect(inner!.nested).toEqual([deep!.id]);
    expect(named!.locals).toEqual(["Inner"]);
  });

  test("what inner units need counts for the outer one", async () => {
    const host = await hostWith("const a = 1; function f(p: number) { return (q: number) => (r: number) => [a, p, q, r] }");
    const [f, second, third] = host.cells[0]!.units;
    expect([f!.tops, f!.locals]).toEqual([["a"], []]);
    expect([second!.tops, second!.locals]).toEqual([["a"], ["p"]]);
    expect([third!.tops, third!.locals]).toEqual([["a"], ["p", "q"]]);
  });

  test("its position, and the name of what it is bound to", async () => {
    const host = await hostWith("const ray = { remote: (f: unknown) => f };\nconst o = { p: (x: number) => x };\nlet late: unknown\n  late = class {}\nclass A { field = () => 1; static s = function () {} }\nconst square = ray.remote((x: number) => x)");
    const shown = host.cells[0]!.units.map(({ name, line, column }) => [name, line, column]);
    expect(shown).toEqual([["remote", 1, 23], ["p", 2, 16], ["late", 4, 10], ["A", 5, 1], ["field", 5, 19], ["s", 5, 39], ["square", 6, 27]]);
  });

  test("ids differ where the same text means something else", async () => {
    const plain = await hostWith("1", "const f = () => URL");
    const shadowed = await hostWith("class URL {}", "const f = () => URL");
    const again = await hostWith("1", "const f = () => URL");
    const [one, two, three] = [plain, shadowed, again].map((host) => host.unitOf(host.scope["f"]).id);
    expect(one).toMatch(/^In\[2\]#0~[0-9a-f]{8}$/);
    expect(two).not.toBe(one);
    expect(three).toBe(one);
  });

  test("no unit for callbacks and functions called at once inside functions, nor for methods of classes", async () => {
    const host = await hostWith("function f(list: number[]) { (() => 1)(); new Promise((done) => done(1)); return list.map((x) => x).filter(function (x) { return x }) } class A { m() {} get g() { return 1 } static s() {} }");
    expect(host.cells[0]!.units.map((unit) => unit.name)).toEqual(["f", "A"]);
  });

  test("no unit for local functions that are only called, but for those that go somewhere or are captured", async () => {
    const host = await hostWith(
      "function f(n: number) { const only = (x: number) => x ? only(x - 1) : n; function called() { return only(n) }; const given = () => 1; const kept = () => 2; function held() { return 3 }; const late = () => kept() + held(); function again(x: number) { return () => again(x) }; again(1); return [called(), only(1), given, late] }",
    );
    expect(host.cells[0]!.units.map((unit) => unit.name)).toEqual(["f", "only", "given", "kept", "held", "late", "again", ""]);
    expect(await host.run("const [a, b, given, late] = f(2); [a, b, given(), late(), given.name]")).toEqual([2, 2, 1, 5, "given"]);
  });

  test("no unit for arrow functions tied to what is around them", async () => {
    const host = await hostWith("function f() { return () => arguments.length } class A extends Object { m() { return () => super.toString() } constructor() { super(); const t = () => new.target } } const o = { m() { return super.toString() } }; class P { #x = 1; #y() {} m() { return [() => this.#x, (o: P) => #x in o, class { n(p: P) { p.#y() } }] } }");
    expect(host.cells[0]!.units.map((unit) => unit.name)).toEqual(["f", "A", "P"]);
  });

  test("a unit that the cell does not have is an error that lists those it has", async () => {
    const host = await hostWith("const f = () => 1");
    expect(() => host.cells[0]!.unitSource("In[9]#0~0")).toThrow(/Cell In\[1\] has no unit In\[9\]#0~0: its units are In\[1\]#0~/);
  });
});

describe("a unit evaluated by itself", () => {
  const cases: [title: string, cells: string[], expression: string, call: (made: never) => unknown, expected: unknown][] = [
    ["a function with names of other cells", ["const k = 2; const helper = (x: number) => x * k", "const f = (x: number) => helper(x) + 1"], "f", (f: Callable) => f(4), 9],
    ["a declared function that calls itself", ["function fact(n: number): number { return n ? n * fact(n - 1) : 1 }"], "fact", (f: Callable) => f(5), 120],
    ["a local function that calls itself", ["function make() { function fact(n: number): number { return n ? n * fact(n - 1) : 1 }; return fact }"], "make()", (f: Callable) => f(4), 24],
    ["a local arrow that calls itself", ["const make = () => { const fact = (n: number): number => n ? n * fact(n - 1) : 1; return fact }"], "make()", (f: Callable) => f(4), 24],
    ["a named function expression", ["const f = function inner(n: number): number { return n ? inner(n - 1) : 7 }"], "f", (f: Callable) => [f(2), f.name], [7, "inner"]],
    ["a loop variable", ["const fs = []; for (let i = 0; i < 3; i++) fs.push(() => i)"], "fs[1]", (f: Callable) => f(), 1],
    ["a variable of a top-level block", ["let f; { const secret = 5; f = () => secret }"], "f", (f: Callable) => f(), 5],
    ["the name of an anonymous function", ["const named = () => 1"], "named", (f: Callable) => f.name, "named"],
    ["a name that is no identifier", ['const o = { "a-b": () => 1 }'], 'o["a-b"]', (f: Callable) => f.name, "a-b"],
    ["a method of an object", ["const by = 3; const o = { k: 2, times(x: number) { return x * this.k * by } }"], "o.times", (f: Callable) => f.call({ k: 5 }, 2), 30],
    ["an async method named by a string", ["const o = { async ['do it']() { return 4 } }"], "o['do it']", (f: Callable) => f.name, "do it"],
    ["an arrow with the this around it", ["class A { k = 6; make() { const inner = 2; return () => (() => this.k + inner)() } }"], "new A().make()", (f: Callable) => f(), 8],
    ["a class field's arrow", ["class A { k = 6; bump = () => this.k + 1 }"], "new A().bump", (f: Callable) => f(), 7],
    ["this at the top level", ["const f = () => this"], "f", (f: Callable) => f(), undefined],
    ["typeof of a name that nobody has", ["const f = () => typeof nobody"], "f", (f: Callable) => f(), "undefined"],
    ["a generator", ["function* count(n: number) { for (let i = 0; i < n; i++) yield i }"], "count", (f: () => Iterable<number>) => [...(f as Callable)(2) as Iterable<number>], [0, 1]],
    ["a function with types, defaults and rest", ["function f<T>(a: T, b: number = 2, ...rest: T[]): unknown { return [a!, b, rest as T[]] }"], "f", (f: Callable) => f(1), [1, 2, []]],
    ["a function that makes others", ["function add(a: number) { return (b: number) => a + b }"], "add", (f: Callable) => (f(1) as Callable)(2), 3],
    ["require and import.meta", ["const f = () => [require('node:path').sep, typeof import.meta.url]"], "f", (f: Callable) => f(), ["/", "string"]],
    ["JSX", ["const React = { createElement: (t: string) => 'made ' + t }; const f = () => <p/>"], "f", (f: Callable) => f(), "made p"],
    ["using", ["const f = (r: Disposable) => { using x = r; return 1 }"], "f", (f: Callable) => { let disposed = 0; const result = f({ [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() { disposed++; } }); return [result, disposed]; }, [1, 1]],
    ["a class", ["class P { #x = 1; y = 2; static z = 3; get sum() { return this.#x + this.y + P.z } }"], "P", (P: Constructor) => new P()["sum"], 6],
    ["a class with a base in another cell", ["class Base { hi() { return 'hi' } }", "class Derived extends Base {}"], "Derived", (D: Constructor) => new D()["hi"]!(), "hi"],
    ["a local class with a local base", ["const make = () => { class Base { hi() { return 'hi' } }; class Derived extends Base { static made = new Base().hi() }; return Derived }"], "make()", (D: Constructor) => [new D()["hi"]!(), (D as unknown as { made: string }).made], ["hi", "hi"]],
    ["a local class that makes itself", ["const make = () => { class Node { next() { return new Node() } }; return Node }"], "make()", (N: Constructor) => (new N()["next"]!() as object) instanceof N, true],
    ["a class expression's name", ["const Named = class {}"], "Named", (N: Constructor) => N.name, "Named"],
    ["a decorated class", ["const add = (n: number) => (f: any, c: any) => function (this: any) { return f.call(this) + n }", "class D { @add(2) m() { return 1 } accessor a = 4 }"], "D", (D: Constructor) => { const d = new D(); return [d["m"]!(), d["a"]]; }, [3, 4]],
    ["an abstract class", ["abstract class S { abstract a(): number; twice() { return this.a() * 2 } }"], "S", (S: Constructor) => new (class extends S { a() { return 2; } } as unknown as Constructor)()["twice"]!(), 4],
    ["an exported default function", ["export default function () { return 3 }"], "", (f: Callable) => [f(), f.name], [3, "default"]],
    ["enums and namespaces of other cells", ["enum E { A = 4 } namespace N { export const b = 5 }", "const f = () => E.A + N.b"], "f", (f: Callable) => f(), 9],
  ];

  test.each(cases)("%s", async (_, cells, expression, call, expected) => {
    const host = await hostWith(...(expression ? cells : []));
    const made = await send(host, expression || cells[0]!);
    expect(call(made as never)).toEqual(expected);
  });

  test("registers the functions that it makes, so that they can be sent on", async () => {
    const host = await hostWith("const k = 1; function add(a: number) { const inner = (b: number) => a + b + k; return inner }");
    const inner = ((await send(host, "add")) as Callable)(4);
    expect(host.unitOf(inner).name).toBe("inner");
    expect(host.capturedBy(inner)).toEqual({ a: 4 });
  });

  test("has the same this in a function that it makes", async () => {
    const host = await hostWith("class A { k = 6; make() { return () => () => this.k } }");
    const inner = ((await send(host, "new A().make()")) as Callable)();
    expect(host.capturedBy(inner)["__this"]).toEqual({ k: 6 });
    expect((host.send(inner) as Callable)()).toBe(6);
  });

  test("keeps the cell's positions", async () => {
    const host = await hostWith("// first line\nconst f = (x: number): number => {\n  const y: number = x;\n  throw new RangeError('bad ' + y)\n}");
    const made = (await send(host, "f")) as Callable;
    const stack = host.stacks.mapStack(stackOf(() => made(3)));
    expect(stack).toMatch(/^RangeError: bad 3\n    at f \(In\[1\]:4:9\)/);
  });

  test("keeps the cell's positions in a decorated class, whose helpers come first", async () => {
    const host = await hostWith("const same = (f: any, c: any) => f\nclass D {\n  @same m() {\n    null!.x\n  }\n}");
    const D = (await send(host, "D")) as Constructor;
    const stack = host.stacks.mapStack(stackOf(() => new D()["m"]!()));
    expect(stack).toMatch(/In\[1\]:4:11\)/);
  });
});

describe("private state", () => {
  interface Hook { get(o: object): unknown[]; set(o: object, values: unknown[]): void }
  const hookOf = (type: unknown): Hook => (type as Record<symbol, Hook>)[Symbol.for("ray-ts.private")]!;

  async function revive(host: CellHost, type: string, instance: string): Promise<[copy: Record<string, Callable>, type: Constructor]> {
    const original = (await host.run(instance)) as object;
    const Type = (await host.run(type)) as Constructor;
    host.runtime.reviving.on = true;
    const copy = new Type();
    host.runtime.reviving.on = false;
    for (let at: unknown = Type; at !== Function.prototype && at; at = Object.getPrototypeOf(at)) {
      if (Object.hasOwn(at as object, Symbol.for("ray-ts.private"))) hookOf(at).set(copy, hookOf(at).get(original));
    }
    return [copy as Record<string, Callable>, Type];
  }

  test("can be read and written, and private methods work on the copy", async () => {
    const host = await hostWith("let made = 0; class A { #a = 1; #b; constructor(b) { made++; this.#b = b.value } #sum() { return this.#a + this.#b } sum() { return this.#sum() } }");
    const [copy] = await revive(host, "A", "new A({ value: 5 })");
    expect(copy["sum"]!()).toBe(6);
    expect(await host.run("made")).toBe(1);
  });

  test("of base and derived class, across cells, though only the derived one has some", async () => {
    const host = await hostWith("class Base { constructor(o) { this.size = o.size } }", "class Derived extends Base { #k; accessor extra = 1; constructor(o, k) { super(o); this.#k = k; this.extra = 9 } get() { return [this.#k, this.extra] } }");
    const [copy] = await revive(host, "Derived", "new Derived({ size: 1 }, 'key')");
    expect(copy["get"]!()).toEqual(["key", 9]);
  });

  test("does not show when the class is printed", async () => {
    const host = await hostWith("class A { #a = 1 }");
    expect(await host.run("require('node:util').inspect(A)")).toBe("[class A]");
  });

  test("a class without any has no hook", async () => {
    const host = await hostWith("class A { a = 1; static #s = 2; constructor() { this.a = A.#s } }");
    expect(hookOf(host.scope["A"])).toBeUndefined();
  });
});

function stackOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).stack!;
  }
  throw new Error("it did not throw");
}
