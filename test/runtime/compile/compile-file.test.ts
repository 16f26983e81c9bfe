import { compileFile } from "../../../runtime/compile/compile-file.ts";
import { StackMapper } from "../../../runtime/compile/stack-map.ts";

const load = (code: string): Promise<Record<string, unknown>> => import(`data:text/javascript,${encodeURIComponent(code)}`) as Promise<Record<string, unknown>>;

describe("compileFile()", () => {
  test("gives an ES module without types and without imports of types", async () => {
    const source = "import { Shape } from './shape.ts';\nimport type { Other } from './other.ts';\nexport enum E { A = 2 }\nexport const area = (s: Shape, o?: Other): number => s.side ** E.A;";
    const { area } = (await load(compileFile("/work/a.ts", source).code)) as { area: (shape: object) => number };
    expect(area({ side: 3 })).toBe(9);
  });

  test("keeps imports that are used, their specifiers and attributes", () => {
    const { code } = compileFile("/work/a.ts", "import data from './data.json' with { type: 'json' };\nimport './effect.ts';\nexport default data;");
    expect(code).toMatch(/import data from "\.\/data\.json" with \{ type: "json" \}/);
    expect(code).toMatch(/import "\.\/effect\.ts"/);
  });

  test("lowers decorators, accessors, namespaces and using", async () => {
    const source = "const seen: string[] = []; const d = (v: any, c: any) => { seen.push(String(c.name)) };\nexport class A { @d m() {} accessor x = 1 }\nexport namespace N { export let v = 2 }\nexport { seen };\nimport type { T } from './t.ts'";
    const { seen, A, N } = (await load(compileFile("/work/a.ts", source).code)) as { seen: string[]; A: new () => { x: number }; N: { v: number } };
    expect([seen, new A().x, N.v]).toEqual([["m"], 1, 2]);
  });

  test("has a map to the file", () => {
    const { code, map } = compileFile("/work/a.ts", "interface I {}\n\nexport const f = () => { throw new Error() }");
    const line = code.split("\n").findIndex((text) => text.includes("throw")) + 1;
    const column = code.split("\n")[line - 1]!.indexOf("throw") + 1;
    const stacks = new StackMapper();
    stacks.register("file:///work/a.ts", { cell: "/work/a.ts", map });
    expect(stacks.mapStack(`    at f (file:///work/a.ts:${line}:${column})`)).toBe("    at f (/work/a.ts:3:26)");
    expect(code).toContain("//# sourceMappingURL=data:application/json;base64,");
  });

  test("names the place of a syntax error", () => {
    expect(() => compileFile("/work/a.ts", "const a = 1\nlet b = ;")).toThrow("(/work/a.ts:2:9)");
    expect(() => compileFile("/work/a.ts", "class A { m(): void }")).toThrow("(/work/a.ts:1:11)");
  });

  test("does not take a brace for an object", () => {
    expect(compileFile("/work/a.ts", "{ a: 1 }").code).toMatch(/^\{\s*a: 1;/);
  });
});
