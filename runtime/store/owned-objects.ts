/**
 * The owner's counts of the objects that this process made. Pure: events in, commands out.
 *
 * An object is held by local handles, by messages under way that carry it (lends), by other processes (borrowers), by values that
 * contain it, and by this process's views of its block (pins); other processes' views are borrowers.
 *
 * O1 The value is forgotten when nothing holds it, once, and never before.
 * O2 A value holds each object in it from the moment it is stored until it is forgotten or lost.
 * O3 A lend holds its objects until `lendDone` or the death of the process it went to.
 * O4 What a dead process held or borrowed is gone, and nothing that it sent before is counted any more.
 * O5 No count is negative, and a record without holds and value is removed.
 *
 * A ref can come back for an object that was forgotten (its lender died with the message under way): its record then has no value.
 */
import type { ObjectId, ProcessName } from "../ids.ts";
import { IdTable } from "./id-table.ts";
import { OldBlocks, type Move } from "./old-blocks.ts";
import { append, type LendId, NONE, type ReferenceCommand } from "./reference-command.ts";

type Counts = Map<ProcessName, number>;

interface OwnedRecord {
  readonly id: ObjectId;
  local: number;
  /** Present until forgotten, also while the value is still being computed. */
  hasValue: boolean;
  /** What most objects never have: 100,000 of them a second are only held by a handle here. */
  more: More | undefined;
}

interface More {
  lends: number;
  /** Values that contain it. */
  within: number;
  borrowed: number;
  /** Views of its block in this process. */
  pins: number;
  borrowers: Counts | undefined;
  contains: readonly ObjectId[] | undefined;
}

interface Lend {
  readonly to: ProcessName;
  readonly ids: readonly ObjectId[];
}

/** What the views show of one object. */
export interface ReferenceCounts {
  readonly local: number;
  readonly lends: number;
  readonly within: number;
  readonly borrowers: number;
  readonly pins: number;
}

export class OwnedObjects {
  readonly #records: IdTable<OwnedRecord>;
  readonly #lends = new Map<LendId, Lend>();
  readonly #dead = new Set<ProcessName>();
  readonly #isForeign: (id: ObjectId) => boolean;
  readonly #oldBlocks: OldBlocks;

  /** `prefix`: what the ids of this process's objects begin with. */
  constructor(prefix: string, isForeign: (id: ObjectId) => boolean, oldBlocks = new OldBlocks()) {
    this.#oldBlocks = oldBlocks;
    this.#records = new IdTable(prefix);
    this.#isForeign = isForeign;
  }

  get size(): number {
    return this.#records.size;
  }

  knows(id: ObjectId): boolean {
    return this.#records.get(id) !== undefined;
  }

  /** False when it was forgotten. */
  hasValue(id: ObjectId): boolean {
    return this.#records.get(id)?.hasValue === true;
  }

  counts(id: ObjectId): ReferenceCounts | undefined {
    const r = this.#records.get(id);
    return r && { local: r.local, lends: r.more?.lends ?? 0, within: r.more?.within ?? 0, borrowers: r.more?.borrowers?.size ?? 0, pins: r.more?.pins ?? 0 };
  }

