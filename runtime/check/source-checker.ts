/** Checks what lies on the disk, whole: files as `ray-ts run` would run them, notebooks cell by cell as a kernel would. No process, no session. */
import { dirname, join, resolve } from "node:path";
import { createRequire } from "node:module";
import { isErrorOfSyntax } from "../compile/cell-syntax-error.ts";
import { CellChecker } from "./cell-checker.ts";
import { LineIndex } from "../compile/positions.ts";
import { findConfig } from "./folder-config.ts";
import { ImportIndex } from "./import-index.ts";
import { readMagics } from "../magics/read-magics.ts";
import { isTypeCheckMode, type TypeCheckMode, type TypeDiagnostic } from "./type-diagnostic.ts";

/** Where the declarations of `ray-ts` and Node's types are. `dist`: the folder of the built programs. */
export function checkerPlaces(dist: string): { readonly rayTypes: string; readonly nodeTypes: string; readonly tslabTypes: string } {
  const { resolve } = createRequire(import.meta.url);
  return {
    rayTypes: join(dist, "types", "runtime", "index").replaceAll("\\", "/"),
    nodeTypes: dirname(resolve("node-types/package.json")),
    tslabTypes: join(dirname(resolve("tslab/package.json")), "dist", "public.d.ts").replaceAll("\\", "/"),
  };
}

export interface SourceCell {
  /** `In[3]`. */
  readonly name: string;
  readonly code: string;
  /** What is wrong with it is not told: it is there to fail. */
  readonly mayBeWrong: boolean;
}

export interface CheckedSource {
  readonly name: string;
  readonly code: string;
  readonly diagnostics: readonly TypeDiagnostic[];
}

/** The folder whose program a file belongs to: that of its config, else its own. */
export const programFolder = (file: string): string => dirname(findConfig(dirname(resolve(file))) ?? resolve(file));

/** Files of one program folder. */
export function checkFiles(folder: string, files: readonly { readonly path: string; readonly text: string }[], dist: string): CheckedSource[] {
  const roots = files.map(({ path }) => resolve(path));
  const checker = new CellChecker({ folder, roots, ...checkerPlaces(dist) }, new ImportIndex(folder));
  try {
    return files.map(({ path, text }) => ({ name: path, code: text, diagnostics: orSyntaxError(text, () => checker.checkFile(resolve(path), path, text)) }));
  } finally {
    checker.program.close();
  }
}

/** The cells of one notebook. */
export function checkCells(folder: string, cells: readonly SourceCell[], dist: string): CheckedSource[] {
  const checker = new CellChecker({ folder, ...checkerPlaces(dist) }, new ImportIndex(folder));
  let mode: TypeCheckMode = "warn";
  try {
    const checked = cells.map(({ name, code, mayBeWrong }): CheckedSource => {
      const read = readMagics(code, (each) => checker.names.get(each) !== undefined || each in globalThis);
      for (const { name: magic, text, wantsHelp } of read.magics) if (magic === "typecheck" && !wantsHelp && isTypeCheckMode(text)) mode = text;
      const diagnostics = orSyntaxError(code, () => checker.check({ name, code: read.code, reports: mode !== "off", onlyRunsRight: false }));
      return { name, code, diagnostics: mayBeWrong || mode === "off" ? [] : diagnostics };
    });
    return checked.map(({ name, code, diagnostics }) => ({ name, code, diagnostics: diagnostics.flatMap((each) => settled(each, code, checker)) }));
  } finally {
    checker.program.close();
  }
}

/** All cells are known: what a hint left open is right or wrong now. */
function settled(diagnostic: TypeDiagnostic, code: string, checker: CellChecker): TypeDiagnostic[] {
  if (diagnostic.severity === "error") return [diagnostic];
  const isDeclared = checker.names.get(code.slice(diagnostic.start, diagnostic.end)) !== undefined;
  return isDeclared ? [] : [{ ...diagnostic, severity: "error", message: diagnostic.message.replace(/ A later cell may declare it\.$/, "") }];
}

/** What is no TypeScript at all is an error too where no session says so. */
function orSyntaxError(source: string, check: () => readonly TypeDiagnostic[] | SyntaxError): readonly TypeDiagnostic[] {
  const found = check();
  if (!(found instanceof SyntaxError)) return found;
  const { line, column } = isErrorOfSyntax(found) ? found : { line: 1, column: 1 };
  const start = new LineIndex(source).offset(line - 1, column - 1);
  const message = found.message.replace(/ \([^()]*:\d+:\d+\)$/, "");
  return [{ code: "SyntaxError", severity: "error", message, start, end: start, line, column, endLine: line, endColumn: column, related: [] }];
}
