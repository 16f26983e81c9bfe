/**
 * V8's scripts in terms of the user's texts: cells by the path that front ends give them, local files by their own. What is neither
 * (Node's, ours, packages') has no path, and is left out of stacks. It owns the texts and their maps.
 */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { SourceMap } from "../compile/compiled-cell.ts";
import { CodeLines } from "../compile/code-lines.ts";
import { type GeneratedPlace, LineMap } from "../compile/line-map.ts";
import type { Position } from "../compile/positions.ts";
import type { CellPaths } from "./cell-path.ts";
import type { Source } from "./dap.ts";
import type { InspectorClient } from "./inspector-client.ts";
import { askAid } from "./session-aid.ts";

/** Of `Debugger.scriptParsed`. */
export interface ParsedScript {
  readonly scriptId: string;
  readonly url: string;
  readonly sourceMapURL?: string;
}

export interface Script {
  readonly id: string;
  readonly source: Source;
  /** The cell's shown name. */
  readonly cell: string | undefined;
  /** Undefined where the text runs as it is. */
  readonly map: LineMap | undefined;
}

interface ScriptAsTold {
  readonly cell: string;
  readonly source: string | null;
  readonly map: SourceMap;
  readonly lineOffset: number;
}

export class Scripts {
  readonly #inspector: InspectorClient;
  readonly #paths: CellPaths;
  /** Folders of ours. */
  readonly #ownFolder: string;
  readonly #parsed = new Map<string, ParsedScript>();
  readonly #known = new Map<string, Promise<Script | undefined>>();
  readonly #texts: Map<string, string>;
  readonly #lines = new Map<string, CodeLines>();

  /** `texts` by path: they outlive the inspector. */
  constructor(inspector: InspectorClient, paths: CellPaths, ownFolder: string, texts: Map<string, string>) {
    this.#inspector = inspector;
    this.#paths = paths;
    this.#ownFolder = ownFolder;
    this.#texts = texts;
  }

  parsed(script: ParsedScript): void {
    this.#parsed.set(script.scriptId, script);
  }

  /** Those with a path, at this moment. */
  async all(): Promise<Script[]> {
    const scripts = await Promise.all([...this.#parsed.keys()].map((id) => this.get(id)));
    return scripts.filter((script) => script !== undefined);
  }

  /** Undefined for one that is not the user's. */
  get(id: string): Promise<Script | undefined> {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const parsed = this.#parsed.get(id);
    if (parsed === undefined) return Promise.resolve(undefined);
    const script = this.#read(parsed);
    this.#known.set(id, script);
    return script;
  }

  /** Files that were loaded: Jupyter's "kernel sources". */
  async files(): Promise<Source[]> {
    return (await this.all()).filter(({ cell }) => cell === undefined).map(({ source }) => source);
  }

  textOf(path: string): string | undefined {
    return this.#texts.get(path);
  }

  linesOf(path: string): CodeLines | undefined {
    const text = this.textOf(path);
    if (text === undefined) return undefined;
    const lines = this.#lines.get(path) ?? new CodeLines(text);
    this.#lines.set(path, lines);
    return lines;
  }

  /** Undefined on lines that are ours. */
  positionOf(script: Script, place: GeneratedPlace): Position | undefined {
    return script.map === undefined ? { line: place.line + 1, column: place.column + 1 } : script.map.original(place);
  }

  async #read(parsed: ParsedScript): Promise<Script | undefined> {
    const { scriptId: id, url, sourceMapURL = "" } = parsed;
    if (isCell(url)) return this.#readCell(id, url);
    if (!url.startsWith("file:") || url.includes("/node_modules/")) return undefined;
    const path = fileURLToPath(url.replace(/[?#].*$/, ""));
    if (path.startsWith(this.#ownFolder)) return undefined;
    const map = inlineMap(sourceMapURL);
    this.#texts.set(path, map?.source ?? (await this.#inspector.ask<{ scriptSource: string }>("Debugger.getScriptSource", { scriptId: id })).scriptSource);
    return { id, source: { name: basename(path), path }, cell: undefined, map };
  }

  async #readCell(id: string, url: string): Promise<Script | undefined> {
    const told = await askAid<string>(this.#inspector, "script", url);
    if (told === "") return undefined;
    const { cell, source, map, lineOffset } = JSON.parse(told) as ScriptAsTold;
    if (source === null) return undefined;
    const path = this.#paths.of(source);
    this.#texts.set(path, source);
    return { id, source: { name: cell, path }, cell, map: new LineMap(map, lineOffset) };
  }
}

/** A cell's script, or that of one function of it that came back from a worker. */
const isCell = (url: string): boolean => url.startsWith("ray-ts:") || /#\d+~[0-9a-f]{8}$/.test(url);

function inlineMap(url: string): LineMap | undefined {
  const [, data] = /^data:application\/json(?:;charset=[\w-]+)?;base64,(.*)$/s.exec(url) ?? [];
  return data === undefined ? undefined : new LineMap(JSON.parse(Buffer.from(data, "base64").toString()) as SourceMap);
}
