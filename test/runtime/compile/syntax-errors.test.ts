import { compileCell } from "../../../runtime/compile/compile-cell.ts";
import type { CellSyntaxError } from "../../../runtime/compile/cell-syntax-error.ts";

function errorOf(source: string): CellSyntaxError {
  try {
    compileCell(source, { name: "In[3]", known: new Map(), captured: () => false, globals: (name) => name in globalThis });
  } catch (error) {
    return error as CellSyntaxError;
  }
  throw new Error(`It compiled: ${source}`);
}

describe("syntax errors", () => {
  test.each([
    ["let a = ;", 1, 9, /Unexpected token/],
    ["let a = 1\nfoo bar", 2, 4, /semicolon/],
    ["let a = 1;\n  let a = 2", 2, 7, /`a` has already been declared/],
    ["const x", 1, 7, /Missing initializer/],
    ["if (x) {\n  y", 2, 4, /Expected `}`/],
    ["'é𝒳' + ;", 1, 9, /Unexpected token/],
    ["return 1", 1, 1, /'return' statement can only be used within a function body/],
    ["{a: 1, b: }", 1, 11, /Unexpected token/],
    ["with (o) {}", 1, 1, /'with'/],
    ["const a: = 1", 1, 10, /Unexpected token/],
    ["const el = <div><b></div>", 1, 22, /tag|Expected/],
    ["class A { m(): void }", 1, 11, /implementation is missing/],
    ["  class A { constructor(@dec x) {} }", 1, 25, /Parameter decorators/],
    ["let name = 'é'; class B { constructor(@dec x) {} }", 1, 39, /Parameter decorators/],
  ])("%j is an error at %d:%d", (source, line, column, message) => {
    const error = errorOf(source);
    expect(error).toBeInstanceOf(SyntaxError);
    expect(error.message).toMatch(message);
    expect(error.message.endsWith(`(In[3]:${line}:${column})`)).toBe(true);
    expect(error).toMatchObject({ name: "SyntaxError", cell: "In[3]", line, column });
  });

  test("show the line with a caret", () => {
    expect(errorOf("let ok = 1\nlet a = ;").excerpt).toBe("2 | let a = ;\n  |         ^");
  });

  test("keep tabs under tabs", () => {
    expect(errorOf("\t\tlet a = ;").excerpt).toBe("1 | \t\tlet a = ;\n  | \t\t        ^");
  });

  test("have no frames of the compiler in their stack", () => {
    const error = errorOf("a b");
    expect(error.stack).toBe(`SyntaxError: ${error.message}\n    at In[3]:1:2`);
  });

  test("name the cell also when it is a file", () => {
    expect(() => compileCell("let = 1 2", { name: "/tmp/a.ts", known: new Map(), captured: () => false, globals: () => false, module: true })).toThrow(/\(\/tmp\/a\.ts:1:\d+\)$/);
  });
});
