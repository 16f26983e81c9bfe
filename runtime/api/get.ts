/** `ray.get`. */
import type { Resolved } from "../engine/engine.ts";
import { GetTimeoutError } from "../errors.ts";
import { types } from "node:util";
import { describeValue } from "./describe-value.ts";
import { usable, type Home } from "./home.ts";
import { ObjectRefGenerator } from "./object-ref-generator.ts";
import { holdOf, type Hold } from "./object-ref.ts";
import { checkOptions, GET_OPTIONS, type GetOptions } from "./options.ts";
import { waitUntil, type WaitLimits } from "./wait-until.ts";

const NO_LIMITS: WaitLimits = {};

/** The value of a ref, or the values of an array of refs in its order. Of what failed the first error in order is thrown, without waiting for the rest. */
export async function get(home: Home, refs: unknown, options?: GetOptions): Promise<unknown> {
  const limits = options === undefined ? NO_LIMITS : (checkOptions(options, GET_OPTIONS, "ray.get") as WaitLimits);
  if (Array.isArray(refs)) return getAll(home, refs, limits);
  const hold = readable(refs, undefined);
  const resolved = peek(hold) ?? (await resolveOne(hold, limits));
  const value = home.host.codec.decode(resolved.value);
  // not awaited unless it is a promise: that would cost a turn
  const decoded = types.isPromise(value) ? await value : value;
  if (resolved.error) throw decoded;
  return decoded;
}

const peek = ({ scope, id, count }: Hold): Resolved | undefined => scope.engine.peek(id, count);

async function resolveOne(hold: Hold, limits: WaitLimits): Promise<Resolved> {
  for (;;) {
    const outcome = await waitUntil([hold], ANYTHING, limits);
    const resolved = peek(hold);
    if (resolved) return resolved;
    if (outcome === "timed-out") throw timedOut([hold], limits.timeoutMs);
  }
}

const ANYTHING = (): boolean => true;

async function getAll(home: Home, refs: readonly unknown[], limits: WaitLimits): Promise<unknown[]> {
  const holds = refs.map(readable);
  const resolved = await resolveAll(holds, limits);
  const { codec } = home.host;
  const failed = resolved.find((one) => one?.error);
  if (failed) throw await codec.decode(failed.value);
  const values: unknown[] = [];
  for (const one of resolved) {
    const value = codec.decode((one as Resolved).value);
    values.push(types.isPromise(value) ? await value : value);
  }
  return values;
}

/** All of them, or as soon as one has failed those that are there. */
async function resolveAll(holds: readonly Hold[], limits: WaitLimits): Promise<(Resolved | undefined)[]> {
  const resolved = holds.map(peek);
  let pending = indexesOf(resolved);
  while (pending.length > 0 && !resolved.some((one) => one?.error)) {
    let missing = pending.length;
    const waited = pending;
    const peekAt = (index: number): void => {
      resolved[index] = peek(holds[index] as Hold);
    };
    // looked at as they arrive: later, of thousands, none would be in the processor's cache any more
    const isEnough = (place: number, isError: boolean): boolean => {
      peekAt(waited[place] as number);
      return --missing === 0 || isError;
    };
    const outcome = await waitUntil(waited.map((index) => holds[index] as Hold), isEnough, limits);
    for (const index of waited) if (resolved[index] === undefined) peekAt(index);
    pending = indexesOf(resolved);
    if (outcome === "timed-out" && pending.length > 0 && !resolved.some((one) => one?.error)) throw timedOut(pending.map((index) => holds[index] as Hold), limits.timeoutMs);
  }
  return resolved;
}

function indexesOf(resolved: readonly (Resolved | undefined)[]): number[] {
  const pending: number[] = [];
  for (let i = 0; i < resolved.length; i++) if (resolved[i] === undefined) pending.push(i);
  return pending;
}

function timedOut(pending: readonly Hold[], timeoutMs: number | undefined): GetTimeoutError {
  const [{ id, madeBy }] = pending as [Hold];
  const more = pending.length > 1 ? `, and ${pending.length - 1} more of the refs` : "";
  return new GetTimeoutError(`ray.get gave up after ${timeoutMs} ms: ObjectRef(${id})${madeBy ? ` of ${madeBy}` : ""} is still pending${more}`);
}

function readable(value: unknown, index: number | undefined): Hold {
  const hold = holdOf(value);
  if (hold) return usable(hold, "get");
  const place = index === undefined ? "" : `; element ${index} of the array is`;
  throw new TypeError(`ray.get wants an ObjectRef or an array of them${place || "; got"} ${describeValue(value)}${adviceFor(value)}`);
}

function adviceFor(value: unknown): string {
  if (types.isPromise(value)) return ". Await a promise itself: ray.get is for refs";
  if (value instanceof ObjectRefGenerator) return ". Its refs come one by one: for await (const ref of generator) await ray.get(ref)";
  if (typeof value === "function") return ". Write .remote(…) to get a ref";
  return "";
}
