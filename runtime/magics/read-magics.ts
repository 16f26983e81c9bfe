/**
 * Finds the magics in a cell's text. What is TypeScript stays TypeScript. Pure.
 *
 * A line that begins with `%` or `!` is a magic when what stands before it is whole (the line begins a statement) and
 * - M1 it cannot be read as TypeScript, together with what stands before it (`x\n% 2` is one expression); or
 * - M2 it can (`!ls -la`, `x\n%who`) and would certainly fail: none of its names exists, neither in the session nor in the cell.
 *
 * The text that is left has blanks, or a semicolon and blanks, where magics are, so that every position in it is the cell's own.
 */
import { nearestName } from "../nearest-name.ts";
import { isComplete, type Completeness } from "../compile/is-complete.ts";
import { MAGICS, SHELL, type Magic, type MagicCall, magicNamed } from "./magic.ts";

export interface ReadCell {
  /** The cell without its magics, everything else at its place. */
  readonly code: string;
  readonly magics: readonly MagicCall[];
  /** Why the cell cannot run. */
  readonly problem?: string;
}

const CANDIDATE = /^[^\S\n]*(?:%|!(?!=)|\?%)/m;
const CANDIDATES = new RegExp(CANDIDATE.source, "gm");
const NAMED = /^(%%?)([A-Za-z_][\w-]*)/;
const IDENTIFIERS = /(?<![\w$.])[A-Za-z_$][\w$]*/g;
/** With one of these behind it a `!` is TypeScript, whatever follows. */
const KEYWORDS = new Set("async await class delete false function import new null super this true typeof undefined void yield".split(" "));

/** `isName`: whether the session has such a name, or JavaScript. */
export function readMagics(source: string, isName: (name: string) => boolean): ReadCell {
  if (!CANDIDATE.test(source)) return { code: source, magics: [] };
  return new Reading(source, isName).read();
}

class Reading {
  readonly #source: string;
  readonly #isName: (name: string) => boolean;
  readonly #magics: MagicCall[] = [];
  #code: string;
  #problem: string | undefined;

  constructor(source: string, isName: (name: string) => boolean) {
    this.#source = source;
    this.#isName = isName;
    this.#code = source;
  }

