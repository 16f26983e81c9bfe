/**
 * A TypeScript file to an ES module, for local modules that cells and scripts import. Its functions are sent by reference
 * (module and export), so nothing in it is rewritten; types go, and imports of types with them.
 *
 * A script that is run (`ray-ts run FILE.ts`) is compiled as one cell instead, with `module: true`, so that its functions travel like a cell's.
 */
import type { SourceMap } from "./compiled-cell.ts";
import { cellSyntaxError } from "./cell-syntax-error.ts";
import { analyze } from "./analyze.ts";
import { LoweringError, lower } from "./lower.ts";
import { parseCell } from "./parse.ts";

export interface CompiledFile {
  /** With the map inside, for Node and debuggers. */
  readonly code: string;
  readonly map: SourceMap;
}

/** `path` is what stacks and errors show. Throws a SyntaxError with path, line and column. */
export function compileFile(path: string, source: string): CompiledFile {
  const parsed = parseCell(source, path, { module: true });
  const { modernSyntax } = analyze(parsed.program, source);
  try {
    const lowered = lower(source, {
      language: parsed.language,
      isModern: modernSyntax.length > 0,
      jsx: { factory: "React.createElement", fragment: "React.Fragment" },
      keepsImports: false,
    });
    const map: SourceMap = { ...lowered.map, sources: [path], sourcesContent: [source] };
    return { code: `${lowered.code}\n${inlineMap(map)}\n`, map };
  } catch (error) {
    if (!(error instanceof LoweringError)) throw error;
    throw cellSyntaxError(error.message, path, source, parsed.positionAt(error.offset));
  }
}

const inlineMap = (map: SourceMap): string => `//# sourceMappingURL=data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString("base64")}`;
