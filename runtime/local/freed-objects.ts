/**
 * `ray.free`: values that go although refs to them are held. Owns: blocks that are given up and that somebody still reads.
 *
 * F1. Whoever asks for the value from then on gets an error, also who waited for it.
 * F2. The memory goes when nobody reads it any more: at once if nobody does, else with the last view.
 */
import { ObjectLostError } from "../errors.ts";
import { ownerOf, type ObjectId, type ProcessName } from "../ids.ts";
import type { BlockAddress } from "../store/store.ts";
import type { WireValue } from "../wire/hot-records.ts";
import type { BetweenPeers } from "../wire/message.ts";
import type { BlockMoves } from "./block-moves.ts";
import type { ObjectEntry, ObjectTable } from "./object-table.ts";
import type { Ownership } from "./ownership.ts";

export interface FreedObjectsShell {
  readonly table: ObjectTable;
  readonly ownership: Ownership;
  readonly moves: BlockMoves;
  say(to: ProcessName, message: BetweenPeers): void;
  errorValue(error: Error): WireValue;
  /** The object is an error now: it neither spills nor is made again. */
  given(id: ObjectId): void;
}

export class FreedObjects {
  private readonly shell: FreedObjectsShell;
  private readonly read = new Map<ObjectId, WireValue>();

  constructor(shell: FreedObjectsShell) {
    this.shell = shell;
  }

  get size(): number {
    return this.read.size;
  }

  free(ids: readonly ObjectId[]): void {
    const { table, ownership } = this.shell;
    const foreign = new Map<ProcessName, ObjectId[]>();
    for (const id of ids) {
      const entry = table.get(id);
      if (entry) this.become(entry);
      if (ownership.isOwn(id)) continue;
      const owner = ownerOf(id);
      foreign.set(owner, [...(foreign.get(owner) ?? []), id]);
    }
    for (const [owner, refs] of foreign) this.shell.say(owner, { type: "free", refs });
  }

  /** F1. */
  private become(entry: ObjectEntry): void {
    const { table, ownership } = this.shell;
    const { id, value } = entry;
    const error = this.shell.errorValue(new ObjectLostError(`Object ${id} was freed by ray.free`));
    if (!value) return table.settle(entry, error, true);
    entry.value = error;
    entry.isError = true;
    entry.view = undefined;
    this.shell.given(id);
    if (ownership.isOwn(id) && value.kind === "block" && value.ref === id) {
      this.read.set(id, value);
      this.settle(id);
    }
    ownership.lost(id);
  }

  /** Its owner gave up the block that was named here, or may still be named by a message. */
  onGivenUp(entry: ObjectEntry): void {
    this.become(entry);
  }

  /** F2. Who holds it elsewhere answers when it reads it no more. */
  settle(id: ObjectId): void {
    const value = this.read.get(id);
    if (value?.kind !== "block" || !this.shell.ownership.isMovable(id)) return;
    this.read.delete(id);
    this.shell.moves.ownMoved(id, value.block, undefined);
  }

  sweep(): void {
    for (const id of this.read.keys()) this.settle(id);
  }

  /** Nobody holds it any more: its memory goes now, if it has not gone. */
  take(id: ObjectId): WireValue | undefined {
    const value = this.read.get(id);
    this.read.delete(id);
    return value;
  }

  *blocks(): IterableIterator<BlockAddress> {
    for (const value of this.read.values()) if (value.kind === "block") yield value.block;
  }
}
