/**
 * Blocks that move while other processes may have their old address: of own objects until the old block is free, of others' as long as
 * this process knows the object. Owns: where they went. Does not own: who may still come to an old block (reference counts).
 *
 * Whoever maps a block asks `addressOf` first (M3 of store/borrowed-objects.ts).
 */
import type { ObjectId, ProcessName } from "../ids.ts";
import type { BlockAddress } from "../store/store.ts";
import type { BetweenPeers } from "../wire/message.ts";
import type { ObjectTable } from "./object-table.ts";
import type { Ownership } from "./ownership.ts";

export interface BlockMovesShell {
  readonly table: ObjectTable;
  readonly ownership: () => Ownership;
  say(to: ProcessName, message: BetweenPeers): void;
  freeMemory(block: BlockAddress): void;
}

interface MovedBlock {
  readonly from: BlockAddress;
  readonly to: BlockAddress;
}

export class BlockMoves {
  private readonly shell: BlockMovesShell;
  private readonly moved = new Map<ObjectId, MovedBlock>();

  constructor(shell: BlockMovesShell) {
    this.shell = shell;
  }

  /** The address that holds now, of a block that a message or a table named. */
  addressOf(id: ObjectId, said: BlockAddress): BlockAddress {
    const moved = this.moved.size === 0 ? undefined : this.moved.get(id);
    return moved !== undefined && isSameBlock(moved.from, said) ? moved.to : said;
  }

  /** Files of old blocks that are not free yet. */
  *files(): IterableIterator<string> {
    for (const { from } of this.moved.values()) yield from.file;
  }

  // ---- own objects

  ownMoved(id: ObjectId, from: BlockAddress, to: BlockAddress): void {
    this.moved.set(id, { from, to });
    this.shell.ownership().moved(id);
  }

  tell(id: ObjectId, to: ProcessName, move: number): void {
    const moved = this.moved.get(id);
    if (moved) this.shell.say(to, { type: "moved", ref: id, move, from: moved.from, block: moved.to });
  }

  freeOld(id: ObjectId): void {
    const moved = this.moved.get(id);
    this.moved.delete(id);
    if (moved) this.shell.freeMemory(moved.from);
  }

  // ---- others' objects

  /** Its value here gets the new address, and messages that say the old one are understood. */
  onMoved({ ref, move, from, block }: Extract<BetweenPeers, { type: "moved" }>): void {
    const value = this.shell.table.get(ref)?.value;
    if (value?.kind === "block" && value.ref === ref && isSameBlock(value.block, from)) value.block = block;
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
