/**
 * TypeScript text to JavaScript text. oxc is 20 times faster than esbuild; esbuild alone lowers decorators, `accessor`,
 * `using` and all of namespaces, with its helpers inside the text.
 */
import { createRequire } from "node:module";
import { transformSync } from "oxc-transform";
import type { SourceMap } from "./compiled-cell.ts";

export interface LowerOptions {
  readonly language: "ts" | "tsx";
  readonly isModern: boolean;
  readonly jsx: { readonly factory: string; readonly fragment: string };
  /** False for files, whose imports of types alone go, as TypeScript has it. A cell has no imports left. */
  readonly keepsImports: boolean;
}

export interface Lowered {
  readonly code: string;
  readonly map: SourceMap;
}

/** What the lowering refuses; `offset` in the text that it was given. */
export class LoweringError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export const lower = (text: string, options: LowerOptions): Lowered => (options.isModern ? lowerWithEsbuild(text, options) : lowerWithOxc(text, options));

function lowerWithOxc(text: string, { language, jsx, keepsImports }: LowerOptions): Lowered {
  const result = transformSync(`cell.${language}`, text, {
    lang: language,
    sourceType: "module",
    sourcemap: true,
    target: "es2024",
    typescript: { onlyRemoveTypeImports: keepsImports },
    jsx: { runtime: "classic", pragma: jsx.factory, pragmaFrag: jsx.fragment, pure: false },
  });
  const [error] = result.errors;
  if (error) throw new LoweringError(error.message, error.labels[0]?.start ?? 0);
  return { code: result.code, map: { ...result.map!, version: 3 } };
}

/** Loaded when first needed: most sessions never need it, and it starts a process. */
let esbuild: typeof import("esbuild") | undefined;

function lowerWithEsbuild(text: string, { language, jsx, keepsImports }: LowerOptions): Lowered {
  esbuild ??= createRequire(import.meta.url)("esbuild") as typeof import("esbuild");
  try {
    const { code, map } = esbuild.transformSync(text, {
      loader: language,
      target: "node20",
      sourcemap: "external",
      sourcesContent: false,
      logLevel: "silent",
      jsx: "transform",
      jsxFactory: jsx.factory,
      jsxFragment: jsx.fragment,
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: keepsImports, useDefineForClassFields: true } },
    });
    return { code, map: JSON.parse(map) as SourceMap };
  } catch (error) {
    throw toLoweringError(error, text);
  }
}

interface EsbuildFailure {
  readonly errors: readonly { text: string; location: { line: number; column: number } | null }[];
}

const isEsbuildFailure = (error: unknown): error is EsbuildFailure => typeof error === "object" && error !== null && "errors" in error;

function toLoweringError(error: unknown, text: string): unknown {
  const first = isEsbuildFailure(error) ? error.errors[0] : undefined;
  if (!first) return error;
  const { line, column } = first.location ?? { line: 1, column: 0 };
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((length, each) => length + each.length + 1, 0);
  // esbuild counts columns in bytes.
  const inLine = Buffer.from(lines[line - 1] ?? "").subarray(0, column).toString().length;
  return new LoweringError(first.text, before + inLine);
}
