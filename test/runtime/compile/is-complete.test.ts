import { isComplete } from "../../../runtime/compile/is-complete.ts";

const complete = [
  "1 + 1", "", "  \n", "// only a comment", "let x", "if (x) { y }", "x\n  .y", "`a${1}b`", "{a: 1}", "{a: 1, b: 2}", "{\n  a,\n  b,\n}", "<div></div>", "class A {}", "declare function f(): void",
  "import { a } from 'b'", "await x", "for (;;);", "label: x", "type A = 1", "function f() {}\n", "x // {", "'it\\'s'", "/[/]/", "a\n/* done */", "async",
];
const incomplete: [source: string, indent: string][] = [
  ["if (x) {", "  "], ["`abc", ""], ["`a ${1} b", ""], ["`a ${", "  "], ["a +", "  "], ["foo(", "  "], ["foo(1,\n    2,", "    "], ["/* open", ""], ["x.", ""], ["obj?.", ""],
  ["class A", ""], ["class A {\n  m() {", "    "], ["function f()", ""], ["try {}", ""], ["@dec", ""], ["const x", ""], ["const x: number", ""], ["const { a, b }", ""], ["async () =>", "  "],
  ["x = [1,\n  2,\n", "  "], ["if (a) b; else", "  "], ["if (a)", ""], ["while (a) // why", ""], ["let x:", "  "], ["type A =", "  "], ["interface A {", "  "], ["enum E {", "  "],
  ["a ? b", ""], ["a ?", "  "], ["switch (a) {\n  case 1:", "    "], ["import { a", ""], ["export", ""], ["do x;", ""], ["new", ""], ["throw", ""], ["<div>", ""], ["<div>{", "  "], ["{ a: 1,", ""], ["{ a: 1, b:", "  "], ["{\n  a: 1, b: [", "    "],
  ["'a\\", ""], ["  foo(() => {", "    "], ["let f = <T,>(", "  "],
];
const invalid = ["foo bar", "{foo bar}", "{ return 5 }", "foo(]", "}", "'abc", "/abc", "return 5", "let a; let a", "1_", "...", "case 1:", "if (x) }", "const x = ;", "await = 5", "a b\n", "'a\nb'", "class { }", "let x = 08.5"];

describe("isComplete()", () => {
  test.each(complete)("%j is complete", (source) => {
    expect(isComplete(source)).toEqual({ status: "complete" });
  });
  test.each(incomplete)("%j is incomplete", (source, indent) => {
    expect(isComplete(source)).toEqual({ status: "incomplete", indent });
  });
  test.each(invalid)("%j is invalid", (source) => {
    expect(isComplete(source)).toEqual({ status: "invalid" });
  });
});
