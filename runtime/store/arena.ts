/**
 * The writer's side of the object store: copies objects into blocks of this process's own segments and takes the blocks back.
 *
 * Where a block goes, in this order: a warm block of shared memory; fresh shared memory within the grant; a warm block that is
 * much too large; shared memory after empty segments were given back; disk.
 *
 * A1 Real memory in shared memory never exceeds the grant (but for what was held before a smaller grant came), which all arenas of
 *    the process share.
 * A2 Memory is touched only after it was allocated for real: a full file system is an error here, never a SIGBUS later.
 * A3 A live block is in `#live` under its file and offset; its generation was never used before in this arena.
 */
import { basename, dirname } from "node:path";
import { ObjectStoreFullError, OutOfDiskError, type RayError } from "../errors.ts";
import { type DiskRefusal, spaceOf } from "./disk-space.ts";
import { pidNamespace, processStartTime } from "./process-start.ts";
import { isOutOfSpace } from "./segment.ts";
import { type Block, SegmentPool } from "./segment-pool.ts";
import { formatBytes } from "./format-bytes.ts";
import type { SegmentHeader } from "./segment-header.ts";
import type { Arena, ArenaOptions, BlockAddress, DiskBlock } from "./store.ts";

type Parts = Parameters<Arena["write"]>[1];

export function createArena(options: ArenaOptions): Arena {
  return new SegmentArena(options);
}

class SegmentArena implements Arena {
  readonly #options: ArenaOptions;
  readonly #shared: SegmentPool;
  readonly #disk: SegmentPool;
  readonly #live = new Map<string, { readonly block: Block; readonly generation: number }>();
  readonly #page: number;
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
    this.#shared = new SegmentPool("shared-memory", options.sharedMemoryFolder, header);
    this.#disk = new SegmentPool("disk", options.disk.folder, header);
    this.#page = this.#shared.pageBytes;
    options.grant.join(this.#shared);
  }

  get usedBytes(): number {
    return this.#shared.usedBytes;
  }

  get usedOnDiskBytes(): number {
    return this.#disk.usedBytes;
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
    const address = this.#addressOf(block, sizeBytes);
    this.#unfinished = undefined;
    return address;
  }

  reserveOnDisk(sizeBytes: number): DiskBlock | undefined {
    this.#assertOpen();
    const pages = this.#disk.pagesFor(sizeBytes);
    const block = this.#disk.reuse(pages, true) ?? this.#growDisk(pages);
    if ("reason" in block) return undefined;
    const address = this.#addressOf(block, sizeBytes);
    return { address, write: (offset, bytes) => block.segment.writeLater(address.offset + offset, bytes) };
  }

