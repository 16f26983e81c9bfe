/** What is being typed, as a module: mostly no whole code, so what it declares is read as well as can be. Pure but for the program it fills. */
import { analyze } from "../compile/analyze.ts";
import { tryParse } from "../compile/parse.ts";
import type { CellChecker } from "./cell-checker.ts";
import type { Language } from "./cell-program.ts";
import { type DeclaredName, declaredNames, mentionedNames } from "./cell-names.ts";
import { moduleText } from "./cell-module.ts";

/** Gives the draft's path. Positions in it are those in the code, up to the end of the name at the cursor. */
export function fillDraft(code: string, cursor: number, checker: CellChecker): string {
  const { text, language, declares } = readDraft(code, cursor);
  const bound = checker.names.bind(mentionedNames(text), declares);
  return checker.program.draft(language, moduleText(text, bound, []));
}

interface ReadDraft {
  readonly text: string;
  readonly language: Language;
  readonly declares: ReadonlyMap<string, DeclaredName>;
}

function readDraft(code: string, cursor: number): ReadDraft {
  // a name at the cursor completes `config.` and `f(a, `
  for (const text of [code, `${code.slice(0, cursor)}x${code.slice(cursor)}`, `${code.slice(0, cursor)}x)${code.slice(cursor)}`]) {
    const parsed = tryParse(text);
    if (!("errors" in parsed)) return { text: code, language: parsed.language, declares: declaredNames(parsed.program, analyze(parsed.program, text).declared) };
  }
  // what is broken behind the cursor helps nobody, and may keep TypeScript 7.0 looking for ever
  const rest = /^[\p{ID_Continue}$\u200c\u200d]*/u.exec(code.slice(cursor)) as RegExpExecArray;
  const text = code.slice(0, cursor) + rest[0];
  return { text, language: "ts", declares: declaredAtLineStarts(text) };
}

const DECLARATION = /^(?:export\s+)?(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:(const|let|var)|(?:async\s+)?(function)\b\s*\*?|(class|enum|namespace)|(interface|type))\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;

function declaredAtLineStarts(code: string): Map<string, DeclaredName> {
  const declared = new Map<string, DeclaredName>();
  for (const [, variable, fn, both, type, name] of code.matchAll(DECLARATION)) {
    const value = (variable ?? fn ?? both) as DeclaredName["value"];
    declared.set(name as string, { value, type: (both ?? type) as DeclaredName["type"] });
  }
  return declared;
}
