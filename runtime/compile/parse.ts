/** Cell text to syntax tree. TypeScript first, TSX when that fails; `{a: 1}` is tried as an object before it is a block. */
import { parseSync } from "oxc-parser";
import type { Comment, OxcError, Program } from "oxc-parser";
import { cellSyntaxError } from "./cell-syntax-error.ts";
import { tooDeepAt } from "./nesting.ts";
import { LineIndex } from "./positions.ts";
import type { Position } from "./positions.ts";

export interface ParsedCell {
  readonly name: string;
  /** As the user wrote it. */
  readonly source: string;
  /** What was parsed, and what the tree's offsets refer to: the source, perhaps in parentheses. */
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly language: "ts" | "tsx";
  /** Position in the source of an offset of `text`. */
  positionAt(offset: number): Position;
}

export interface ParseFailure {
  readonly errors: readonly Pick<OxcError, "message" | "helpMessage" | "labels">[];
  readonly text: string;
}

const TOO_DEEP = "The code is nested too deep to be read here: make a variable or a function of its inner part";

/** Runs what walks over the tree of a cell, and is one call deeper for each of its levels. */
export function walking<T>({ name, source }: Pick<ParsedCell, "name" | "source">, walk: () => T): T {
  try {
    return walk();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw cellSyntaxError(TOO_DEEP, name, source, { line: 1, column: 1 });
  }
}

type Language = ParsedCell["language"];

export function parseCell(source: string, name: string, { module = false } = {}): ParsedCell {
  const object = module ? undefined : parseAsObject(source);
  if (object && !("errors" in object)) return toParsed(object, name, source, 1);
  const outcome = tryParse(source);
  if (!("errors" in outcome)) return toParsed(outcome, name, source, 0);
  const isObject = object !== undefined && firstOffset(object.errors) - 1 > firstOffset(outcome.errors);
  throw isObject ? toSyntaxError(object.errors, name, source, 1) : toSyntaxError(outcome.errors, name, source, 0);
}

interface Parsed {
  readonly text: string;
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly language: Language;
}

/** The tree, or the errors of the language that got further into the text. */
export function tryParse(text: string): Parsed | ParseFailure {
  const deep = tooDeepAt(text);
  if (deep !== undefined) return { text, errors: [{ message: TOO_DEEP, helpMessage: null, labels: [{ message: null, start: deep, end: deep }] }] };
  const typescript = parseAs(text, "ts");
  if (!("errors" in typescript)) return typescript;
  if (!text.includes("<")) return typescript;
  const tsx = parseAs(text, "tsx");
  if (!("errors" in tsx)) return tsx;
  return firstOffset(tsx.errors) > firstOffset(typescript.errors) ? tsx : typescript;
}

function parseAs(text: string, language: Language): Parsed | ParseFailure {
  const result = parseSync(`cell.${language}`, text, { lang: language, sourceType: "module", showSemanticErrors: true });
  const errors = result.errors;
  if (errors.length > 0) return { errors, text };
  return { text, program: result.program, comments: result.comments, language };
}

const opensWithBrace = /^(?:\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*\{/;

/** `{a: 1}` and `{ x, y }` at the head of a cell are meant as objects, as in Node's REPL. */
export function parseAsObject(source: string): Parsed | ParseFailure | undefined {
  if (!opensWithBrace.test(source)) return undefined;
  // The newline ends a line comment at the end of the cell.
  return tryParse(`(${source.replace(/;\s*$/, "")}\n)`);
}

function toParsed(parsed: Parsed, name: string, source: string, shift: number): ParsedCell {
  const lines = new LineIndex(source);
  return { ...parsed, name, source, positionAt: (offset) => lines.position(offset - shift) };
}

const firstOffset = (errors: ParseFailure["errors"]): number => errors[0]?.labels[0]?.start ?? 0;

function toSyntaxError(errors: ParseFailure["errors"], name: string, source: string, shift: number): SyntaxError {
  const [error] = errors;
  const help = error?.helpMessage ? `. ${error.helpMessage}` : "";
  // A redeclaration has two labels: the first declaration, and the one to mend.
  const at = /already been declared/.test(error?.message ?? "") ? error?.labels.at(-1)?.start : error?.labels[0]?.start;
  const message = (error?.message ?? "This is no TypeScript").replace(/\.$/, "") + help;
  return cellSyntaxError(message, name, source, new LineIndex(source).position((at ?? 0) - shift));
}
