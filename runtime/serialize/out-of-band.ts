/**
 * V8's serializer with the memory of big views left out: the bytes hold an index, the views' memory is a list beside it.
 * Views of one ArrayBuffer stay views of one ArrayBuffer; a Buffer stays a Buffer.
 *
 * A view in the bytes: type (+ flags), then `[buffer, offset, length]` for memory out of band or met before, or
 * `[length, bytes]` for small memory met first.
 */
import { Deserializer, Serializer } from "node:v8";
import { elementSize, makeView, TYPED_ARRAYS, viewName } from "./realm.ts";
import { memoryOf, OUT_OF_BAND_BYTES } from "./view-memory.ts";

const OUT_OF_BAND = 32;
const MET_BEFORE = 64;
/** The ArrayBuffer itself is part of the value, so it must have its own size on the other side. */
const EXPOSED = 128;

interface Place {
  readonly index: number;
  /** Where the recorded memory begins in the ArrayBuffer. */
  readonly base: number;
  readonly isOutOfBand: boolean;
}

export class ValueWriter extends Serializer {
  readonly buffers: Uint8Array[] = [];
  private inline = 0;
  private readonly places = new Map<ArrayBufferLike, Place>();
  private readonly exposed: ReadonlySet<ArrayBufferLike> | undefined;

  constructor(tag: number, exposed?: ReadonlySet<ArrayBufferLike>) {
    super();
    this.exposed = exposed;
    (this as unknown as { _setTreatArrayBufferViewsAsHostObjects(on: boolean): void })._setTreatArrayBufferViewsAsHostObjects(true);
    this.writeUint32(tag);
    this.writeHeader();
  }

  // named by V8: what it throws for a value that it cannot clone
  _getDataCloneError(message: string): Error {
    return new TypeError(message);
  }

  _writeHostObject(value: unknown): void {
    if (!ArrayBuffer.isView(value)) throw new TypeError(`${Object.prototype.toString.call(value)} could not be cloned.`);
    const type = TYPED_ARRAYS.indexOf(viewName(value)) + 1;
    const isExposed = this.exposed?.has(value.buffer) === true;
    const flags = isExposed ? EXPOSED : 0;
    const known = this.places.get(value.buffer);
    if (known !== undefined) {
      this.writeUint32(type | flags | (known.isOutOfBand ? OUT_OF_BAND : MET_BEFORE));
      this.writeUint32(known.index);
      this.writeUint32(value.byteOffset - known.base);
      this.writeUint32(value.byteLength);
      return;
    }
    const memory = isExposed ? new Uint8Array(value.buffer) : memoryOf(value);
    const isOutOfBand = memory.byteLength >= OUT_OF_BAND_BYTES;
    const place: Place = { index: isOutOfBand ? this.buffers.push(memory) - 1 : this.inline++, base: memory.byteOffset, isOutOfBand };
    // a part of a bigger buffer stands for itself alone: other parts go their own way
    if (memory.byteLength === value.buffer.byteLength) this.places.set(value.buffer, place);
    this.writeUint32(type | flags | (isOutOfBand ? OUT_OF_BAND : 0));
    if (isOutOfBand) this.writeUint32(place.index);
    else {
      this.writeUint32(memory.byteLength);
      this.writeRawBytes(memory);
    }
    this.writeUint32(value.byteOffset - place.base);
    this.writeUint32(value.byteLength);
  }
}

export class ValueReader extends Deserializer {
  private readonly bytes: Uint8Array;
  private readonly buffers: readonly Uint8Array[];
  private readonly inline: Uint8Array[] = [];
  private readonly copies = new Map<number, Uint8Array>();

  /** `head` begins with the tag. */
  constructor(head: Uint8Array, buffers: readonly Uint8Array[]) {
    const bytes = head.subarray(1);
    super(bytes);
    this.bytes = bytes;
    this.buffers = buffers;
    this.readHeader();
  }

  _readHostObject(): ArrayBufferView {
    const word = this.readUint32();
    const name = TYPED_ARRAYS[(word & 31) - 1];
    if (name === undefined) throw new TypeError(`Unknown view type ${word & 31} in encoded bytes.`);
    const memory = this.memory(word);
    const offset = this.readUint32();
    const length = this.readUint32();
    if (offset + length > memory.byteLength) throw new RangeError(`A view of ${length} bytes at ${offset} is outside of its ${memory.byteLength} bytes.`);
    const start = memory.byteOffset + offset;
    if (start % elementSize(name) === 0) return makeView(name, memory.buffer as ArrayBuffer, start, length);
    return makeView(name, copyOf(memory.subarray(offset, offset + length)).buffer as ArrayBuffer, 0, length);
  }

  private memory(word: number): Uint8Array {
    if ((word & OUT_OF_BAND) !== 0) return this.outOfBand(this.readUint32(), (word & EXPOSED) !== 0);
    if ((word & MET_BEFORE) !== 0) return this.inline[this.readUint32()]!;
    const length = this.readUint32();
    const at = (this as unknown as { _readRawBytes(length: number): number })._readRawBytes(length);
    const fresh = new Uint8Array(length);
    fresh.set(this.bytes.subarray(at, at + length));
    this.inline.push(fresh);
    return fresh;
  }

  private outOfBand(index: number, isExposed: boolean): Uint8Array {
    const memory = this.buffers[index];
    if (memory === undefined) throw new RangeError(`Buffer ${index} of an encoded value is missing: it has ${this.buffers.length}.`);
    if (!isExposed || memory.byteLength === memory.buffer.byteLength) return memory;
    const copy = this.copies.get(index) ?? copyOf(memory);
    this.copies.set(index, copy);
    return copy;
  }
}

/** `slice` of a Buffer, which `memory` may be, is a view: this is a copy with a buffer of its own. */
const copyOf = (memory: Uint8Array): Uint8Array => Uint8Array.prototype.slice.call(memory);
