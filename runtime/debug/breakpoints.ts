/**
 * Breakpoints by the path of the text that they stand in. They are wanted for texts that have not run yet, and set on each script
 * that is made of the text: a cell that runs again is a new script, and functions of the earlier run still belong to the old one.
 */
import type { GeneratedPlace } from "../compile/line-map.ts";
import type { InspectorClient } from "./inspector-client.ts";
import type { Script, Scripts } from "./scripts.ts";

export interface Breakpoint {
  readonly verified: boolean;
  readonly line: number;
  readonly source: { readonly path: string };
  readonly message?: string;
}

interface BreakLocation {
  readonly lineNumber: number;
  readonly columnNumber?: number;
  readonly type?: string;
}

export class Breakpoints {
  /** Lines by path. They outlive a session. */
  readonly #wanted: Map<string, readonly number[]>;
  readonly #inspector: InspectorClient;
  readonly #scripts: Scripts;
  /** V8's ids by script. */
  readonly #set = new Map<string, string[]>();

  constructor(inspector: InspectorClient, scripts: Scripts, wanted: Map<string, readonly number[]>) {
    this.#inspector = inspector;
    this.#scripts = scripts;
    this.#wanted = wanted;
  }

  /** In place of those that the text had. */
  async replace(path: string, lines: readonly number[]): Promise<Breakpoint[]> {
    const code = this.#scripts.linesOf(path);
    const found = lines.map((line) => ({ asked: line, line: code === undefined ? line : code.stoppable(line) }));
    const kept = found.flatMap(({ line }) => (line === undefined ? [] : [line]));
    if (kept.length === 0) this.#wanted.delete(path);
    else this.#wanted.set(path, kept);
    for (const script of await this.#scripts.all()) if (script.source.path === path) await this.setIn(script);
    return found.map(({ asked, line }): Breakpoint => (line === undefined ? { verified: false, line: asked, source: { path }, message: "there is no code on this line or below it" } : { verified: true, line, source: { path } }));
  }

  /** Sets on a script what is wanted for its text. */
  async setIn(script: Script): Promise<void> {
    const before = this.#set.get(script.id) ?? [];
    await Promise.all(before.map((breakpointId) => this.#inspector.ask("Debugger.removeBreakpoint", { breakpointId })));
    const lines = this.#wanted.get(script.source.path) ?? [];
    if (lines.length === 0) return void this.#set.delete(script.id);
    const places = await this.#placesByLine(script);
    const ids: string[] = [];
    for (const line of new Set(lines)) {
      const place = places.get(line);
      if (place === undefined) continue;
      const location = { scriptId: script.id, lineNumber: place.line, columnNumber: place.column };
      ids.push((await this.#inspector.ask<{ breakpointId: string }>("Debugger.setBreakpoint", { location })).breakpointId);
    }
    this.#set.set(script.id, ids);
  }

  /** Where V8 can stop first on each line of the text. */
  async #placesByLine(script: Script): Promise<Map<number, GeneratedPlace>> {
    const { locations } = await this.#inspector.ask<{ locations: BreakLocation[] }>("Debugger.getPossibleBreakpoints", { start: { scriptId: script.id, lineNumber: 0, columnNumber: 0 } });
    const first = new Map<number, { readonly place: GeneratedPlace; readonly rank: number }>();
    for (const { lineNumber, columnNumber = 0, type } of locations) {
      const place = { line: lineNumber, column: columnNumber };
      const position = this.#scripts.positionOf(script, place);
      if (position === undefined) continue;
      // a statement before what is inside of one, and both before the end of a function
      const rank = position.column + (type === "return" ? 1e6 : type === "call" ? 0.5 : 0);
      const known = first.get(position.line);
      if (known === undefined || rank < known.rank) first.set(position.line, { place, rank });
    }
    return new Map([...first].map(([line, { place }]) => [line, place]));
  }
}
