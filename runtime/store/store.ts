/**
 * The arena as the rest of the runtime sees it. Each process writes its own segments only; readers map blocks privately.
 * `store/` is for bytes and blocks; it does not know objects, owners or messages.
 */
import type { ProcessName } from "../ids.ts";

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
  /** Folder of the shared-memory files, and the folder used when it is full. Both exist, mode 0700. */
  readonly sharedMemoryFolder: string;
  readonly diskFolder: string;
  /** Bytes this process may hold in shared memory; beyond it blocks go to `diskFolder`. Changed by `grant`. */
  readonly grantBytes: number;
  /** Told once when shared memory is full and blocks go to disk from now on. */
  readonly onSharedMemoryFull?: (text: string) => void;
}

export interface Arena {
  /**
   * Copies `parts` one after the other, each at the given offset, into a fresh block of `sizeBytes`. Synchronous.
   * Throws ObjectStoreFullError when neither shared memory nor disk has room.
   */
  write(sizeBytes: number, parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[]): BlockAddress;
  /** The block's readers and counts are all gone. Its memory stays warm for the next `write`. Wrong generations are refused with an error. */
  free(block: BlockAddress): void;
  grant(bytes: number): void;
  /** Of the blocks in use, in both places. */
  readonly usedBytes: number;
  /** `sizeBytes` is the real memory a file holds, in use or warm; the file may seem larger. */
  readonly segments: readonly { readonly file: string; readonly sizeBytes: number; readonly usedBytes: number }[];
  /** Removes this process's files. Never unmaps memory that user code may still reach. */
  close(): void;
}

export interface BlockReader {
  /**
   * Maps the block privately. `onReleased` runs once, after the last view of `memory` was collected and it was unmapped.
   * `memory` is page-aligned, not transferable.
   */
  map(block: BlockAddress, onReleased: () => void): BlockView;
  /** Views mapped now. */
  readonly mapped: number;
  readonly mappedBytes: number;
}
