/**
 * Things by the ids of objects: those of this process, whose ids end in a count, by that count; others in a Map. Pure.
 */
import type { ObjectId } from "../ids.ts";
import { CountTable } from "./count-table.ts";

const RADIX = 36;
/** Longer counts are none that a CountTable has a slot for. */
const MOST_DIGITS = 6;

export class IdTable<T extends object> {
  private readonly prefix: string;
  private readonly own = new CountTable<T>();
  private readonly others = new Map<ObjectId, T>();

  /** `prefix`: what own ids begin with, before the count. */
  constructor(prefix: string) {
    this.prefix = prefix;
  }

  get size(): number {
    return this.own.size + this.others.size;
  }

  /** `known`: the number at its end when it is known to be an own id with one; 0: the id is read. */
  get(id: ObjectId, known = 0): T | undefined {
    const count = known || this.countOf(id);
    return count > 0 ? this.own.get(count) : this.others.get(id);
  }

  set(id: ObjectId, thing: T, known = 0): void {
    const count = known || this.countOf(id);
    if (count > 0) this.own.set(count, thing);
    else this.others.set(id, thing);
  }

  delete(id: ObjectId, known = 0): T | undefined {
    const count = known || this.countOf(id);
    if (count > 0) return this.own.delete(count);
    const thing = this.others.get(id);
    this.others.delete(id);
    return thing;
  }

  /** In no order. */
  *values(): IterableIterator<T> {
    yield* this.own.values();
    yield* this.others.values();
  }

  /** The number at the end of an own id; 0 for every other id. */
  private countOf(id: ObjectId): number {
    const { prefix } = this;
    const { length } = id;
    // `d1-01` is not `d1-1`
    if (length <= prefix.length || length > prefix.length + MOST_DIGITS || !id.startsWith(prefix) || id.charCodeAt(prefix.length) === 0x30) return 0;
    let count = 0;
    for (let i = prefix.length; i < length; i++) {
      const code = id.charCodeAt(i);
      if (code >= 0x30 && code <= 0x39) count = count * RADIX + code - 0x30;
      else if (code >= 0x61 && code <= 0x7a) count = count * RADIX + code - 0x57;
      else return 0;
    }
    return count;
  }
}
