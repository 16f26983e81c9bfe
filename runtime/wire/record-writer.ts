/** Appends little-endian fields to one growing buffer. Owns: the scratch memory, which is used again. */
const UTF8_THREE_BYTES = 3;

export class RecordWriter {
  private buffer: Buffer;
  private end = 0;

  constructor(initialBytes = 64 * 1024) {
    this.buffer = Buffer.allocUnsafeSlow(initialBytes);
  }

  get sizeBytes(): number {
    return this.end;
  }

  /** Makes room and returns the position of the first of `count` bytes. */
  private reserve(count: number): number {
    const at = this.end;
    const wanted = at + count;
    if (wanted > this.buffer.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(wanted, this.buffer.length * 2));
      this.buffer.copy(grown, 0, 0, at);
      this.buffer = grown;
    }
    this.end = wanted;
    return at;
  }

  u8(value: number): void {
    const at = this.reserve(1); // before `this.buffer` is read: growing replaces it
    this.buffer[at] = value;
  }

  u16(value: number): void {
    const at = this.reserve(2);
    const b = this.buffer;
    b[at] = value & 255;
    b[at + 1] = value >>> 8;
  }

  u32(value: number): void {
    const at = this.reserve(4);
    const b = this.buffer;
    b[at] = value & 255;
    b[at + 1] = (value >>> 8) & 255;
    b[at + 2] = (value >>> 16) & 255;
    b[at + 3] = value >>> 24;
  }

  f64(value: number): void {
    const at = this.reserve(8);
    this.buffer.writeDoubleLE(value, at);
  }

  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.raw(value);
  }

  raw(value: Uint8Array): void {
    const at = this.reserve(value.length);
    this.buffer.set(value, at);
  }

  text(value: string): void {
    const lengthAt = this.reserve(4);
    const most = value.length * UTF8_THREE_BYTES;
    const at = this.reserve(most);
    const written = this.buffer.write(value, at, most, "utf8");
    this.end = at + written;
    this.buffer.writeUInt32LE(written, lengthAt);
  }

  /** Overwrites a u32 that was written before. */
  patchU32(at: number, value: number): void {
    this.buffer.writeUInt32LE(value, at);
  }

  truncate(sizeBytes: number): void {
    this.end = sizeBytes;
  }

  /** What was written, in the writer's own memory. */
  get written(): Buffer {
    return this.buffer.subarray(0, this.end);
  }

  clear(): void {
    this.end = 0;
    // one very large record must not keep its memory for ever
    if (this.buffer.length > 1024 * 1024) this.buffer = Buffer.allocUnsafeSlow(64 * 1024);
  }

  /** A copy of what was written; the writer is empty afterwards. */
  take(): Buffer {
    const out = Buffer.from(this.written);
    this.clear();
    return out;
  }
}
