/**
 * Things by a count: numbers that are given one after the other, of which many live a short while and a few long. Owns: the
 * slots. Pure.
 *
 * A thing lies in the slot of its count modulo the number of slots; one whose slot is taken by an older thing lies in a Map.
 * A Map alone costs five to ten times as much a thing: hashes, and growing.
 *
 * T1. A thing is in its slot or in the Map, never in both.
 */
const FIRST_SLOTS = 64;
const MOST_SLOTS = 4 * 1024 * 1024;
/** Slots are found by 32 bits. */
const MOST_COUNT = 2 ** 31;

export class CountTable<T extends object> {
  private slots: (T | undefined)[] = empty(FIRST_SLOTS);
  private counts = new Int32Array(FIRST_SLOTS);
  private inSlots = 0;
  private readonly others = new Map<number, T>();

  get size(): number {
    return this.inSlots + this.others.size;
  }

  get(count: number): T | undefined {
    const at = count & (this.slots.length - 1);
    const thing = this.slots[at];
    if (thing !== undefined && this.counts[at] === count) return thing;
    return this.others.size === 0 ? undefined : this.others.get(count);
  }

  set(count: number, thing: T): void {
    if (count < 0 || count >= MOST_COUNT || (this.others.size > 0 && this.others.has(count))) return void this.others.set(count, thing);
    const at = count & (this.slots.length - 1);
    if (this.slots[at] === undefined) this.inSlots++;
    else if (this.counts[at] !== count) return this.collided(count, thing);
    this.slots[at] = thing;
    this.counts[at] = count;
  }

  delete(count: number): T | undefined {
    const at = count & (this.slots.length - 1);
    const thing = this.slots[at];
    if (thing !== undefined && this.counts[at] === count) {
      this.slots[at] = undefined;
      this.inSlots--;
      return thing;
    }
    if (this.others.size === 0) return undefined;
    const other = this.others.get(count);
    this.others.delete(count);
    return other;
  }

  /** In no order. */
  *values(): IterableIterator<T> {
    for (const thing of this.slots) if (thing !== undefined) yield thing;
    yield* this.others.values();
  }

  private collided(count: number, thing: T): void {
    const { slots, counts } = this;
    if (slots.length === MOST_SLOTS || this.inSlots <= slots.length / 2) return void this.others.set(count, thing);
    this.grow(slots, counts);
    this.set(count, thing);
  }

  private grow(slots: readonly (T | undefined)[], counts: Int32Array): void {
    const size = slots.length * 2;
    this.slots = empty(size);
    this.counts = new Int32Array(size);
    // two counts that differ modulo the old size differ modulo the new one
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] === undefined) continue;
      const count = counts[i] as number;
      this.slots[count & (size - 1)] = slots[i];
      this.counts[count & (size - 1)] = count;
    }
  }
}

const empty = <T>(size: number): (T | undefined)[] => new Array<T | undefined>(size).fill(undefined);
