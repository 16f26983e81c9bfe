/** A local TypeScript module as JavaScript, with its source map inline. */
import { createRequire } from "node:module";

// loaded at the first TypeScript module: most workers never see one
const require = createRequire(import.meta.url);

/** Only esbuild lowers these so that every supported Node runs them. A false match costs a millisecond. */
const NEEDS_ESBUILD = /(^|[\s;{}(])@[A-Za-z_$]|\busing\s+[A-Za-z_$]|\baccessor\s+[A-Za-z_$#[]/m;

export function lowerFile(file: string, source: string): string {
  return NEEDS_ESBUILD.test(source) || file.endsWith(".cts") ? lowerByEsbuild(file, source) : lowerByOxc(file, source);
}

function lowerByOxc(file: string, source: string): string {
  const { transformSync } = require("oxc-transform") as typeof import("oxc-transform");
  const { code, map, errors } = transformSync(file, source, {
    lang: /x$/.test(file) ? "tsx" : "ts",
    sourceType: "module",
    target: "es2022",
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: false },
  });
  const fatal = errors.find((error) => error.severity === "Error");
  if (fatal !== undefined) throw syntaxError(file, source, fatal.message, fatal.labels[0]?.start ?? 0);
  return map === undefined ? code : `${code}\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}\n`;
}

function lowerByEsbuild(file: string, source: string): string {
  const { transformSync } = require("esbuild") as typeof import("esbuild");
  const { code } = transformSync(source, {
    loader: /x$/.test(file) ? "tsx" : "ts",
    target: "node20",
    format: file.endsWith(".cts") ? "cjs" : "esm",
    sourcemap: "inline",
    sourcefile: file,
    jsx: "automatic",
    keepNames: true,
  });
  return code;
}

function syntaxError(file: string, source: string, message: string, offset: number): SyntaxError {
  const before = source.slice(0, offset).split("\n");
  return new SyntaxError(`${message} (${file}:${before.length}:${(before.at(-1) ?? "").length + 1})`);
}
