/** Places of compiled code in the text that it was made from, for a debugger: both are counted as V8's inspector does, from 0. */
import { LEAST_UPPER_BOUND, TraceMap, originalPositionFor } from "@jridgewell/trace-mapping";
import type { SourceMap } from "./compiled-cell.ts";
import type { Position } from "./positions.ts";

export interface GeneratedPlace {
  /** 0-based. */
  readonly line: number;
  readonly column: number;
}

export class LineMap {
  readonly #trace: TraceMap;
  readonly #lineOffset: number;

  /** `lineOffset`: lines that V8's numbers have more than the map's. */
  constructor(map: SourceMap, lineOffset = 0) {
    this.#trace = new TraceMap(map as ConstructorParameters<typeof TraceMap>[0]);
    this.#lineOffset = lineOffset;
  }

  /** The text that the map brings along. */
  get source(): string | undefined {
    return this.#trace.sourcesContent?.find((text) => text !== null) ?? undefined;
  }

  /** 1-based; undefined on lines that are ours alone. */
  original({ line, column }: GeneratedPlace): Position | undefined {
    const needle = { line: Math.max(1, line + 1 - this.#lineOffset), column };
    const before = originalPositionFor(this.#trace, needle);
    // text of ours may stand at the head of a line: `__$.` before a name
    const found = before.line === null ? originalPositionFor(this.#trace, { ...needle, bias: LEAST_UPPER_BOUND }) : before;
    return found.line === null ? undefined : { line: found.line, column: found.column + 1 };
  }
}
