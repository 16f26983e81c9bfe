/**
 * Cancelling at the executor. Owns: which calls run now, their signals, and the guard's words that say so.
 *
 * K1. A loop of a task that is cancelled throws at its next guard. The number in the guard's word says which call is meant: one that
 *     comes before its call is remembered until that begins.
 * K2. A call's signal is made when somebody asks for it.
 */
import { TaskCancelledError } from "../errors.ts";
import type { ProcessName } from "../ids.ts";
import type { TaskRecord, CallMeta } from "../wire/hot-records.ts";
import { FLUSH_WANTED } from "../wire/outbox.ts";
import { callNumber, clientNumber } from "./client-number.ts";
import { GUARD } from "./watch-commands.ts";

/** Numbers that came before their calls; those of calls that never came are forgotten with the oldest. */
const MOST_EARLY = 1000;

export interface CancellableCall {
  readonly from: ProcessName;
  readonly record: Pick<TaskRecord, "seq">;
  readonly meta: Pick<CallMeta, "name">;
  /** Sent by this very process. */
  readonly isOwn: boolean;
  abort: AbortController | undefined;
  isCancelled: boolean;
}

export class Cancellations<Call extends CancellableCall> {
  private readonly guard: Int32Array;
  private readonly running = new Set<Call>();
  private readonly early = new Set<number>();

  constructor(guard: Int32Array) {
    this.guard = guard;
  }

  /** A call starts. Throws when it was cancelled before. */
  begin(call: Call): void {
    const client = clientNumber(call.from);
    const number = callNumber(client, call.record.seq);
    // the process is busy for the one that was there first; a task of its own runs beside it
    if (this.running.size === 0 || !call.isOwn) this.guard[GUARD.busy] = client;
    this.guard[GUARD.call] = number;
    this.running.add(call);
    if (this.early.delete(number)) throw this.stop(call);
  }

  end(call: Call): void {
    this.running.delete(call);
    if (this.running.size > 0) return;
    this.guard[GUARD.busy] = 0;
    this.guard[GUARD.call] = 0;
    if (call.isCancelled) Atomics.compareExchange(this.guard, GUARD.interrupt, numberOf(call), FLUSH_WANTED);
  }

  get calls(): Call[] {
    return [...this.running];
  }

  /** The running call of that number at its owner. */
  find(from: ProcessName, seq: number): Call | undefined {
    for (const call of this.running) if (call.record.seq === seq && call.from === from) return call;
    return undefined;
  }

  /** Its signal aborts; gives the error with which it ends. */
  stop(call: Call): TaskCancelledError {
    call.isCancelled = true;
    const error = cancelledError(call);
    call.abort?.abort(error);
    return error;
  }

  signal(call: Call): AbortSignal {
    if (!call.abort) {
      call.abort = new AbortController();
      if (call.isCancelled) call.abort.abort(cancelledError(call));
    }
    return call.abort.signal;
  }

  /** What a loop calls that saw the guard's word (K1). */
  interrupted(): void {
    const word = this.guard[GUARD.interrupt] as number;
    if (word <= 0) return;
    // the word may have hidden that records wait
    Atomics.compareExchange(this.guard, GUARD.interrupt, word, FLUSH_WANTED);
    for (const call of this.running) if (numberOf(call) === word) throw this.stop(call);
    if (this.early.size >= MOST_EARLY) this.early.delete(this.early.values().next().value as number);
    this.early.add(word);
  }
}

const numberOf = ({ from, record }: CancellableCall): number => callNumber(clientNumber(from), record.seq);

const cancelledError = ({ meta }: CancellableCall): TaskCancelledError => new TaskCancelledError(`Task ${meta.name} was cancelled`);
