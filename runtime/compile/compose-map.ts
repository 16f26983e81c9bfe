/** From the lowered text to the cell: the lowering's own map, then the edits. */
import { TraceMap, decodedMappings, encodedMappings } from "@jridgewell/trace-mapping";
import type { SourceMap } from "./compiled-cell.ts";
import { LineIndex } from "./positions.ts";
import type { Position } from "./positions.ts";

export interface Origin {
  /** The text that was lowered. */
  readonly text: string;
  /** Position in the source of an offset of that text; undefined for text of ours that stands for nothing. */
  positionOf(offset: number): Position | undefined;
  readonly name: string;
  readonly source: string;
}

type Segment = [generatedColumn: number, source: number, line: number, column: number];

/** `linesBefore`: lines put in front of the lowered text since. */
export function composeMap(lowered: SourceMap, origin: Origin, linesBefore: number): SourceMap {
  const index = new LineIndex(origin.text);
  const mappings: Segment[][] = Array.from({ length: linesBefore }, () => []);
  for (const line of decodedMappings(new TraceMap(lowered as ConstructorParameters<typeof TraceMap>[0]))) {
    const segments: Segment[] = [];
    for (const segment of line) {
      if (segment.length === 1) continue;
      const position = origin.positionOf(index.offset(segment[2], segment[3]));
      if (!position) continue;
      const previous = segments.at(-1);
      if (previous && previous[2] === position.line - 1 && previous[3] === position.column - 1) continue;
      segments.push([segment[0], 0, position.line - 1, position.column - 1]);
    }
    mappings.push(segments);
  }
  const shell = { version: 3 as const, sources: [origin.name], sourcesContent: [origin.source], names: [] };
  return { ...shell, mappings: encodedMappings(new TraceMap({ ...shell, mappings })) };
}
