/** `ray.wait`. */
import { describeValue } from "./describe-value.ts";
import { findRepeated } from "./find-repeated.ts";
import { usable } from "./home.ts";
import { holdOf, type Hold } from "./object-ref.ts";
import { checkOptions, WAIT_OPTIONS, type WaitOptions } from "./options.ts";
import { waitUntil, type WaitLimits } from "./wait-until.ts";

/** `[ready, pending]`, both in the order given, with at most `numReturns` ready. What failed counts as ready. */
export async function wait<R>(refs: readonly R[], options?: WaitOptions): Promise<[ready: R[], pending: R[]]> {
  const { numReturns = 1, ...limits } = checkOptions(options, WAIT_OPTIONS, "ray.wait");
  const holds = waitable(refs);
  if (holds.length === 0 && options?.numReturns === undefined) return [[], []];
  if (numReturns > holds.length) throw new RangeError(`ray.wait option "numReturns" is ${numReturns}, but it was given ${holds.length === 1 ? "1 ref" : `${holds.length} refs`}`);

  for (;;) {
    const ready = readyPlaces(holds, numReturns);
    if (ready.length === numReturns) return split(refs, ready);
    const pending = holds.filter((hold) => !isReady(hold));
    let missing = numReturns - ready.length;
    if ((await waitUntil(pending, () => --missing === 0, limits as WaitLimits)) === "timed-out") return split(refs, readyPlaces(holds, numReturns));
  }
}

const isReady = ({ scope, id, count }: Hold): boolean => scope.engine.isReady(id, count);

/** The first that are ready, at most so many. */
function readyPlaces(holds: readonly Hold[], most: number): number[] {
  const places: number[] = [];
  for (let place = 0; place < holds.length && places.length < most; place++) if (isReady(holds[place] as Hold)) places.push(place);
  return places;
}

function split<R>(refs: readonly R[], places: readonly number[]): [R[], R[]] {
  const ready = places.map((place) => refs[place] as R);
  const rest = refs.slice();
  // most waits are for one: the rest is copied as a whole
  if (places.length === 1) rest.splice(places[0] as number, 1);
  else for (let place = places[0] ?? 0, kept = place, next = 0; place < refs.length; place++) place === places[next] ? next++ : (rest[kept++] = refs[place] as R);
  rest.length = refs.length - places.length;
  return [ready, rest];
}

function waitable(refs: readonly unknown[]): Hold[] {
  if (!Array.isArray(refs)) throw new TypeError(`ray.wait wants an array of ObjectRefs; got ${describeValue(refs)}${holdOf(refs) ? ". Write ray.wait([ref])" : ""}`);
  const holds = refs.map((ref: unknown, index) => {
    const hold = holdOf(ref);
    if (!hold) throw new TypeError(`ray.wait wants an array of ObjectRefs; element ${index} is ${describeValue(ref)}`);
    return usable(hold, "wait for");
  });
  const repeated = findRepeated(holds);
  if (repeated) throw new TypeError(`ray.wait wants each ref once; elements ${repeated.join(" and ")} are both ObjectRef(${(holds[repeated[0]] as Hold).id})`);
  return holds;
}
