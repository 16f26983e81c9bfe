/** Magics while a cell is written: what can be completed, and what is said about one. Pure. */
import { helpText } from "./magic-help.ts";
import { MAGICS, type MagicCall, magicNamed } from "./magic.ts";

export interface MagicCompletions {
  readonly matches: readonly { readonly text: string; readonly type: "magic" }[];
  readonly start: number;
  readonly end: number;
  /** Paths that begin like this are to be offered. */
  readonly path?: string;
}

/** Undefined: the cursor is where TypeScript is to be completed. `magics`: those of the cell. */
export function completeMagics(code: string, cursor: number, magics: readonly MagicCall[]): MagicCompletions | undefined {
  const call = callAt(cursor, magics);
  const [typedName] = /(?<=^[^\S\n]*)%%?[\w-]*$/.exec(code.slice(code.lastIndexOf("\n", cursor - 1) + 1, cursor)) ?? [];
  if (typedName !== undefined && (call !== undefined || /^%%?$/.test(typedName))) return { matches: names(typedName), start: cursor - typedName.length, end: cursor };
  if (call === undefined || cursor < call.textStart) return undefined;
  const magic = magicNamed(call.name);
  if (magic?.takes === "code") return undefined;
  const [typed] = /[^\s]*$/.exec(code.slice(call.textStart, cursor)) as RegExpExecArray;
  const isFirst = code.slice(call.textStart, cursor - typed.length).trim() === "";
  const { words = [] } = magic ?? {};
  if (words === "files") return { matches: [], start: cursor - typed.length, end: cursor, path: typed };
  return { matches: words.filter((word) => isFirst && word.startsWith(typed)).map((text) => ({ text, type: "magic" })), start: cursor - typed.length, end: cursor };
}

/** The help of the magic whose name the cursor is in. */
export function describeMagic(cursor: number, magics: readonly MagicCall[]): string | undefined {
  const call = callAt(cursor, magics);
  const magic = call === undefined ? undefined : magicNamed(call.name);
  if (call === undefined || magic === undefined) return undefined;
  return magic.takes === "code" && cursor > call.textStart ? undefined : helpText(magic);
}

const callAt = (cursor: number, magics: readonly MagicCall[]): MagicCall | undefined => magics.find(({ start, end }) => cursor >= start && cursor <= end);

function names(typed: string): MagicCompletions["matches"] {
  const isCell = typed.startsWith("%%");
  return MAGICS.filter(({ form }) => form === "either" || !isCell || form === "cell")
    .map(({ name, form }) => (isCell || form === "cell" ? `%%${name}` : `%${name}`))
    .filter((text) => text.startsWith(typed) || (typed === "%" && text.startsWith("%%")))
    .map((text) => ({ text, type: "magic" }));
}
