/**
 * The arena as the rest of the runtime sees it. Each process writes its own segments only; readers map blocks privately.
 * `store/` is for bytes and blocks; it does not know objects, owners or messages.
 */
import type { ProcessName } from "../ids.ts";
import type { DiskSpace } from "./disk-space.ts";
import type { MemoryGrant } from "./memory-grant.ts";

/** Where a block is. `generation` tells a block from an earlier one at the same place. */
export interface BlockAddress {
  readonly writer: ProcessName;
  /** The segment's file, absolute. */
  readonly file: string;
  readonly offset: number;
  readonly sizeBytes: number;
  readonly generation: number;
  readonly place: "shared-memory" | "disk";
}

/** One reader's private, writable, copy-on-write view of a block. */
export interface BlockView {
  readonly memory: ArrayBuffer;
}

export interface ArenaOptions {
  readonly process: ProcessName;
  /** Of the shared-memory files. It exists, mode 0700, as does the disk's. */
  readonly sharedMemoryFolder: string;
  /** What this process may hold in shared memory; what goes beyond it is written to disk. */
  readonly grant: MemoryGrant;
  readonly disk: DiskSpace;
  /** What the whole store was to have in shared memory. */
  readonly storeBytes: number;
  /** Told once when something goes to disk because the system's shared memory is full, or smaller than the store was to be. */
  readonly onSharedMemoryFull?: (text: string) => void;
}

/** A block on disk that is being written. Its address is nobody's before it has been; `free` gives it up. */
export interface DiskBlock {
  readonly address: BlockAddress;
  /** Does not wait for the disk. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
}

export interface Arena {
  /**
   * Copies `parts` one after the other, each at the given offset, into a fresh block of `sizeBytes`. Synchronous.
   * Throws ObjectStoreFullError when memory and the disk budget are spent, OutOfDiskError when memory is and the disk is full.
   */
  write(sizeBytes: number, parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[]): BlockAddress;
  /** The block's readers and counts are all gone. Its memory stays warm for the next `write`. Wrong generations are refused with an error. */
  free(block: BlockAddress): void;
  /** Room on disk for an object of shared memory that moves there; undefined when there is none. */
  reserveOnDisk(sizeBytes: number): DiskBlock | undefined;
  /** Writes no more into segments whose files somebody removed: nobody could read it. */
  retireRemoved(): void;
  /** Of the blocks in use. */
  readonly usedBytes: number;
  readonly usedOnDiskBytes: number;
  /** `sizeBytes` is the real memory a file holds, in use or warm; the file may seem larger. */
  readonly segments: readonly { readonly file: string; readonly sizeBytes: number; readonly usedBytes: number }[];
  /** Removes this process's files. Never unmaps memory that user code may still reach. */
  close(): void;
}

export interface BlockReader {
  /**
   * Maps the block privately. `onReleased` runs once, after the last view of `memory` was collected and it was unmapped.
   * `memory` is page-aligned, not transferable. Throws LostBlock when the file is not there, or not what it was.
   */
  map(block: BlockAddress, onReleased: () => void): BlockView;
  /** Why it cannot be read, for who opens its file now; undefined when it can. */
  check(block: BlockAddress): Error | undefined;
  /** Hands over the block's bytes piece by piece, without waiting for the disk. */
  copy(block: BlockAddress, take: (bytes: Uint8Array, offset: number) => Promise<void>): Promise<void>;
  /** Views mapped now. */
  readonly mapped: number;
  readonly mappedBytes: number;
}
