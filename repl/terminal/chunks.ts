/** Cuts a text into the pieces that a person would have entered one by one, by what the parser says of each. */

export type Completeness = "complete" | "incomplete" | "invalid";

export interface Chunk {
  readonly code: string;
  /** Of the text, from 1. */
  readonly line: number;
}

/**
 * A chunk ends with the line that completes it, unless the next line can only be its continuation: it is no code by itself
 * (`else {`, `.map(…)`) and is, together with the chunk. A `.command` stands alone.
 */
export function chunksOf(text: string, statusOf: (code: string) => Completeness): Chunk[] {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const chunks: Chunk[] = [];
  for (let at = 0; at < lines.length; ) {
    if (lines[at]!.trim() === "") {
      at++;
      continue;
    }
    const end = endOfChunk(lines, at, statusOf);
    chunks.push({ code: lines.slice(at, end).join("\n").trimEnd(), line: at + 1 });
    at = end;
  }
  return chunks;
}

/** The commands there are; any other `.word` at the start is a mistyped one, and after a chunk it is a property. */
const COMMANDS = [".help", ".load", ".save", ".interrupt", ".exit"] as const;

export const isCommand = (line: string): boolean => /^\s*\.[a-z]+(\s|$)/.test(line);

const isKnownCommand = (line: string): boolean => (COMMANDS as readonly string[]).includes(line.trim().split(/\s/, 1)[0] ?? "");

function endOfChunk(lines: readonly string[], start: number, statusOf: (code: string) => Completeness): number {
  if (isCommand(lines[start]!)) return start + 1;
  let end = start + 1;
  let code = lines[start]!;
  while (end < lines.length && statusOf(code) === "incomplete") code += "\n" + lines[end++]!;
  for (;;) {
    const next = nextWithText(lines, end);
    if (next === undefined || statusOf(code) === "invalid" || isComment(lines[next]!) || isKnownCommand(lines[next]!) || statusOf(lines[next]!) !== "invalid") return end;
    let joined = [code, ...lines.slice(end, next + 1)].join("\n");
    let joinedEnd = next + 1;
    while (joinedEnd < lines.length && statusOf(joined) === "incomplete") joined += "\n" + lines[joinedEnd++]!;
    if (statusOf(joined) !== "complete") return end;
    [code, end] = [joined, joinedEnd];
  }
}

const isComment = (line: string): boolean => /^\s*\/[/*]/.test(line);

function nextWithText(lines: readonly string[], from: number): number | undefined {
  const next = lines.findIndex((line, index) => index >= from && line.trim() !== "");
  return next === -1 ? undefined : next;
}
