/** `ray.wait`. */
import { describeValue } from "./describe-value.ts";
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

  let pending = pendingOf(holds);
  while (holds.length - pending.length < numReturns) {
    let missing = numReturns - (holds.length - pending.length);
    const outcome = await waitUntil(pending, () => --missing === 0, limits as WaitLimits);
    pending = pendingOf(pending);
    if (outcome === "timed-out") break;
  }
  return split(refs, holds, new Set(pending), numReturns);
}

const pendingOf = (holds: readonly Hold[]): Hold[] => holds.filter(({ scope, id, count }) => scope.engine.peek(id, count) === undefined);

function split<R>(refs: readonly R[], holds: readonly Hold[], pending: ReadonlySet<Hold>, numReturns: number): [R[], R[]] {
  const ready: R[] = [];
  const rest: R[] = [];
  refs.forEach((ref, i) => (ready.length < numReturns && !pending.has(holds[i] as Hold) ? ready : rest).push(ref));
  return [ready, rest];
}

function waitable(refs: readonly unknown[]): Hold[] {
  if (!Array.isArray(refs)) throw new TypeError(`ray.wait wants an array of ObjectRefs; got ${describeValue(refs)}${holdOf(refs) ? ". Write ray.wait([ref])" : ""}`);
  const places = new Map<string, number>();
  return refs.map((ref: unknown, index) => {
    const hold = holdOf(ref);
    if (!hold) throw new TypeError(`ray.wait wants an array of ObjectRefs; element ${index} is ${describeValue(ref)}`);
    const earlier = places.get(hold.id);
    if (earlier !== undefined) throw new TypeError(`ray.wait wants each ref once; elements ${earlier} and ${index} are both ObjectRef(${hold.id})`);
    places.set(hold.id, index);
    return usable(hold, "wait for");
  });
}