  read(): ReadCell {
    for (const { 0: match, index } of this.#source.matchAll(CANDIDATES)) {
      const start = index + match.search(/\S/);
      // behind a backslash: the end of the command before
      if (start < (this.#magics.at(-1)?.end ?? 0)) continue;
      if (isComplete(this.#code.slice(0, index)).status !== "complete") continue;
      const call = this.#callAt(start);
      if (call !== undefined) this.#take(call);
    }
    this.#problem ??= misplaced(this.#magics, this.#code);
    return { code: this.#code, magics: this.#magics, ...(this.#problem !== undefined && { problem: this.#problem }) };
  }

  #take(call: MagicCall): void {
    const magic = magicNamed(call.name);
    if (magic === undefined || !hasForm(magic, call)) this.#problem ??= unknown(call, magic);
    this.#magics.push(call);
    const keeps = magic?.takes === "code" && !call.isCell && !call.wantsHelp;
    this.#blank(call.start, keeps ? call.textStart : call.end);
    // what comes next does not go on with what stands before, as `f()\n(x)` would
    if (magic?.place === "session" && !call.isCell) this.#code = `${this.#code.slice(0, call.start)};${this.#code.slice(call.start + 1)}`;
  }

  #blank(start: number, end: number): void {
    this.#code = this.#code.slice(0, start) + this.#code.slice(start, end).replace(/[^\r\n]/g, " ") + this.#code.slice(end);
  }

  #callAt(start: number): MagicCall | undefined {
    return this.#source[start] === "!" ? this.#shellAt(start) : this.#namedAt(start);
  }

  #namedAt(start: number): MagicCall | undefined {
    const end = endOfLine(this.#source, start);
    const line = this.#source.slice(start, end);
    const asked = line.startsWith("?");
    const named = NAMED.exec(asked ? line.slice(1) : line);
    if (named === null) return undefined;
    const [whole, percents, name] = named as unknown as [string, string, string];
    const textStart = start + Number(asked) + whole.length;
    const text = this.#source.slice(textStart, end).trim();
    const reads = this.#reads(end);
    if (reads !== "invalid" && (magicNamed(name) === undefined || this.#exists(name))) return undefined;
    return { name, isCell: percents === "%%", text, wantsHelp: asked || /^(\?|--help|-h)$/.test(text), start, textStart, end };
  }

  #shellAt(start: number): MagicCall | undefined {
    const line = this.#source.slice(start, endOfLine(this.#source, start));
    if (this.#reads(start + line.length) !== "invalid") {
      const [first] = /^!\s*[A-Za-z_$][\w$]*/.exec(line) ?? [];
      const names = line.match(IDENTIFIERS) ?? [];
      if (first === undefined || KEYWORDS.has(names[0] as string) || names.some((name) => this.#exists(name))) return undefined;
    }
    let end = start + line.length;
    while (this.#source[end - 1] === "\\" && end < this.#source.length) end = endOfLine(this.#source, end + 1);
    const text = this.#source.slice(start + 1, end).trim();
    return { name: SHELL, isCell: false, text, wantsHelp: /^(\?|--help|-h)$/.test(text), start, textStart: start + 1, end };
  }

  /** What the parser says of everything up to `end`, this line as TypeScript. */
  #reads(end: number): Completeness["status"] {
    return isComplete(this.#code.slice(0, end)).status;
  }

  /** The session has it, or it stands somewhere else in the cell, where it may be declared. */
  #exists(name: string): boolean {
    if (this.#isName(name)) return true;
    const elsewhere = this.#source.replace(/^[^\S\n]*[%!].*$/gm, "").replace(/\/\/.*|\/\*[^]*?\*\//g, "");
    return elsewhere.match(IDENTIFIERS)?.includes(name) === true;
  }
}

const hasForm = ({ form }: Magic, { isCell, wantsHelp }: MagicCall): boolean => wantsHelp || form === "either" || (form === "cell") === isCell;

function unknown({ name, isCell }: MagicCall, magic: Magic | undefined): string {
  const written = `${isCell ? "%%" : "%"}${name}`;
  if (magic !== undefined) return `${written}: write ${magic.usage[0] as string}.`;
  const near = nearestName(name, MAGICS.map((each) => each.name));
  return `There is no magic ${written}.${near === undefined ? "" : ` Did you mean ${magicNamed(near)?.form === "cell" ? "%%" : "%"}${near}?`} %lsmagic lists those there are.`;
}

/** What concerns the whole cell, or the session that it runs in, comes before its code. */
function misplaced(magics: readonly MagicCall[], code: string): string | undefined {
  for (const [index, { name, isCell, text, wantsHelp, start }] of magics.entries()) {
    const magic = magicNamed(name);
    if (magic === undefined || wantsHelp) continue;
    const isFirst = isBlank(code.slice(0, start)) && magics.slice(0, index).every((before) => magicNamed(before.name)?.place === "front");
    if (isCell && !isFirst) return `%%${name} stands on the cell's first line.`;
    if (magic.place === "front" && !isFirst) return `%${name} stands before the cell's code, and before other magics.`;
    if (name === "load" && (magics.length > 1 || !isBlank(code))) return "%load stands alone in its cell.";
    if (name === "time" && !isCell && text === "") return "%time needs a statement behind it; %%time on the cell's first line times the cell.";
  }
  return undefined;
}

const isBlank = (code: string): boolean => code.replace(/\/\/.*|\/\*[^]*?\*\//g, "").trim() === "";

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  if (end < 0) return text.length;
  return text[end - 1] === "\r" ? end - 1 : end;
}
