/**
 * The writer's side of the object store: copies objects into blocks of this process's own segments and takes the blocks back.
 *
 * Where a block goes, in this order: a warm block of shared memory; fresh shared memory within the grant; a warm block that is
 * much too large; shared memory after empty segments were given back; disk.
 *
 * A1 Real memory in shared memory never exceeds the grant (but for what was held before a smaller grant came).
 * A2 Memory is touched only after it was allocated for real: a full file system is an error here, never a SIGBUS later.
 * A3 A live block is in `#live` under its file and offset; its generation was never used before in this arena.
 */
import { basename, dirname } from "node:path";
import { statfsSync } from "node:fs";
import { ObjectStoreFullError } from "../errors.ts";
import { pidNamespace, processStartTime } from "./process-start.ts";
import { isOutOfSpace } from "./segment.ts";
import { type Block, SegmentPool } from "./segment-pool.ts";
import { formatBytes } from "./format-bytes.ts";
import type { SegmentHeader } from "./segment-header.ts";
import type { Arena, ArenaOptions, BlockAddress } from "./store.ts";

type Parts = Parameters<Arena["write"]>[1];

/** This much of the disk stays free for everybody else: a twentieth of it, at most 1 GiB. */
const diskReserveBytes = (totalBytes: number): number => Math.min(totalBytes / 20, 2 ** 30);

export function createArena(options: ArenaOptions): Arena {
  return new SegmentArena(options);
}

class SegmentArena implements Arena {
  readonly #options: ArenaOptions;
  readonly #shared: SegmentPool;
  readonly #disk: SegmentPool;
  readonly #live = new Map<string, { readonly block: Block; readonly generation: number }>();
  readonly #page: number;
  #grantBytes: number;
  #generation = 0;
  /** The block of a `write` or `free` that has not come to its end: it failed, or an interrupt unwound it without any `finally`. */
  #unfinished: Block | undefined;
  #saidFull = false;
  #isClosed = false;

  constructor(options: ArenaOptions) {
    const header: SegmentHeader = {
      clusterId: basename(options.sharedMemoryFolder).split("-").at(-1) ?? "",
      process: options.process,
      pid: process.pid,
      startTime: processStartTime(process.pid),
      pidNamespace: pidNamespace(),
    };
    this.#options = options;
    this.#grantBytes = options.grantBytes;
    this.#shared = new SegmentPool("shared-memory", options.sharedMemoryFolder, header);
    this.#disk = new SegmentPool("disk", options.diskFolder, header);
    this.#page = this.#shared.pageBytes;
  }

  get usedBytes(): number {
    return this.#shared.usedBytes + this.#disk.usedBytes;
  }

