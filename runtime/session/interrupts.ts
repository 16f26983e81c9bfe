/**
 * Interrupts of a session: stop the code of the executions that run and keep everything else. Mostly one runs; a subshell's runs
 * beside it. The word is the number of the newest execution that is meant: those that run and are no newer are stopped.
 *
 * Three ways lead here, whichever is first. A compiled loop's guard, or an entry point of the runtime, sees the guard word
 * and calls `interrupted`. The event loop turns and `arrived` rejects the race that a hanging `await` is in. The watch
 * thread raises SIGINT, which unwinds what `breakable` runs, without any `finally`.
 *
 * I1. Only code whose AsyncLocalStorage store is the interrupted execution is stopped; but a foreign loop that keeps the
 *     interrupted execution from running is stopped too, after FOREIGN_LOOP_MS.
 * I2. SIGINT never cuts the runtime's own code: it is sent at depth 0 only, and once the word is set every entry throws first.
 * I3. Code of an interrupted execution that comes back later (after an await that nobody races) is stopped at its next loop or
 *     entry: the word stays -1 while such code may exist.
 *
 * The word also wakes guards for another reason (FLUSH_WANTED): records of remote calls wait, and a loop lets no microtask send them.
 */
import { setImmediate } from "node:timers";
import { Script } from "node:vm";
import { FLUSH_WANTED } from "../wire/outbox.ts";
import { GUARD } from "../worker/watch-commands.ts";
import type { Execution } from "./execution.ts";

const FOREIGN_LOOP_MS = 500;
/** Value of the guard word for I3. */
const LINGERING = -1;
const ENTER = Symbol.for("ray-ts.enter-breakable");

export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
  constructor() {
    super("Interrupted");
  }
}

interface Running {
  readonly execution: Execution;
  readonly reject: (error: InterruptedError) => void;
}

export class Interrupts {
  readonly guard: Int32Array;
  readonly #causing: () => Execution | undefined;
  readonly #flush: () => void;
  readonly #lingering = new Set<Execution>();
  readonly #collected = new FinalizationRegistry<Execution>((execution) => this.#settled(execution));
  readonly #running = new Map<number, Running>();
  /** The greatest number of those that have begun. */
  #newest = 0;
  #foreignSince: number | undefined;

  /** `causing`: whose code runs now. `flush`: sends records that wait, since no microtask runs inside a loop. */
  constructor(guard: Int32Array, causing: () => Execution | undefined, flush: () => void) {
    this.guard = guard;
    this.#causing = causing;
    this.#flush = flush;
  }

