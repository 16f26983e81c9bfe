/**
 * Encoded values ↔ what travels and is stored: inline bytes up to 64 KiB, a block of the arena above. Owns: this process's
 * arenas (one for each owner that it writes for) and its mapped views.
 *
 * V1. A block lives as long as its object: every mapped view pins the object, so memory is reused, or moved, only when the last
 *     view of any process was collected.
 * V2. Blocks written for another owner lie in segments of their own: when that owner dies they are unlinked, never reused,
 *     so that views of them stay what they were.
 * V3. All arenas share one grant of shared memory, and what dead writers left for this process takes its part of it.
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Encoded } from "../engine/engine.ts";
import { ObjectStoreFullError, OutOfDiskError } from "../errors.ts";
import type { ObjectId, ProcessName } from "../ids.ts";
import { NO_ARGS, UNDEFINED } from "../serialize/common-values.ts";
import { layout, pack, unpack, unpackFrom } from "../serialize/pack.ts";
import { createArena } from "../store/arena.ts";
import { DiskSpace } from "../store/disk-space.ts";
import { MemoryGrant } from "../store/memory-grant.ts";
import { createReader } from "../store/reader.ts";
import { LostBlock } from "../store/segment-header.ts";
import type { Move } from "../store/references.ts";
import type { Arena, BlockAddress, BlockReader, DiskBlock } from "../store/store.ts";
import { NO_ARGS_WIRE, refOf, UNDEFINED_WIRE, type WireValue } from "../wire/hot-records.ts";
import type { ToHead } from "../wire/message.ts";
import type { ObjectEntry } from "./object-table.ts";

/** Values up to this size travel in messages and are kept by the owner; Ray's limit is 100 KiB. */
export const INLINE_LIMIT_BYTES = 64 * 1024;

const NO_REFS: readonly ObjectId[] = [];

export interface ValueStoreOptions {
  readonly self: ProcessName;
  /** A view of the object's block begins; `unpin` gets what it returns when the view was collected. */
  readonly pin: (id: ObjectId) => Move;
  readonly unpin: (id: ObjectId, move: Move) => void;
  /** Where a block is that a message or a table named: it may have moved; undefined when it was given up. */
  readonly addressOf: (id: ObjectId, said: BlockAddress) => BlockAddress | undefined;
  /** What shares one private view of an object: a session for ever, a worker for one task (a token that changes). */
  readonly viewScope: () => unknown;
  readonly notice: (text: string) => void;
  /** Something did not fit into shared memory and goes to disk. */
  readonly missed: () => void;
}

export interface StoreFolders {
  readonly sharedMemoryFolder: string;
  readonly diskFolder: string;
  readonly storeBytes: number;
  readonly grantedBytes: number;
  /** Bytes that all objects of the cluster may take on disk. */
  readonly diskBudgetBytes?: number | undefined;
}

export type StoreUse = Omit<Extract<ToHead, { type: "store-used" }>, "type">;

interface OpenStore {
  readonly sharedMemoryFolder: string;
  readonly storeBytes: number;
  readonly disk: DiskSpace;
  readonly grant: MemoryGrant;
}

export class ValueStore {
  private readonly options: ValueStoreOptions;
  private readonly arenas = new Map<ProcessName, Arena>();
  private reader: BlockReader | undefined;
  private opened: OpenStore | undefined;
  /** Real bytes of the segments that dead writers left for this process, by file. */
  private readonly adopted = new Map<string, number>();
  private grantedBytes = 0;

  constructor(options: ValueStoreOptions) {
    this.options = options;
  }

  open({ sharedMemoryFolder, diskFolder, storeBytes, grantedBytes, diskBudgetBytes }: StoreFolders): void {
    this.grantedBytes = grantedBytes;
    this.opened = { sharedMemoryFolder, storeBytes, disk: new DiskSpace({ folder: diskFolder, budgetBytes: diskBudgetBytes }), grant: new MemoryGrant(grantedBytes, this.options.missed) };
  }

  /** Bytes of a value, inline if small (or while there is no arena yet), else in a block for object `ref` of `owner`. */
  store(value: Encoded, ref: () => ObjectId, owner: ProcessName, refs: readonly string[]): WireValue {
    if (value === UNDEFINED) return UNDEFINED_WIRE;
    if (value === NO_ARGS) return NO_ARGS_WIRE;
    const size = sizeOf(value);
    if (size <= INLINE_LIMIT_BYTES || !this.opened) return { kind: "inline", bytes: pack(value), refs };
    const { sizeBytes, parts } = layout(value);
    const block = this.arenaFor(owner, this.opened).write(sizeBytes, parts); // first: it may throw, and then no object is made
    return { kind: "block", ref: ref(), block, refs };
  }

  /** Undefined where `store` finds no room. */
  storeIfRoom(...of: Parameters<ValueStore["store"]>): WireValue | undefined {
    try {
      return this.store(...of);
    } catch (error) {
      if (error instanceof ObjectStoreFullError || error instanceof OutOfDiskError) return undefined;
      throw error;
    }
  }

