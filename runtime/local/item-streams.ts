/**
 * Generator tasks at their owner: the items that came and nobody took yet. Owns: one count of each such item.
 *
 * G1. Items are taken in the order in which they were made, each once; one that comes again (a retry) is dropped.
 * G2. The executor hears what was taken before it stops for want of it.
 */
import type { ItemStream } from "../engine/engine.ts";
import { itemId, type ObjectId, type ProcessName } from "../ids.ts";
import type { ResultRecord, WireValue } from "../wire/hot-records.ts";
import type { BetweenPeers } from "../wire/message.ts";
import type { Task } from "./task.ts";

export interface ItemStreamsShell {
  readonly self: ProcessName;
  say(to: ProcessName, message: BetweenPeers): void;
  /** Makes the object of an item, with one count, and settles it. */
  make(id: ObjectId, value: WireValue, isError: boolean): void;
  discard(id: ObjectId, value: WireValue): void;
  release(id: ObjectId): void;
  cancel(ref: ObjectId): void;
}

export class ItemStreams {
  private readonly shell: ItemStreamsShell;
  private readonly open = new Map<number, Stream>();
  private last: Stream | undefined;

  constructor(shell: ItemStreamsShell) {
    this.shell = shell;
  }

  begin(task: Task): void {
    if (task.meta.stream === undefined) return;
    this.last = new Stream(task, task.meta.stream, this.shell);
    this.open.set(task.seq, this.last);
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

  ended(task: Task, error: WireValue | undefined): void {
    this.open.get(task.seq)?.ended(error);
    this.open.delete(task.seq);
  }
}

class Stream implements ItemStream {
  readonly task: Task;
  private readonly bound: number;
  private readonly shell: ItemStreamsShell;
  private items: ObjectId[] = [];
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
    this.shell.make(id, value, isError);
    this.items.push(id);
    this.wake();
  }

  private idOf(index: number): ObjectId {
    return itemId(this.shell.self, this.task.seq, index);
  }

  ended(error: WireValue | undefined): void {
    if (error && !this.isClosed) this.push(this.idOf(this.made), error, true);
    this.hasEnded = true;
    this.wake();
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
