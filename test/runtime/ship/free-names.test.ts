import { parseSync } from "oxc-parser";
import { freeNames } from "../../../runtime/ship/foreign/free-names.ts";
import { functionText } from "../../../runtime/ship/foreign/function-text.ts";

const free = (text: string): string[] => [...freeNames(parseSync("t.js", `(${text})`, { lang: "js", sourceType: "module" }).program).free].sort();

test.each<[text: string, names: string[]]>([
  ["(x) => x + y", ["y"]],
  ["(a, { b, c: [d = e] = f, ...g }, ...h) => a + b + d + g + h", ["e", "f"]],
  ["function f() { return f(g) }", ["g"]],
  ["function () { var a = b; { let c = a; const d = c; function inner() { return d } } return c }", ["b", "c"]],
  ["() => { for (const x of xs) y(x); for (let i = 0; i < n; i++) z(i); for (k in o) k(); }", ["k", "n", "o", "xs", "y", "z"]],
  ["() => { try { t() } catch ({ message }) { message; error } }", ["error", "t"]],
  ["() => ({ a, b: c, [d]: 1, e() { return f }, get g() { return h } })", ["a", "c", "d", "f", "h"]],
  ["() => a.b.c[d].e?.f", ["a", "d"]],
  ["class A extends B { static s = C; #p = D; [E]() { return A.s + this.#p + super.x } static { F() } }", ["B", "C", "D", "E", "F"]],
  ["() => { outer: for (;;) { break outer } }", []],
  ["() => { ({ a, b: [c] } = d); [e.f] = g }", ["a", "c", "d", "e", "g"]],
  ["function () { return arguments.length + (() => arguments[0])() }", []],
  ["() => arguments", ["arguments"]],
  ["async () => { for await (const x of y) await import(z) }", ["y", "z"]],
  ["() => `a${b}c${tag`d${e}`}`", ["b", "e", "tag"]],
  ["(x = y, z = x) => { var y2 = z; return y2 }", ["y"]],
  ["() => { switch (a) { case b: { let c; c } default: let d; d } }", ["a", "b"]],
  ["() => new.target", []],
])("free names of %s", (text, names) => {
  expect(free(text)).toEqual(names);
});

test("assigned names are those of any assignment, and of updates", () => {
  const { assigned } = freeNames(parseSync("t.js", "let a = 1; b = 2; c++; ({ d, e: [f] } = g); for (h of i); j.k = 1; l ||= 2", { lang: "js" }).program);
  expect([...assigned].sort()).toEqual(["b", "c", "d", "f", "h", "l"]);
});

const value = (source: string, name = ""): unknown => {
  const text = functionText(source, parseSync as never)!;
  const [before, after] = text.around(name);
  return (0, eval)(`${before}\n${text.code}\n${after}`) as unknown;
};

test("every kind of function text is an expression again", () => {
  const object = { plain(a: number) { return a; }, async later() { return 1; }, *each() { yield 1; }, async *all() { yield 1; }, ["odd key"]() { return 2; }, get acc() { return 3; } };
  const source = (code: unknown): string => Function.prototype.toString.call(code);
  expect((value(source(object.plain)) as (a: number) => number)(4)).toBe(4);
  expect((value(source(object["odd key"])) as () => number)()).toBe(2);
  expect([...(value(source(object.each)) as () => Iterable<number>)()]).toEqual([1]);
  expect((value("get acc() { return 3 }") as () => number)()).toBe(3);
  expect((value("(x) => x", "square") as Function).name).toBe("square");
  expect((value("class { v() { return 1 } }", "Named") as Function).name).toBe("Named");
  expect((value("static (a) { return a }", "") as (a: number) => number)(1)).toBe(1);
  expect(functionText("function floor() { [native code] }", parseSync as never)).toBeUndefined();
});
