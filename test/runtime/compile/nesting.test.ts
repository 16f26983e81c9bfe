/** A parser that runs out of stack takes its process with it: each text here ended one. */
import { compileCell } from "../../../runtime/compile/compile-cell.ts";
import { isComplete } from "../../../runtime/compile/is-complete.ts";
import { tooDeepAt } from "../../../runtime/compile/nesting.ts";

const DEEP = 100_000;
const parts: readonly (readonly [open: string, inner?: string, close?: string])[] = [
  ["(", "1", ")"], ["[", "", "]"], ["{", "", "}"], ["({a:", "1", "})"], ["()=>", "1"], ["a?b:", "c"], ["`${", "1", "}`"], ["if(1)", ";"], ["if(1);else ", ";"],
  ["f(", "", ")"], ["(class extends ", "Object", " {})"], ["function f(){", "", "}"], ["async()=>", "1"], ["a+", "a"], ["a.", "a"], ["f()(", "", ")()"], ["a**", "a"],
  ["a=", "a"], ["!", "a"], ["typeof ", "a"], ["new ", "A"], ["<a>", "x", "</a>"], ["while(1)", ";"], ["try{", "", "}finally{}"], ["await ", "a"], ["a[", "0", "]"],
  ["if(1)\n", ";"], ["new\n", "A"], ["a\n+", "a"], ["x =>\n", "1"], ["(/*)*/", "1", ")"], ["('(',", "1", ")"], ["(/[/)`]/,", "1", ")"],
];

test.each(parts)("%j, nested deep, is refused and not parsed, whether it is closed or not", (open, inner = "", close = "") => {
  for (const text of [open.repeat(DEEP), open.repeat(DEEP) + inner + close.repeat(DEEP)]) {
    expect(isComplete(text).status).toBe("invalid");
    expect(() => compileCell(text, { name: "In[1]", known: new Map(), captured: () => false, globals: () => false })).toThrow(/nested too deep[^]*In\[1\]:\d+:\d+/);
  }
});

test("what is too deep for the walk over the tree is an error with a place", () => {
  const text = "(".repeat(900) + "1" + ")".repeat(900);
  expect(() => compileCell(text.padEnd(5000), { name: "In[1]", known: new Map(), captured: () => false, globals: () => false })).not.toThrow(/Maximum call stack/);
});

test.each([
  ["statements with semicolons", "const a = (1 + 2) * 3;\n", 20_000],
  ["statements without", "let b = f(1)\nif (b) b.c()\nelse { b = 2 }\n", 20_000],
  ["declarations without a line between", "function f(a){return a}class A{m(){}}", 20_000],
  ["a list", "  { name: 'a', values: [1, 2, 3] },\n", 20_000],
  ["texts with brackets in them", "log(\"((((\", '[[[', `{{ ${1} (((`); // ((((\n/* (((( */ s.replace(/[(`'\"]/g, '')\n", 10_000],
  ["a chain of calls", "\n  .map((x) => x + 1)", 1_000],
  ["a chain of sums", "'line' +\n", 3_000],
])("%s of a long text is no depth", (name, line, times) => {
  const text = line.repeat(times);
  expect(tooDeepAt(name === "a list" ? `[${text}]` : text)).toBeUndefined();
});
