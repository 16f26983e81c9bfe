/** The segments of one place (shared memory or disk) and the warm and fresh blocks in them. */
import { join } from "node:path";
import { Blocks, type Extent } from "./blocks.ts";
import { pageBytes } from "./platform.ts";
import { Segment } from "./segment.ts";
import type { SegmentHeader } from "./segment-header.ts";
import type { BlockAddress } from "./store.ts";

const MIB = 2 ** 20;
const SEGMENT_BYTES = 64 * MIB;
/** Real memory is taken in steps of this, so that small blocks share one growth and an idle process holds little. */
const GROWTH_BYTES = MIB;
/** Free bytes above which empty segments are given back. Files on disk go with their objects: what is warm there saves little. */
const WARM_BYTES = { "shared-memory": 256 * MIB, disk: 0 } as const;

export type Block = Extent<Segment>;

export class SegmentPool {
  readonly place: BlockAddress["place"];
  readonly folder: string;
  readonly #header: SegmentHeader;
  readonly pageBytes = pageBytes();
  readonly #blocks = new Blocks<Segment>();
  /** In order of making; the last ordinary one is where growth goes on. */
  readonly #segments = new Set<Segment>();
  #growing: Segment | undefined;
  #made = 0;

  constructor(place: BlockAddress["place"], folder: string, header: SegmentHeader) {
    this.place = place;
    this.folder = folder;
    this.#header = header;
  }

  /** Real memory held, used or warm, without headers. */
  get heldBytes(): number {
    let pages = 0;
    for (const segment of this.#segments) pages += this.#blocks.end(segment) - 1;
    return pages * this.pageBytes;
  }

  get usedBytes(): number {
    return this.heldBytes - this.#blocks.freePages * this.pageBytes;
  }

  get segments(): { readonly file: string; readonly sizeBytes: number; readonly usedBytes: number }[] {
    return [...this.#segments].map((segment) => ({
      file: segment.file,
      sizeBytes: this.#blocks.end(segment) * this.pageBytes,
      usedBytes: this.#blocks.usedPages(segment) * this.pageBytes,
    }));
  }

  pagesFor(sizeBytes: number): number {
    return Math.max(1, Math.ceil(sizeBytes / this.pageBytes));
  }

  /** A warm block. A large object's segment is not cut for a small block while memory can still grow (`isTight` false). */
  reuse(pages: number, isTight: boolean): Block | undefined {
    return this.#blocks.take(pages, ({ segment, pages: found }) => !segment.isRetired && (isTight || !segment.isForOneObject || found <= 2 * pages), isTight);
  }

  /** A block of fresh memory, at most `roomBytes` of it. Undefined when that is too little; throws with the code ENOSPC. */
  grow(pages: number, roomBytes: number): Block | undefined {
    const segment = this.#segmentFor(pages, roomBytes);
    if (segment === undefined) return undefined;
    const missing = pages - this.#blocks.freeAtEnd(segment);
    if (missing > 0) {
      const end = this.#blocks.end(segment);
      const step = Math.min(Math.max(missing, GROWTH_BYTES / this.pageBytes), segment.limitBytes / this.pageBytes - end, Math.floor(roomBytes / this.pageBytes));
      this.#growSegment(segment, end, missing, step);
    }
    return this.#blocks.takeAtEnd(segment, pages);
  }

  /** Does nothing for a block that is not in use: an interrupt may have cut its release after the last step. */
  release(block: Block): void {
    if (!this.#blocks.isUsed(block)) return;
    const { segment } = block;
    this.#blocks.release(block);
    if (segment.isRetired && this.#blocks.isEmpty(segment)) this.#remove(segment);
    this.#trim();
  }

  /** Gives back the segments that hold no block. True when there were some. */
  removeEmpty(): boolean {
    const empty = this.#empty();
    for (const segment of empty) this.#remove(segment);
    return empty.length > 0;
  }

  /** Segments whose files somebody removed take no more blocks, and go with the last one in them. */
  retireRemoved(): void {
    for (const segment of this.#segments) {
      if (segment.isRetired || segment.hasFile) continue;
      segment.isRetired = true;
      if (this.#growing === segment) this.#growing = undefined;
      if (this.#blocks.isEmpty(segment)) this.#remove(segment);
    }
  }

  close(): void {
    for (const segment of this.#segments) segment.remove();
    this.#segments.clear();
  }

  #segmentFor(pages: number, roomBytes: number): Segment | undefined {
    if (this.#growing !== undefined) {
      const missing = pages - this.#blocks.freeAtEnd(this.#growing);
      const fits = (this.#blocks.end(this.#growing) + missing) * this.pageBytes <= this.#growing.limitBytes;
      if (fits) return missing * this.pageBytes <= roomBytes ? this.#growing : undefined;
    }
    if (pages * this.pageBytes > roomBytes) return undefined;
    const isForOneObject = (pages + 1) * this.pageBytes > SEGMENT_BYTES;
    const segment = new Segment({
      file: join(this.folder, `${this.#header.process}-${this.#made++}.segment`),
      place: this.place,
      limitBytes: isForOneObject ? (pages + 1) * this.pageBytes : SEGMENT_BYTES,
      isForOneObject,
      header: this.#header,
      headerBytes: this.pageBytes,
    });
    this.#blocks.add(segment, 1);
    this.#segments.add(segment);
    if (!isForOneObject) this.#growing = segment;
    return segment;
  }

  /** A full step where there is room for it, else just what is missing. A segment that got nothing is removed again. */
  #growSegment(segment: Segment, end: number, missing: number, step: number): void {
    try {
      if (step > missing && this.#couldGrow(segment, end, step)) return;
      segment.grow(end * this.pageBytes, missing * this.pageBytes);
      this.#blocks.carved(segment, missing);
    } catch (error) {
      if (this.#blocks.end(segment) === 1) this.#remove(segment);
      throw error;
    }
  }

  #couldGrow(segment: Segment, end: number, step: number): boolean {
    try {
      segment.grow(end * this.pageBytes, step * this.pageBytes);
    } catch {
      return false; // the smaller growth that follows says what is wrong, if it fails too
    }
    this.#blocks.carved(segment, step);
    return true;
  }

  /** In memory the newest empty segment stays warm whatever its size; more only up to so many free bytes. */
  #trim(): void {
    const mostBytes = WARM_BYTES[this.place];
    if (this.#blocks.freePages * this.pageBytes <= mostBytes) return;
    const empty = this.#empty();
    const surplus = mostBytes === 0 ? empty : empty.slice(0, -1);
    for (const segment of surplus) if (this.#blocks.freePages * this.pageBytes > mostBytes) this.#remove(segment);
  }

  #empty(): Segment[] {
    return [...this.#segments].filter((segment) => this.#blocks.isEmpty(segment));
  }

  #remove(segment: Segment): void {
    this.#blocks.drop(segment);
    this.#segments.delete(segment);
    if (this.#growing === segment) this.#growing = undefined;
    segment.remove();
  }
}
