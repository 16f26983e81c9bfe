/**
 * Who holds which object: this process's counts (pure, `store/references.ts`) and the messages that keep other processes' counts
 * right. The journey of a ref is described there; here each step is a message.
 */
import { ownerOf, type ObjectId, type ProcessName } from "../ids.ts";
import { References, type Move, type ReferenceCommand } from "../store/references.ts";
import type { BetweenPeers } from "../wire/message.ts";

export interface OwnershipShell {
  say(to: ProcessName, message: BetweenPeers): void;
  /** Nobody holds the object any more: its value and memory go. For a foreign object: this process does not. */
  forget(id: ObjectId): void;
  /** `to` is to hear where the object's block went with that move. */
  tellMoved(id: ObjectId, to: ProcessName, move: Move): void;
  /** The block in which the object was before its last move is free. */
  freeOld(id: ObjectId): void;
}

export class Ownership {
  private readonly references: References;
  private readonly shell: OwnershipShell;
  private nextLend = 1;
  /** What the values of foreign objects hold that this process has a copy of: kept as long as the copy. */
  private readonly insideForeign = new Map<ObjectId, readonly ObjectId[]>();
  private readonly foreign = new Set<ObjectId>();

  constructor(self: ProcessName, shell: OwnershipShell) {
    this.references = new References(self);
    this.shell = shell;
  }

  isOwn(id: ObjectId): boolean {
    return this.references.isOwn(id);
  }

  get size(): number {
    return this.references.size;
  }

  /** Objects of this process's own that somebody holds. */
  get owned(): number {
    return this.references.owned.size;
  }

  /** A new object of ours with one local handle. */
  created(id: ObjectId, count?: number): void {
    this.references.owned.created(id, undefined, count);
  }

  /** True: the last hold of an own object is gone; what `release` would do is to forget its value, and is left to do. */
  releasedAtOnce(id: ObjectId, count?: number): boolean {
    return this.references.owned.releasedAtOnce(id, count);
  }

  /** The object's value is here and holds these refs. */
  stored(id: ObjectId, refs: readonly ObjectId[]): void {
    if (this.isOwn(id)) return this.obey(this.references.stored(id, refs));
    this.insideForeign.set(id, refs);
    for (const ref of refs) this.retain(ref);
  }

  retain(id: ObjectId): void {
    if (!this.isOwn(id)) this.foreign.add(id);
    this.obey(this.references.retained(id));
  }

  release(id: ObjectId): void {
    this.obey(this.references.released(id));
    if (!this.isOwn(id)) this.forgetUnheld(id);
  }

  /** A view of the object's block begins here. `unpin` wants what this returns. */
  pin(id: ObjectId): Move {
    if (!this.isOwn(id)) this.foreign.add(id);
    this.obey(this.references.pinned(id));
    return this.references.moveOf(id);
  }

  unpin(id: ObjectId, move: Move): void {
    this.obey(this.references.unpinned(id, move));
    if (!this.isOwn(id)) this.forgetUnheld(id);
  }

  // ---- blocks that move or are lost

  isMovable(id: ObjectId): boolean {
    return this.references.owned.isMovable(id);
  }

  borrowersOf(id: ObjectId): ProcessName[] {
    return this.references.owned.borrowersOf(id);
  }

  /** An own one's block is elsewhere now. */
  moved(id: ObjectId): void {
    this.obey(this.references.moved(id));
  }

  /** Its owner says so of a foreign one. */
  movedByOwner(id: ObjectId, move: Move): void {
    this.obey(this.references.movedByOwner(id, move));
  }

  /** This process neither reads the foreign object's block nor has just sent its address. */
  isUnread(id: ObjectId): boolean {
    return this.references.borrowed.isUnread(id);
  }

  /** Something is known of it here, an own or a foreign one. */
  knows(id: ObjectId): boolean {
    return this.isOwn(id) ? this.references.owned.knows(id) : this.references.borrowed.knows(id);
  }

