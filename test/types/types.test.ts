/**
 * The public types, with each TypeScript that they are for. In `*.test-d.ts` a line `// error TS2345: text` says that the next
 * line has a diagnostic of that code whose message holds that text; ` || ` separates what the versions say differently.
 * A diagnostic that is missing, and one that nobody expects, fails.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = join(root, "test", "types");
const sources = readdirSync(here).filter((name) => name.endsWith(".test-d.ts"));

interface Expected {
  readonly place: string;
  readonly codes: readonly string[];
  readonly texts: readonly string[];
}

interface Diagnostic {
  readonly place: string;
  readonly code: string;
  message: string;
}

let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "ray-ts-types-"));
  await compile("typescript", ["-p", join(root, "runtime", "tsconfig.types.json"), "--outDir", join(folder, "types")]);
  // the package is one of ES modules: without this the declarations would be read as CommonJS
  writeFileSync(join(folder, "types", "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({
    compilerOptions: {
      target: "es2023", lib: ["es2023"], module: "nodenext", strict: true, noUncheckedIndexedAccess: true, noEmit: true, allowImportingTsExtensions: true,
      types: ["node"], typeRoots: [join(root, "node_modules", "@types")], paths: { "ray-ts": [join(folder, "types", "runtime", "index.d.ts")] },
    },
    files: sources.map((name) => join(here, name)),
  }));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("there are at least 100 right and 100 wrong uses", () => {
  const text = sources.map((name) => readFileSync(join(here, name), "utf8")).join("\n");
  expect(text.match(/^\s*\/\/ error TS/gm)?.length).toBeGreaterThanOrEqual(100);
  expect(text.match(/^\s*expectType</gm)?.length).toBeGreaterThanOrEqual(100);
});

test.each(["typescript", "ts6", "ts55"])("%s finds what is wrong, and nothing else", async (compiler) => {
  const found = diagnosticsOf(await compile(compiler, ["-p", join(folder, "tsconfig.json"), "--pretty", "false"]));
  const missing: Expected[] = [];
  for (const expected of sources.flatMap(expectedOf)) {
    const at = found.findIndex((one) => one.place === expected.place && expected.codes.includes(one.code) && expected.texts.some((text) => one.message.includes(text)));
    if (at < 0) missing.push(expected);
    else found.splice(at, 1);
  }
  expect({ missing, unexpected: found }).toEqual({ missing: [], unexpected: [] });
});

/** What the compiler prints: it ends with an error code whenever it found something. */
function compile(compiler: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(root, "node_modules", compiler, "bin", "tsc"), ...args], { cwd: here, maxBuffer: 1 << 26 }, (_, stdout, stderr) => resolve(stdout + stderr));
  });
}

function expectedOf(name: string): Expected[] {
  const lines = readFileSync(join(here, name), "utf8").split("\n");
  return lines.flatMap((line, index) => {
    const [, codes, texts] = /^\s*\/\/ error (TS\d+(?: \|\| TS\d+)*): (.*)$/.exec(line) ?? [];
    if (!codes || !texts) return [];
    let next = index + 1;
    while (/^\s*\/\/ error /.test(lines[next] ?? "")) next++;
    return [{ place: `${name}:${next + 1}`, codes: codes.split(" || "), texts: texts.split(" || ") }];
  });
}

function diagnosticsOf(output: string): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const line of output.split("\n")) {
    const [, file, at, code, message] = /^(?:(.+?)\((\d+),\d+\): )?error (TS\d+): (.*)$/.exec(line) ?? [];
    if (code && message !== undefined) found.push({ place: `${file ?? "no file"}:${at}`, code, message });
    else if (line.trim() !== "" && found.length > 0) (found.at(-1) as Diagnostic).message += `\n${line.trim()}`;
    else if (line.trim() !== "") found.push({ place: "compiler", code: "", message: line });
  }
  return found;
}
