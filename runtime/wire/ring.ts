/**
 * A stream of frames through memory that two processes have mapped: one writes, one reads. Pure but for that memory.
 *
 * Layout: a header of 256 bytes (one word in each cache line: head, tail, parked, starved), then `capacity` bytes, a power of
 * two. A frame is `[u32 length][bytes]`, all of it taken modulo the capacity; one that is longer than the free part goes in
 * pieces. Head and tail are counts of bytes modulo 2^32, written by one side each.
 *
 * G1. The writer publishes the head after the bytes, the reader the tail when it needs them no more.
 * G2. A reader that goes to sleep sets `parked` and looks once more; a writer that finds it set clears it and rings.
 * G3. A writer with bytes left over sets `starved` and looks once more; a reader that finds it set, with half of the ring
 *     free, clears it and rings.
 */
import { MalformedFrame } from "./record-reader.ts";

export const RING_HEADER_BYTES = 256;
const HEAD = 0;
const TAIL = 16;
const PARKED = 32;
const STARVED = 48;
const LENGTH_BYTES = 4;
/** Longer frames than any that is written: the memory was damaged. */
const LONGEST_FRAME_BYTES = 2 ** 30;
/** Frames that are read before the event loop has its turn. */
const MOST_FRAMES = 256;

export class RingWriter {
  private readonly words: Int32Array;
  private readonly bytes: Buffer;
  private head: number;
  /** Frames that did not fit whole, with their lengths before them. */
  private rest: Buffer[] = [];
  private readonly length = Buffer.alloc(LENGTH_BYTES);

  constructor(memory: ArrayBuffer, offset: number, capacity: number) {
    this.words = new Int32Array(memory, offset, RING_HEADER_BYTES / 4);
    this.bytes = Buffer.from(memory, offset + RING_HEADER_BYTES, capacity);
    this.head = Atomics.load(this.words, HEAD);
  }

  /** Something waits for room. */
  get isStarved(): boolean {
    return this.rest.length > 0;
  }

  /** Appends a frame. True: the reader sleeps, ring for it (G2). */
  write(frame: Buffer): boolean {
    if (this.rest.length > 0) {
      this.keep(frame, 0, true);
      return false;
    }
    if (this.free < LENGTH_BYTES) this.keep(frame, 0, true);
    else {
      this.length.writeUInt32LE(frame.length, 0);
      this.append(this.length, 0);
      const done = this.append(frame, 0);
      if (done < frame.length) this.keep(frame, done, false);
    }
    this.publish();
    return this.isStarved ? this.writeRest() : this.mustRing();
  }

  /** Goes on with what waits for room. True: ring. */
  writeRest(): boolean {
    for (;;) {
      while (this.rest.length > 0) {
        const next = this.rest[0] as Buffer;
        const done = this.append(next, 0);
        if (done < next.length) {
          if (done > 0) this.rest[0] = next.subarray(done);
          break;
        }
        this.rest.shift();
      }
      this.publish();
      if (this.rest.length === 0) return this.mustRing();
      Atomics.store(this.words, STARVED, 1); // G3
      if (this.free < this.bytes.length / 2 || Atomics.compareExchange(this.words, STARVED, 1, 0) === 0) return this.mustRing();
    }
  }

  private keep(frame: Buffer, done: number, withLength: boolean): void {
    if (withLength) {
      const length = Buffer.alloc(LENGTH_BYTES);
      length.writeUInt32LE(frame.length, 0);
      this.rest.push(length);
    }
    this.rest.push(Buffer.from(frame.subarray(done)));
  }

  private get free(): number {
    return this.bytes.length - ((this.head - Atomics.load(this.words, TAIL)) >>> 0);
  }

  /** Copies as much as there is room for; gives how much that was. */
  private append(from: Buffer, at: number): number {
    const { bytes } = this;
    const count = Math.min(from.length - at, this.free);
    const position = this.head & (bytes.length - 1);
    const first = Math.min(count, bytes.length - position);
    from.copy(bytes, position, at, at + first);
    if (first < count) from.copy(bytes, 0, at + first, at + count);
    this.head = (this.head + count) | 0;
    return count;
  }

  /** G1. */
  private publish(): void {
    Atomics.store(this.words, HEAD, this.head);
  }

