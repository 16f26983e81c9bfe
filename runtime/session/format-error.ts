/** A thrown value as a person reads it: where in the cell, what, the frames of cells and files, and what caused it. */
import { inspect } from "node:util";
import { cleanMessage } from "../compile/stack-map.ts";
import { isError } from "../errors.ts";
import { errorName } from "../serialize/error-name.ts";
import type { OutputError } from "./output.ts";

export interface ErrorContext {
  /** Turns raw script positions into those of cells and files, and leaves out frames of Node's and ours. */
  readonly mapStack: (stack: string) => string;
  /** The text behind a frame's name: a cell's (`In[3]`), or a local file's. */
  readonly sourceOf: (name: string) => string | undefined;
}

interface Position { readonly name: string; readonly line: number; readonly column: number }

const MAX_CAUSES = 5;
const MAX_AGGREGATED = 5;
const MAX_FRAMES = 12;
const FRAME = /^ {4}at /;
/** Those of every error, and of the compiler's syntax errors. */
const STANDARD_PROPERTIES = new Set(["name", "message", "stack", "cause", "errors", "code", "cell", "line", "column", "excerpt"]);

export function formatError(thrown: unknown, context: ErrorContext): OutputError {
  if (!isError(thrown)) {
    const evalue = describe(thrown);
    return { ename: "Uncaught", evalue, traceback: [`Uncaught ${evalue}`] };
  }
  return { ename: errorName(thrown), evalue: errorMessage(thrown), traceback: errorLines(thrown, context, new Set(), true) };
}

function isCellSyntaxError(error: Error): boolean {
  return error instanceof SyntaxError && Object.hasOwn(error, "cell") && Object.hasOwn(error, "excerpt");
}

/** What an unhandled rejection or an error in a timer prints. */
export function formatUncaught(thrown: unknown, context: ErrorContext, how: "Uncaught" | "Unhandled rejection"): string {
  const { traceback } = formatError(thrown, context);
  const lines = isError(thrown) ? [`${how}:`, ...traceback] : [`${how}: ${describe(thrown)}`];
  return lines.join("\n") + "\n";
}

function errorLines(error: Error, context: ErrorContext, seen: Set<unknown>, withExcerpt: boolean): string[] {
  seen.add(error);
  const frames = framesOf(error, context);
  const lines = [
    ...(withExcerpt ? excerpt(frames, context) : []),
    ...header(error).split("\n"),
    // the compiler's syntax errors have their place in the message
    ...(isCellSyntaxError(error) ? [] : frames.slice(0, MAX_FRAMES)),
    ...(frames.length > MAX_FRAMES ? [`    … ${frames.length - MAX_FRAMES} more`] : []),
    ...properties(error),
  ];
  const errors: unknown = readProperty(error, "errors");
  if (Array.isArray(errors)) lines.push(...aggregatedLines(errors, context, seen));
  const cause = readProperty(error, "cause");
  if (cause === undefined || seen.has(cause) || seen.size >= MAX_CAUSES || repeats(error, cause)) return lines;
  if (!isError(cause)) return [...lines, `Caused by: ${describe(cause)}`];
  const [first = "", ...rest] = errorLines(cause, context, seen, false);
  return [...lines, `Caused by: ${first}`, ...rest];
}

function aggregatedLines(errors: readonly unknown[], context: ErrorContext, seen: Set<unknown>): string[] {
  const lines: string[] = [];
  for (const [index, inner] of errors.slice(0, MAX_AGGREGATED).entries()) {
    const inside = isError(inner) && !seen.has(inner) ? errorLines(inner, context, seen, false) : [describe(inner)];
    lines.push(...inside.map((line, i) => (i === 0 ? `  [${index}] ${line}` : `  ${line}`)));
  }
  if (errors.length > MAX_AGGREGATED) lines.push(`  … ${errors.length - MAX_AGGREGATED} more errors`);
  return lines;
}

/** An error that carries its cause's message and stack already, as a task's error does. */
function repeats(error: Error, cause: unknown): boolean {
  return isError(cause) && errorMessage(error) === errorMessage(cause) && stackOf(error).endsWith(stackOf(cause).split("\n").slice(1).join("\n"));
}

function header(error: Error): string {
  const code = readProperty(error, "code");
  const name = errorName(error);
  const message = errorMessage(error);
  const shownCode = typeof code === "string" && /^ERR_/.test(code) ? ` [${code}]` : "";
  return message === "" ? name + shownCode : `${name}${shownCode}: ${message}`;
}

function errorMessage(error: Error): string {
  const message = readProperty(error, "message");
  return typeof message === "string" ? cleanMessage(message) : describe(message);
}

function stackOf(error: Error): string {
  const stack = readProperty(error, "stack");
  return typeof stack === "string" ? stack : "";
}

function framesOf(error: Error, context: ErrorContext): string[] {
  return context.mapStack(stackOf(error)).split("\n").filter((line) => FRAME.test(line));
}

function properties(error: Error): string[] {
  const shown: Record<string, unknown> = {};
  for (const [key, property] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (property.enumerable === true && "value" in property && !STANDARD_PROPERTIES.has(key)) shown[key] = property.value;
  }
  const code = readProperty(error, "code");
  if (typeof code === "string" && !/^ERR_/.test(code) && Object.prototype.propertyIsEnumerable.call(error, "code")) shown["code"] = code;
  if (Object.keys(shown).length === 0) return [];
  return inspect(shown, { depth: 1, breakLength: 100, maxStringLength: 200, maxArrayLength: 10 }).split("\n").map((line) => `  ${line}`);
}

/** The line of the first frame whose source is at hand, with two lines before it and a caret. */
function excerpt(frames: readonly string[], context: ErrorContext): string[] {
  for (const frame of frames) {
    const position = positionOf(frame);
    const source = position === undefined ? undefined : context.sourceOf(position.name);
    if (position !== undefined && source !== undefined) return excerptLines(position, source);
  }
  return [];
}

function excerptLines({ name, line, column }: Position, source: string): string[] {
  const lines = source.split("\n");
  if (line > lines.length) return [];
  const width = String(line).length;
  const shown = lines.slice(Math.max(0, line - 3), line).map((text, i, all) => {
    const number = line - all.length + 1 + i;
    return `${number === line ? ">" : " "} ${String(number).padStart(width)} | ${text.trimEnd().slice(0, 160)}`;
  });
  const before = (lines[line - 1] ?? "").slice(0, column - 1).replace(/[^\t]/g, " ");
  const caret = column <= 160 ? [`  ${" ".repeat(width)} | ${before}^`] : [];
  return [`${name}:${line}:${column}`, ...shown, ...caret];
}

function positionOf(frame: string): Position | undefined {
  const match = /^ {4}at (?:async )?(?:.*\()?(.+):(\d+):(\d+)\)?$/.exec(frame);
  if (match === null) return undefined;
  return { name: match[1] as string, line: Number(match[2]), column: Number(match[3]) };
}

/** An error may be a user's object with a getter that throws. */
function readProperty(error: Error, key: string): unknown {
  try {
    return (error as unknown as Record<string, unknown>)[key];
  } catch (thrown) {
    return `(reading ${key} threw ${describe(thrown)})`;
  }
}

function describe(value: unknown): string {
  try {
    return inspect(value, { depth: 2, breakLength: 100, maxArrayLength: 20, maxStringLength: 1000 });
  } catch (thrown) {
    return `a ${typeof value} that cannot be shown (${isError(thrown) ? thrown.message : typeof thrown})`;
  }
}
