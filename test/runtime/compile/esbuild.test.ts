/** Each in a process of its own: a process keeps the esbuild that it loaded first. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { repository } from "../../fixtures/dist-folder.ts";

const CELL = "const log: string[] = []; const seen = (value: unknown, { name }: ClassMethodDecoratorContext) => { log.push(String(name)) };\nclass A { @seen run(): void {} }\nlog.join()";
// beside the packages, which stay outside
mkdirSync(join(repository, ".build"), { recursive: true });
const folder = mkdtempSync(join(repository, ".build", "esbuild-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a cell that only esbuild lowers becomes, and what is said of a wrong one. */
function lowerInProcess(env: Readonly<Record<string, string>>): { code: string; error: string; native: boolean; wasm: boolean } {
  const program = join(folder, `program-${Math.random().toString(36).slice(2)}.mjs`);
  const source = `
    import { createRequire } from "node:module";
    import { transformWithEsbuild } from "${repository}/runtime/compile/esbuild.ts";
    const require = createRequire(${JSON.stringify(join(repository, "package.json"))});
    const { code } = transformWithEsbuild(${JSON.stringify(CELL)}, { loader: "ts", target: "node20" });
    let error = "";
    try { transformWithEsbuild("let é = 1;\\nlet b = ;", { loader: "ts" }); } catch (thrown) { error = thrown.message + " at " + thrown.offset; }
    const loaded = Object.keys(require.cache);
    console.log(JSON.stringify({ code, error, native: loaded.some((file) => /node_modules.esbuild.lib/.test(file)), wasm: loaded.some((file) => /node_modules.esbuild-wasm.lib/.test(file)) }));`;
  buildSync({ stdin: { contents: source, resolveDir: repository, loader: "js" }, bundle: true, platform: "node", format: "esm", external: ["esbuild", "esbuild-wasm"], outfile: program, logLevel: "warning" });
  return JSON.parse(execFileSync(process.execPath, [program], { env: { ...process.env, ...env }, encoding: "utf8" })) as ReturnType<typeof lowerInProcess>;
}

test("native esbuild and esbuild-wasm lower a cell to the same text and say the same of a wrong one", () => {
  const native = lowerInProcess({ RAY_TS_ESBUILD: "" });
  const wasm = lowerInProcess({ RAY_TS_ESBUILD: "wasm" });
  expect([native.native, native.wasm, wasm.native, wasm.wasm]).toEqual([true, false, false, true]);
  expect(wasm.code).toBe(native.code);
  expect(native.error).toBe('Unexpected ";" at 19');
  expect(wasm.error).toBe(native.error);
}, 180_000);

test("where no native esbuild runs esbuild-wasm takes its place", () => {
  const unfit = join(folder, "for-another-machine");
  writeFileSync(unfit, "");
  const { code, wasm } = lowerInProcess({ ESBUILD_BINARY_PATH: unfit, RAY_TS_ESBUILD: "" });
  expect(wasm).toBe(true);
  expect(code).toContain("__decorateElement");
}, 180_000);
