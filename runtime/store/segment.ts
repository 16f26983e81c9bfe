/**
 * One file of blocks, written by the process that made it. Its size is set at once and takes no memory; `grow` gives real memory to
 * a further part. Shared-memory segments are mapped, so that pages stay warm in the writer; disk segments are written with pwrite.
 */
import { closeSync, constants, fstatSync, ftruncateSync, openSync, rmSync, write as writeFile, writeSync } from "node:fs";
import { promisify } from "node:util";
import { type Mapping, platform, writeZeros } from "./platform.ts";
import { encodeHeader, type SegmentHeader } from "./segment-header.ts";
import type { BlockAddress } from "./store.ts";

/** Node refuses to read or write more than 2 GiB in one call. */
export const MAX_CALL_BYTES = 2 ** 30;

const writeLater = promisify(writeFile);

export class Segment {
  readonly file: string;
  readonly place: BlockAddress["place"];
  readonly limitBytes: number;
  /** Made for one object larger than an ordinary segment: small blocks keep out of it while they can. */
  readonly isForOneObject: boolean;
  /** Its file was removed by somebody: it takes no more blocks. */
  isRetired = false;
  readonly #fd: number;
  readonly #mapping: Mapping | undefined;
  readonly #bytes: Uint8Array | undefined;

  /** Creates `file`, whose first `headerBytes` are real. Throws with the code ENOSPC, and leaves no file then. */
  constructor(o: { file: string; place: BlockAddress["place"]; limitBytes: number; isForOneObject: boolean; header: SegmentHeader; headerBytes: number }) {
    this.file = o.file;
    this.place = o.place;
    this.limitBytes = o.limitBytes;
    this.isForOneObject = o.isForOneObject;
    this.#fd = openSync(o.file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      const header = encodeHeader(o.header);
      writeZeros(this.#fd, 0, o.headerBytes);
      this.#writeFile(0, header);
      ftruncateSync(this.#fd, o.limitBytes);
      this.#mapping = o.place === "shared-memory" ? mapOrUndefined(this.#fd, o.limitBytes) : undefined;
      this.#bytes = this.#mapping && new Uint8Array(this.#mapping.memory);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Gives real memory to a part. Throws with the code ENOSPC, and then has given back what it took. */
  grow(offset: number, sizeBytes: number): void {
    try {
      const calls = platform();
      if (calls === undefined) writeZeros(this.#fd, offset, sizeBytes);
      else calls.allocate(this.#fd, offset, sizeBytes);
      if (this.#mapping !== undefined) calls?.populate(this.#mapping, offset, sizeBytes);
    } catch (error) {
      // nobody has mapped or touched what lies behind `offset` yet
      ftruncateSync(this.#fd, offset);
      ftruncateSync(this.#fd, this.limitBytes);
      throw error;
    }
  }

  write(offset: number, bytes: Uint8Array): void {
    if (this.#bytes === undefined) this.#writeFile(offset, bytes);
    else this.#bytes.set(bytes, offset);
  }

  /** Without waiting for the disk. */
  async writeLater(offset: number, bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length;) done += (await writeLater(this.#fd, bytes, done, bytes.length - done, offset + done)).bytesWritten;
  }

  /** False when somebody removed the file, so that no other process can open it. */
  get hasFile(): boolean {
    return fstatSync(this.#fd).nlink > 0;
  }

  /** Removes the file. Readers that have it mapped keep their memory; the writer's own map is reachable from here alone. */
  remove(): void {
    rmSync(this.file, { force: true });
    closeSync(this.#fd);
    if (this.#mapping !== undefined) platform()?.unmap(this.#mapping);
  }

  #writeFile(offset: number, bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.#fd, bytes, done, Math.min(MAX_CALL_BYTES, bytes.length - done), offset + done);
  }
}

/** A process may run out of maps or address space: then the segment is written as a file. */
function mapOrUndefined(fd: number, sizeBytes: number): Mapping | undefined {
  try {
    return platform()?.mapShared(fd, sizeBytes);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOMEM") return undefined;
    throw error;
  }
}

/** True for the errors that say that a file system, or the user's share of it, is full. */
export const isOutOfSpace = (error: unknown): boolean => ["ENOSPC", "EDQUOT", "EFBIG"].includes((error as NodeJS.ErrnoException | undefined)?.code ?? "");
