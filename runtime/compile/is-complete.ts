/** Whether Enter should run what was typed, or open another line: asked of the parser, as the cell would be. */
import type { Program } from "oxc-parser";
import { parseAsObject, tryParse } from "./parse.ts";
import type { ParseFailure } from "./parse.ts";

export interface Completeness {
  readonly status: "complete" | "incomplete" | "invalid";
  /** For `incomplete`: what the next line should begin with. */
  readonly indent?: string;
}

/**
 * ```ts
 * isComplete("if (x) {");  // { status: "incomplete", indent: "  " }
 * isComplete("1 + 1");     // { status: "complete" }
 * isComplete("foo bar");   // { status: "invalid" }
 * ```
 */
export function isComplete(source: string): Completeness {
  const object = parseAsObject(source);
  if (object && !("errors" in object)) return { status: "complete" };
  const outcome = tryParse(source);
  const isOpen = "errors" in outcome ? mayContinue(source, outcome.errors) : lacksBody(outcome.program);
  if (isOpen || ("errors" in outcome && object && isOpenObject(source))) return { status: "incomplete", indent: indentAfter(source) };
  return { status: "errors" in outcome ? "invalid" : "complete" };
}

/** `{a: 1, b:` is no block any more, and not yet an object. */
function isOpenObject(source: string): boolean {
  const text = `(${source}`;
  const outcome = tryParse(text);
  return "errors" in outcome && mayContinue(text, outcome.errors);
}

/** True when the parser was still content where the text ends: something to come may complete it. */
function mayContinue(source: string, errors: ParseFailure["errors"]): boolean {
  const [error] = errors;
  if (!error) return false;
  const { start, end } = error.labels[0] ?? { start: 0, end: 0 };
  if (error.message === "Unterminated multiline comment") return true;
  // A string ends with its line, unless that ends with a backslash; a template does not.
  if (error.message === "Unterminated string") return !/["']/.test(source[start] ?? "") || source.endsWith("\\");
  if (/initializer/i.test(error.message)) return /^\s*(?::[^;=\n]*)?$/.test(source.slice(end));
  if (error.message.startsWith("Identifier expected after")) return source.trimEnd().endsWith("?.");
  // the last digit separator of an unfinished number is an error at the end that nothing to come can mend
  return start >= source.trimEnd().length && !/(?<![\w$])\d[\d_]*_$/.test(source.trimEnd());
}

/** `function f()` may be an overload's signature; at the end of a cell it waits for its body. */
function lacksBody(program: Program): boolean {
  const last = program.body.at(-1);
  return last?.type === "TSDeclareFunction" && !last.declare;
}

const step = "  ";
const opensMore = /(?:[{([]|=>|[=+\-*/%&|^?:]|\b(?:else|do|return))$/;

function indentAfter(source: string): string {
  const line = source.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^\s*/.exec(line)![0];
  const code = line.replace(/\/\/.*$/, "").trimEnd();
  return opensMore.test(code) ? indent + step : indent;
}
