/**
 * Blocks that move while other processes may have their old address: of own objects until the old block is free, of others' as long as
 * this process knows the object. Owns: where they went. Does not own: who may still come to an old block (reference counts).
 *
 * Whoever maps a block asks `addressOf` first (M3 of store/borrowed-objects.ts).
 */
import type { ObjectId, ProcessName } from "../ids.ts";
import type { BlockAddress } from "../store/store.ts";
import type { BetweenPeers } from "../wire/message.ts";
import type { ObjectEntry, ObjectTable } from "./object-table.ts";
import type { Ownership } from "./ownership.ts";

export interface BlockMovesShell {
  readonly table: ObjectTable;
  readonly ownership: () => Ownership;
  say(to: ProcessName, message: BetweenPeers): void;
  freeMemory(block: BlockAddress): void;
  /** The owner of a foreign object gave it up. */
  givenUp(entry: ObjectEntry): void;
}

interface MovedBlock {
  readonly from: BlockAddress;
  /** Undefined: nowhere, `ray.free` gave it up. */
  readonly to: BlockAddress | undefined;
}

export class BlockMoves {
  private readonly shell: BlockMovesShell;
  private readonly moved = new Map<ObjectId, MovedBlock>();

  constructor(shell: BlockMovesShell) {
    this.shell = shell;
  }

  /** The address that holds now, of a block that a message or a table named; undefined when it was given up. */
  addressOf(id: ObjectId, said: BlockAddress): BlockAddress | undefined {
    const moved = this.moved.size === 0 ? undefined : this.moved.get(id);
    return moved !== undefined && isSameBlock(moved.from, said) ? moved.to : said;
  }

  /** Of own objects, that are not free yet. */
  *oldBlocks(): IterableIterator<BlockAddress> {
    for (const [id, { from }] of this.moved) if (this.shell.ownership().isOwn(id)) yield from;
  }

  // ---- own objects

  ownMoved(id: ObjectId, from: BlockAddress, to: BlockAddress | undefined): void {
    this.moved.set(id, { from, to });
    this.shell.ownership().moved(id);
  }

  tell(id: ObjectId, to: ProcessName, move: number): void {
    const moved = this.moved.get(id);
    if (moved) this.shell.say(to, { type: "moved", ref: id, move, from: moved.from, ...(moved.to ? { block: moved.to } : {}) });
  }

  freeOld(id: ObjectId): void {
    const moved = this.moved.get(id);
    this.moved.delete(id);
    if (moved) this.shell.freeMemory(moved.from);
  }

  // ---- others' objects

  /** Its value here gets the new address, and messages that say the old one are understood. */
  onMoved({ ref, move, from, block }: Extract<BetweenPeers, { type: "moved" }>): void {
    const entry = this.shell.table.get(ref);
    const value = entry?.value;
    if (entry && value?.kind === "block" && value.ref === ref && isSameBlock(value.block, from)) {
      if (block) value.block = block;
      else this.shell.givenUp(entry);
    }
    if (this.shell.ownership().knows(ref)) this.moved.set(ref, { from, to: block });
    this.shell.ownership().movedByOwner(ref, move);
  }

  /** Which of these nobody reads here. */
  onViewsSought(from: ProcessName, refs: readonly ObjectId[]): void {
    this.shell.say(from, { type: "views-told", unread: refs.filter((ref) => this.shell.ownership().isUnread(ref)) });
  }

  sweep(): void {
    for (const id of this.moved.keys()) if (!this.shell.ownership().knows(id)) this.moved.delete(id);
  }
}

export const isSameBlock = (a: BlockAddress, b: BlockAddress): boolean => a.generation === b.generation && a.offset === b.offset && a.file === b.file && a.writer === b.writer;
