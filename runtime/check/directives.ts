/** Comments by which a user tells TypeScript to look away: `@ts-nocheck`, and `@ts-ignore`, `@ts-expect-error` above a line. They hold for what we find too. Pure. */
import type { TypeDiagnostic } from "./type-diagnostic.ts";

const WHOLE = /^(?:\s|\/\/.*\n|\/\*[^]*?\*\/)*\/\/\s*@ts-nocheck\b/;
const NEXT_LINE = /^\s*(?:\/\/|\/\*)[\s*]*@ts-(ignore|expect-error)\b/;
/** TypeScript found nothing to expect there. */
const UNUSED = "TS2578";

/** `ours`: what TypeScript itself has no word for. */
export function withDirectives(source: string, theirs: readonly TypeDiagnostic[], ours: readonly TypeDiagnostic[]): TypeDiagnostic[] {
  if (!source.includes("@ts-") || ours.length === 0) return inOrder([...theirs, ...ours]);
  if (WHOLE.test(source)) return [...theirs];
  const lines = source.split("\n");
  const above = (line: number): number | undefined => (NEXT_LINE.test(lines[line - 2] ?? "") ? line - 1 : undefined);
  const used = new Set(ours.flatMap(({ line }) => above(line) ?? []));
  return inOrder([...theirs.filter(({ code, line }) => code !== UNUSED || !used.has(line)), ...ours.filter(({ line }) => above(line) === undefined)]);
}

const inOrder = (diagnostics: TypeDiagnostic[]): TypeDiagnostic[] => diagnostics.sort((a, b) => a.start - b.start);
