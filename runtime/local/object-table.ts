/**
 * The objects that this process owns or has seen: their values and who waits for them. Owns: values and waiters. Does not
 * own: how long an object lives (reference counts), how values travel.
 *
 * B1. An entry goes from pending to settled once; `freed` and `lost` are settled with an error.
 * B2. Waiters run in the order in which they came, never inside the call that registers them.
 */
import type { ObjectId, ProcessName } from "../ids.ts";
import { IdTable } from "../store/id-table.ts";
import type { WireValue } from "../wire/hot-records.ts";

export interface ObjectEntry {
  readonly id: ObjectId;
  value: WireValue | undefined;
  isError: boolean;
  /** One, mostly. */
  waiters: Waiter | Waiter[] | undefined;
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

  get(id: ObjectId): ObjectEntry | undefined {
    return this.entries.get(id);
  }

  /** The entry, made pending if there is none. */
  ensure(id: ObjectId): ObjectEntry {
    const known = this.entries.get(id);
    if (known) return known;
    const entry: ObjectEntry = { id, value: undefined, isError: false, waiters: undefined, isFetched: false, view: undefined };
    this.entries.set(id, entry);
    return entry;
  }

  settle(entry: ObjectEntry, value: WireValue, isError: boolean): void {
    if (entry.value) return; // B1: a result that comes twice (a retry that crossed a late answer) changes nothing
    entry.value = value;
    entry.isError = isError;
    const { waiters } = entry;
    if (!waiters) return;
    entry.waiters = undefined;
    if (!Array.isArray(waiters)) return waiters.ready(waiters.index, isError);
    for (const waiter of waiters) waiter.ready(waiter.index, isError);
  }

  wait(entry: ObjectEntry, waiter: Waiter): void {
    if (entry.value) queueMicrotask(() => waiter.ready(waiter.index, entry.isError));
    else if (!entry.waiters) entry.waiters = waiter;
    else if (Array.isArray(entry.waiters)) entry.waiters.push(waiter);
    else entry.waiters = [entry.waiters, waiter];
  }

  /** Drops what was registered with this function. */
  forgetWait(entry: ObjectEntry, ready: Waiter["ready"]): void {
    const { waiters } = entry;
    if (!waiters) return;
    const rest = (Array.isArray(waiters) ? waiters : [waiters]).filter((waiter) => waiter.ready !== ready);
    entry.waiters = rest.length === 0 ? undefined : rest;
  }

  delete(id: ObjectId): ObjectEntry | undefined {
    return this.entries.delete(id);
  }

  values(): IterableIterator<ObjectEntry> {
    return this.entries.values();
  }

  get size(): number {
    return this.entries.size;
  }
}
