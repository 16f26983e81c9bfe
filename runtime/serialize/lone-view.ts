/**
 * One typed array, alone or among plain arguments: the numbers that a task is called with and gives. V8's serializer would
 * carry it too, but making one costs ten times what there is to do.
 *
 * Layout, little-endian: u8 tag, u8 type (place in TYPED_ARRAYS + 1), u8 place (0: the value is the view; n: it is argument
 * n - 1), u8 0 or 1 (its memory is a buffer beside the bytes), u32 offset of the view in the memory, u32 length of the view,
 * u32 length of the JSON of all arguments (null in the view's place), that JSON, and the memory if it is not beside.
 */
import { types } from "node:util";
import type { Encoded } from "../engine/engine.ts";
import { HEAD_AT, PackedValue, readUint32 } from "./pack.ts";
import { isJsonPrimitive } from "./scan.ts";
import { elementSize, isPlainView, makeView, TYPED_ARRAYS, viewName } from "./realm.ts";
import { memoryOf, OUT_OF_BAND_BYTES } from "./view-memory.ts";

export const VIEW_TAG = 3;
const FIXED_BYTES = 16;
/** More arguments than that have their places looked up no more. */
const MOST_ARGS = 16;

export function isLoneView(value: unknown): value is ArrayBufferView {
  return ArrayBuffer.isView(value) && isPlainView(value) && !types.isSharedArrayBuffer(value.buffer);
}

/** The place of the one view among arguments that are else plain; -1: they are not so. */
export function placeOfLoneView(args: readonly unknown[]): number {
  if (args.length > MOST_ARGS) return -1;
  let place = -1;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (typeof arg !== "object" || arg === null) {
      if (!isJsonPrimitive(arg)) return -1;
    } else if (place >= 0 || !isLoneView(arg)) return -1;
    else place = i;
  }
  return place;
}

export function writeLoneView(view: ArrayBufferView, args?: readonly unknown[], place = -1): Encoded {
  const memory = memoryOf(view);
  const isBeside = memory.byteLength >= OUT_OF_BAND_BYTES;
  const json = args && args.length > 1 ? JSON.stringify(args.with(place, null)) : "";
  const jsonBytes = json === "" ? 0 : Buffer.byteLength(json);
  const value = new PackedValue(FIXED_BYTES + jsonBytes + (isBeside ? 0 : memory.byteLength));
  const { packed } = value;
  packed[HEAD_AT] = VIEW_TAG;
  packed[HEAD_AT + 1] = TYPED_ARRAYS.indexOf(viewName(view)) + 1;
  packed[HEAD_AT + 2] = place + 1;
  packed[HEAD_AT + 3] = isBeside ? 1 : 0;
  packed.writeUInt32LE(view.byteOffset - memory.byteOffset, HEAD_AT + 4);
  packed.writeUInt32LE(view.byteLength, HEAD_AT + 8);
  packed.writeUInt32LE(jsonBytes, HEAD_AT + 12);
  if (jsonBytes > 0) packed.write(json, HEAD_AT + FIXED_BYTES);
  if (isBeside) return { head: value.head, buffers: [memory], refs: value.refs };
  packed.set(memory, HEAD_AT + FIXED_BYTES + jsonBytes);
  return value;
}

/** Throws for damaged bytes. */
export function readLoneView(head: Uint8Array, buffers: readonly Uint8Array[]): unknown {
  if (head.length < FIXED_BYTES) throw new RangeError(`A view's ${head.length} bytes are too few`);
  const name = TYPED_ARRAYS[(head[1] as number) - 1];
  if (name === undefined) throw new TypeError(`Unknown view type ${String(head[1])}`);
  const place = (head[2] as number) - 1;
  const offset = readUint32(head, 4);
  const length = readUint32(head, 8);
  const memoryAt = FIXED_BYTES + readUint32(head, 12);
  if (memoryAt > head.length) throw new RangeError("The arguments beside a view end too early");
  const beside = head[3] === 1 ? buffers[0] : undefined;
  if (head[3] === 1 && beside === undefined) throw new RangeError("The memory of a view is missing");
  const memory = beside ?? new Uint8Array(head.buffer, head.byteOffset + memoryAt, head.length - memoryAt);
  if (offset + length > memory.byteLength) throw new RangeError(`A view of ${length} bytes at ${offset} is outside of its ${memory.byteLength} bytes`);
  const view = viewOf(name, memory, beside !== undefined, offset, length);
  if (place < 0) return view;
  const args: unknown = memoryAt === FIXED_BYTES ? [null] : JSON.parse(Buffer.from(head.buffer, head.byteOffset, memoryAt).toString("utf8", FIXED_BYTES));
  if (!Array.isArray(args) || place >= args.length) throw new TypeError("A view's place is none of the arguments'");
  args[place] = view;
  return args;
}

/** Memory beside the bytes is the receiver's own; other memory is copied whole, so that the view's buffer is what it was. */
function viewOf(name: (typeof TYPED_ARRAYS)[number], memory: Uint8Array, isOwn: boolean, offset: number, length: number): ArrayBufferView {
  if (isOwn && (memory.byteOffset + offset) % elementSize(name) === 0) return makeView(name, memory.buffer as ArrayBuffer, memory.byteOffset + offset, length);
  if (isOwn) return makeView(name, copyOf(memory.subarray(offset, offset + length)), 0, length);
  if (name === "Uint8Array" && length === memory.length) return new Uint8Array(memory);
  return makeView(name, copyOf(memory), offset, length);
}

/** Made of a view, an array's memory is not filled with zeros first: half the time. */
const copyOf = (memory: Uint8Array): ArrayBuffer => new Uint8Array(memory).buffer as ArrayBuffer;
