/** Waiting for objects, for `get` and `wait` alike. */
import type { ObjectId } from "../ids.ts";
import type { Scope } from "./home.ts";
import type { Hold } from "./object-ref.ts";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface WaitLimits {
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Waits until `isEnough` says so of an object that became ready, told by its place in `holds`, or until the time is up. Rejects with the signal's
 * reason, or when the cluster is shut down meanwhile. At least one turn of the event loop passes, so that a loop that
 * polls lets results in.
 */
export function waitUntil(holds: readonly Hold[], isEnough: IsEnough, limits: WaitLimits): Promise<Outcome> {
  if (limits.signal?.aborted) return Promise.reject(limits.signal.reason as Error);
  return new Promise((resolve, reject) => new Waiting(isEnough, limits, resolve, reject).begin(holds));
}

type IsEnough = (place: number, isError: boolean) => boolean;
type Outcome = "enough" | "timed-out";

/** One wait, 50,000 of them a second: one object, and a function for each that calls it back. */
class Waiting {
  private readonly isEnough: IsEnough;
  private readonly limits: WaitLimits;
  private readonly resolve: (outcome: Outcome) => void;
  private readonly reject: (reason: unknown) => void;
  private readonly forgets: (() => void)[] = [];
  private stopTimer: (() => void) | undefined;
  private isOver = false;

  constructor(isEnough: IsEnough, limits: WaitLimits, resolve: (outcome: Outcome) => void, reject: (reason: unknown) => void) {
    this.isEnough = isEnough;
    this.limits = limits;
    this.resolve = resolve;
    this.reject = reject;
  }

  begin(holds: readonly Hold[]): void {
    const { timeoutMs, signal } = this.limits;
    signal?.addEventListener("abort", this.abort);
    if (timeoutMs !== undefined) this.stopTimer = startTimer(timeoutMs, () => this.end("timed-out"));
    for (const of of byEngine(holds)) this.watch(of);
  }

  private watch({ scope, holds, places }: OfEngine): void {
    if (this.limits.timeoutMs !== 0) {
      scope.beginWait(this.fail);
      this.forgets.push(() => scope.endWait(this.fail));
    }
    const ready = places ? (index: number, isError: boolean) => this.isReady(places[index] as number, isError) : (index: number, isError: boolean) => this.isReady(index, isError);
    this.forgets.push(scope.engine.whenReady(holds.map(idOf), ready, holds.map(countOf)));
  }

  private isReady(place: number, isError: boolean): void {
    if (this.isOver) return;
    try {
      if (this.isEnough(place, isError)) this.end("enough");
    } catch (error) {
      this.fail(error); // the engine that called has no use for it
    }
  }

  private readonly fail = (error: unknown): void => {
    if (this.stop()) this.reject(error);
  };

  private readonly abort = (): void => this.fail(this.limits.signal?.reason);

  private end(outcome: Outcome): void {
    if (this.stop()) this.resolve(outcome);
  }

  /** False: it had ended before. */
  private stop(): boolean {
    if (this.isOver) return false;
    this.isOver = true;
    this.stopTimer?.();
    this.limits.signal?.removeEventListener("abort", this.abort);
    for (let i = 0; i < this.forgets.length; i++) (this.forgets[i] as () => void)();
    return true;
  }
}

const idOf = ({ id }: Hold): ObjectId => id;
const countOf = ({ count }: Hold): number => count;

interface OfEngine {
  readonly scope: Scope;
  readonly holds: readonly Hold[];
  /** Where they stand in the whole list; undefined: these are all of it. */
  readonly places: readonly number[] | undefined;
}

/** Nearly always one. */
function byEngine(holds: readonly Hold[]): OfEngine[] {
  const first = holds[0]?.scope as Scope | undefined;
  if (!first) return [];
  if (holds.every(({ scope }) => scope === first)) return [{ scope: first, holds, places: undefined }];
  return [...new Set(holds.map(({ scope }) => scope as Scope))].map((scope) => {
    const places = [...holds.keys()].filter((place) => (holds[place] as Hold).scope === scope);
    return { scope, holds: places.map((place) => holds[place] as Hold), places };
  });
}

function startTimer(timeoutMs: number, onTime: () => void): (() => void) | undefined {
  if (timeoutMs > LONGEST_TIMER_MS) return undefined;
  if (timeoutMs === 0) {
    // two turns: an answer that is in the socket already still comes in
    let turn = setImmediate(() => (turn = setImmediate(onTime)));
    return () => clearImmediate(turn);
  }
  const timer = setTimeout(onTime, timeoutMs);
  return () => clearTimeout(timer);
}
