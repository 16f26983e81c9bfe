/** Completion by types: members after a dot, strings that can stand, keys of objects, and the names in scope. */
import type { CellChecker } from "./cell-checker.ts";
import type { CheckedCompletion, CheckedCompletions } from "./check-protocol.ts";
import { kindName, kindOfName } from "./completion-kinds.ts";
import { isNamePlace, isTypePlace, mayBeAnyName, mayBeText, statementOf, textAround } from "./cursor-place.ts";
import { fillDraft } from "./draft.ts";
import type { ImportIndex } from "./import-index.ts";
import { LIBRARY_TYPES, TYPE_KEYWORDS } from "./library-types.ts";
import { CELLS } from "./name-table.ts";
import { namesAround } from "./scope-names.ts";
import { findPrecedingToken, type MemberEntry, type Node } from "./typescript-server.ts";

const TYPED = /[\p{ID_Continue}$\u200c\u200d]*$/u;
const REST = /^[\p{ID_Continue}$\u200c\u200d]*/u;
const IS_NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*$/u;
const MOST_MATCHES = 1000;
/** Fewer characters would offer half of what there is to import. */
const IMPORTED_FROM = 3;

export function complete(code: string, cursor: number, checker: CellChecker, imports: ImportIndex): CheckedCompletions {
  const path = fillDraft(code, cursor, checker);
  const { server } = checker.program;
  const typed = (TYPED.exec(code.slice(0, cursor)) as RegExpExecArray)[0];
  const range = { start: cursor - typed.length, end: cursor + (REST.exec(code.slice(cursor)) as RegExpExecArray)[0].length };
  const lead = code.slice(0, range.start);
  const isMember = /\??\.\s*$/.test(lead) && !/\.\.\.$/.test(lead);
  // every question to the server is a way there and back, so each is asked only where it matters
  const tree = !isMember || mayBeText(lead) ? server.tree(path) : undefined;
  const token = tree && findPrecedingToken(tree, cursor);
  const statement = token === undefined ? cursor : statementOf(token).getStart(tree);
  const text = token === undefined ? undefined : textAround(token, code, cursor);
  if (text === "comment") return { matches: [], start: cursor, end: code.length, place: "text", statement };
  const found = token !== undefined && text === undefined && isNamePlace(token) ? "any-name" : server.completions(path, cursor);
  const listed = Array.isArray(found) ? (found as readonly MemberEntry[]) : undefined;
  if (text !== undefined) return { ...stringMatches(code, text, cursor, listed ?? []), place: "text", statement };
  if (found === undefined) return { matches: [], ...range, place: isMember ? "member" : "name", statement };
  if (listed !== undefined) return { matches: matching(typed, members(listed)), ...range, place: isMember || !mayBeAnyName(token) ? "member" : "name", statement };
  const matches = matching(typed, namesAt(token, code.length, typed, checker));
  const imported = matches.length === 0 && typed.length >= IMPORTED_FROM ? imports.completions(typed) : [];
  return { matches: [...matches, ...imported], ...range, place: "name", statement };
}

function members(entries: readonly MemberEntry[]): CheckedCompletion[] {
  // what has to be in brackets would need the dot to go
  return entries.filter(({ name }) => IS_NAME.test(name) && !name.startsWith(CELLS)).map(({ name, kind }) => ({ text: name, type: kindName(kind) })).sort(byName);
}

/** In a module's name only the last part may be what is listed. */
function stringMatches(code: string, start: number, cursor: number, entries: readonly MemberEntry[]): Pick<CheckedCompletions, "matches" | "start" | "end"> {
  const whole = code.slice(start, cursor);
  const isWhole = entries.some(({ name }) => name.startsWith(whole)) || !whole.includes("/");
  const from = isWhole ? start : start + whole.lastIndexOf("/") + 1;
  const end = cursor + (/^[^"'`\n]*/.exec(code.slice(cursor)) as RegExpExecArray)[0].length;
  const isListed = ({ name }: MemberEntry): boolean => !name.startsWith(".ray-ts-");
  return { matches: matching(code.slice(from, cursor), entries.filter(isListed).map(({ name, kind }) => ({ text: name, type: kindName(kind) })).sort(byName)), start: from, end };
}

function namesAt(token: Node | undefined, end: number, typed: string, checker: CellChecker): CheckedCompletion[] {
  const names = new Map<string, string>(token === undefined ? [] : namesAround(token, end));
  const isType = isTypePlace(token);
  // types are no values: they are for who asks for them
  for (const [name, { value, type }] of checker.names.names) if (!names.has(name) && (value !== undefined || isType || typed !== "")) names.set(name, kindOfName(value ?? type ?? "variable"));
  for (const [name, kind] of checker.names.untyped) if (!names.has(name)) names.set(name, kind);
  if (isType) for (const [list, kind] of [[TYPE_KEYWORDS, "keyword"], [LIBRARY_TYPES, "type"]] as const) for (const name of list) if (!names.has(name)) names.set(name, kind);
  return [...names].map(([text, type]) => ({ text, type }));
}

/** Those that begin as typed, then those that do in another case. */
function matching(typed: string, all: readonly CheckedCompletion[]): CheckedCompletion[] {
  const folded = typed.toLowerCase();
  const others = typed === "" ? [] : all.filter(({ text }) => !text.startsWith(typed) && text.toLowerCase().startsWith(folded));
  return [...all.filter(({ text }) => text.startsWith(typed)), ...others].slice(0, MOST_MATCHES);
}

const byName = (a: CheckedCompletion, b: CheckedCompletion): number => Number(a.text.startsWith("_")) - Number(b.text.startsWith("_")) || (a.text < b.text ? -1 : 1);