  get segments(): Arena["segments"] {
    return [...this.#shared.segments, ...this.#disk.segments];
  }

  write(sizeBytes: number, parts: Parts): BlockAddress {
    this.#assertOpen();
    assertParts(sizeBytes, parts);
    this.#releaseUnfinished();
    const block = (this.#unfinished = this.#place(sizeBytes));
    const { segment } = block;
    const offset = block.offset * this.#page;
    for (const part of parts) segment.write(offset + part.offset, part.bytes);
    const generation = ++this.#generation;
    this.#live.set(keyOf(segment.file, offset), { block, generation });
    this.#unfinished = undefined;
    return { writer: this.#options.process, file: segment.file, offset, sizeBytes, generation, place: segment.place };
  }

  free(address: BlockAddress): void {
    this.#assertOpen();
    const key = keyOf(address.file, address.offset);
    const live = this.#live.get(key);
    if (live?.generation !== address.generation) {
      const found = live === undefined ? "no block is in use there (it was freed before, or belongs to another process)" : `generation ${live.generation} is there now`;
      throw new Error(`Cannot free block ${address.generation} at ${address.offset} of ${address.file}: ${found}`);
    }
    this.#releaseUnfinished();
    this.#unfinished = live.block;
    this.#live.delete(key);
    this.#releaseUnfinished();
  }

  grant(bytes: number): void {
    this.#grantBytes = bytes;
    if (this.#shared.heldBytes > bytes) this.#shared.removeEmpty();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#live.clear();
    this.#shared.close();
    this.#disk.close();
  }

  #releaseUnfinished(): void {
    if (this.#unfinished === undefined) return;
    this.#poolOf(this.#unfinished.segment.place).release(this.#unfinished);
    this.#unfinished = undefined;
  }

  #place(sizeBytes: number): Block {
    const pages = this.#shared.pagesFor(sizeBytes);
    const block =
      this.#shared.reuse(pages, false) ??
      this.#growShared(pages) ??
      this.#shared.reuse(pages, true) ??
      (this.#shared.removeEmpty() ? this.#growShared(pages) : undefined) ??
      this.#disk.reuse(pages, true) ??
      this.#growDisk(pages);
    if (block === undefined) throw this.#fullError(sizeBytes);
    const isWithinGrant = pages * this.#page <= this.#grantBytes - this.#shared.heldBytes;
    if (block.segment.place === "disk" && isWithinGrant) this.#sayFull(sizeBytes);
    return block;
  }

  /** Looks at the free space first: to find out by allocating takes long when there is much, and takes it from others meanwhile. */
  #growShared(pages: number): Block | undefined {
    const roomBytes = Math.min(this.#grantBytes - this.#shared.heldBytes, spaceOf(this.#options.sharedMemoryFolder).freeBytes);
    try {
      return this.#shared.grow(pages, roomBytes);
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      return undefined; // others took it between the look and the allocation
    }
  }

  #growDisk(pages: number): Block | undefined {
    const disk = spaceOf(this.#options.diskFolder);
    if (disk.freeBytes - pages * this.#page < diskReserveBytes(disk.totalBytes)) return undefined;
    try {
      return this.#disk.grow(pages, Infinity);
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      return undefined;
    }
  }

  #sayFull(sizeBytes: number): void {
    if (this.#saidFull) return;
    this.#saidFull = true;
    const { sharedMemoryFolder, diskFolder, onSharedMemoryFull } = this.#options;
    const root = dirname(sharedMemoryFolder);
    const { freeBytes, totalBytes } = spaceOf(sharedMemoryFolder);
    onSharedMemoryFull?.(
      `Shared memory is full: ${root} has ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}, and an object of ${formatBytes(sizeBytes)} did not fit. ` +
        `Objects that do not fit go to files in ${diskFolder} from now on, which is slower. In a container, give it more: docker run --shm-size=${suggestedShmSize(totalBytes)}`,
    );
  }

  #fullError(sizeBytes: number): ObjectStoreFullError {
    const { sharedMemoryFolder, diskFolder } = this.#options;
    const shared = spaceOf(sharedMemoryFolder);
    const disk = spaceOf(diskFolder);
    return new ObjectStoreFullError(
      `Cannot store an object of ${formatBytes(sizeBytes)}: this process uses ${formatBytes(this.#shared.usedBytes)} of the ${formatBytes(this.#grantBytes)} of shared memory granted to it ` +
        `(${dirname(sharedMemoryFolder)} has ${formatBytes(shared.freeBytes)} free of ${formatBytes(shared.totalBytes)}), and ${diskFolder} has ${formatBytes(disk.freeBytes)} free of ` +
        `${formatBytes(disk.totalBytes)}, of which ${formatBytes(diskReserveBytes(disk.totalBytes))} are left to others. Drop refs that are not needed (or ray.free them), raise objectStoreMemory, ` +
        `or point TMPDIR to a larger disk.`,
    );
  }

  #poolOf(place: BlockAddress["place"]): SegmentPool {
    return place === "disk" ? this.#disk : this.#shared;
  }

  #assertOpen(): void {
    if (this.#isClosed) throw new Error("Cannot use the object store: it was closed by ray.shutdown()");
  }
}

function assertParts(sizeBytes: number, parts: Parts): void {
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new RangeError(`A block cannot have ${sizeBytes} bytes`);
  for (const { offset, bytes } of parts) {
    if (offset < 0 || offset + bytes.length > sizeBytes) throw new RangeError(`A part of ${bytes.length} bytes at ${offset} leaves its block of ${sizeBytes} bytes`);
  }
}

function spaceOf(folder: string): { freeBytes: number; totalBytes: number } {
  const { bavail, blocks, bsize } = statfsSync(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}

const suggestedShmSize = (totalBytes: number): string => `${Math.max(2, Math.ceil((4 * totalBytes) / 2 ** 30))}g`;

const keyOf = (file: string, offset: number): string => `${file}:${offset}`;
