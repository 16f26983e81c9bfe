/**
 * Who holds which object: counts of this process's own objects and of those it borrows, and the messages that keep owners
 * informed. The counting itself is pure (`store/references.ts`).
 *
 * W1. A lender holds its own count until the receiver has said `lend-done`.
 * W2. The receiver says `lend-done`, or `unborrow` for anything, only after the owners of every ref that it borrowed before
 *     have acknowledged it (separate sockets have no common order).
 * W3. When a process dies its counts go, and lends to it are over.
 */
import { ownerOf, type ObjectId, type ProcessName } from "../ids.ts";
import type { BetweenPeers } from "../wire/message.ts";
import { BorrowedObjects, OwnedObjects, type ReferenceCommand } from "../store/references.ts";

export interface OwnershipShell {
  say(to: ProcessName, message: BetweenPeers): void;
  /** Nobody holds the object any more: its value and memory go. */
  forget(id: ObjectId): void;
}

export class Ownership {
  private readonly owned = new OwnedObjects();
  private readonly borrowed = new BorrowedObjects();
  private readonly self: ProcessName;
  private readonly shell: OwnershipShell;
  private nextLend = 1;
  private borrowSeq = 0;
  /** Borrows that their owners have not acknowledged: seq → owner. */
  private readonly unacked = new Map<number, ProcessName>();
  /** What must wait for the borrows up to `after` (W2). */
  private delayed: { readonly after: number; readonly run: () => void }[] = [];
  /** Borrows that leave together. */
  private readonly toBorrow = new Map<ProcessName, ObjectId[]>();
  private borrowScheduled = false;

  constructor(self: ProcessName, shell: OwnershipShell) {
    this.self = self;
    this.shell = shell;
  }

  isOwn(id: ObjectId): boolean {
    return id.startsWith(this.self) && id[this.self.length] === "-";
  }

  /** A new object of ours with one local handle. */
  created(id: ObjectId): void {
    this.obey(this.owned.created(id));
  }

  /** The object's value holds these refs. */
  contains(id: ObjectId, refs: readonly ObjectId[]): void {
    if (refs.length === 0) return;
    for (const ref of refs) this.retain(ref);
    this.contained.set(id, refs);
  }

  private readonly contained = new Map<ObjectId, readonly ObjectId[]>();

  retain(id: ObjectId): void {
    this.obey(this.isOwn(id) ? this.owned.retained(id) : this.borrowed.retained(id));
  }

  release(id: ObjectId): void {
    this.obey(this.isOwn(id) ? this.owned.released(id) : this.borrowed.released(id));
  }

  /** Refs go to another process in a message; returns the lend's number, 0 for none. */
  lend(to: ProcessName, refs: readonly ObjectId[]): number {
    if (refs.length === 0) return 0;
    const lend = this.nextLend++;
    for (const id of refs) this.retain(id);
    this.lends.set(lend, { to, refs });
    return lend;
  }

  private readonly lends = new Map<number, { readonly to: ProcessName; readonly refs: readonly ObjectId[] }>();

  lendDone(lend: number): void {
    const lent = this.lends.get(lend);
    if (!lent) return;
    this.lends.delete(lend);
    for (const id of lent.refs) this.release(id);
  }

  /** Tells `lender` that what it lent is counted here, as soon as that is so (W2). */
  returnLend(lender: ProcessName, lend: number): void {
    if (lend !== 0) this.afterBorrows(() => this.shell.say(lender, { type: "lend-done", lend }));
  }

  onMessage(from: ProcessName, message: BetweenPeers): boolean {
    switch (message.type) {
      case "borrow":
        for (const id of message.refs) this.obey(this.owned.borrowed(id, from));
        this.shell.say(from, { type: "borrow-acked", seq: message.seq });
        return true;
      case "borrow-acked":
        this.unacked.delete(message.seq);
        this.runDelayed();
        return true;
      case "unborrow":
        for (const id of message.refs) this.obey(this.owned.unborrowed(id, from));
        return true;
      case "lend-done":
        this.lendDone(message.lend);
        return true;
      default:
        return false;
    }
  }

  processDied(process: ProcessName): void {
    this.obey(this.owned.processDied(process));
    this.obey(this.borrowed.ownerDied(process));
    for (const [lend, { to }] of this.lends) if (to === process) this.lendDone(lend);
    for (const [seq, owner] of this.unacked) if (owner === process) this.unacked.delete(seq);
    this.runDelayed();
  }

  private obey(commands: readonly ReferenceCommand[]): void {
    for (const command of commands) {
      if (command.type === "forget") this.forget(command.id);
      else if (command.type === "borrow") this.scheduleBorrow(command.id);
      else this.unborrow(command.id);
    }
  }

  private forget(id: ObjectId): void {
    const inside = this.contained.get(id);
    this.contained.delete(id);
    this.shell.forget(id);
    if (inside) for (const ref of inside) this.release(ref);
  }

  private scheduleBorrow(id: ObjectId): void {
    const owner = ownerOf(id);
    const batch = this.toBorrow.get(owner);
    if (batch) batch.push(id);
    else this.toBorrow.set(owner, [id]);
    if (this.borrowScheduled) return;
    this.borrowScheduled = true;
    queueMicrotask(() => this.sendBorrows());
  }

  /** Everything that waits to be borrowed is said now: before anything that relies on it. */
  sendBorrows(): void {
    this.borrowScheduled = false;
    for (const [owner, refs] of this.toBorrow) {
      const seq = ++this.borrowSeq;
      this.unacked.set(seq, owner);
      this.shell.say(owner, { type: "borrow", refs, seq });
    }
    this.toBorrow.clear();
  }

  private unborrow(id: ObjectId): void {
    this.shell.forget(id);
    const inside = this.contained.get(id);
    this.contained.delete(id);
    if (inside) for (const ref of inside) this.release(ref);
    this.afterBorrows(() => this.shell.say(ownerOf(id), { type: "unborrow", refs: [id] }));
  }

  private afterBorrows(run: () => void): void {
    if (this.toBorrow.size > 0) this.sendBorrows();
    if (this.unacked.size === 0) return run();
    this.delayed.push({ after: this.borrowSeq, run });
  }

  private runDelayed(): void {
    if (this.delayed.length === 0) return;
    // Map keeps insertion order: the first key is the oldest unacknowledged borrow
    const oldest = this.unacked.keys().next().value ?? Infinity;
    while (this.delayed.length > 0 && (this.delayed[0] as { after: number }).after < oldest) (this.delayed.shift() as { run: () => void }).run();
  }
}
