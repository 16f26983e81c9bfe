/**
 * The live views at the bottom of a terminal, below which nothing but the prompt was printed: each knows its rows, so that it can
 * be drawn again in place. Pure: gives what has to be written.
 */

/** The terminal's line editor, which stands below what was printed. */
export interface PromptLine {
  /** How many rows below the prompt's first row the cursor is. */
  rows(): number;
  column(): number;
  /** Draws the prompt and what was typed again; it first goes up by `rows()`. */
  redraw(): void;
}

interface ShownView {
  readonly displayId: string;
  readonly lines: readonly string[];
}

export class BottomViews {
  #views: ShownView[] = [];

  /** Something else was printed: what stands above it stays as it is. */
  clear(): void {
    this.#views = [];
  }

  /** Its lines were printed below the others. */
  add(displayId: string, lines: readonly string[]): void {
    this.#views.push({ displayId, lines });
  }

  /** What draws a view again where it stands; undefined when it is not there, has scrolled away, or looks the same. */
  redrawn(displayId: string, lines: readonly string[], screenRows: number, prompt: PromptLine | undefined): { readonly text: string; readonly isPromptGone: boolean } | undefined {
    const place = this.#views.findIndex((view) => view.displayId === displayId);
    const before = this.#views[place]?.lines;
    if (before === undefined || (before.length === lines.length && before.every((line, i) => line === lines[i]))) return undefined;
    const promptRows = prompt?.rows() ?? 0;
    const up = rowsOf(this.#views.slice(place)) + promptRows;
    if (up >= screenRows) return undefined;
    this.#views[place] = { displayId, lines };
    if (before.length !== lines.length) {
      const all = this.#views.slice(place).flatMap((view) => view.lines);
      return { text: `${moved(up, "A")}\r\x1b[J${all.map((line) => `${line}\n`).join("")}`, isPromptGone: prompt !== undefined };
    }
    return { text: inPlace(before, lines, up) + (prompt === undefined ? "" : moved(prompt.column(), "C")), isPromptGone: false };
  }
}

/** Only rows that differ, from `up` rows above and back. */
function inPlace(before: readonly string[], lines: readonly string[], up: number): string {
  let text = moved(up, "A");
  let down = 0;
  lines.forEach((line, i) => {
    if (line !== before[i]) {
      text += `${moved(down, "B")}\r\x1b[2K${line}`;
      down = 0;
    }
    down += 1;
  });
  return `${text}${moved(down + up - lines.length, "B")}\r`;
}

const rowsOf = (views: readonly ShownView[]): number => views.reduce((sum, { lines }) => sum + lines.length, 0);
const moved = (by: number, where: "A" | "B" | "C"): string => (by === 0 ? "" : `\x1b[${by}${where}`);
