/** `ray.util.asCompleted`: refs in the order in which they become ready. */
import type { RayError } from "../../errors.ts";
import { describeValue } from "../describe-value.ts";
import { usable, type Scope } from "../home.ts";
import { holdOf, type Hold, type ObjectRef } from "../object-ref.ts";

/** One subscription for all refs, however many: a wait for each of 10,000 refs would look at 10,000 refs 10,000 times. */
export function asCompleted<R extends ObjectRef<any>>(refs: Iterable<R>): AsyncGenerator<R, void, undefined> {
  const all = [...iterableOf(refs, "ray.util.asCompleted")] as R[];
  const holds = all.map((ref, index) => readable(ref, index));
  return inOrderOfReadiness(all, holds);
}

async function* inOrderOfReadiness<R>(refs: readonly R[], holds: readonly Hold[]): AsyncGenerator<R, void, undefined> {
  const ready: R[] = [];
  let left = refs.length;
  let wake = (): void => undefined;
  const forgets = [...new Set(holds.map(({ scope }) => scope))].map((scope) => {
    const ofScope = holds.flatMap((hold, place) => (hold.scope === scope ? [{ place, hold }] : []));
    return scope.engine.whenReady(ofScope.map(({ hold }) => hold.id), (index) => {
      ready.push(refs[(ofScope[index] as { place: number }).place] as R);
      wake();
    });
  });
  const scopes = [...new Set(holds.map(({ scope }) => scope as Scope))];
  try {
    for (; left > 0; left--) {
      if (ready.length === 0) await nextReady(scopes, (resolve) => { wake = resolve; });
      yield ready.shift() as R;
    }
  } finally {
    for (const forget of forgets) forget();
  }
}

/** As `ray.wait` does: a task that waits gives its CPU back meanwhile, and `ray.shutdown` ends the wait. */
async function nextReady(scopes: readonly Scope[], onWake: (resolve: () => void) => void): Promise<void> {
  let fail: (error: RayError) => void = () => undefined;
  const waiting = new Promise<void>((resolve, reject) => {
    fail = reject;
    onWake(resolve);
  });
  for (const scope of scopes) scope.beginWait(fail);
  try {
    await waiting;
  } finally {
    for (const scope of scopes) scope.endWait(fail);
  }
}

export function iterableOf<T>(values: Iterable<T>, call: string): Iterable<T> {
  const isIterable = typeof values === "string" || (typeof values === "object" && values !== null && Symbol.iterator in values);
  if (!isIterable) throw new TypeError(`${call} wants an array or another iterable; got ${describeValue(values)}`);
  return values;
}

function readable(ref: unknown, index: number): Hold {
  const hold = holdOf(ref);
  if (!hold) throw new TypeError(`ray.util.asCompleted wants ObjectRefs; element ${index} is ${describeValue(ref)}`);
  return usable(hold, "wait for");
}
