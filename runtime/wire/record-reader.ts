/** Reads the fields of one record. Every length is checked: a malformed record throws MalformedFrame and costs nothing else. */
export class MalformedFrame extends Error {
  override name = "MalformedFrame";
}

export class RecordReader {
  private buffer: Buffer;
  private at: number;
  private end: number;
  private borrowed: boolean;

  /** `isBorrowed`: the memory is another's as soon as the frame was handled. */
  constructor(buffer: Buffer, at: number, end: number, isBorrowed = false) {
    this.buffer = buffer;
    this.at = at;
    this.end = end;
    this.borrowed = isBorrowed;
  }

  /** To another record of the same frame. */
  moveTo(at: number, end: number): void {
    this.at = at;
    this.end = end;
  }

  private take(count: number): number {
    const at = this.at;
    if (count > this.end - at) throw new MalformedFrame(`A record ends ${count - (this.end - at)} bytes too early`);
    this.at = at + count;
    return at;
  }

  u8(): number {
    return this.buffer[this.take(1)] as number;
  }

  u16(): number {
    const at = this.take(2);
    const b = this.buffer;
    return (b[at] as number) | ((b[at + 1] as number) << 8);
  }

  u32(): number {
    const at = this.take(4);
    const b = this.buffer;
    return ((b[at] as number) | ((b[at + 1] as number) << 8) | ((b[at + 2] as number) << 16) | ((b[at + 3] as number) << 24)) >>> 0;
  }

  /** The next u32, which is read again. */
  peekU32(): number {
    const { at } = this;
    const value = this.u32();
    this.at = at;
    return value;
  }

  f64(): number {
    return this.buffer.readDoubleLE(this.take(8));
  }

  /** A view of the frame's memory: copy what is kept for long. A borrowed frame is copied as a whole when somebody first asks. */
  bytes(): Buffer {
    if (this.borrowed) this.buffer = Buffer.from(this.buffer);
    this.borrowed = false;
    const length = this.u32();
    const at = this.take(length);
    return this.buffer.subarray(at, at + length);
  }

  /** As `bytes`, to be kept: a small part of the frame would keep all of it alive, and is copied. */
  keptBytes(): Buffer {
    const length = this.u32();
    const at = this.take(length);
    const { buffer } = this;
    if (!this.borrowed && length * 2 >= buffer.buffer.byteLength) return buffer.subarray(at, at + length);
    const kept = Buffer.allocUnsafe(length);
    buffer.copy(kept, 0, at, at + length);
    return kept;
  }

  text(): string {
    const length = this.u32();
    const at = this.take(length);
    return this.buffer.toString("utf8", at, at + length);
  }

  /** `faultOf` says what is wrong with what the text holds. */
  json(faultOf: (value: unknown) => string | undefined): unknown {
    const text = this.text();
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new MalformedFrame(`A text is not JSON: ${(error as Error).message}`);
    }
    const fault = faultOf(value);
    if (fault !== undefined) throw new MalformedFrame(fault);
    return value;
  }

  /** True, and past them, when these very bytes come next. */
  skipIfNext(bytes: Uint8Array): boolean {
    const { buffer, at } = this;
    if (this.end - at < bytes.length) return false;
    for (let i = 0; i < bytes.length; i++) if (buffer[at + i] !== bytes[i]) return false;
    this.at += bytes.length;
    return true;
  }

  get isAtEnd(): boolean {
    return this.at === this.end;
  }
}
