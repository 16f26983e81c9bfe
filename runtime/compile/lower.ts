/**
 * TypeScript text to JavaScript text. oxc is 20 times faster than esbuild; esbuild alone lowers decorators, `accessor`,
 * `using` and all of namespaces, with its helpers inside the text.
 */
import { transformSync } from "oxc-transform";
import type { SourceMap } from "./compiled-cell.ts";
import { LoweringError, transformWithEsbuild } from "./esbuild.ts";

export interface LowerOptions {
  readonly language: "ts" | "tsx";
  readonly isModern: boolean;
  readonly jsx: { readonly factory: string; readonly fragment: string };
}

export interface Lowered {
  readonly code: string;
  readonly map: SourceMap;
}

export const lower = (text: string, options: LowerOptions): Lowered => (options.isModern ? lowerWithEsbuild(text, options) : lowerWithOxc(text, options));

function lowerWithOxc(text: string, { language, jsx }: LowerOptions): Lowered {
  const result = transformSync(`cell.${language}`, text, {
    lang: language,
    sourceType: "module",
    sourcemap: true,
    target: "es2024",
    typescript: { onlyRemoveTypeImports: true },
    jsx: { runtime: "classic", pragma: jsx.factory, pragmaFrag: jsx.fragment, pure: false },
  });
  const [error] = result.errors;
  if (error) throw new LoweringError(error.message, error.labels[0]?.start ?? 0);
  return { code: result.code, map: { ...result.map!, version: 3 } };
}

function lowerWithEsbuild(text: string, { language, jsx }: LowerOptions): Lowered {
  const { code, map } = transformWithEsbuild(text, {
    loader: language,
    target: "node20",
    sourcemap: "external",
    sourcesContent: false,
    jsx: "transform",
    jsxFactory: jsx.factory,
    jsxFragment: jsx.fragment,
    // a cell has no imports left
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true, useDefineForClassFields: true } },
  });
  return { code, map: JSON.parse(map) as SourceMap };
}