  private arenaFor(owner: ProcessName, opened: OpenStore): Arena {
    const known = this.arenas.get(owner);
    if (known) return known;
    // the owner's name stands in the file's name: whoever cleans up after a death reads it there
    const arena = createArena({ ...opened, process: `${owner}.${this.options.self}` as ProcessName, onSharedMemoryFull: this.options.notice });
    this.arenas.set(owner, arena);
    return arena;
  }

  /** The value as bytes to decode. A block is mapped privately; the same scope gets the same memory again. Throws LostBlock. */
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
    this.reader ??= createReader();
    const address = this.options.addressOf(ref, block);
    if (!address) throw givenUp();
    let move = 0;
    const { memory } = this.reader.map(address, () => this.options.unpin(ref, move));
    move = this.options.pin(ref); // V1
    if (entry) entry.view = { memory: new WeakRef(memory), scope };
    return memory;
  }

  /** Undefined: its block can be read. */
  whyUnreadable({ ref, block }: Extract<WireValue, { kind: "block" }>): Error | undefined {
    this.reader ??= createReader();
    const address = this.options.addressOf(ref, block);
    return address ? this.reader.check(address) : givenUp();
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

  /** What is told to the head. The largest object that did not fit is told once. */
  takeUse(): StoreUse {
    let [usedBytes, spilledBytes] = [0, 0];
    for (const arena of this.arenas.values()) {
      usedBytes += arena.usedBytes;
      spilledBytes += arena.usedOnDiskBytes;
    }
    const [adoptedBytes, adoptedOnDiskBytes] = this.adoptedBytes();
    const { grant } = this.opened ?? {};
    return {
      usedBytes: usedBytes + adoptedBytes,
      heldBytes: (grant?.heldBytes ?? 0) + adoptedBytes,
      spilledBytes: spilledBytes + adoptedOnDiskBytes,
      grantBytes: this.grantedBytes,
      storedBytes: grant?.storedBytes ?? 0,
      missedBytes: grant?.takeMissed() ?? 0,
    };
  }

  private adoptedBytes(): [inMemory: number, onDisk: number] {
    const bytes: [number, number] = [0, 0];
    for (const [file, size] of this.adopted) bytes[dirname(file) === this.opened?.disk.folder ? 1 : 0] += size;
    return bytes;
  }

  grant(bytes: number): void {
    this.grantedBytes = bytes;
    this.applyGrant();
  }

  /** V3. */
  private applyGrant(): void {
    this.opened?.grant.set(Math.max(0, this.grantedBytes - this.adoptedBytes()[0]));
  }

  /** A block that this process wrote for `owner`'s object is free. */
  free(owner: ProcessName, block: BlockAddress): void {
    this.arenas.get(owner)?.free(block);
  }

  // ---- spilling

  /** Room on disk for an own object; undefined when there is none. */
  reserveOnDisk(sizeBytes: number): DiskBlock | undefined {
    return this.opened && this.arenaFor(this.options.self, this.opened).reserveOnDisk(sizeBytes);
  }

  async copy(block: BlockAddress, to: DiskBlock): Promise<void> {
    this.reader ??= createReader();
    await this.reader.copy(block, (bytes, offset) => to.write(offset, bytes));
  }

  freeOwn(block: BlockAddress): void {
    this.free(this.options.self, block);
  }

  /** Blocks whose files somebody removed are free, and nothing more goes into those files. */
  onLost(owner: ProcessName, blocks: readonly BlockAddress[]): void {
    const arena = this.arenas.get(owner);
    arena?.retireRemoved();
    for (const block of blocks) arena?.free(block);
  }

  // ---- deaths

  /** V2. */
  ownerDied(owner: ProcessName): void {
    this.arenas.get(owner)?.close();
    this.arenas.delete(owner);
  }

  /** Of the segments that the dead `writer` wrote for this process those of `live` stay, as its own. */
  adopt(writer: ProcessName, live: ReadonlyMap<string, number>): void {
    if (!this.opened) return;
    const prefix = `${this.options.self}.${writer}`;
    for (const file of this.adopted.keys()) if (basename(file).startsWith(prefix)) this.adopted.delete(file);
    for (const folder of [this.opened.sharedMemoryFolder, this.opened.disk.folder]) {
      for (const name of readdirSync(folder)) {
        if (!name.startsWith(prefix)) continue;
        const file = join(folder, name);
        if (!live.has(file)) rmSync(file, { force: true });
      }
    }
    for (const file of live.keys()) this.adopted.set(file, (statSync(file, { throwIfNoEntry: false })?.blocks ?? 0) * 512);
    this.applyGrant();
  }

  close(): void {
    for (const arena of this.arenas.values()) arena.close();
    this.arenas.clear();
  }
}

const givenUp = (): LostBlock => new LostBlock("it was freed by ray.free");

function sizeOf(value: Encoded): number {
  if (value.packed) return value.packed.length;
  let size = value.head.length;
  for (const buffer of value.buffers) size += buffer.length;
  return size;
}
