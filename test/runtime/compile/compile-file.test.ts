import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import type { SourceMap } from "../../../runtime/compile/compiled-cell.ts";
import { repository } from "../../fixtures/dist-folder.ts";
import { StackMapper } from "../../../runtime/compile/stack-map.ts";

mkdirSync(join(repository, ".build"), { recursive: true });
// beside the packages, which stay outside
const folder = mkdtempSync(join(repository, ".build", "compile-file-test-"));
const program = join(folder, "program.mjs");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
buildSync({
  stdin: {
    contents: `import { readFileSync } from "node:fs"; import { compileFile } from "./runtime/compile/compile-file.ts";
      try { process.stdout.write(compileFile("/project/a.ts", readFileSync(0, "utf8"))); } catch (error) { process.stderr.write(error.name + ": " + error.message); process.exitCode = 3; }`,
    resolveDir: repository,
  },
  bundle: true, platform: "node", format: "esm", outfile: program,
});

/** In a process of its own: it loads its packages when it needs them, which jest's module loader cannot do. */
function compileFile(source: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { input: source, encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

const load = (code: string): Promise<Record<string, unknown>> => import(`data:text/javascript,${encodeURIComponent(code)}`) as Promise<Record<string, unknown>>;

describe("compileFile()", () => {
  test("gives an ES module without types and without imports of types", async () => {
    const source = "import { Shape } from './shape.ts';\nimport type { Other } from './other.ts';\nexport enum E { A = 2 }\nexport const area = (s: Shape, o?: Other): number => s.side ** E.A;";
    const { area } = (await load(compileFile(source))) as { area: (shape: object) => number };
    expect(area({ side: 3 })).toBe(9);
  });

  test("keeps imports that are used, their specifiers and attributes", () => {
    const code = compileFile("import data from './data.json' with { type: 'json' };\nimport './effect.ts';\nexport default data;");
    expect(code).toMatch(/import data from "\.\/data\.json" with \{ type: "json" \}/);
    expect(code).toMatch(/import "\.\/effect\.ts"/);
  });

  test("lowers decorators, accessors, namespaces and using", async () => {
    const source = "const seen: string[] = []; const d = (v: any, c: any) => { seen.push(String(c.name)) };\nexport class A { @d m() {} accessor x = 1 }\nexport namespace N { export let v = 2 }\nexport { seen };\nimport type { T } from './t.ts'";
    const { seen, A, N } = (await load(compileFile(source))) as { seen: string[]; A: new () => { x: number }; N: { v: number } };
    expect([seen, new A().x, N.v]).toEqual([["m"], 1, 2]);
  });

  test("has a map to the file", () => {
    const code = compileFile("interface I {}\n\nexport const f = () => { throw new Error() }");
    const line = code.split("\n").findIndex((text) => text.includes("throw")) + 1;
    const column = code.split("\n")[line - 1]!.indexOf("throw") + 1;
    const inline = /\/\/# sourceMappingURL=data:application\/json;base64,(.+)/.exec(code)![1]!;
    const map = JSON.parse(Buffer.from(inline, "base64").toString()) as SourceMap;
    const stacks = new StackMapper();
    stacks.register("file:///project/a.ts", { cell: "/project/a.ts", map });
    expect(stacks.mapStack(`    at f (file:///project/a.ts:${line}:${column})`)).toBe("    at f (/project/a.ts:3:26)");
  });

  test("names the place of a syntax error", () => {
    expect(() => compileFile("const a = 1\nlet b = ;")).toThrow(/^SyntaxError: .*\(\/project\/a\.ts:2:9\)/);
    expect(() => compileFile("class A { m(): void }")).toThrow("(/project/a.ts:1:11)");
  });

  test("does not take a brace for an object", () => {
    expect(compileFile("{ a: 1 }")).toMatch(/^\{\s*a: 1;/);
  });
});
