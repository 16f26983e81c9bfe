/**
 * One value in one piece of memory: in a message, or in a block of the arena.
 *
 * Layout, little-endian: u32 length of the head, u32 number of buffers, for each buffer f64 offset and f64 length, the
 * head, then each buffer at a multiple of 64 bytes. Offsets count from the beginning. Refs are not in it: they are counted
 * by the messages that carry them.
 */
import type { Encoded } from "../engine/engine.ts";
import { SerializationError } from "../errors.ts";
import { slabRoom } from "./slab.ts";

const ALIGNMENT = 64;
const FIXED_BYTES = 8;
/** Where the head begins that no buffers stand before. */
export const HEAD_AT = FIXED_BYTES;
const ENTRY_BYTES = 16;

export interface Layout {
  readonly sizeBytes: number;
  readonly parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

export interface Unpacked {
  readonly head: Uint8Array;
  readonly buffers: readonly Uint8Array[];
}

const NO_BUFFERS: readonly Uint8Array[] = [];
const NO_REFS: Encoded["refs"] = [];

const align = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT;

/** Where each part goes, for writing into a block without a copy in between. */
export function layout({ head, buffers }: Pick<Encoded, "head" | "buffers">): Layout {
  const tableBytes = FIXED_BYTES + ENTRY_BYTES * buffers.length;
  const table = Buffer.allocUnsafe(tableBytes);
  table.writeUInt32LE(head.byteLength, 0);
  table.writeUInt32LE(buffers.length, 4);
  const parts = [{ offset: 0, bytes: table as Uint8Array }, { offset: tableBytes, bytes: head }];
  let end = tableBytes + head.byteLength;
  buffers.forEach((bytes, i) => {
    const offset = align(end);
    table.writeDoubleLE(offset, FIXED_BYTES + ENTRY_BYTES * i);
    table.writeDoubleLE(bytes.byteLength, FIXED_BYTES + ENTRY_BYTES * i + 8);
    parts.push({ offset, bytes });
    end = offset + bytes.byteLength;
  });
  return { sizeBytes: end, parts };
}

/** A value without buffers, made as it travels: `packed` has room for a head of so many bytes, from `HEAD_AT` on. */
export class PackedValue implements Encoded {
  readonly packed: Buffer;
  readonly buffers = NO_BUFFERS;
  readonly refs = NO_REFS;

  constructor(headBytes: number) {
    this.packed = slabRoom(HEAD_AT + headBytes);
    this.packed.writeUInt32LE(headBytes, 0);
    this.packed.writeUInt32LE(0, 4);
  }

  get head(): Uint8Array {
    return this.packed.subarray(HEAD_AT);
  }
}

export function pack(encoded: Pick<Encoded, "head" | "buffers" | "packed">): Uint8Array {
  if (encoded.packed) return encoded.packed;
  const { head, buffers } = encoded;
  if (buffers.length === 0) {
    const packed = Buffer.allocUnsafe(FIXED_BYTES + head.byteLength);
    packed.writeUInt32LE(head.byteLength, 0);
    packed.writeUInt32LE(0, 4);
    packed.set(head, FIXED_BYTES);
    return packed;
  }
  const { sizeBytes, parts } = layout(encoded);
  // a buffer of its own, so that offsets from its beginning are aligned in memory too; zeroed, so that gaps hold nothing
  const packed = new Uint8Array(sizeBytes);
  for (const { offset, bytes } of parts) packed.set(bytes, offset);
  return packed;
}

/** Views of `bytes`, no copies. Buffers are aligned as `bytes` itself is. */
export function unpack(bytes: Uint8Array): Unpacked {
  if (bytes.byteLength < FIXED_BYTES) throw new SerializationError(`Cannot unpack ${bytes.byteLength} bytes: a packed value has at least ${FIXED_BYTES}.`);
  const headBytes = readUint32(bytes, 0);
  const count = readUint32(bytes, 4);
  // most values have no buffers: a DataView would cost more than all the rest
  if (count === 0) return { head: part(bytes, FIXED_BYTES, headBytes), buffers: NO_BUFFERS };
  const table = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headOffset = FIXED_BYTES + ENTRY_BYTES * count;
  const buffers: Uint8Array[] = [];
  for (let i = 0; i < count; i++) {
    if (headOffset > bytes.byteLength) break;
    const at = FIXED_BYTES + ENTRY_BYTES * i;
    buffers.push(part(bytes, table.getFloat64(at, true), table.getFloat64(at + 8, true)));
  }
  return { head: part(bytes, headOffset, headBytes), buffers };
}

/** As `unpack`, for a block of the arena: everything is a view of `memory`. */
export function unpackFrom(memory: ArrayBuffer, offset = 0, sizeBytes = memory.byteLength - offset): Unpacked {
  return unpack(new Uint8Array(memory, offset, sizeBytes));
}

export const readUint32 = (bytes: Uint8Array, at: number): number => (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;

function part(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  if (!(offset >= 0 && length >= 0 && offset + length <= bytes.byteLength)) {
    throw new SerializationError(`Cannot unpack: a part of ${length} bytes at ${offset} is outside of ${bytes.byteLength} bytes.`);
  }
  return bytes.subarray(offset, offset + length);
}
