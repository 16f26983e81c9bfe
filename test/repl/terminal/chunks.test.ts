import { isComplete } from "../../../runtime/compile/is-complete.ts";
import { chunksOf } from "../../../repl/terminal/chunks.ts";

const cut = (text: string) => chunksOf(text, (code) => isComplete(code).status).map(({ code }) => code);

test("each complete line is a chunk; blank lines are none", () => {
  expect(cut("1 + 1\n\nconst a = 2\na\n")).toEqual(["1 + 1", "const a = 2", "a"]);
});

test("lines that are open are joined until they are whole", () => {
  expect(cut("function f(\n  x: number,\n) {\n\n  return x;\n}\nf(1)")).toEqual(["function f(\n  x: number,\n) {\n\n  return x;\n}", "f(1)"]);
  expect(cut("`a\n\nb`\n1")).toEqual(["`a\n\nb`", "1"]);
});

test("a line that can only go on from the one before belongs to it", () => {
  expect(cut("if (a) {\n  b()\n}\nelse {\n  c()\n}\nd")).toEqual(["if (a) {\n  b()\n}\nelse {\n  c()\n}", "d"]);
  expect(cut("[1, 2]\n  .map((x) => {\n    return x\n  })\n  .join()\n3")).toEqual(["[1, 2]\n  .map((x) => {\n    return x\n  })\n  .join()", "3"]);
  expect(cut("try { f() }\n\ncatch { g() }\nfinally { h() }")).toEqual(["try { f() }\n\ncatch { g() }\nfinally { h() }"]);
});

test("a line that is wrong by itself and with the one before stands alone", () => {
  expect(cut("1\n)\n2")).toEqual(["1", ")", "2"]);
});

test("a text that ends open is one chunk: running it says what is missing", () => {
  expect(cut("1\nf(")).toEqual(["1", "f("]);
});

test("dot commands stand alone, numbers that begin with a dot are code", () => {
  expect(cut(".load a.ts\n.5\n.exit")).toEqual([".load a.ts", ".5", ".exit"]);
});

test("Windows line ends and a comment at the end are no trouble", () => {
  expect(cut("const a = {\r\n  b: 1,\r\n}\r\na\r\n// done")).toEqual(["const a = {\n  b: 1,\n}", "a", "// done"]);
});

test("a chunk knows its line", () => {
  expect(chunksOf("\n1\n\nf(\n)\n2", (code) => isComplete(code).status).map(({ line }) => line)).toEqual([2, 4, 6]);
});
