/**
 * Generator tasks at their owner: the items that came and nobody took yet. Owns: one count of each such item.
 *
 * G1. Items are taken in the order in which they were made, each once; one that comes again (a retry) is dropped.
 * G2. The executor hears what was taken before it stops for want of it.
 * G3. A generator that runs again because items were lost makes no new ones: it ends when the last of its lost ones could be there.
 */
import type { ItemStream } from "../engine/engine.ts";
import { ObjectLostError } from "../errors.ts";
import { itemId, itemIndex, type ObjectId, type ProcessName } from "../ids.ts";
import type { ResultRecord, WireValue } from "../wire/hot-records.ts";
import type { BetweenPeers } from "../wire/message.ts";
import type { Task } from "./task.ts";

export interface ItemStreamsShell {
  readonly self: ProcessName;
  say(to: ProcessName, message: BetweenPeers): void;
  /** Makes the object of an item, with one count, and settles it. */
  make(id: ObjectId, value: WireValue, isError: boolean): void;
  discard(id: ObjectId, value: WireValue): void;
  /** It was lost, and waits for its value. */
  isPending(id: ObjectId): boolean;
  settle(id: ObjectId, value: WireValue, isError: boolean): void;
  errorValue(error: Error): WireValue;
  release(id: ObjectId): void;
  cancel(ref: ObjectId): void;
}

export class ItemStreams {
  private readonly shell: ItemStreamsShell;
  private readonly open = new Map<number, Stream | Remaking>();
  private readonly again = new Map<Task, readonly ObjectId[]>();
  private last: Stream | undefined;

  constructor(shell: ItemStreamsShell) {
    this.shell = shell;
  }

  begin(task: Task): void {
    if (task.meta.stream === undefined) return;
    const lost = this.again.get(task);
    if (lost) return void this.open.set(task.seq, new Remaking(task, lost, this.shell));
    this.last = new Stream(task, task.meta.stream, this.shell);
    this.open.set(task.seq, this.last);
  }

  /** It will begin again for those of these items that are pending then. */
  remake(task: Task, items: readonly ObjectId[]): void {
    if (task.meta.stream !== undefined) this.again.set(task, items);
  }

  /** Of the task that was submitted last: the face asks at once. */
  of(ref: ObjectId): ItemStream | undefined {
    const { last } = this;
    this.last = undefined;
    return last?.task.returns[0] === ref ? last : undefined;
  }

  /** Somebody waits for its next item. */
  isAwaited({ seq }: Task): boolean {
    return this.open.get(seq)?.isAwaited ?? false;
  }

  onItem({ seq, runMicros: index, values }: ResultRecord): void {
    const stream = this.open.get(seq);
    const value = values[0] as WireValue;
    if (stream) stream.arrived(index, value);
    else this.shell.discard(itemId(this.shell.self, seq, index), value);
  }

  /** Returns those of its items that came in blocks. */
  ended(task: Task, error: WireValue | undefined): readonly ObjectId[] {
    const stream = this.open.get(task.seq);
    if (!stream) return NO_ITEMS;
    this.open.delete(task.seq);
    this.again.delete(task);
    return stream.ended(error);
  }
}

const NO_ITEMS: readonly ObjectId[] = [];

class Stream implements ItemStream {
  readonly task: Task;
  private readonly bound: number;
  private readonly shell: ItemStreamsShell;
  private items: ObjectId[] = [];
  private readonly inBlocks: ObjectId[] = [];
  private made = 0;
  private taken = 0;
  private told = 0;
  private hasEnded = false;
  private isClosed = false;
  private waiters: (() => void)[] = [];

  constructor(task: Task, bound: number, shell: ItemStreamsShell) {
    this.task = task;
    this.bound = bound;
    this.shell = shell;
  }

  get isAwaited(): boolean {
    return this.waiters.length > 0;
  }

  get isFinished(): boolean {
    return (this.hasEnded || this.isClosed) && this.items.length === 0;
  }

  arrived(index: number, value: WireValue): void {
    const id = this.idOf(index);
    if (this.isClosed || index !== this.made) {
      this.shell.discard(id, value);
      if (index === 0) this.tell(); // made from the start again (G1)
      return;
    }
    this.push(id, value, false);
  }

  private push(id: ObjectId, value: WireValue, isError: boolean): void {
    this.made++;
    if (value.kind === "block" && !isError) this.inBlocks.push(id);
    this.shell.make(id, value, isError);
    this.items.push(id);
    this.wake();
  }

  private idOf(index: number): ObjectId {
    return itemId(this.shell.self, this.task.seq, index);
  }

  ended(error: WireValue | undefined): readonly ObjectId[] {
    if (error && !this.isClosed) this.push(this.idOf(this.made), error, true);
    this.hasEnded = true;
    this.wake();
    return this.inBlocks;
  }

  take(): ObjectId | undefined {
    const id = this.items.shift();
    if (id === undefined) return undefined;
    this.taken++;
    if (!this.hasEnded && this.taken - this.told >= Math.ceil(this.bound / 2)) this.tell(); // G2
    return id;
  }

  private tell(): void {
    this.told = this.taken;
    const { ranOn, sentAt } = this.task;
    if (ranOn && sentAt !== 0) this.shell.say(ranOn.worker, { type: "items-taken", seq: this.task.seq, taken: this.taken, isClosed: this.isClosed });
  }

  whenMore(ready: () => void): void {
    this.waiters.push(ready);
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const ready of waiters) ready();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const id of this.items) this.shell.release(id);
    this.items = [];
    if (!this.hasEnded && this.task.sentAt === 0) this.shell.cancel(this.task.returns[0] as ObjectId);
    else if (!this.hasEnded) this.tell();
    this.wake();
  }
}

/** G3. */
class Remaking {
  readonly isAwaited = false;
  private readonly task: Task;
  private readonly items: readonly ObjectId[];
  private readonly last: number;
  private readonly shell: ItemStreamsShell;

  constructor(task: Task, items: readonly ObjectId[], shell: ItemStreamsShell) {
    this.task = task;
    this.items = items.filter((item) => shell.isPending(item));
    this.last = this.items.reduce((last, item) => Math.max(last, itemIndex(item)), 0);
    this.shell = shell;
  }

  arrived(index: number, value: WireValue): void {
    const id = itemId(this.shell.self, this.task.seq, index);
    if (this.shell.isPending(id)) this.shell.settle(id, value, false);
    else this.shell.discard(id, value);
    const isClosed = index >= this.last;
    const { ranOn, sentAt, seq, meta } = this.task;
    const taken = Math.max(0, this.last + 1 - (meta.stream as number)); // so it stops behind the last one by itself
    if (ranOn && sentAt !== 0 && (index === 0 || isClosed)) this.shell.say(ranOn.worker, { type: "items-taken", seq, taken, isClosed });
  }

  ended(error: WireValue | undefined): readonly ObjectId[] {
    for (const id of this.items) {
      if (this.shell.isPending(id)) this.shell.settle(id, error ?? this.shell.errorValue(new ObjectLostError(`Object ${id} is lost: its generator ${this.task.meta.name} ran again to make it, and made fewer items`)), true);
    }
    return this.items;
  }
}
