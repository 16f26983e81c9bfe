/**
 * Runs a generator for its caller: each item leaves as it is made. Owns: how far ahead of its caller each generator is.
 *
 * Items of a generator that never awaits leave too: between two of them a microtask runs, and now and then the event loop turns.
 */
import type { Encoded } from "../engine/engine.ts";
import type { ProcessName } from "../ids.ts";
import type { CallMeta } from "../wire/hot-records.ts";
import type { BetweenPeers } from "../wire/message.ts";
import type { CancellableCall } from "./cancellations.ts";

const TURN_MS = 10;

type AnyIterator = Iterator<unknown> | AsyncIterator<unknown>;

interface Running {
  readonly from: ProcessName;
  taken: number;
  isClosed: boolean;
  wake: () => void;
}

export interface GeneratorCall extends CancellableCall {
  readonly meta: Pick<CallMeta, "name" | "stream">;
}

export interface ItemSenderParts<Call> {
  signal(call: Call): AbortSignal;
  encode(value: unknown, label: string): Encoded;
  send(call: Call, index: number, value: Encoded): void;
  /** It is as far ahead as it may be, or goes on. */
  held(call: Call, isHeld: boolean): void;
  /** Nobody is left there who could take an item. */
  isDead(caller: ProcessName): boolean;
}

export class ItemSender<Call extends GeneratorCall> {
  private readonly running = new Map<string, Running>();
  private readonly parts: ItemSenderParts<Call>;

  constructor(parts: ItemSenderParts<Call>) {
    this.parts = parts;
  }

  /** Resolves when the generator has ended; rejects with what it threw. */
  async run(call: Call, made: unknown): Promise<void> {
    const iterator = made as AnyIterator;
    const key = keyOf(call.from, call.record.seq);
    const running: Running = { from: call.from, taken: 0, isClosed: false, wake: () => undefined };
    this.running.set(key, running);
    const { parts } = this;
    const signal = parts.signal(call);
    signal.addEventListener("abort", () => running.wake(), { once: true });
    const isOver = (): boolean => running.isClosed || signal.aborted || parts.isDead(call.from);
    let turnAt = performance.now() + TURN_MS;
    try {
      for (let index = 0; ; index++) {
        const isAhead = (): boolean => !isOver() && index - running.taken >= (call.meta.stream as number);
        if (isAhead()) {
          parts.held(call, true);
          while (isAhead()) await new Promise<void>((resolve) => { running.wake = resolve; });
          parts.held(call, false);
        }
        if (performance.now() > turnAt) {
          await new Promise<void>((resolve) => { setImmediate(resolve); });
          turnAt = performance.now() + TURN_MS;
        }
        if (isOver()) return void (await iterator.return?.(undefined));
        const { done, value } = await iterator.next();
        if (done) return;
        if (!isOver()) parts.send(call, index, parts.encode(await value, `item ${index} of ${call.meta.name}`));
      }
    } catch (error) {
      // one that cannot go, or does not fit: the generator ends as if its reader had left
      await iterator.return?.(undefined);
      throw error;
    } finally {
      this.running.delete(key);
    }
  }

  /** An actor that others share goes on: generators of a caller that died end at their next `yield`. */
  callerDied(process: ProcessName): void {
    for (const running of this.running.values()) if (running.from === process) running.wake();
  }

  /** False: that generator does not run here. */
  onTaken(from: ProcessName, { seq, taken, isClosed }: Extract<BetweenPeers, { type: "items-taken" }>): boolean {
    const running = this.running.get(keyOf(from, seq));
    if (!running) return false;
    running.taken = taken;
    running.isClosed ||= isClosed;
    running.wake();
    return true;
  }
}

const keyOf = (from: ProcessName, seq: number): string => `${from} ${seq}`;
