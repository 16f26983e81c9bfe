/**
 * One list of completions out of what TypeScript knows and what the session's values show. Pure.
 *
 * Types come first: they know what is not there yet. Values add what types do not know: keys of real objects, members of what is
 * `any`. A session that is busy says nothing; its names of before are used then.
 */
import type { CheckedCompletions } from "../check/check-protocol.ts";
import type { Completion } from "../session/session-protocol.ts";

export interface JoinedCompletion extends Completion {
  /** The import that the name needs, to stand before the statement at `statement`. */
  readonly importLine?: string;
}

export interface JoinedCompletions {
  readonly matches: readonly JoinedCompletion[];
  /** What a match replaces. */
  readonly start: number;
  readonly end: number;
  /** Where the statement begins that the cursor is in. */
  readonly statement: number;
}

export interface CompletionParts {
  readonly checked: CheckedCompletions | undefined;
  readonly session: { readonly matches: readonly Completion[]; readonly start: number; readonly end: number } | undefined;
  /** What the session had before it became busy. */
  readonly names: Iterable<readonly [name: string, kind: string]>;
}

const TYPED = /[\p{ID_Continue}$\u200c\u200d]*$/u;
const REST = /^[\p{ID_Continue}$\u200c\u200d]*/u;
const MOST_MATCHES = 1000;
/** Who has typed nothing of them yet looks for what is this object's own. */
const OF_EVERY_OBJECT = new Set(["hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf"]);

export function joinCompletions(code: string, cursor: number, { checked, session, names }: CompletionParts): JoinedCompletions {
  const statement = checked?.statement ?? cursor;
  const values = session ?? remembered(code, cursor, names);
  if (checked === undefined) return { ...values, statement };
  // in a string or comment only TypeScript knows what may stand, and mostly nothing may
  if (checked.place === "text") return { ...checked, statement };
  const matches = new Map<string, JoinedCompletion>();
  const kinds = new Map(values.matches.map(({ text, type }) => [text, type]));
  const ordinary = checked.matches.filter(({ importLine }) => importLine === undefined);
  // what a name's value is says more than how it was declared; of a member the declaration does
  for (const { text, type } of ordinary) matches.set(text, { text, type: (checked.place === "member" ? undefined : kinds.get(text)) ?? type });
  const typed = code.slice(checked.start, cursor);
  for (const { text, type } of values.matches) if (!matches.has(text) && !(typed === "" && matches.size > 0 && OF_EVERY_OBJECT.has(text))) matches.set(text, { text, type });
  const all = matches.size > 0 ? [...matches.values()] : checked.matches;
  return { matches: inOrder(all, typed).slice(0, MOST_MATCHES), start: checked.start, end: checked.end, statement };
}

/** By name alone, and no members: there is no value to look into. */
function remembered(code: string, cursor: number, names: CompletionParts["names"]): { readonly matches: readonly Completion[]; readonly start: number; readonly end: number } {
  const typed = (TYPED.exec(code.slice(0, cursor)) as RegExpExecArray)[0];
  const range = { start: cursor - typed.length, end: cursor + (REST.exec(code.slice(cursor)) as RegExpExecArray)[0].length };
  const lead = code.slice(0, range.start);
  if (typed === "" || (/\.\s*$/.test(lead) && !/\.\.\.$/.test(lead))) return { matches: [], ...range };
  const matches = [...names].filter(([name]) => name.startsWith(typed)).map(([text, type]) => ({ text, type }));
  return { matches, ...range };
}

/** What begins as typed, then what does so in another case. */
function inOrder(matches: readonly JoinedCompletion[], typed: string): JoinedCompletion[] {
  const isExact = ({ text }: JoinedCompletion): boolean => text.startsWith(typed);
  return [...matches.filter(isExact), ...matches.filter((each) => !isExact(each))];
}
