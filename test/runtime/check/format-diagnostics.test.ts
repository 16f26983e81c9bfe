import { diagnosticsHtml, diagnosticsSummary, diagnosticsText } from "../../../runtime/check/format-diagnostics.ts";
import { notebookTypeCheck } from "../../../runtime/check/notebook-mode.ts";
import type { TypeDiagnostic } from "../../../runtime/check/type-diagnostic.ts";

const wrong = (given: Partial<TypeDiagnostic> = {}): TypeDiagnostic => ({ code: "TS2322", severity: "error", message: "Type 'string' is not assignable to type 'number'.", start: 6, end: 7, line: 1, column: 7, endLine: 1, endColumn: 8, related: [], ...given });

test("place, code and message, then the line with a mark under it", () => {
  expect(diagnosticsText("In[3]", 'const x: number = "a";', [wrong()])).toBe(`In[3]:1:7 TS2322: Type 'string' is not assignable to type 'number'.\n  1 | const x: number = "a";\n    |       ^\n`);
});

test("the mark is as long as what it marks, up to the line's end, and tabs stay tabs", () => {
  const lines = diagnosticsText("In[1]", "\tcall(\n  wrong)", [wrong({ line: 1, column: 2, endLine: 2, endColumn: 8 })]).split("\n");
  expect(lines[2]).toBe("    | \t^^^^^");
});

test("what else belongs to it follows, and more than ten are counted", () => {
  const text = diagnosticsText("In[1]", "x", Array.from({ length: 12 }, () => wrong({ column: 1, endColumn: 2, related: ["In[1]:2:3: It is declared here."] })));
  expect(text).toContain("\n  In[1]:2:3: It is declared here.\n");
  expect(text).toMatch(/… 2 more type errors\n$/);
});

test("on a page the same text, escaped and framed by inline styles alone", () => {
  const html = diagnosticsHtml("In[1]", "const a: Array<number> = '<b>'", [wrong({ message: "Type '<b>' & more" })]);
  expect(html).toContain("Type '&lt;b&gt;' &amp; more");
  expect(html).toMatch(/^<pre style="[^"]+">/);
  expect(html).not.toMatch(/<(script|style|link)/);
});

test("in one line the first, and how many others", () => {
  expect(diagnosticsSummary("In[2]", [wrong({ message: "First.\n  Because." }), wrong()])).toBe("TS2322: First. (In[2]:1:7) and 1 more");
});

test("a notebook's metadata may say how its types are checked", () => {
  expect(notebookTypeCheck({ ray_ts: { typeCheck: "off" } })).toBe("off");
  expect([notebookTypeCheck({}), notebookTypeCheck(undefined), notebookTypeCheck({ ray_ts: {} })]).toEqual([undefined, undefined, undefined]);
  expect(() => notebookTypeCheck({ ray_ts: { typeCheck: true } })).toThrow("ray_ts.typeCheck true: it must be one of warn, error, off.");
});
