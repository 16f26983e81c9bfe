/** Offsets of a text, 1-based lines and columns of it, and how a position is shown. */

export interface Position {
  readonly line: number;
  readonly column: number;
}

export class LineIndex {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
  }

  /** 1-based line and column of an offset; one outside of the text is moved to its nearest end. */
  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.#length));
    const index = lastAtMost(this.#starts, at);
    return { line: index + 1, column: at - this.#starts[index]! + 1 };
  }

  /** The offset of a 0-based line and column. */
  offset(line: number, column: number): number {
    return (this.#starts[line] ?? this.#length) + column;
  }
}

/** The index of the last of the sorted numbers that is at most `value`; 0 when none is. */
export function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (sorted[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The line of a position with a caret under its column. */
export function excerptOf(source: string, { line, column }: Position): string {
  const text = source.split("\n", line)[line - 1]?.replace(/\r$/, "") ?? "";
  const gutter = `${line} | `;
  const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
  return `${gutter}${text}\n${" ".repeat(gutter.length - 2)}| ${indent}^`;
}