  /** The value is gone: what it held is let go. `stored` may follow. */
  lost(id: ObjectId): void {
    if (this.isOwn(id)) return this.obey(this.references.lost(id));
    const inside = this.insideForeign.get(id);
    this.insideForeign.delete(id);
    if (inside) for (const ref of inside) this.release(ref);
  }

  private forgetUnheld(id: ObjectId): void {
    if (this.references.borrowed.isHeld(id)) return;
    this.foreign.delete(id);
    const inside = this.insideForeign.get(id);
    this.insideForeign.delete(id);
    this.shell.forget(id);
    if (inside) for (const ref of inside) this.release(ref);
  }

  /** Foreign objects whose last hold here was a message under way. */
  sweep(): void {
    for (const id of this.foreign) this.forgetUnheld(id);
  }

  /** Refs go to another process in a message; returns the lend's number, 0 for none. */
  lend(to: ProcessName, refs: readonly ObjectId[]): number {
    if (refs.length === 0) return 0;
    const lend = this.nextLend++;
    for (const id of refs) if (!this.isOwn(id)) this.foreign.add(id);
    this.obey(this.references.lent(lend, to, refs));
    return lend;
  }

  /** A message brought refs. Retain what stays, then `settled`. */
  received(lend: number, from: ProcessName, refs: readonly ObjectId[]): void {
    if (lend !== 0) this.references.received(lend, from, refs);
  }

  settled(lend: number, from: ProcessName): void {
    if (lend !== 0) this.obey(this.references.settled(lend, from));
  }

  onMessage(from: ProcessName, message: BetweenPeers): boolean {
    switch (message.type) {
      case "borrow":
        for (const [id] of message.refs) this.obey(this.references.borrowedBy(id, from));
        this.shell.say(from, { type: "borrow-acked", refs: message.refs });
        return true;
      case "borrow-acked":
        for (const [id, seq] of message.refs) this.obey(this.references.acknowledged(id, seq));
        return true;
      case "unborrow":
        for (const id of message.refs) this.obey(this.references.unborrowedBy(id, from));
        return true;
      case "lend-done":
        this.obey(this.references.lendDone(message.lend, from, message.kept));
        return true;
      case "move-cleared":
        this.obey(this.references.moveCleared(message.ref, message.move, from));
        return true;
      default:
        return false;
    }
  }

  processDied(process: ProcessName): void {
    this.obey(this.references.processDied(process));
  }

  /** Carries out commands in their order; neighbours for one process share a message. */
  private obey(commands: readonly ReferenceCommand[]): void {
    for (let at = 0; at < commands.length; ) {
      const command = commands[at] as ReferenceCommand;
      if (command.type === "borrow" || command.type === "unborrow") {
        at = this.tellOwner(commands, at, command.type);
        continue;
      }
      at++;
      switch (command.type) {
        case "forget-value":
          this.shell.forget(command.id);
          break;
        case "end-lend":
          this.shell.say(command.to, { type: "lend-done", lend: command.lendId, kept: command.kept });
          break;
        case "tell-moved":
          this.shell.tellMoved(command.id, command.to, command.move);
          break;
        case "free-old":
          this.shell.freeOld(command.id);
          break;
        case "clear-move":
          this.shell.say(ownerOf(command.id), { type: "move-cleared", ref: command.id, move: command.move });
      }
    }
  }

  private tellOwner(commands: readonly ReferenceCommand[], from: number, type: "borrow" | "unborrow"): number {
    const owner = ownerOf((commands[from] as { id: ObjectId }).id);
    const borrowed: (readonly [ObjectId, number])[] = [];
    let at = from;
    for (; at < commands.length; at++) {
      const command = commands[at] as ReferenceCommand;
      if (command.type !== type || ownerOf(command.id) !== owner) break;
      borrowed.push([command.id, command.type === "borrow" ? command.seq : 0]);
    }
    if (type === "borrow") this.shell.say(owner, { type, refs: borrowed });
    else this.shell.say(owner, { type, refs: borrowed.map(([id]) => id) });
    return at;
  }
}
