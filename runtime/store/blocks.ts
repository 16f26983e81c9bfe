/**
 * Which pages of which segment are free: first fit from bins of like sizes, neighbours merged when freed. Pure: knows no files.
 *
 * Invariants (checked by `assertInvariants`):
 * B1 The extents of a segment touch: each begins where the one before ends, the last ends at the segment's carved end.
 * B2 Two free extents never touch.
 * B3 Every free extent is in the bin of its size; no used one is in any.
 *
 * A call that is cut in its middle (an interrupt unwinds without any `finally`) leaves `isWhole` false: then `rebuild` makes the free
 * extents again from the used ones, which change only in the last step of a call.
 */
export interface Extent<Segment> {
  readonly segment: Segment;
  /** In pages, as `pages`. */
  offset: number;
  pages: number;
  isFree: boolean;
  before: Extent<Segment> | undefined;
  after: Extent<Segment> | undefined;
}

interface Row<Segment> {
  /** Pages in front of the first extent. */
  readonly start: number;
  end: number;
  last: Extent<Segment> | undefined;
  readonly used: Set<Extent<Segment>>;
}

/** Extents looked at in one bin before a larger one is cut. */
const LOOKS = 8;

export class Blocks<Segment> {
  #bins: Set<Extent<Segment>>[] = [];
  #rows = new Map<Segment, Row<Segment>>();
  #freePages = 0;
  #isWhole = true;

  /** Pages carved and not used now. */
  get freePages(): number {
    return this.#freePages;
  }

  add(segment: Segment, startPage: number): void {
    this.#rows.set(segment, { start: startPage, end: startPage, last: undefined, used: new Set() });
  }

