/**
 * Stacks in terms of cells. Node maps no vm script, so this does: `ray-ts:In[3]~1a2b3c4d:4:11` becomes `In[3]:2:5`, frames of
 * ours go, and so do the traces of the rewriting in messages (`(0 , __$.f) is not a function`).
 *
 * Raw script names differ from shown ones, so that a stack mapped twice stays as it is.
 */
import { TraceMap, originalPositionFor } from "@jridgewell/trace-mapping";
import type { SourceMap } from "./compiled-cell.ts";
import { excerptOf } from "./positions.ts";
import type { Position } from "./positions.ts";

export interface MappedScript {
  /** Shown name: `In[3]`, or a file's path. */
  readonly cell: string;
  /** A function, where the map is better made when first needed. */
  readonly map: SourceMap | (() => SourceMap);
  /** The cell's text; else it is taken from the map. */
  readonly source?: string;
  /** Lines that V8's numbers have more than the map's, because of text put in front of the mapped code. */
  readonly lineOffset?: number;
}

export interface CellPosition extends Position {
  readonly cell: string;
}

export interface StackMapperOptions {
  /** Folders or URLs of ours, besides Node's own: frames of files in them are left out. */
  readonly ownFolders?: readonly string[];
}

interface Script extends MappedScript {
  trace: TraceMap | undefined;
}

/** Of a local module that was edited, or that a cell has defined (`modules/module-versions.ts`, `defined-modules.ts`). */
const VERSION = /\?ray-ts(?:-text)?=[\w-]+(?=:\d|$)/g;
/** `name:line:column`, at the end of a frame or in its parentheses. */
const placePattern = /([^\s()]+):(\d+):(\d+)/g;

export class StackMapper {
  readonly #scripts = new Map<string, Script>();
  readonly #sources = new Map<string, string>();
  readonly #ownFolders: readonly string[];

  constructor({ ownFolders = [] }: StackMapperOptions = {}) {
    this.#ownFolders = ownFolders;
  }

  /** `scriptName`: the name that V8 knows the script by, of a cell or of a unit. */
  register(scriptName: string, script: MappedScript): void {
    this.#scripts.set(scriptName, { ...script, trace: undefined });
    if (script.source !== undefined) this.#sources.set(script.cell, script.source);
  }

  unregister(scriptName: string): void {
    this.#scripts.delete(scriptName);
  }

  /** Names of the scripts, and the texts that they were made from. */
  scripts(): { readonly name: string; readonly cell: string; readonly source: string | undefined }[] {
    return [...this.#scripts].map(([name, { cell, source }]) => ({ name, cell, source: source ?? this.#sources.get(cell) }));
  }

  script(name: string): { readonly cell: string; readonly source: string | undefined; readonly map: SourceMap; readonly lineOffset: number } | undefined {
    const script = this.#scripts.get(name);
    if (!script) return undefined;
    return { cell: script.cell, source: script.source ?? this.#sources.get(script.cell), map: mapOf(script), lineOffset: script.lineOffset ?? 0 };
  }

  /** A stack, or any text with places in it, as a user should see it. */
  mapStack(stack: string): string {
    return stack
      .split("\n")
      .filter((line) => !this.#isOwnFrame(line))
      .map((line) => cleanMessage(this.#mapLine(line)))
      .filter((line, index, lines) => !isRepeated(line, lines[index - 1]))
      .join("\n");
  }

  /** The place in a cell that a stack, raw or mapped, names first. */
  firstPosition(stack: string): CellPosition | undefined {
    for (const [, name, line, column] of stack.matchAll(placePattern)) {
      if (this.#sources.has(name!)) return { cell: name!, line: Number(line), column: Number(column) };
      const position = this.#original(name!, Number(line), Number(column));
      if (position) return position;
    }
    return undefined;
  }

  /** The line of a position with a caret under its column; undefined for a text that is not known here. */
  excerpt(position: CellPosition): string | undefined {
    const source = this.#sources.get(position.cell);
    return source === undefined ? undefined : excerptOf(source, position);
  }

  #mapLine(line: string): string {
    const mapped = line.replace(placePattern, (place, name: string, row: string, column: string) => {
      const position = this.#original(name, Number(row), Number(column));
      return position ? `${position.cell}:${position.line}:${position.column}` : place;
    });
    return this.#mapSyntaxErrorHead(mapped.replace(VERSION, ""));
  }

  /** The first line of V8's SyntaxErrors: `script:line` alone. */
  #mapSyntaxErrorHead(line: string): string {
    const colon = line.lastIndexOf(":");
    const position = colon > 0 && this.#scripts.has(line.slice(0, colon)) ? this.#original(line.slice(0, colon), Number(line.slice(colon + 1)), Infinity) : undefined;
    return position ? `${position.cell}:${position.line}` : line;
  }

  #original(name: string, line: number, column: number): CellPosition | undefined {
    const script = this.#scripts.get(name);
    if (!script) return undefined;
    const trace = (script.trace ??= this.#traceOf(script));
    const { line: originalLine, column: originalColumn } = originalPositionFor(trace, {
      line: Math.max(1, line - (script.lineOffset ?? 0)),
      column: Math.min(column, Number.MAX_SAFE_INTEGER) - 1,
    });
    // Text of ours at the head of a line has no segment.
    if (originalLine === null) return { cell: script.cell, line: 1, column: 1 };
    return { cell: script.cell, line: originalLine, column: originalColumn + 1 };
  }

  #traceOf(script: Script): TraceMap {
    const map = mapOf(script);
    const text = map.sourcesContent?.[0];
    if (typeof text === "string" && !this.#sources.has(script.cell)) this.#sources.set(script.cell, text);
    return new TraceMap(map as ConstructorParameters<typeof TraceMap>[0]);
  }

  #isOwnFrame(line: string): boolean {
    if (!/^\s*at /.test(line)) return false;
    if (/[( ](?:node:|evalmachine\.)/.test(line)) return true;
    return this.#ownFolders.some((folder) => line.includes(folder));
  }
}

const mapOf = ({ map }: MappedScript): SourceMap => (typeof map === "function" ? map() : map);

/** Code of ours around an expression of the user's stands at the same place: one frame is enough. */
const isRepeated = (line: string, before: string | undefined): boolean => line === before && /^\s*at (?:async )?[^\s()]+:\d+:\d+$/.test(line);

/** Names as the user wrote them: `(0 , __$.f) is not a function` is `f is not a function`. */
export function cleanMessage(message: string): string {
  return message.includes("__") ? message.replace(/\(0\s*,\s*__\$\.([\w$]+)\)/g, "$1").replace(/__\$\./g, "").replace(/__rt\.(import|require|meta)\b/g, "$1") : message;
}
