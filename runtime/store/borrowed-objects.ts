/**
 * A process's counts of the objects that other processes own, and what it tells the owners. Pure: events in, commands out.
 *
 * Refs arrive in messages that the lender holds until this process ends the lend (`settled`). Until then the lend covers them and
 * the owner need not know this process: a task that only reads its arguments costs no message but its reply.
 *
 * Needs: messages from this process to another arrive in the order of the commands; those of different pairs in any order.
 *
 * R1 An object that is held and not covered is registered with its owner, or the request is under way.
 * R2 A lend ends only when each of its objects is let go, was kept in the same message by its owner, or the owner acknowledged
 *    this very registration (`seq`): an acknowledgement from before an unborrow proves nothing.
 * R3 Each borrow is followed by one unborrow at most, and a new borrow has a new `seq`.
 * R4 A record without holds, covers and registration is removed. A dead owner is told nothing.
 *
 * When an object's block moves (see `old-blocks.ts`):
 * M2 A move is answered when neither a view made before it is left, nor a lend made before it is open.
 * M3 `moveOf` is known from the news of the move until the record goes: whoever maps a block takes no older address. The owner takes
 *    its own, whatever a message says.
 */
import { ownerOf, type ObjectId, type ProcessName } from "../ids.ts";
import type { Move } from "./old-blocks.ts";
import { append, type LendId, NONE, type ReferenceCommand } from "./reference-command.ts";

interface BorrowedRecord {
  local: number;
  lends: number;
  within: number;
  /** Lends under way to this process that carry it. */
  covers: number;
  registration: "none" | "asked" | "registered";
  seq: number;
  /** Settled lends that wait for the owner's acknowledgement. */
  waiting: InboundLend[] | undefined;
  /** Views of its block here, of all moves together; each is a local hold too. */
  pins: number;
  /** Those that were made before the last move. */
  oldPins: number;
  move: Move;
}

/** News of a move that is not answered yet. */
interface Clearing {
  readonly move: Move;
  /** Open lends that may carry the old address. */
  readonly lends: Set<LendId>;
}

interface InboundLend {
  readonly lendId: LendId;
  readonly from: ProcessName;
  readonly ids: readonly ObjectId[];
  /** Acknowledgements that are still to come. */
  missing: number;
  readonly kept: ObjectId[];
}

interface OutboundLend {
  readonly to: ProcessName;
  readonly ids: readonly ObjectId[];
}

export class BorrowedObjects {
  readonly #records = new Map<ObjectId, BorrowedRecord>();
  readonly #outbound = new Map<LendId, OutboundLend>();
  /** Not settled yet, by lender and lend. */
  readonly #inbound = new Map<string, InboundLend>();
  readonly #dead = new Set<ProcessName>();
  readonly #clearing = new Map<ObjectId, Clearing>();
  #seq = 0;

  get size(): number {
    return this.#records.size;
  }

  /** Lends that this process has not ended. */
  get openLends(): number {
    return this.#inbound.size;
  }

  knows(id: ObjectId): boolean {
    return this.#records.has(id);
  }

  isHeld(id: ObjectId): boolean {
    const record = this.#records.get(id);
    return record !== undefined && isHeld(record);
  }

  retained(id: ObjectId): readonly ReferenceCommand[] {
    return this.#hold(id, "local");
  }

  released(id: ObjectId): readonly ReferenceCommand[] {
    return this.#letGo(id, "local");
  }

  /** A value of this process contains the object. */
  contained(id: ObjectId): readonly ReferenceCommand[] {
    return this.#hold(id, "within");
  }

  uncontained(id: ObjectId): readonly ReferenceCommand[] {
    return this.#letGo(id, "within");
  }

