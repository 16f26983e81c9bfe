/** Type errors as a person reads them: where, what, the line with a mark under it; for a page the same, quietly framed. Pure. */
import type { TypeDiagnostic } from "./type-diagnostic.ts";

/** More than these say nothing new. */
const MOST_SHOWN = 10;
const LINE_WIDTH = 160;

/**
 * ```
 * In[3]:1:7 TS2322: Type 'string' is not assignable to type 'number'.
 *   1 | const x: number = "a";
 *     |       ^
 * ```
 */
export function diagnosticsText(name: string, source: string, diagnostics: readonly TypeDiagnostic[]): string {
  const lines = source.split("\n");
  const shown = diagnostics.slice(0, MOST_SHOWN).map((each) => diagnosticLines(name, lines, each).join("\n"));
  const more = diagnostics.length - shown.length;
  return [...shown, ...(more > 0 ? [`… ${more} more type error${more === 1 ? "" : "s"}`] : [])].join("\n") + "\n";
}

/** Inline styles alone: that is all an untrusted notebook keeps. */
export function diagnosticsHtml(name: string, source: string, diagnostics: readonly TypeDiagnostic[]): string {
  const text = escaped(diagnosticsText(name, source, diagnostics).trimEnd());
  const marked = text.replace(/^(\S+:\d+:\d+) ((?:TS|RAY)\d+):/gm, '$1 <span style="font-weight:600">$2</span>:');
  return `<pre style="margin:0;padding:2px 8px;border-left:3px solid #d9a514;opacity:0.85;white-space:pre-wrap">${marked}</pre>`;
}

/** `TS2322: Type 'string' is not assignable to type 'number'. (In[3]:1:7)`, and how many others there are. */
export function diagnosticsSummary(name: string, diagnostics: readonly TypeDiagnostic[]): string {
  const [first] = diagnostics;
  if (first === undefined) return "";
  const others = diagnostics.length - 1;
  return `${first.code}: ${first.message.split("\n")[0] ?? ""} (${name}:${first.line}:${first.column})${others > 0 ? ` and ${others} more` : ""}`;
}

function diagnosticLines(name: string, lines: readonly string[], { code, message, line, column, endLine, endColumn, related }: TypeDiagnostic): string[] {
  const text = (lines[line - 1] ?? "").trimEnd();
  const gutter = " ".repeat(String(line).length);
  const before = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  const width = Math.max(1, (endLine === line ? endColumn : text.length + 1) - column);
  const marks = column <= LINE_WIDTH ? [`  ${gutter} | ${before}${"^".repeat(Math.min(width, LINE_WIDTH - column + 1))}`] : [];
  return [`${name}:${line}:${column} ${code}: ${message}`, `  ${line} | ${text.slice(0, LINE_WIDTH)}`, ...marks, ...related.map((each) => `  ${each}`)];
}

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
