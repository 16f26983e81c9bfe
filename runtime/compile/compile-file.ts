/**
 * A TypeScript file to JavaScript with its map inside, for local modules that cells and scripts import. Its functions are sent
 * by reference (module and export), so nothing in it is rewritten; types go, and imports of types with them. It runs in workers
 * and in Node's module-hooks thread too, so nothing of the cell compiler is loaded with it.
 *
 * A script that is run (`ray-ts run FILE.ts`) is compiled as one cell instead, with `module: true`, so that its functions travel like a cell's.
 */
import { createRequire } from "node:module";
import { cellSyntaxError } from "./cell-syntax-error.ts";
import { LoweringError, transformWithEsbuild } from "./esbuild.ts";
import { LineIndex } from "./positions.ts";

/** Only esbuild lowers these so that every supported Node runs them. A false match costs a millisecond. */
const NEEDS_ESBUILD = /(^|[\s;{}(])@[A-Za-z_$]|\busing\s+[A-Za-z_$]|\baccessor\s+[A-Za-z_$#[]|\b(namespace|module)\s+[A-Za-z_$]/m;

/** `path` is what stacks and errors show. Throws a SyntaxError with path, line and column. */
export function compileFile(path: string, source: string): string {
  try {
    return NEEDS_ESBUILD.test(source) || path.endsWith(".cts") ? byEsbuild(path, source) : byOxc(path, source);
  } catch (error) {
    if (!(error instanceof LoweringError)) throw error;
    throw cellSyntaxError(error.message, path, source, new LineIndex(source).position(error.offset));
  }
}

function byOxc(path: string, source: string): string {
  // loaded at the first TypeScript module: most workers never see one
  const { transformSync } = createRequire(import.meta.url)("oxc-transform") as typeof import("oxc-transform");
  const { code, map, errors } = transformSync(path, source, {
    lang: /x$/.test(path) ? "tsx" : "ts",
    sourceType: "module",
    target: "es2022",
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: false },
  });
  const fatal = errors.find((error) => error.severity === "Error");
  if (fatal !== undefined) throw new LoweringError(fatal.message, fatal.labels[0]?.start ?? 0);
  return map === undefined ? code : `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}\n`;
}

const byEsbuild = (path: string, source: string): string =>
  transformWithEsbuild(source, {
    loader: /x$/.test(path) ? "tsx" : "ts",
    target: "node20",
    format: path.endsWith(".cts") ? "cjs" : "esm",
    sourcemap: "inline",
    sourcefile: path,
    jsx: "automatic",
    keepNames: true,
  }).code;