  /** Runs `body` as a running execution: rejects with InterruptedError as soon as an interrupt of it arrives. */
  async race<T>(execution: Execution, body: () => Promise<T>): Promise<T> {
    let reject: (error: InterruptedError) => void = () => undefined;
    const interrupt = new Promise<never>((_, rejecter) => { reject = rejecter; });
    this.#running.set(execution.id, { execution, reject });
    this.#newest = Math.max(this.#newest, execution.id);
    // an interrupt may have come before its cell
    if (this.#isMeant(execution)) this.#stop(execution);
    const work = execution.interrupted ? interrupt : body();
    this.#linger(execution, work);
    try {
      return await Promise.race([work, interrupt]);
    } finally {
      this.#running.delete(execution.id);
      this.#foreignSince = undefined;
      this.settle();
    }
  }

  /** Takes the word back when all whom it meant have ended or are stopped. */
  settle(): void {
    const word = Atomics.load(this.guard, GUARD.interrupt);
    if (word > 0 && !this.#isAwaited()) Atomics.compareExchange(this.guard, GUARD.interrupt, word, this.#resting());
  }

  /** The watch thread's message: the event loop turned after an interrupt of those up to `id` was asked for. */
  arrived(id: number): void {
    for (const { execution } of this.#running.values()) if (execution.id <= id) this.#stop(execution);
    // a greater id is a cell on its way, and keeps the word
    if (id <= this.#newest) Atomics.compareExchange(this.guard, GUARD.interrupt, id, this.#resting());
  }

  /** Stops whatever runs now. */
  stopAll(): void {
    this.arrived(this.#newest);
  }

  /** What a compiled loop calls when it saw the word: throws if the code is to stop. */
  interrupted(): void {
    this.check();
    if (this.#isAwaited()) this.#foreignLoop();
  }

  /** `__rt.resumed`: what was awaited has come. The word may have been taken back for a moment (`#look`): the code is looked at itself. */
  readonly resumed = <T>(value: T): T => {
    if (this.guard[GUARD.interrupt] !== 0 || this.#lingering.size > 0) this.interrupted();
    return value;
  };

  /** For entry points of the runtime that have no loop of their own, such as `console.log`. */
  check(): void {
    const word = this.guard[GUARD.interrupt] as number;
    if (word === 0 && this.#lingering.size === 0) return;
    if (word !== 0) this.#flush();
    if (word <= 0 && this.#lingering.size === 0) return;
    const execution = this.#causing();
    if (execution !== undefined && (execution.interrupted || this.#isMeant(execution))) {
      this.#stop(execution);
      throw new InterruptedError();
    }
    if (word === LINGERING) this.#look();
  }

  /** The runtime's own code begins: it will not be cut, and does not begin at all when the caller is to stop. */
  enterRuntime(): void {
    Atomics.add(this.guard, GUARD.depth, 1);
    try {
      this.check();
    } catch (error) {
      this.leaveRuntime();
      throw error;
    }
  }

  leaveRuntime(): void {
    Atomics.sub(this.guard, GUARD.depth, 1);
  }

  withoutInterrupt<T>(body: () => T): T {
    this.enterRuntime();
    try {
      return body();
    } finally {
      this.leaveRuntime();
    }
  }

  /** Runs `body` where SIGINT unwinds it. What `body` throws or returns comes through; an unwound one is an InterruptedError. */
  breakable<T>(body: () => T): T {
    let outcome: { readonly value: T } | { readonly error: unknown } | undefined;
    const execution = this.#causing();
    const id = execution?.id ?? 0;
    const holder = globalThis as { [ENTER]?: (() => void) | undefined };
    const enter = (): void => {
      Atomics.store(this.guard, GUARD.breakable, id);
      try {
        outcome = { value: body() };
      } catch (error) {
        outcome = { error };
      }
      // the signal is on its way: wait for it where it does what it should
      if (Atomics.compareExchange(this.guard, GUARD.breakable, id, 0) < 0) this.#awaitSignal();
    };
    Object.defineProperty(holder, ENTER, { value: enter, configurable: true, enumerable: false });
    try {
      ENTER_SCRIPT.runInThisContext({ breakOnSigint: true, displayErrors: false });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
      // no `finally` ran: what it would have undone is undone here
      Atomics.store(this.guard, GUARD.breakable, 0);
      Atomics.store(this.guard, GUARD.depth, 0);
      if (execution !== undefined) this.#stop(execution);
      throw new InterruptedError();
    } finally {
      delete holder[ENTER];
    }
    if (outcome === undefined) throw new Error("The breakable script ended without running its body");
    if ("error" in outcome) throw outcome.error;
    return outcome.value;
  }

  #awaitSignal(): void {
    for (;;) Atomics.wait(this.guard, GUARD.never, 0, 100);
  }

  #stop(execution: Execution): void {
    if (execution.interrupted) return;
    execution.interrupted = true;
    this.#lingering.add(execution);
    execution.owned.stopAll();
    this.#running.get(execution.id)?.reject(new InterruptedError());
  }

  /** It runs, and the word says that it is to stop. */
  #isMeant({ id }: Execution): boolean {
    return id <= (this.guard[GUARD.interrupt] as number) && this.#running.has(id);
  }

  /** The word means one that has not been stopped, or one that is on its way. */
  #isAwaited(): boolean {
    const word = this.guard[GUARD.interrupt] as number;
    if (word <= 0) return false;
    if (word > this.#newest) return true;
    for (const { execution } of this.#running.values()) if (execution.id <= word && !execution.interrupted) return true;
    return false;
  }

  #linger(execution: Execution, work: Promise<unknown>): void {
    const settled = (): void => this.#settled(execution);
    work.then(settled, settled);
    // a promise that nobody can settle any more has no code left to stop
    this.#collected.register(work, execution);
  }

  #settled(execution: Execution): void {
    if (!this.#lingering.delete(execution)) return;
    if (this.#lingering.size === 0) Atomics.compareExchange(this.guard, GUARD.interrupt, LINGERING, 0);
  }

  #resting(): number {
    return this.#lingering.size > 0 ? LINGERING : 0;
  }

  /** Code of another execution saw I3's word: it need not look again before the event loop turns. */
  #look(): void {
    if (Atomics.compareExchange(this.guard, GUARD.interrupt, LINGERING, 0) !== LINGERING) return;
    setImmediate(() => {
      if (this.#lingering.size === 0) return;
      for (const idle of [0, FLUSH_WANTED]) Atomics.compareExchange(this.guard, GUARD.interrupt, idle, LINGERING);
    }).unref();
  }

  #foreignLoop(): void {
    const now = performance.now();
    this.#foreignSince ??= now;
    if (now - this.#foreignSince < FOREIGN_LOOP_MS) return;
    this.#foreignSince = undefined;
    throw new InterruptedError();
  }
}

/** By its name no stack shows it. */
const ENTER_SCRIPT = new Script(`globalThis[Symbol.for("ray-ts.enter-breakable")]()`, { filename: "evalmachine.enter" });