  private mustRing(): boolean {
    return Atomics.load(this.words, PARKED) === 1 && Atomics.compareExchange(this.words, PARKED, 1, 0) === 1;
  }
}

export class RingReader {
  private readonly words: Int32Array;
  private readonly bytes: Buffer;
  private tail: number;
  /** A frame of which more is to come, and how much of it is here. */
  private partial: Buffer | undefined;
  private filled = 0;
  private isReading = false;

  constructor(memory: ArrayBuffer, offset: number, capacity: number) {
    this.words = new Int32Array(memory, offset, RING_HEADER_BYTES / 4);
    this.bytes = Buffer.from(memory, offset + RING_HEADER_BYTES, capacity);
    this.tail = Atomics.load(this.words, TAIL);
  }

  get isEmpty(): boolean {
    return Atomics.load(this.words, HEAD) === this.tail;
  }

  /**
   * Hands on the whole frames that are there, of a writer that never pauses MOST_FRAMES; gives their number. A frame in one
   * piece is not copied: it is borrowed, and belongs to the writer again when `on` returns. Throws MalformedFrame when the
   * memory was damaged.
   */
  read(on: (frame: Buffer, isBorrowed: boolean) => void): number {
    if (this.isReading) return 0; // news of a frame's handling
    this.isReading = true;
    let frames = 0;
    try {
      while (frames < MOST_FRAMES && this.hand(on)) frames++;
    } finally {
      this.isReading = false;
    }
    return frames;
  }

  /** False: no frame is there whole. */
  private hand(on: (frame: Buffer, isBorrowed: boolean) => void): boolean {
    if (!this.partial) {
      if (this.available() < LENGTH_BYTES) return false;
      const length = this.readLength();
      const at = this.tail & (this.bytes.length - 1);
      if (length <= this.available() && at + length <= this.bytes.length) {
        try {
          on(this.bytes.subarray(at, at + length), true);
        } finally {
          this.advance(length);
        }
        return true;
      }
      this.partial = Buffer.allocUnsafeSlow(length);
      this.filled = 0;
    }
    const frame = this.partial;
    const count = Math.min(frame.length - this.filled, this.available());
    this.copyOut(frame, this.filled, count);
    this.filled += count;
    this.advance(count);
    if (this.filled < frame.length) return false;
    this.partial = undefined;
    on(frame, false);
    return true;
  }

  /** G1. */
  private advance(count: number): void {
    this.tail = (this.tail + count) | 0;
    Atomics.store(this.words, TAIL, this.tail);
  }

  /** G3: true when the writer waits for the room that there is now. */
  mustRing(): boolean {
    return Atomics.load(this.words, STARVED) === 1 && this.available() <= this.bytes.length / 2 && Atomics.compareExchange(this.words, STARVED, 1, 0) === 1;
  }

  /** G2. False: something came, and it stays awake. */
  park(): boolean {
    Atomics.store(this.words, PARKED, 1);
    return this.isEmpty || Atomics.compareExchange(this.words, PARKED, 1, 0) === 0;
  }

  wake(): void {
    if (Atomics.load(this.words, PARKED) === 1) Atomics.store(this.words, PARKED, 0);
  }

  private available(): number {
    const available = (Atomics.load(this.words, HEAD) - this.tail) >>> 0;
    if (available > this.bytes.length) throw new MalformedFrame(`A ring of ${this.bytes.length} bytes holds ${available}: its memory was damaged`);
    return available;
  }

  private readLength(): number {
    const { bytes } = this;
    let length = 0;
    for (let i = 0; i < LENGTH_BYTES; i++) length += (bytes[(this.tail + i) & (bytes.length - 1)] as number) * 2 ** (8 * i);
    if (length > LONGEST_FRAME_BYTES) throw new MalformedFrame(`A frame of ${length} bytes in a ring: its memory was damaged`);
    this.tail = (this.tail + LENGTH_BYTES) | 0;
    return length;
  }

  private copyOut(to: Buffer, at: number, count: number): void {
    const { bytes } = this;
    const position = this.tail & (bytes.length - 1);
    const first = Math.min(count, bytes.length - position);
    bytes.copy(to, at, position, position + first);
    if (first < count) bytes.copy(to, at + first, 0, count - first);
  }
}
