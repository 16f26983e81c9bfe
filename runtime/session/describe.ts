/** What the session knows of the value under the cursor: its type, signature and source, or a look inside. Runs no user code. */
import { types } from "node:util";
import { preview } from "../serialize/preview.ts";
import { isClass } from "./complete.ts";
import type { SessionInspection } from "./session-protocol.ts";
import { followPath, IDENTIFIER_AT_END, IDENTIFIER_AT_START, ownProperty, pathAtEnd, prototypeChain, type PathRoots } from "./value-path.ts";

export interface DescribeRoots extends PathRoots {
  /** The source of a function of a cell as it was written, with the cell's name. */
  sourceOf(code: Function): { readonly text: string; readonly where: string } | undefined;
}

const SHORT_SOURCE_LINES = 20;

export function describe(code: string, cursor: number, detail: 0 | 1, roots: DescribeRoots): SessionInspection {
  const before = code.slice(0, cursor);
  const rest = (IDENTIFIER_AT_START.exec(code.slice(cursor)) as RegExpExecArray)[0];
  const word = (IDENTIFIER_AT_END.exec(before) as RegExpExecArray)[0] + rest;
  // between `f(` and its first argument the reader asks about `f`
  const path = pathAtEnd(word === "" ? before.replace(/\($/, "") : before + rest);
  const found = path === undefined ? undefined : followPath(path, roots);
  if (path === undefined || found === undefined) return { found: false, data: {} };
  const { value } = found;
  const source = typeof value === "function" ? roots.sourceOf(value) : undefined;
  const lines = typeof value === "function" ? functionLines(value, source, detail) : [typeName(value), preview(value)];
  const data = { "text/plain": [`${path.join(".")}: ${lines[0] as string}`, ...lines.slice(1)].join("\n") };
  return { found: true, data, ...(typeof value !== "function" && { value: lines[1] as string }), ...(source && { source }) };
}

function functionLines(fn: Function, own: ReturnType<DescribeRoots["sourceOf"]>, detail: 0 | 1): string[] {
  const source = own?.text ?? Function.prototype.toString.call(fn);
  const kind = isClass(fn) ? "class" : "function";
  const where = own === undefined ? "" : `  (${own.where})`;
  if (source.includes("[native code]")) return [`${kind} ${functionName(fn)}, ${String(ownProperty(fn, "length")?.value ?? 0)} parameters, native`];
  const lines = source.split("\n");
  if (detail === 1 || lines.length <= SHORT_SOURCE_LINES) return [kind + where, ...lines];
  return [kind + where, ...lines.slice(0, SHORT_SOURCE_LINES), `… ${lines.length - SHORT_SOURCE_LINES} more lines`];
}

/** `Map`, `number`, `Counter`: by the constructor's name, read as data. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "function") return isClass(value) ? "class" : "function";
  if (typeof value !== "object") return typeof value;
  if (types.isProxy(value)) return "Proxy";
  for (const holder of prototypeChain(value)) {
    const made: unknown = ownProperty(holder, "constructor")?.value;
    if (typeof made === "function") return functionName(made) || "Object";
  }
  return "Object";
}

function functionName(fn: Function): string {
  const name: unknown = types.isProxy(fn) ? "" : ownProperty(fn, "name")?.value;
  return typeof name === "string" ? name : "";
}
