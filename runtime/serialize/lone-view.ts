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
import { headOfPacked } from "./pack.ts";
import { isJsonPrimitive } from "./scan.ts";
import { elementSize, isPlainView, makeView, TYPED_ARRAYS, viewName } from "./realm.ts";
import { memoryOf, OUT_OF_BAND_BYTES } from "./view-memory.ts";

export const VIEW_TAG = 3;
const FIXED_BYTES = 16;
/** More arguments than that have their places looked up no more. */
const MOST_ARGS = 16;
const NO_BUFFERS: readonly Uint8Array[] = [];
const NO_REFS: Encoded["refs"] = [];

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
  const head = headOfPacked(FIXED_BYTES + jsonBytes + (isBeside ? 0 : memory.byteLength));
  const { bytes } = head;
  bytes[0] = VIEW_TAG;
  bytes[1] = TYPED_ARRAYS.indexOf(viewName(view)) + 1;
  bytes[2] = place + 1;
  bytes[3] = isBeside ? 1 : 0;
  bytes.writeUInt32LE(view.byteOffset - memory.byteOffset, 4);
  bytes.writeUInt32LE(view.byteLength, 8);
  bytes.writeUInt32LE(jsonBytes, 12);
  if (jsonBytes > 0) bytes.write(json, FIXED_BYTES);
  if (isBeside) return { head: bytes, buffers: [memory], refs: NO_REFS };
  bytes.set(memory, FIXED_BYTES + jsonBytes);
  return { head: bytes, buffers: NO_BUFFERS, refs: NO_REFS, packed: head.packed };
}

/** Throws for damaged bytes. */
export function readLoneView(head: Uint8Array, buffers: readonly Uint8Array[]): unknown {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (bytes.length < FIXED_BYTES) throw new RangeError(`A view's ${bytes.length} bytes are too few`);
  const name = TYPED_ARRAYS[(bytes[1] as number) - 1];
  if (name === undefined) throw new TypeError(`Unknown view type ${String(bytes[1])}`);
  const place = (bytes[2] as number) - 1;
  const offset = bytes.readUInt32LE(4);
  const length = bytes.readUInt32LE(8);
  const memoryAt = FIXED_BYTES + bytes.readUInt32LE(12);
  if (memoryAt > bytes.length) throw new RangeError("The arguments beside a view end too early");
  const beside = bytes[3] === 1 ? buffers[0] : undefined;
  if (bytes[3] === 1 && beside === undefined) throw new RangeError("The memory of a view is missing");
  const memory = beside ?? bytes.subarray(memoryAt);
  if (offset + length > memory.byteLength) throw new RangeError(`A view of ${length} bytes at ${offset} is outside of its ${memory.byteLength} bytes`);
  const view = viewOf(name, memory, beside !== undefined, offset, length);
  if (place < 0) return view;
  const args: unknown = memoryAt === FIXED_BYTES ? [null] : JSON.parse(bytes.toString("utf8", FIXED_BYTES, memoryAt));
  if (!Array.isArray(args) || place >= args.length) throw new TypeError("A view's place is none of the arguments'");
  args[place] = view;
  return args;
}

/** Memory beside the bytes is the receiver's own; other memory is copied whole, so that the view's buffer is what it was. */
function viewOf(name: (typeof TYPED_ARRAYS)[number], memory: Uint8Array, isOwn: boolean, offset: number, length: number): ArrayBufferView {
  if (isOwn && (memory.byteOffset + offset) % elementSize(name) === 0) return makeView(name, memory.buffer as ArrayBuffer, memory.byteOffset + offset, length);
  if (isOwn) return makeView(name, copyOf(memory.subarray(offset, offset + length)), 0, length);
  return makeView(name, copyOf(memory), offset, length);
}

/** Made of a view, an array's memory is not filled with zeros first: half the time. */
const copyOf = (memory: Uint8Array): ArrayBuffer => new Uint8Array(memory).buffer as ArrayBuffer;
