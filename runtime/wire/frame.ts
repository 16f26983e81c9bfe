/**
 * A frame is one ZeroMQ message: a header of 4 bytes (`R`, `T`, protocol version, 0) and records
 * `[u32 length][u8 type][payload of length - 1 bytes]`. Many records travel in one frame; none spans two.
 */
import { MalformedFrame, RecordReader } from "./record-reader.ts";
import { RecordWriter } from "./record-writer.ts";

export const PROTOCOL_VERSION = 1;
export const FRAME_HEADER_BYTES = 4;

/** Record types. 1-15 are binary (hot-records.ts; `lane`: shared-lanes.ts); `message` is JSON with an optional binary tail (message.ts). */
export const RecordType = { message: 0, task: 1, result: 2, meta: 3, code: 4, lane: 5 } as const;

export function writeHeader(writer: RecordWriter): void {
  writer.u8(0x52);
  writer.u8(0x54);
  writer.u8(PROTOCOL_VERSION);
  writer.u8(0);
}

/** Writes one record: `fill` writes the payload, of `value`. */
export function writeRecord<T = undefined>(writer: RecordWriter, type: number, fill: (writer: RecordWriter, value: T) => void, value?: T): void {
  const lengthAt = writer.sizeBytes;
  writer.u32(0);
  writer.u8(type);
  fill(writer, value as T);
  writer.patchU32(lengthAt, writer.sizeBytes - lengthAt - 4);
}

/** Calls `on` for each record of a frame; the reader is the next record's when `on` returns. Throws MalformedFrame at the first bad record. `isBorrowed`: the memory is another's when this returns. */
export function readFrame(frame: Buffer, on: (type: number, reader: RecordReader) => void, isBorrowed = false): void {
  if (frame.length < FRAME_HEADER_BYTES || frame[0] !== 0x52 || frame[1] !== 0x54) throw new MalformedFrame("Not a ray-ts frame");
  if (frame[2] !== PROTOCOL_VERSION) throw new MalformedFrame(`Protocol version ${String(frame[2])}, wanted ${PROTOCOL_VERSION}: restart the cluster with one version of ray-ts`);
  const reader = new RecordReader(frame, 0, 0, isBorrowed);
  let at = FRAME_HEADER_BYTES;
  while (at < frame.length) {
    if (frame.length - at < 5) throw new MalformedFrame("A record header is cut off");
    const length = frame.readUInt32LE(at);
    if (length < 1 || length > frame.length - at - 4) throw new MalformedFrame(`A record of ${length} bytes does not fit its frame`);
    reader.moveTo(at + 5, at + 4 + length);
    on(frame[at + 4] as number, reader);
    at += 4 + length;
  }
}