  /** From here on the block is in use. */
  #addressOf(block: Block, sizeBytes: number): BlockAddress {
    const { file, place } = block.segment;
    const offset = block.offset * this.#page;
    const generation = ++this.#generation;
    this.#live.set(keyOf(file, offset), { block, generation });
    return { writer: this.#options.process, file, offset, sizeBytes, generation, place };
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

  retireRemoved(): void {
    this.#shared.retireRemoved();
    this.#disk.retireRemoved();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#live.clear();
    this.#options.grant.leave(this.#shared);
    this.#shared.close();
    this.#disk.close();
  }

  #releaseUnfinished(): void {
    if (this.#unfinished === undefined) return;
    this.#poolOf(this.#unfinished.segment.place).release(this.#unfinished);
    this.#unfinished = undefined;
  }

  #place(sizeBytes: number): Block {
    const { grant } = this.#options;
    const pages = this.#shared.pagesFor(sizeBytes);
    grant.storedBytes += pages * this.#page;
    const block =
      this.#shared.reuse(pages, false) ??
      this.#growShared(pages) ??
      this.#shared.reuse(pages, true) ??
      (grant.removeEmpty() ? this.#growShared(pages) : undefined);
    if (block !== undefined) return block;
    const isWithinGrant = pages * this.#page <= grant.roomBytes;
    grant.missed(pages * this.#page);
    const onDisk = this.#disk.reuse(pages, true) ?? this.#growDisk(pages);
    if ("reason" in onDisk) throw this.#fullError(sizeBytes, onDisk);
    if (isWithinGrant || this.#isStoreCutShort()) this.#sayFull(sizeBytes);
    return onDisk;
  }

  /** Looks at the free space first: to find out by allocating takes long when there is much, and takes it from others meanwhile. */
  #growShared(pages: number): Block | undefined {
    const roomBytes = Math.min(this.#options.grant.roomBytes, spaceOf(this.#options.sharedMemoryFolder).freeBytes);
    try {
      return this.#shared.grow(pages, roomBytes);
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      return undefined; // others took it between the look and the allocation
    }
  }

  #growDisk(pages: number): Block | DiskRefusal {
    const { disk } = this.#options;
    const refusal = disk.refusal(pages * this.#page);
    if (refusal !== undefined) return refusal;
    try {
      return this.#disk.grow(pages, Infinity) as Block; // there is no bound that could be too small
    } catch (error) {
      if (!isOutOfSpace(error)) throw error;
      return disk.full();
    }
  }

  /** As in a container with Docker's 64 MiB. */
  #isStoreCutShort(): boolean {
    return !this.#saidFull && spaceOf(this.#options.sharedMemoryFolder).totalBytes < this.#options.storeBytes * 1.1;
  }

  #sayFull(sizeBytes: number): void {
    if (this.#saidFull) return;
    this.#saidFull = true;
    const { sharedMemoryFolder, disk, onSharedMemoryFull } = this.#options;
    const root = dirname(sharedMemoryFolder);
    const { freeBytes, totalBytes } = spaceOf(sharedMemoryFolder);
    onSharedMemoryFull?.(
      `Shared memory is full: ${root} has ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)}, and an object of ${formatBytes(sizeBytes)} did not fit. ` +
        `Objects that do not fit go to files in ${disk.folder} from now on, which is slower. In a container, give it more: docker run --shm-size=${suggestedShmSize(totalBytes)}`,
    );
  }

  #fullError(sizeBytes: number, refusal: DiskRefusal): RayError {
    const { sharedMemoryFolder, grant, disk } = this.#options;
    const { freeBytes, totalBytes } = spaceOf(sharedMemoryFolder);
    const inMemory =
      `shared memory has no room (this process uses ${formatBytes(this.#shared.usedBytes)} of the ${formatBytes(grant.bytes)} granted to it; ` +
      `${dirname(sharedMemoryFolder)} has ${formatBytes(freeBytes)} free of ${formatBytes(totalBytes)})`;
    const tried = `Cannot store an object of ${formatBytes(sizeBytes)}: ${inMemory}`;
    if (refusal.reason === "budget") {
      return new ObjectStoreFullError(
        `${tried}, and objects take ${formatBytes(refusal.usedBytes)} of the ${formatBytes(refusal.budgetBytes)} of disk that objectStoreDisk allows (in ${disk.folder}). ` +
          `Drop refs that are not needed (or ray.free them), or raise objectStoreMemory or objectStoreDisk`,
      );
    }
    return new OutOfDiskError(
      `${tried}, and the disk of ${disk.folder} is full: it has ${formatBytes(refusal.freeBytes)} free of ${formatBytes(refusal.totalBytes)}, of which ${formatBytes(refusal.keptBytes)} are left to others. ` +
        `Drop refs that are not needed (or ray.free them), make room on that disk, or point objectSpillingDirectory to a larger one`,
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

const suggestedShmSize = (totalBytes: number): string => `${Math.max(2, Math.ceil((4 * totalBytes) / 2 ** 30))}g`;

const keyOf = (file: string, offset: number): string => `${file}:${offset}`;
