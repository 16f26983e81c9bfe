/**
 * Tasks that their owner took back while this worker was busy. The watch thread answers for the main thread, which may be in
 * a loop: one word of the guard holds the number of the call that began last, or minus the client whose calls are halted.
 *
 * T1. A call begins by exchanging the word for its number. A halted word cannot be exchanged, so whatever the watch thread
 *     said has not begun never does.
 * T2. A client is halted until its `resume-tasks`, which travels behind the tasks that it took back.
 */
import { GUARD } from "./watch-commands.ts";

export class Halts {
  private readonly guard: Int32Array;
  private begun = 0;
  private readonly halted = new Set<number>();

  constructor(guard: Int32Array) {
    this.guard = guard;
  }

  /** False: its owner took it back (T1). */
  mayBegin(client: number, call: number): boolean {
    for (;;) {
      if (this.halted.has(client)) return false;
      const found = Atomics.compareExchange(this.guard, GUARD.begun, this.begun, call);
      if (found === this.begun) {
        this.begun = call;
        return true;
      }
      this.note(found);
    }
  }

  /** T2. */
  resume(client: number): void {
    const found = Atomics.load(this.guard, GUARD.begun);
    if (found < 0) this.note(found);
    this.halted.delete(client);
  }

  private note(word: number): void {
    this.halted.add(-word);
    Atomics.compareExchange(this.guard, GUARD.begun, word, this.begun);
  }
}

/** The watch thread's part: halts the client and gives the call that began last; undefined while another client is halted. */
export class Halting {
  private readonly guard: Int32Array;
  private last = 0;

  constructor(guard: Int32Array) {
    this.guard = guard;
  }

  halt(client: number): number | undefined {
    for (;;) {
      const found = Atomics.load(this.guard, GUARD.begun);
      if (found === -client) return this.last;
      if (found < 0) return undefined;
      if (Atomics.compareExchange(this.guard, GUARD.begun, found, -client) !== found) continue;
      this.last = found;
      return found;
    }
  }
}
