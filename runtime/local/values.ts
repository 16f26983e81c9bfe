/**
 * Encoded values ↔ what travels and is stored: inline bytes up to 64 KiB, a block of the arena above. Owns: this process's
 * arenas (one for each owner that it writes for) and its mapped views.
 *
 * V1. A block lives as long as its object: every mapped view holds the object (`hold`), so memory is reused only when the last
 *     view of any process was collected.
 * V2. Blocks written for another owner lie in segments of their own: when that owner dies they are unlinked, never reused,
 *     so that views of them stay what they were.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Encoded } from "../engine/engine.ts";
import type { ObjectId, ProcessName } from "../ids.ts";
import { NO_ARGS, UNDEFINED } from "../serialize/common-values.ts";
import { layout, pack, unpack, unpackFrom } from "../serialize/pack.ts";
import { createArena } from "../store/arena.ts";
import { createReader } from "../store/reader.ts";
import type { Arena, BlockAddress, BlockReader } from "../store/store.ts";
import { NO_ARGS_WIRE, refOf, UNDEFINED_WIRE, type WireValue } from "../wire/hot-records.ts";
import type { ObjectEntry } from "./object-table.ts";

/** Values up to this size travel in messages and are kept by the owner; Ray's limit is 100 KiB. */
export const INLINE_LIMIT_BYTES = 64 * 1024;

const NO_REFS: readonly ObjectId[] = [];

export interface ValueStoreOptions {
  readonly self: ProcessName;
  readonly hold: (id: ObjectId) => void;
  readonly unhold: (id: ObjectId) => void;
  /** What shares one private view of an object: a session for ever, a worker for one task (a token that changes). */
  readonly viewScope: () => unknown;
  readonly notice: (text: string) => void;
}

export interface StoreFolders {
  readonly sharedMemoryFolder: string;
  readonly diskFolder: string;
  readonly grantBytes: number;
}

export class ValueStore {
  private readonly options: ValueStoreOptions;
  private readonly arenas = new Map<ProcessName, Arena>();
  private reader: BlockReader | undefined;
  private folders: StoreFolders | undefined;

  constructor(options: ValueStoreOptions) {
    this.options = options;
  }

  open(folders: StoreFolders): void {
    this.folders = folders;
  }

  get isOpen(): boolean {
    return this.folders !== undefined;
  }

  /** Bytes of a value, inline if small (or while there is no arena yet), else in a block for object `ref` of `owner`. */
  store(value: Encoded, ref: () => ObjectId, owner: ProcessName, refs: readonly string[]): WireValue {
    if (value === UNDEFINED) return UNDEFINED_WIRE;
    if (value === NO_ARGS) return NO_ARGS_WIRE;
    const size = sizeOf(value);
    if (size <= INLINE_LIMIT_BYTES || !this.folders) return { kind: "inline", bytes: pack(value), refs };
    const { sizeBytes, parts } = layout(value);
    return { kind: "block", ref: ref(), block: this.arenaFor(owner, this.folders).write(sizeBytes, parts), refs };
  }

  private arenaFor(owner: ProcessName, folders: StoreFolders): Arena {
    const known = this.arenas.get(owner);
    if (known) return known;
    // the owner's name stands in the file's name: whoever cleans up after a death reads it there
    const arena = createArena({ ...folders, process: `${owner}.${this.options.self}` as ProcessName, onSharedMemoryFull: this.options.notice });
    this.arenas.set(owner, arena);
    return arena;
  }

  /** The value as bytes to decode. A block is mapped privately; the same scope gets the same memory again. */
  read(value: WireValue, entry: ObjectEntry | undefined): Encoded {
    if (value === UNDEFINED_WIRE) return UNDEFINED;
    const refs = value.refs.length === 0 ? NO_REFS : value.refs.map(refOf);
    if (value.kind === "inline") {
      const { head, buffers } = unpack(value.bytes);
      return { head, buffers, refs };
    }
    return { ...unpackFrom(this.view(value.ref, value.block, entry)), refs };
  }

  private view(ref: ObjectId, block: BlockAddress, entry: ObjectEntry | undefined): ArrayBuffer {
    const scope = this.options.viewScope();
    const known = entry?.view && entry.view.scope === scope ? entry.view.memory.deref() : undefined;
    if (known) return known;
    this.options.hold(ref); // V1
    this.reader ??= createReader();
    const { memory } = this.reader.map(block, () => this.options.unhold(ref));
    if (entry) entry.view = { memory: new WeakRef(memory), scope };
    return memory;
  }

  /** Views that were not collected yet. */
  get mapped(): number {
    return this.reader?.mapped ?? 0;
  }

  get mappedBytes(): number {
    return this.reader?.mappedBytes ?? 0;
  }

  get usedBytes(): number {
    let used = 0;
    for (const arena of this.arenas.values()) used += arena.usedBytes;
    return used;
  }

  grant(bytes: number): void {
    if (this.folders) this.folders = { ...this.folders, grantBytes: bytes };
    for (const arena of this.arenas.values()) arena.grant(bytes);
  }

  /** A block that this process wrote for `owner`'s object is free. */
  free(owner: ProcessName, block: BlockAddress): void {
    this.arenas.get(owner)?.free(block);
  }

  /** V2. */
  ownerDied(owner: ProcessName): void {
    this.arenas.get(owner)?.close();
    this.arenas.delete(owner);
  }

  /** Removes the segments that the dead `writer` wrote for this process and that no object of ours needs. */
  removeOrphans(writer: ProcessName, live: ReadonlySet<string>): void {
    if (!this.folders) return;
    const prefix = `${this.options.self}.${writer}`;
    for (const folder of [this.folders.sharedMemoryFolder, this.folders.diskFolder]) {
      for (const name of readdirSync(folder)) {
        const file = join(folder, name);
        if (name.startsWith(prefix) && !live.has(file)) rmSync(file, { force: true });
      }
    }
  }

  close(): void {
    for (const arena of this.arenas.values()) arena.close();
    this.arenas.clear();
  }
}

function sizeOf(value: Encoded): number {
  if (value.packed) return value.packed.length;
  let size = value.head.length;
  for (const buffer of value.buffers) size += buffer.length;
  return size;
}