  /** A new object with one local handle. Its value may come later (`stored`). `count`: the number at the id's end, where it is known. */
  created(id: ObjectId, contains?: readonly ObjectId[], count?: number): readonly ReferenceCommand[] {
    const before = this.#records.size;
    const record: OwnedRecord = { id, local: 1, hasValue: true, more: undefined };
    this.#records.set(id, record, count);
    if (this.#records.size === before) throw new Error(`Object ${id} was created twice`);
    if (contains !== undefined) this.#contain(record, contains);
    return NONE;
  }

  /** A task's value arrived. When nobody waits for the object any more, the answer is to forget it. */
  stored(id: ObjectId, contains: readonly ObjectId[]): readonly ReferenceCommand[] {
    const record = this.#records.get(id);
    if (record === undefined || !record.hasValue) return [{ type: "forget-value", id }, ...this.#foreignOf(contains)];
    if (record.more?.contains !== undefined) throw new Error(`O2: object ${id} was stored twice`);
    this.#contain(record, contains);
    return NONE;
  }

  retained(id: ObjectId): readonly ReferenceCommand[] {
    this.#recordOrGone(id).local++;
    return NONE;
  }

  /** `released` of most objects, without its commands: true when nothing held it but that handle, and nothing is in its value. */
  releasedAtOnce(id: ObjectId, count?: number): boolean {
    const record = this.#records.get(id, count);
    if (record === undefined || record.local !== 1 || record.more !== undefined || !record.hasValue) return false;
    this.#records.delete(id, count);
    return true;
  }

  released(id: ObjectId): readonly ReferenceCommand[] {
    const record = this.#records.get(id);
    if (record === undefined || record.local === 0) throw new Error(`Object ${id} was released without a local handle: ${story(record)}`);
    record.local--;
    return record.local === 0 ? this.#settle(id, record) : NONE;
  }

  /** One more view of its block in this process. */
  pinned(id: ObjectId): void {
    moreOf(this.#recordOrGone(id)).pins++;
  }

  unpinned(id: ObjectId): readonly ReferenceCommand[] {
    const record = this.#records.get(id);
    const more = record?.more;
    if (more === undefined || more.pins === 0) throw new Error(`Object ${id} was unpinned without a pin: ${story(record)}`);
    more.pins--;
    return more.pins === 0 ? this.#settle(id, record as OwnedRecord) : NONE;
  }

  lent(lendId: LendId, to: ProcessName, ids: readonly ObjectId[]): void {
    if (this.#dead.has(to) || ids.length === 0) return;
    if (this.#lends.has(lendId)) throw new Error(`Lend ${lendId} was made twice`);
    for (const id of ids) moreOf(this.#recordOrGone(id)).lends++;
    this.#lends.set(lendId, { to, ids });
  }

  /** Also for a lend that is not known: it ended with the death of its receiver. */
  lendDone(lendId: LendId): readonly ReferenceCommand[] {
    const lend = this.#lends.get(lendId);
    if (lend === undefined) return NONE;
    this.#lends.delete(lendId);
    const commands: ReferenceCommand[] = [];
    for (const id of lend.ids) {
      const record = this.#records.get(id)!;
      moreOf(record).lends--;
      append(commands, this.#settle(id, record));
    }
    return commands;
  }

  /** `by` holds the object. Counted also when its value is gone: `by` will say when it lets go. Always acknowledge it. */
  borrowed(id: ObjectId, by: ProcessName): readonly ReferenceCommand[] {
    if (this.#dead.has(by)) return NONE;
    const more = moreOf(this.#recordOrGone(id));
    more.borrowed++;
    add((more.borrowers ??= new Map()), by, 1);
    return this.#oldBlocks.borrowedBy(id, by);
  }

  unborrowed(id: ObjectId, by: ProcessName): readonly ReferenceCommand[] {
    if (this.#dead.has(by)) return NONE;
    const record = this.#records.get(id);
    const more = record?.more;
    if (more?.borrowers?.get(by) === undefined) throw new Error(`Object ${id} was given back by ${by}, which had not borrowed it: ${story(record)}`);
    more.borrowed--;
    add(more.borrowers, by, -1);
    const commands = more.borrowers.has(by) ? NONE : this.#oldBlocks.letGoBy(id, by);
    return more.borrowed === 0 ? [...commands, ...this.#settle(id, record as OwnedRecord)] : commands;
  }

  // ---- moving and losing the block

  /** Nobody here reads its block or has just sent its address, and it does not move already. */
  isMovable(id: ObjectId): boolean {
    const record = this.#records.get(id);
    return record !== undefined && record.hasValue && (record.more?.lends ?? 0) + (record.more?.pins ?? 0) === 0 && !this.#oldBlocks.has(id);
  }

  borrowersOf(id: ObjectId): ProcessName[] {
    return [...(this.#records.get(id)?.more?.borrowers?.keys() ?? [])];
  }

  /** Its block lies elsewhere now. `free-old` follows, at once or when the last borrower has answered. */
  moved(id: ObjectId, move: Move): readonly ReferenceCommand[] {
    if (!this.isMovable(id)) throw new Error(`Object ${id} was moved while it was in use: ${story(this.#records.get(id))}`);
    return this.#oldBlocks.moved(id, move, this.borrowersOf(id));
  }

  moveCleared(id: ObjectId, move: Move, by: ProcessName): readonly ReferenceCommand[] {
    return this.#dead.has(by) ? NONE : this.#oldBlocks.answered(id, move, by);
  }

  /** The value is gone and is made again, or what stands for it: `stored` follows. What it contained is let go. */
  lost(id: ObjectId): readonly ReferenceCommand[] {
    const record = this.#records.get(id);
    const contains = record?.hasValue ? record.more?.contains : undefined;
    if (record?.more === undefined || contains === undefined) return NONE;
    record.more.contains = undefined;
    const commands: ReferenceCommand[] = [];
    this.#letGo([...contains], commands);
    return commands;
  }

  processDied(dead: ProcessName): readonly ReferenceCommand[] {
    if (this.#dead.has(dead)) return NONE;
    this.#dead.add(dead);
    const commands: ReferenceCommand[] = [...this.#oldBlocks.died(dead)];
    for (const [lendId, lend] of this.#lends) if (lend.to === dead) append(commands, this.lendDone(lendId));
    for (const record of [...this.#records.values()]) {
      const { id, more } = record;
      const borrowed = more?.borrowers?.get(dead) ?? 0;
      if (more === undefined || borrowed === 0) continue;
      more.borrowers?.delete(dead);
      more.borrowed -= borrowed;
      append(commands, this.#settle(id, record));
    }
    return commands;
  }

  assertInvariants(): void {
    const lends = new Map<ObjectId, number>();
    const within = new Map<ObjectId, number>();
    for (const { to, ids } of this.#lends.values()) {
      if (this.#dead.has(to)) throw new Error(`O3: a lend to ${to}, which is dead`);
      for (const id of ids) lends.set(id, (lends.get(id) ?? 0) + 1);
    }
    for (const record of this.#records.values()) for (const id of record.more?.contains ?? []) if (record.hasValue) within.set(id, (within.get(id) ?? 0) + 1);
    for (const r of this.#records.values()) {
      const { id } = r;
      const m = r.more ?? NOTHING_MORE;
      const say = (rule: string): never => { throw new Error(`${rule}: object ${id}: ${story(r)}`); };
      if (m.lends !== (lends.get(id) ?? 0)) say(`O3: ${lends.get(id) ?? 0} lends found`);
      if (m.within !== (within.get(id) ?? 0)) say(`O2: within ${within.get(id) ?? 0} values`);
      if (sum(m.borrowers) !== m.borrowed) say("O5: the sums differ");
      if (Math.min(r.local, m.lends, m.within, m.borrowed, m.pins, ...(m.borrowers?.values() ?? [])) < 0) say("O5: negative");
      if (!isHeld(r)) say("O1: not forgotten");
      for (const process of m.borrowers?.keys() ?? []) if (this.#dead.has(process)) say(`O4: ${process} is dead`);
    }
    this.#oldBlocks.assertInvariants((id, process) => this.#records.get(id)?.more?.borrowers?.has(process) === true);
    for (const id of [...lends.keys(), ...within.keys()]) if (!this.#isForeign(id) && !this.knows(id)) throw new Error(`O5: object ${id} is held and has no record`);
  }

  /** Forgets the value when nothing keeps it, then what it alone held. */
  #settle(id: ObjectId, record: OwnedRecord): readonly ReferenceCommand[] {
    if (isHeld(record)) return NONE;
    if (record.hasValue && record.more?.contains === undefined) {
      this.#records.delete(id); // by far the most: a value without refs in it
      return [{ type: "forget-value", id }];
    }
    const commands: ReferenceCommand[] = [];
    const rest: ObjectId[] = [];
    this.#forget(id, record, commands, rest);
    this.#letGo(rest, commands);
    return commands;
  }

  /** What a value contained. A list, not recursion: chains of values can be long. */
  #letGo(rest: ObjectId[], commands: ReferenceCommand[]): void {
    for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
      if (this.#isForeign(next)) {
        commands.push({ type: "release-borrowed", id: next });
        continue;
      }
      const contained = this.#records.get(next)!;
      moreOf(contained).within--;
      if (!isHeld(contained)) this.#forget(next, contained, commands, rest);
    }
  }

  #forget(id: ObjectId, record: OwnedRecord, commands: ReferenceCommand[], rest: ObjectId[]): void {
    if (record.hasValue) {
      record.hasValue = false;
      commands.push({ type: "forget-value", id });
      if (record.more?.contains !== undefined) {
        append(rest, record.more.contains);
        record.more.contains = undefined;
      }
    }
    if (!isHeld(record)) this.#records.delete(id);
  }

  #contain(record: OwnedRecord, contains: readonly ObjectId[]): void {
    moreOf(record).contains = contains;
    for (const id of contains) if (!this.#isForeign(id)) moreOf(this.#recordOrGone(id)).within++;
  }

  #foreignOf(ids: readonly ObjectId[]): ReferenceCommand[] {
    return ids.filter((id) => this.#isForeign(id)).map((id) => ({ type: "release-borrowed", id }));
  }

  #recordOrGone(id: ObjectId): OwnedRecord {
    let record = this.#records.get(id);
    if (record === undefined) {
      record = { id, local: 0, hasValue: false, more: undefined };
      this.#records.set(id, record);
    }
    return record;
  }
}

const NOTHING_MORE: Readonly<More> = { lends: 0, within: 0, borrowed: 0, pins: 0, borrowers: undefined, contains: undefined };

const moreOf = (record: OwnedRecord): More => (record.more ??= { ...NOTHING_MORE });

const isHeld = ({ local, more }: OwnedRecord): boolean => local > 0 || (more !== undefined && more.lends + more.within + more.borrowed + more.pins > 0);

const sum = (counts: Counts | undefined): number => [...(counts?.values() ?? [])].reduce((a, b) => a + b, 0);

function add(counts: Counts, process: ProcessName, by: number): void {
  const count = (counts.get(process) ?? 0) + by;
  if (count === 0) counts.delete(process);
  else counts.set(process, count);
}

const story = (record: OwnedRecord | undefined): string =>
  record === undefined
    ? "it is not known (forgotten, or never made here)"
    : JSON.stringify({ ...record, more: record.more && { ...record.more, borrowers: [...(record.more.borrowers ?? [])] } });
