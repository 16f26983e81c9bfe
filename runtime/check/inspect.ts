/** What TypeScript knows of the name at the cursor; between the parentheses of a call, of what is called. */
import type { CellChecker } from "./cell-checker.ts";
import type { CheckedInspection } from "./check-protocol.ts";
import { describeSymbol, documentationOf } from "./describe-symbol.ts";
import { fillDraft } from "./draft.ts";
import type { ImportIndex } from "./import-index.ts";
import { callAround, describeCall } from "./signature-help.ts";
import { findPrecedingToken } from "./typescript-server.ts";

const NAME_PART = /[\p{ID_Continue}$\u200c\u200d]/u;

export function inspect(code: string, cursor: number, detail: 0 | 1, checker: CellChecker, imports: ImportIndex): CheckedInspection | undefined {
  const path = fillDraft(code, cursor, checker);
  const at = nameAt(code, cursor);
  const symbol = at === undefined ? undefined : checker.program.server.symbolAt(path, at);
  if (symbol !== undefined && at !== undefined) {
    const { server } = checker.program;
    const described = describeSymbol(symbol, server.typeAt(path, at), checker);
    const source = detail === 1 ? sourceOf(described.declaration, checker) : undefined;
    return { code: described.code, documentation: documentationOf(symbol, server), ...(source && { source }) };
  }
  const importLine = at === undefined ? undefined : imports.lineFor((/^[\p{ID_Continue}$]+/u.exec(code.slice(at)) as RegExpExecArray)[0]);
  if (importLine !== undefined && code[(at as number) - 1] !== ".") return { code: importLine, documentation: "Not imported yet." };
  const tree = checker.program.server.tree(path);
  const token = tree && findPrecedingToken(tree, cursor);
  const call = token === undefined ? undefined : callAround(token, cursor);
  return call === undefined ? undefined : describeCall(call, checker.program.server);
}

/** Where the name that the cursor touches begins. */
function nameAt(code: string, cursor: number): number | undefined {
  let start = cursor;
  while (start > 0 && NAME_PART.test(code[start - 1] as string)) start--;
  const isName = NAME_PART.test(code[start] ?? "") && !/\d/.test(code[start] as string);
  return isName ? start : undefined;
}

/** A declaration in a cell, as it was written there. */
function sourceOf(declaration: { readonly path: string; readonly start: number; readonly end: number } | undefined, checker: CellChecker): CheckedInspection["source"] {
  const cell = declaration && checker.moduleAt(declaration.path);
  if (declaration === undefined || cell === undefined) return undefined;
  const { text, shift, source } = cell.module;
  const line = source.slice(0, Math.max(0, declaration.start - shift)).split("\n").length;
  // a declaration without a semicolon ends at ours, behind the cell
  return { text: text.slice(declaration.start, Math.min(declaration.end, source.length + shift)).trimEnd(), where: `${cell.name}:${line}` };
}
