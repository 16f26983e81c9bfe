/**
 * All reference counts of one process: each id goes to the owner's table or to the borrower's. Pure: events in, commands out, to be
 * carried out in their order. `owned-objects.ts` and `borrowed-objects.ts` state the invariants.
 *
 * How a ref travels from A to B, owned by O (any two may be the same process):
 *   1. A sends a message with the ref: `lent`. A holds it for the message.
 *   2. B gets it: `received`; what B keeps it retains (a handle, a stored value, a message of its own); then `settled`.
 *   3. B's `borrow` goes to O, O calls `borrowed` and answers, B calls `acknowledged`, and its `end-lend` goes to A: `lendDone`.
 *      If O is A, one message does: `end-lend` with `kept`, best within the call's reply.
 *   4. B's last hold goes: `unborrow` to O, `unborrowed` there.
 *
 * A message that finds its receiver gone counts as news of its death: call `processDied`, or a lend waits for ever.
 *
 * Not promised: a ref whose lender died before the receiver was registered may find its value gone.
 */
import type { ObjectId, ProcessName } from "../ids.ts";
import { BorrowedObjects } from "./borrowed-objects.ts";
import { OwnedObjects, type ReferenceCounts } from "./owned-objects.ts";
import { OldBlocks, type Move } from "./old-blocks.ts";
import { append, type LendId, NONE, type ReferenceCommand } from "./reference-command.ts";

export type { LendId, Move, ReferenceCommand, ReferenceCounts };
export { BorrowedObjects, OldBlocks, OwnedObjects };

type Commands = readonly ReferenceCommand[];

export class References {
  readonly owned: OwnedObjects;
  readonly borrowed: BorrowedObjects;
  readonly #prefix: string;
  #moves: Move = 0;

  /** `parts`: tests break a rule of one of them. */
  constructor(self: ProcessName, parts: { readonly Owned?: typeof OwnedObjects; readonly oldBlocks?: OldBlocks; readonly borrowed?: BorrowedObjects } = {}) {
    this.#prefix = `${self}-`;
    this.owned = new (parts.Owned ?? OwnedObjects)(this.#prefix, (id) => !this.isOwn(id), parts.oldBlocks);
    this.borrowed = parts.borrowed ?? new BorrowedObjects();
  }

  /** Objects that this process knows of, its own and others'. */
  get size(): number {
    return this.owned.size + this.borrowed.size;
  }

  isOwn(id: ObjectId): boolean {
    return id.startsWith(this.#prefix);
  }

  /** A new own object with one local handle. `contains`: the refs in its value, when the value is there already. */
  created(id: ObjectId, contains?: readonly ObjectId[]): Commands {
    if (contains === undefined || contains.length === 0) return this.owned.created(id);
    const commands = this.#containForeign(contains);
    return [...commands, ...this.owned.created(id, contains)];
  }

  /** The value of an own object arrived, with the refs in it. Call it before the lend that brought them is `settled`. */
  stored(id: ObjectId, contains: readonly ObjectId[]): Commands {
    const commands = this.#containForeign(contains);
    append(commands, this.#settleForeign(this.owned.stored(id, contains)));
    return commands;
  }

  /** One more local handle. */
  retained(id: ObjectId): Commands {
    return this.isOwn(id) ? this.owned.retained(id) : this.borrowed.retained(id);
  }

  /** One local handle less. */
  released(id: ObjectId): Commands {
    return this.isOwn(id) ? this.#settleForeign(this.owned.released(id)) : this.borrowed.released(id);
  }

  /** This process sends `ids` to `to`, and holds them until `lendDone` or `to` died. `lendId` was never used before here. */
  lent(lendId: LendId, to: ProcessName, ids: readonly ObjectId[]): Commands {
    this.owned.lent(lendId, to, ids.filter((id) => this.isOwn(id)));
    return this.borrowed.lent(lendId, to, ids.filter((id) => !this.isOwn(id)));
  }

  /** `by` ended the lend and keeps `kept`, which this process owns. */
  lendDone(lendId: LendId, by: ProcessName, kept: readonly ObjectId[] = []): Commands {
    const moves = kept.length === 0 ? NONE : kept.flatMap((id) => this.owned.borrowed(id, by));
    return [...moves, ...this.#settleForeign(this.owned.lendDone(lendId)), ...this.borrowed.lendDone(lendId)];
  }

  /** A message of `from` brought `ids`. Holds nothing by itself: retain what stays, then `settled`. */
  received(lendId: LendId, from: ProcessName, ids: readonly ObjectId[]): void {
    this.borrowed.received(lendId, from, ids.filter((id) => !this.isOwn(id)));
  }

  /** What this process keeps of a received lend is held by now. */
  settled(lendId: LendId, from: ProcessName): Commands {
    return this.borrowed.settled(lendId, from);
  }

  /** The owner answered a `borrow`. */
  acknowledged(id: ObjectId, seq: number): Commands {
    return this.borrowed.acknowledged(id, seq);
  }

  /** `by` asks to be counted. Acknowledge it always, also when the value is gone; carry out the commands before. */
  borrowedBy(id: ObjectId, by: ProcessName): Commands {
    return this.owned.borrowed(id, by);
  }

  unborrowedBy(id: ObjectId, by: ProcessName): Commands {
    return this.#settleForeign(this.owned.unborrowed(id, by));
  }

  /** A view of its block begins in this process. Remember `moveOf` with it. */
  pinned(id: ObjectId): Commands {
    if (!this.isOwn(id)) return this.borrowed.pinned(id);
    this.owned.pinned(id);
    return NONE;
  }

  /** The view is gone. `move`: what `moveOf` was when it began. */
  unpinned(id: ObjectId, move: Move): Commands {
    return this.isOwn(id) ? this.#settleForeign(this.owned.unpinned(id)) : this.borrowed.unpinned(id, move);
  }

  /** The last move of its block that this process heard of; own blocks do not move while they are read. */
  moveOf(id: ObjectId): Move {
    return this.isOwn(id) ? 0 : this.borrowed.moveOf(id);
  }

  /** The block of an own object that `owned.isMovable` lies elsewhere now. */
  moved(id: ObjectId): Commands {
    return this.owned.moved(id, ++this.#moves);
  }

  /** `by` is done with the block from before that move. */
  moveCleared(id: ObjectId, move: Move, by: ProcessName): Commands {
    return this.owned.moveCleared(id, move, by);
  }

  /** The owner of a borrowed object moved its block. */
  movedByOwner(id: ObjectId, move: Move): Commands {
    return this.borrowed.moved(id, move);
  }

  /** An own value is gone with its block, and is made again, or an error stands for it: `stored` follows. */
  lost(id: ObjectId): Commands {
    return this.#settleForeign(this.owned.lost(id));
  }

  processDied(dead: ProcessName): Commands {
    return [...this.#settleForeign(this.owned.processDied(dead)), ...this.borrowed.processDied(dead)];
  }

  assertInvariants(): void {
    this.owned.assertInvariants();
    this.borrowed.assertInvariants();
  }

  #containForeign(ids: readonly ObjectId[]): ReferenceCommand[] {
    const commands: ReferenceCommand[] = [];
    for (const id of ids) if (!this.isOwn(id)) append(commands, this.borrowed.contained(id));
    return commands;
  }

  /** Carries out `release-borrowed` here, so that callers never see it. */
  #settleForeign(commands: Commands): Commands {
    if (commands.length === 0) return NONE;
    if (commands.length === 1 && commands[0]!.type === "forget-value") return commands;
    return commands.flatMap((command) => (command.type === "release-borrowed" ? this.borrowed.uncontained(command.id) : [command]));
  }
}
