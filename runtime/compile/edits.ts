/**
 * Changes to a text, rendered whole or for the range of one node.
 *
 * A cell and each unit cut out of it come from one list of edits. magic-string cannot do that: it has no range to render,
 * and where several nodes begin or end at one offset its order depends on the order of the calls. Here the order follows
 * from the nodes: at one offset first what closes inner nodes, then outer ones, then what opens outer nodes, then inner ones.
 */
import { lastAtMost } from "./positions.ts";

/** An edit's text may depend on whether the whole text or one node's range is rendered. */
export type EditText<Range> = string | ((range: Range | undefined) => string);

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Edit<Range> {
  readonly at: number;
  readonly end: number;
  readonly rank: Rank;
  readonly node: Span;
  readonly text: EditText<Range>;
  /** Offset of the original text that the new text stands for. */
  readonly anchor: number;
  readonly order: number;
}

const Rank = { close: 0, insert: 1, open: 2, replace: 3 } as const;
type Rank = (typeof Rank)[keyof typeof Rank];

export class Edits<Range extends Span> {
  readonly #text: string;
  readonly #edits: Edit<Range>[] = [];
  #isSorted = true;

  constructor(text: string) {
    this.#text = text;
  }

  replace(start: number, end: number, text: EditText<Range>): void {
    this.#add({ at: start, end, rank: Rank.replace, node: { start, end }, text, anchor: start });
  }

  remove(start: number, end: number): void {
    if (end > start) this.replace(start, end, "");
  }

  /** Inside a node, in front of what begins there. */
  insert(at: number, text: EditText<Range>, anchor = at): void {
    this.#add({ at, end: at, rank: Rank.insert, node: { start: at, end: at }, text, anchor });
  }

  before(node: Span, text: EditText<Range>): void {
    this.#add({ at: node.start, end: node.start, rank: Rank.open, node, text, anchor: node.start });
  }

  after(node: Span, text: EditText<Range>): void {
    this.#add({ at: node.end, end: node.end, rank: Rank.close, node, text, anchor: node.start });
  }

  /** Of two wraps of one range, the first recorded is the outer one. */
  wrap(node: Span, open: EditText<Range>, close: EditText<Range>): void {
    this.before(node, open);
    this.after(node, close);
  }

  renderAll(): Rendered {
    return this.#render({ start: 0, end: this.#text.length }, undefined, this.#sorted());
  }

  /** The range's own wraps are left out: they belong to what is around it. */
  renderRange(range: Range): Rendered {
    const inside = this.#sorted().filter((edit) => {
      if (edit.at < range.start || edit.end > range.end) return false;
      if (edit.rank === Rank.replace) return true;
      if (edit.rank === Rank.insert) return edit.at > range.start && edit.at < range.end;
      const { start, end } = edit.node;
      return start >= range.start && end <= range.end && !(start === range.start && end === range.end);
    });
    return this.#render(range, range, inside);
  }

  #add(edit: Omit<Edit<Range>, "order">): void {
    this.#edits.push({ ...edit, order: this.#edits.length });
    this.#isSorted = false;
  }

  #sorted(): readonly Edit<Range>[] {
    if (!this.#isSorted) this.#edits.sort(inTextOrder);
    this.#isSorted = true;
    return this.#edits;
  }

  #render(span: Span, range: Range | undefined, edits: readonly Edit<Range>[]): Rendered {
    const rendered = new Rendered();
    let at = span.start;
    for (const edit of edits) {
      if (edit.at < at) continue; // inside something replaced
      rendered.keep(this.#text, at, edit.at);
      rendered.add(typeof edit.text === "string" ? edit.text : edit.text(range), edit.anchor);
      at = edit.end;
    }
    rendered.keep(this.#text, at, span.end);
    return rendered;
  }
}

function inTextOrder<Range>(a: Edit<Range>, b: Edit<Range>): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.rank !== b.rank) return a.rank - b.rank;
  if (a.rank === Rank.close) return b.node.start - a.node.start || b.order - a.order;
  if (a.rank === Rank.open) return b.node.end - a.node.end || a.order - b.order;
  return a.order - b.order;
}

/** New text, and from where each piece of it comes. */
export class Rendered {
  text = "";
  readonly #starts: number[] = [];
  readonly #origins: number[] = [];
  readonly #isKept: boolean[] = [];

  keep(source: string, start: number, end: number): void {
    if (end > start) this.#push(source.slice(start, end), start, true);
  }

  add(text: string, origin: number): void {
    if (text !== "") this.#push(text, origin, false);
  }

  /** Puts text around everything so far. */
  enclose(before: string, after: string): void {
    const { text } = this;
    const starts = this.#starts.map((start) => start + before.length);
    const [first = 0] = this.#origins;
    this.#starts.splice(0, Infinity, 0, ...starts);
    this.#origins.unshift(first);
    this.#isKept.unshift(false);
    this.text = before + text;
    this.add(after, this.#origins.at(-1)!);
  }

  /** Offset in the original text of an offset in the new one. */
  originOf(offset: number): number {
    const piece = lastAtMost(this.#starts, offset);
    const origin = this.#origins[piece] ?? 0;
    return this.#isKept[piece] ? origin + offset - this.#starts[piece]! : origin;
  }

  #push(text: string, origin: number, isKept: boolean): void {
    this.#starts.push(this.text.length);
    this.#origins.push(origin);
    this.#isKept.push(isKept);
    this.text += text;
  }
}
