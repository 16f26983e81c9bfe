/**
 * The first page of each segment file: a magic word and who wrote it. So a reader refuses what is no segment of this version, and
 * the file of a process that was killed still names its cluster.
 */
export interface SegmentHeader {
  readonly clusterId: string;
  readonly process: string;
  readonly pid: number;
  readonly startTime: string | undefined;
  readonly pidNamespace: string;
}

/** What should be in a block cannot be read: its file is gone, or is not what it was. */
export class LostBlock extends Error {}

/** Its last digit is the version of the layout. */
const MAGIC = "RAYTSEG1";
export const HEADER_BYTES = 4096;

export function encodeHeader(header: SegmentHeader): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const page = Buffer.alloc(HEADER_BYTES);
  page.write(MAGIC, 0, "latin1");
  page.writeUInt32LE(text.copy(page, 12), 8);
  return page;
}

/** Throws LostBlock when `page` is not the first page of a segment, or of one of another version. */
export function decodeHeader(page: Uint8Array, file: string): SegmentHeader {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  const magic = bytes.toString("latin1", 0, MAGIC.length);
  if (magic !== MAGIC) {
    const found = magic.startsWith(MAGIC.slice(0, -1)) ? "it was written by another version of ray-ts: update both sides to one version" : "it is not a segment of an object store";
    throw new LostBlock(`Cannot read objects from ${file}: ${found}`);
  }
  return JSON.parse(bytes.toString("utf8", 12, 12 + bytes.readUInt32LE(8))) as SegmentHeader;
}