  drop(segment: Segment): void {
    this.#change(() => {
      const { used, last } = this.#row(segment);
      if (used.size > 0) throw new Error(`Cannot drop a segment with ${used.size} blocks in use`);
      if (last !== undefined) this.#unbin(last);
      this.#rows.delete(segment);
    });
  }

  usedPages(segment: Segment): number {
    let pages = 0;
    for (const extent of this.#row(segment).used) pages += extent.pages;
    return pages;
  }

  /** Where the segment's real memory ends, in pages. */
  end(segment: Segment): number {
    return this.#row(segment).end;
  }

  isEmpty(segment: Segment): boolean {
    return this.#row(segment).used.size === 0;
  }

  /** Free pages at the segment's end: growth continues there. */
  freeAtEnd(segment: Segment): number {
    const { last } = this.#row(segment);
    return last?.isFree === true ? last.pages : 0;
  }

  /** `pages` more of `segment` are real memory now, and free. */
  carved(segment: Segment, pages: number): void {
    this.#change(() => {
      const row = this.#row(segment);
      if (row.last?.isFree === true) {
        this.#unbin(row.last);
        row.last.pages += pages;
      } else {
        const extent: Extent<Segment> = { segment, offset: row.end, pages, isFree: true, before: row.last, after: undefined };
        if (row.last !== undefined) row.last.after = extent;
        row.last = extent;
      }
      row.end += pages;
      this.#bin(row.last);
    });
  }

  /** Takes `pages` from a free extent that `allows` accepts. `isTight` looks at all of them. */
  take(pages: number, allows: (extent: Extent<Segment>) => boolean, isTight = false): Extent<Segment> | undefined {
    return this.#change(() => {
      const extent = this.#find(pages, allows, isTight ? Infinity : LOOKS);
      return extent && this.#cut(extent, pages);
    });
  }

  /** Takes `pages` from the free extent at the segment's end. */
  takeAtEnd(segment: Segment, pages: number): Extent<Segment> {
    return this.#change(() => {
      const { last } = this.#row(segment);
      if (last?.isFree !== true || last.pages < pages) throw new Error(`Cannot take ${pages} pages from a segment's end: they are not free`);
      return this.#cut(last, pages);
    });
  }

  isUsed(extent: Extent<Segment>): boolean {
    return this.#rows.get(extent.segment)?.used.has(extent) === true;
  }

  release(extent: Extent<Segment>): void {
    this.#change(() => {
      const row = this.#row(extent.segment);
      if (!row.used.delete(extent)) throw new Error("Cannot release a block that is not in use");
      extent.isFree = true;
      let merged = extent;
      if (extent.after?.isFree === true) this.#absorb(row, extent, extent.after);
      if (extent.before?.isFree === true) {
        merged = extent.before;
        this.#unbin(merged);
        this.#join(row, merged, extent);
      }
      this.#bin(merged);
    });
  }

  assertInvariants(): void {
    let free = 0;
    const binned = new Set(this.#bins.flatMap((bin) => [...(bin ?? [])]));
    for (const row of this.#rows.values()) {
      let begin = row.end;
      for (let extent = row.last; extent !== undefined; extent = extent.before) {
        if (extent.offset + extent.pages !== begin) throw new Error(`B1: extent at ${extent.offset} of ${extent.pages} pages does not end at ${begin}`);
        if (extent.isFree && extent.before?.isFree === true) throw new Error(`B2: free extents touch at ${extent.offset}`);
        if (extent.isFree !== this.#bins[binOf(extent.pages)]?.has(extent) && (extent.isFree || binned.has(extent))) throw new Error(`B3: extent at ${extent.offset} is in the wrong bin`);
        if (extent.isFree) free += extent.pages;
        begin = extent.offset;
      }
      if (begin !== row.start) throw new Error(`B1: the first extent begins at ${begin}, not at ${row.start}`);
    }
    if (free !== this.#freePages || binned.size !== [...binned].filter((extent) => extent.isFree).length) throw new Error(`B3: ${this.#freePages} pages counted free, ${free} found`);
  }

  #change<Result>(step: () => Result): Result {
    if (!this.#isWhole) this.#rebuild();
    this.#isWhole = false;
    try {
      return step();
    } finally {
      this.#isWhole = true; // skipped by an interrupt: that is how the next call knows
    }
  }

  #rebuild(): void {
    this.#bins = [];
    this.#freePages = 0;
    for (const [segment, row] of this.#rows) {
      row.last = undefined;
      const append = (extent: Extent<Segment>): void => {
        extent.before = row.last;
        extent.after = undefined;
        if (row.last !== undefined) row.last.after = extent;
        row.last = extent;
        if (extent.isFree) this.#bin(extent);
      };
      let begin = row.start;
      const gap = (end: number): void => {
        if (end > begin) append({ segment, offset: begin, pages: end - begin, isFree: true, before: undefined, after: undefined });
      };
      for (const extent of [...row.used].sort((a, b) => a.offset - b.offset)) {
        gap(extent.offset);
        extent.isFree = false;
        append(extent);
        begin = extent.offset + extent.pages;
      }
      gap(row.end);
    }
  }

  #cut(extent: Extent<Segment>, pages: number): Extent<Segment> {
    this.#unbin(extent);
    const row = this.#row(extent.segment);
    if (extent.pages > pages) {
      const rest: Extent<Segment> = { segment: extent.segment, offset: extent.offset + pages, pages: extent.pages - pages, isFree: true, before: extent, after: extent.after };
      if (extent.after !== undefined) extent.after.before = rest;
      if (row.last === extent) row.last = rest;
      extent.after = rest;
      extent.pages = pages;
      this.#bin(rest);
    }
    extent.isFree = false;
    row.used.add(extent);
    return extent;
  }

  #find(pages: number, allows: (extent: Extent<Segment>) => boolean, maxLooks: number): Extent<Segment> | undefined {
    for (let index = binOf(pages); index < this.#bins.length; index++) {
      let looks = 0;
      for (const extent of this.#bins[index] ?? []) {
        if (extent.pages >= pages && allows(extent)) return extent;
        if (++looks >= maxLooks) break;
      }
    }
    return undefined;
  }

  #absorb(row: Row<Segment>, extent: Extent<Segment>, free: Extent<Segment>): void {
    this.#unbin(free);
    this.#join(row, extent, free);
  }

  #join(row: Row<Segment>, first: Extent<Segment>, second: Extent<Segment>): void {
    first.pages += second.pages;
    first.after = second.after;
    if (second.after !== undefined) second.after.before = first;
    if (row.last === second) row.last = first;
  }

  #bin(extent: Extent<Segment>): void {
    (this.#bins[binOf(extent.pages)] ??= new Set()).add(extent);
    this.#freePages += extent.pages;
  }

  #unbin(extent: Extent<Segment>): void {
    this.#bins[binOf(extent.pages)]?.delete(extent);
    this.#freePages -= extent.pages;
  }

  #row(segment: Segment): Row<Segment> {
    const row = this.#rows.get(segment);
    if (row === undefined) throw new Error("No such segment");
    return row;
  }
}

/** 16 bins for each doubling, so that a bin's extents differ by at most 1/16. */
function binOf(pages: number): number {
  if (pages < 16) return pages;
  const doubling = 31 - Math.clz32(pages);
  return (doubling - 3) * 16 + ((pages >> (doubling - 4)) & 15);
}