  lent(lendId: LendId, to: ProcessName, ids: readonly ObjectId[]): readonly ReferenceCommand[] {
    if (this.#dead.has(to) || ids.length === 0) return NONE;
    if (this.#outbound.has(lendId)) throw new Error(`Lend ${lendId} was made twice`);
    this.#outbound.set(lendId, { to, ids });
    return ids.flatMap((id) => this.#hold(id, "lends"));
  }

  /** Also for a lend that is not known: it ended with the death of its receiver. */
  lendDone(lendId: LendId): readonly ReferenceCommand[] {
    const lend = this.#outbound.get(lendId);
    if (lend === undefined) return NONE;
    this.#outbound.delete(lendId);
    const cleared = this.#clearing.size === 0 ? NONE : this.#lendArrived(lendId);
    return [...cleared, ...lend.ids.flatMap((id) => this.#letGo(id, "lends"))];
  }

  /** A message of `from` carried `ids` (those of this process itself may be left out). Call `settled` when they were looked at. */
  received(lendId: LendId, from: ProcessName, ids: readonly ObjectId[]): void {
    if (this.#dead.has(from)) return; // nobody holds them for us: each is registered when it is retained
    const key = keyOf(lendId, from);
    if (this.#inbound.has(key)) throw new Error(`Lend ${lendId} of ${from} was received twice`);
    this.#inbound.set(key, { lendId, from, ids, missing: 0, kept: [] });
    for (const id of ids) this.#record(id).covers++;
  }

  /** What this process keeps of the lend is held by now. The answer ends the lend at once, or after the owners' acknowledgements. */
  settled(lendId: LendId, from: ProcessName): readonly ReferenceCommand[] {
    const key = keyOf(lendId, from);
    const lend = this.#inbound.get(key);
    if (lend === undefined) return NONE; // the lender died
    this.#inbound.delete(key);
    const commands: ReferenceCommand[] = [];
    for (const id of lend.ids) {
      const record = this.#records.get(id)!;
      record.covers--;
      if (!isHeld(record)) this.#removeUnused(id, record);
      else if (ownerOf(id) !== from) this.#awaitOwner(id, record, lend, commands);
    }
    for (const id of lend.ids) {
      const record = this.#records.get(id);
      if (record !== undefined && isHeld(record) && record.registration === "none" && ownerOf(id) === from) this.#keep(id, record, lend, commands);
    }
    if (lend.missing === 0) commands.push(endOf(lend));
    return commands;
  }

  acknowledged(id: ObjectId, seq: number): readonly ReferenceCommand[] {
    const record = this.#records.get(id);
    if (record?.registration !== "asked" || record.seq !== seq) return NONE; // let go meanwhile, perhaps borrowed anew
    record.registration = "registered";
    return this.#stopWaiting(record);
  }

  // ---- views, and blocks that move

  /** One more view of its block, by an address that is none from before `moveOf`. */
  pinned(id: ObjectId): readonly ReferenceCommand[] {
    const commands = this.#hold(id, "local");
    this.#records.get(id)!.pins++;
    return commands;
  }

  /** `move`: what `moveOf` was when it was pinned. */
  unpinned(id: ObjectId, move: Move): readonly ReferenceCommand[] {
    const record = this.#records.get(id);
    const isOld = record !== undefined && move < record.move;
    if (record === undefined || record.pins === 0 || (isOld && record.oldPins === 0)) throw new Error(`Borrowed object ${id} was unpinned without a pin: ${story(record)}`);
    record.pins--;
    if (isOld) record.oldPins--;
    const cleared = isOld ? this.#clear(id, record) : NONE;
    return [...cleared, ...this.#letGo(id, "local")];
  }

  moveOf(id: ObjectId): Move {
    return this.#records.get(id)?.move ?? 0;
  }

  /** Nobody here reads its block, or has just sent its address. */
  isUnread(id: ObjectId): boolean {
    const record = this.#records.get(id);
    return record === undefined || record.pins + record.lends === 0;
  }

  /** The owner says that the block lies elsewhere now. The answer comes at once, or when what uses the old one has ended. */
  moved(id: ObjectId, move: Move): readonly ReferenceCommand[] {
    const record = this.#records.get(id);
    if (record?.move === move && this.#clearing.has(id)) return NONE; // told twice, as it was borrowed twice: one answer will do
    if (record === undefined || record.move === move) return [{ type: "clear-move", id, move }];
    record.move = move;
    record.oldPins = record.pins;
    const lends = record.lends === 0 ? [] : [...this.#outbound].filter(([, { ids }]) => ids.includes(id)).map(([lendId]) => lendId);
    this.#clearing.set(id, { move, lends: new Set(lends) });
    return this.#clear(id, record);
  }

  #lendArrived(lendId: LendId): readonly ReferenceCommand[] {
    return [...this.#clearing].flatMap(([id, { lends }]) => (lends.delete(lendId) ? this.#clear(id, this.#records.get(id)!) : NONE));
  }

  /** M2. */
  #clear(id: ObjectId, record: BorrowedRecord): readonly ReferenceCommand[] {
    const clearing = this.#clearing.get(id);
    if (clearing === undefined || !this.isClear(record.oldPins, clearing.lends.size)) return NONE;
    this.#clearing.delete(id);
    return [{ type: "clear-move", id, move: clearing.move }];
  }

  /** The rule of M2: so many views, and lends, from before the move. */
  isClear(oldPins: number, openLends: number): boolean {
    return oldPins + openLends === 0;
  }

  processDied(dead: ProcessName): readonly ReferenceCommand[] {
    if (this.#dead.has(dead)) return NONE;
    this.#dead.add(dead);
    const commands: ReferenceCommand[] = [];
    for (const [id, record] of this.#records) {
      if (ownerOf(id) !== dead) continue;
      this.#clearing.delete(id);
      record.registration = "none";
      append(commands, this.#stopWaiting(record));
      this.#removeUnused(id, record);
    }
    for (const [lendId, lend] of this.#outbound) if (lend.to === dead) append(commands, this.lendDone(lendId));
    for (const [key, lend] of this.#inbound) if (lend.from === dead) this.#uncover(key, lend, commands);
    return commands.filter((command) => command.type !== "end-lend" || command.to !== dead);
  }

  assertInvariants(): void {
    const covers = new Map<ObjectId, number>();
    const lends = new Map<ObjectId, number>();
    for (const lend of this.#inbound.values()) for (const id of lend.ids) covers.set(id, (covers.get(id) ?? 0) + 1);
    for (const lend of this.#outbound.values()) for (const id of lend.ids) lends.set(id, (lends.get(id) ?? 0) + 1);
    for (const [id, r] of this.#records) {
      const say = (rule: string): never => { throw new Error(`${rule}: object ${id}: ${story(r)}`); };
      const ownerLives = !this.#dead.has(ownerOf(id));
      if (r.covers !== (covers.get(id) ?? 0) || r.lends !== (lends.get(id) ?? 0)) say("counts of lends differ");
      if (isHeld(r) && r.covers === 0 && r.registration === "none" && ownerLives) say("R1: held and unknown to its owner");
      if (r.registration !== "none" && (!isHeld(r) || !ownerLives)) say("R3: registered without need");
      if ((r.waiting?.length ?? 0) > 0 && r.registration !== "asked") say("R2: a lend waits for nothing");
      if (r.local < 0 || r.lends < 0 || r.within < 0 || (!isHeld(r) && r.covers === 0)) say("R4: not removed");
      if (r.oldPins < 0 || r.oldPins > r.pins || r.pins > r.local) say("M2: counts of views differ");
      const clearing = this.#clearing.get(id);
      if (clearing !== undefined && r.oldPins === 0 && clearing.lends.size === 0) say("M2: a move is not answered");
      if (clearing === undefined && r.oldPins > 0 && ownerLives) say("M2: a move was answered under views of the old block");
      for (const lendId of clearing?.lends ?? []) if (!this.#outbound.has(lendId)) say(`M2: waits for lend ${lendId}, which has ended`);
    }
    for (const id of this.#clearing.keys()) if (!this.#records.has(id)) throw new Error(`M2: a move of object ${id} is not answered, and it has no record`);
    for (const id of [...covers.keys(), ...lends.keys()]) if (!this.#records.has(id)) throw new Error(`R4: object ${id} has no record`);
  }

  #hold(id: ObjectId, count: "local" | "lends" | "within"): readonly ReferenceCommand[] {
    const record = this.#record(id);
    record[count]++;
    return record.covers === 0 && record.registration === "none" ? this.#register(id, record) : NONE;
  }

  #letGo(id: ObjectId, count: "local" | "lends" | "within"): readonly ReferenceCommand[] {
    const record = this.#records.get(id);
    if (record === undefined || record[count] === 0) throw new Error(`Borrowed object ${id} was let go (${count}) but not held so: ${story(record)}`);
    record[count]--;
    if (isHeld(record)) return NONE;
    const commands: ReferenceCommand[] = [];
    if (record.registration !== "none") {
      record.registration = "none";
      commands.push({ type: "unborrow", id });
      append(commands, this.#stopWaiting(record));
    }
    this.#removeUnused(id, record);
    return commands;
  }

  #register(id: ObjectId, record: BorrowedRecord): readonly ReferenceCommand[] {
    if (this.#dead.has(ownerOf(id))) return NONE;
    record.registration = "asked";
    record.seq = ++this.#seq;
    return [{ type: "borrow", id, seq: record.seq }];
  }

  /** A settled lend's object stays held: its owner must know before the lend ends (R2). */
  #awaitOwner(id: ObjectId, record: BorrowedRecord, lend: InboundLend, commands: ReferenceCommand[]): void {
    if (record.registration === "none") append(commands, this.#register(id, record));
    if (record.registration !== "asked") return;
    (record.waiting ??= []).push(lend);
    lend.missing++;
  }

  /** The lender is the owner: the end of the lend registers the object, if it goes now; else a borrow does, and arrives before it. */
  #keep(id: ObjectId, record: BorrowedRecord, lend: InboundLend, commands: ReferenceCommand[]): void {
    if (lend.missing > 0) return append(commands, this.#register(id, record));
    record.registration = "registered";
    lend.kept.push(id);
  }

  #stopWaiting(record: BorrowedRecord): readonly ReferenceCommand[] {
    const { waiting } = record;
    if (waiting === undefined) return NONE;
    record.waiting = undefined;
    return waiting.filter((lend) => --lend.missing === 0 && !this.#dead.has(lend.from)).map(endOf);
  }

  /** The lender died: what is held of its lend must stand on its own now. */
  #uncover(key: string, lend: InboundLend, commands: ReferenceCommand[]): void {
    this.#inbound.delete(key);
    for (const id of lend.ids) {
      const record = this.#records.get(id)!;
      record.covers--;
      if (isHeld(record) && record.covers === 0 && record.registration === "none") append(commands, this.#register(id, record));
      else this.#removeUnused(id, record);
    }
  }

  #removeUnused(id: ObjectId, record: BorrowedRecord): void {
    if (!isHeld(record) && record.covers === 0) this.#records.delete(id);
  }

  #record(id: ObjectId): BorrowedRecord {
    let record = this.#records.get(id);
    if (record === undefined) {
      record = { local: 0, lends: 0, within: 0, covers: 0, registration: "none", seq: 0, waiting: undefined, pins: 0, oldPins: 0, move: 0 };
      this.#records.set(id, record);
    }
    return record;
  }
}

const isHeld = (record: BorrowedRecord): boolean => record.local + record.lends + record.within > 0;

const keyOf = (lendId: LendId, from: ProcessName): string => `${from}:${lendId}`;

const endOf = (lend: InboundLend): ReferenceCommand => ({ type: "end-lend", lendId: lend.lendId, to: lend.from, kept: lend.kept });

const story = (record: BorrowedRecord | undefined): string => (record === undefined ? "it is not known" : JSON.stringify({ ...record, waiting: record.waiting?.length ?? 0 }));
