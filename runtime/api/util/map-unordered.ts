/** `ray.util.mapUnordered`: a remote function over many items, results as they come. */
import { describeValue } from "../describe-value.ts";
import { holdOf, type ObjectRef } from "../object-ref.ts";
import { checkOptions, WAIT_OPTIONS } from "../options.ts";
import { wait } from "../wait.ts";
import { iterableOf } from "./as-completed.ts";

/** What `mapUnordered` calls: a remote function, or anything with a `remote` of one argument. */
export interface RemoteOfOne<V, R> {
  readonly remote: (value: V) => ObjectRef<R>;
}

export interface MapUnorderedOptions {
  /** How many tasks are under way at most: 100 if not given. */
  readonly backpressureSize?: number | undefined;
}

const MAP_UNORDERED_OPTIONS = { backpressureSize: WAIT_OPTIONS.numReturns };

export function mapUnordered<V, R>(fn: RemoteOfOne<V, R>, items: Iterable<V>, options?: MapUnorderedOptions): AsyncGenerator<R, void, undefined> {
  const { backpressureSize = 100 } = checkOptions(options, MAP_UNORDERED_OPTIONS, "ray.util.mapUnordered");
  if (typeof fn?.remote !== "function") throw new TypeError(`ray.util.mapUnordered wants a remote function; got ${describeValue(fn)}. Write ray.util.mapUnordered(ray.remote(fn), items)`);
  return results(fn, iterableOf(items, "ray.util.mapUnordered"), backpressureSize);
}

async function* results<V, R>(fn: RemoteOfOne<V, R>, items: Iterable<V>, most: number): AsyncGenerator<R, void, undefined> {
  let pending: ObjectRef<R>[] = [];
  const oneReady = async (): Promise<ObjectRef<R>> => {
    const [[ready], rest] = await wait(pending);
    pending = rest;
    return ready as ObjectRef<R>;
  };
  for (const item of items) {
    const ref = fn.remote(item);
    if (!holdOf(ref)) throw new TypeError(`ray.util.mapUnordered wants a remote function that gives one ref; its call gave ${describeValue(ref)}`);
    pending.push(ref);
    if (pending.length >= most) yield (await oneReady()).value();
  }
  while (pending.length > 0) yield (await oneReady()).value();
}
