/** Waiting for objects, for `get` and `wait` alike. */
import type { Engine } from "../engine/engine.ts";
import type { RayError } from "../errors.ts";
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
export function waitUntil(holds: readonly Hold[], isEnough: (place: number, isError: boolean) => boolean, { timeoutMs, signal }: WaitLimits): Promise<"enough" | "timed-out"> {
  const scopes = timeoutMs === 0 ? [] : byEngine(holds).map(({ holds: [hold] }) => (hold as Hold).scope as Scope);
  const forgets: (() => void)[] = [];
  return new Promise((resolve, reject) => {
    let isOver = false;
    const end = (settle: () => void): void => {
      if (isOver) return;
      isOver = true;
      stopTimer();
      signal?.removeEventListener("abort", onAbort);
      for (const scope of scopes) scope.endWait(fail);
      for (const forget of forgets) forget();
      settle();
    };
    const fail = (error: RayError): void => end(() => reject(error));
    const onAbort = (): void => end(() => reject(signal?.reason));
    if (signal?.aborted) return reject(signal.reason);

    signal?.addEventListener("abort", onAbort);
    const stopTimer = startTimer(timeoutMs, () => end(() => resolve("timed-out")));
    for (const scope of scopes) scope.beginWait(fail);
    for (const { engine, holds: ofEngine, places } of byEngine(holds)) {
      forgets.push(engine.whenReady(ofEngine.map(({ id }) => id), (index, isError) => {
        if (isOver) return;
        try {
          if (isEnough(places ? (places[index] as number) : index, isError)) end(() => resolve("enough"));
        } catch (error) {
          end(() => reject(error)); // the engine that called has no use for it
        }
      }, ofEngine.map(({ count }) => count)));
    }
  });
}

interface OfEngine {
  readonly engine: Engine;
  readonly holds: readonly Hold[];
  /** Where they stand in the whole list; undefined: these are all of it. */
  readonly places: readonly number[] | undefined;
}

/** Nearly always one. */
function byEngine(holds: readonly Hold[]): OfEngine[] {
  const first = holds[0]?.scope.engine;
  if (first && holds.every(({ scope }) => scope.engine === first)) return [{ engine: first, holds, places: undefined }];
  return [...new Set(holds.map(({ scope }) => scope.engine))].map((engine) => {
    const places = [...holds.keys()].filter((place) => (holds[place] as Hold).scope.engine === engine);
    return { engine, holds: places.map((place) => holds[place] as Hold), places };
  });
}

function startTimer(timeoutMs: number | undefined, onTime: () => void): () => void {
  if (timeoutMs === undefined || timeoutMs > LONGEST_TIMER_MS) return () => undefined;
  if (timeoutMs === 0) {
    // two turns: an answer that is in the socket already still comes in
    let turn = setImmediate(() => (turn = setImmediate(onTime)));
    return () => clearImmediate(turn);
  }
  const timer = setTimeout(onTime, timeoutMs);
  return () => clearTimeout(timer);
}
