/**
 * The objects that this process owns or has seen: their values and who waits for them. Owns: values and waiters. Does not
 * own: how long an object lives (reference counts), how values travel.
 *
 * B1. An entry goes from pending to settled once. A value that is lost makes it pending again, or is an error from then on, as is one
 *     that was freed.
 * B2. Waiters run in the order in which they came, never inside the call that registers them.
 */
import type { ObjectId, ProcessName } from "../ids.ts";
import { IdTable } from "../store/id-table.ts";
import type { WireValue } from "../wire/hot-records.ts";

export interface ObjectEntry {
  readonly id: ObjectId;
  value: WireValue | undefined;
  isError: boolean;
  /** Who waits for it; of one, which is the usual number, the index lies in `waiterIndex`: 100,000 of them a second need no objects. */
  waiters: Waiter["ready"] | Waiter[] | undefined;
  waiterIndex: number;
  /** A foreign object was asked for at its owner. */
  isFetched: boolean;
  /** The private view that the present scope (a session; one task) reads; see viewScope in views-of-blocks.ts. */
  view: { readonly memory: WeakRef<ArrayBuffer>; readonly scope: unknown } | undefined;
}

/** One of the refs that somebody waits for together. */
export interface Waiter {
  readonly index: number;
  readonly ready: (index: number, isError: boolean) => void;
}

export class ObjectTable {
  private readonly entries: IdTable<ObjectEntry>;

  constructor(self: ProcessName) {
    this.entries = new IdTable(`${self}-`);
  }

  /** Here and below `count` is the number at an own id's end, where that is known: reading it costs more than all else. */
  get(id: ObjectId, count?: number): ObjectEntry | undefined {
    return this.entries.get(id, count);
  }

  /** The entry, made pending if there is none. */
  ensure(id: ObjectId): ObjectEntry {
    return this.entries.get(id) ?? this.add(id);
  }

  /** A pending entry of an object that has none. */
  add(id: ObjectId, count?: number): ObjectEntry {
    const entry: ObjectEntry = { id, value: undefined, isError: false, waiters: undefined, waiterIndex: 0, isFetched: false, view: undefined };
    this.entries.set(id, entry, count);
    return entry;
  }

  settle(entry: ObjectEntry, value: WireValue, isError: boolean): void {
    if (entry.value) return; // B1: a result that comes twice (a retry that crossed a late answer) changes nothing
    entry.value = value;
    entry.isError = isError;
    const { waiters } = entry;
    if (!waiters) return;
    entry.waiters = undefined;
    if (typeof waiters === "function") return waiters(entry.waiterIndex, isError);
    for (const waiter of waiters) waiter.ready(waiter.index, isError);
  }

  wait(entry: ObjectEntry, index: number, ready: Waiter["ready"]): void {
    const { waiters } = entry;
    if (entry.value) queueMicrotask(() => ready(index, entry.isError));
    else if (!waiters) {
      entry.waiters = ready;
      entry.waiterIndex = index;
    } else if (typeof waiters === "function") entry.waiters = [{ index: entry.waiterIndex, ready: waiters }, { index, ready }];
    else waiters.push({ index, ready });
  }

  /** Drops what was registered with this function. */
  forgetWait(entry: ObjectEntry, ready: Waiter["ready"]): void {
    const { waiters } = entry;
    if (!waiters) return;
    const rest = typeof waiters === "function" ? [] : waiters.filter((waiter) => waiter.ready !== ready);
    if (typeof waiters !== "function" || waiters === ready) entry.waiters = rest.length === 0 ? undefined : rest;
  }

  delete(id: ObjectId, count?: number): ObjectEntry | undefined {
    return this.entries.delete(id, count);
  }

  values(): IterableIterator<ObjectEntry> {
    return this.entries.values();
  }

  get size(): number {
    return this.entries.size;
  }
}
