/** Completion from the values of the session: names in scope, globals, keywords, members of real objects. Runs no user code. */
import { types } from "node:util";
import type { Completion } from "./session-protocol.ts";
import { followPath, IDENTIFIER_AT_END, IDENTIFIER_AT_START, isIdentifier, ownProperty, pathAtEnd, prototypeChain, type PathRoots } from "./value-path.ts";

export interface CompletionRoots extends PathRoots {
  /** Top-level names of cells and of the runtime. */
  names(): Iterable<string>;
  globals(): Iterable<string>;
}

export interface Completions {
  readonly matches: readonly Completion[];
  readonly start: number;
  readonly end: number;
}

const MAX_MATCHES = 1000;
const KEYWORDS = ("abstract any as async await boolean break case catch class const continue debugger declare default delete do else enum export extends false "
  + "finally for from function get if implements import in infer instanceof interface keyof let namespace never new null number of private protected "
  + "public readonly return satisfies set static string super switch symbol this throw true try type typeof undefined unknown using var void while yield").split(" ");

export function complete(code: string, cursor: number, roots: CompletionRoots): Completions {
  const before = code.slice(0, cursor);
  const typed = (IDENTIFIER_AT_END.exec(before) as RegExpExecArray)[0];
  const start = cursor - typed.length;
  const end = cursor + (IDENTIFIER_AT_START.exec(code.slice(cursor)) as RegExpExecArray)[0].length;
  const lead = before.slice(0, start);
  const isMember = /\??\.\s*$/.test(lead) && !/\.\.\.$/.test(lead);
  if (isMember && /(^|[^\w$.])\d+\.$/.test(lead)) return { matches: [], start, end };
  const all = isMember ? members(lead, roots) : names(typed, roots);
  const matches = all.filter(({ text }) => text.startsWith(typed));
  // what was typed in another case comes after, not never
  const folded = typed.toLowerCase();
  const others = typed === "" ? [] : all.filter(({ text }) => !text.startsWith(typed) && text.toLowerCase().startsWith(folded));
  return { matches: [...matches, ...others].slice(0, MAX_MATCHES), start, end };
}

function members(lead: string, roots: CompletionRoots): Completion[] {
  const path = pathAtEnd(lead.replace(/\??\.\s*$/, ""));
  const found = path === undefined ? undefined : followPath(path, roots);
  if (found === undefined) return [];
  const matches = new Map<string, Completion>();
  for (const holder of prototypeChain(found.value)) {
    const isPlainObject = holder === Object.prototype && found.value !== holder;
    for (const name of memberNames(holder)) {
      if (matches.has(name) || name === "constructor" || (isPlainObject && name.startsWith("__"))) continue;
      matches.set(name, { text: name, type: memberType(holder, name) });
    }
  }
  return [...matches.values()];
}

/** Not the indexes of an array, which may be millions. */
function memberNames(holder: object): string[] {
  if (ArrayBuffer.isView(holder)) return [];
  if (Array.isArray(holder)) return ["length"];
  return Object.getOwnPropertyNames(holder).filter(isIdentifier).sort(publicFirst);
}

function memberType(holder: object, name: string): string {
  const value: unknown = ownProperty(holder, name)?.value;
  if (typeof value !== "function") return "property";
  return isClass(value) ? "class" : "method";
}

function names(typed: string, roots: CompletionRoots): Completion[] {
  const matches = new Map<string, Completion>();
  for (const name of [...roots.names()].filter(isIdentifier).sort(publicFirst)) matches.set(name, { text: name, type: nameKind(name, roots) });
  // an empty line offers what the user made, not all of the language
  if (typed === "") return [...matches.values()];
  for (const keyword of KEYWORDS) if (!matches.has(keyword)) matches.set(keyword, { text: keyword, type: "keyword" });
  for (const name of [...roots.globals()].filter(isIdentifier).sort(publicFirst)) if (!matches.has(name)) matches.set(name, { text: name, type: nameKind(name, roots) });
  return [...matches.values()];
}

/** What completion calls a name: `function`, `class`, `variable`. */
export function nameKind(name: string, roots: CompletionRoots): string {
  return kindOf(roots.peek(name)?.value);
}

/** The same of a property without a look at what a getter would make: Node loads half of itself behind those of its globals. */
export function propertyKind(holder: object, name: string): string {
  return kindOf(ownProperty(holder, name)?.value);
}

function kindOf(value: unknown): string {
  if (typeof value !== "function") return "variable";
  return isClass(value) ? "class" : "function";
}

export function isClass(value: Function): boolean {
  if (types.isProxy(value)) return false;
  if (/^class\b/.test(Function.prototype.toString.call(value))) return true;
  // the language's own: a constructor whose `prototype` cannot be replaced
  return ownProperty(value, "prototype")?.writable === false;
}

function publicFirst(a: string, b: string): number {
  const isPrivate = Number(a.startsWith("_")) - Number(b.startsWith("_"));
  return isPrivate !== 0 ? isPrivate : a < b ? -1 : 1;
}
