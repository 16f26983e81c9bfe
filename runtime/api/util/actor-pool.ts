/** `ray.util.ActorPool`: a fixed set of actors that share work, each with one call at a time. */
import { GetTimeoutError } from "../../errors.ts";
import { infoOf, type AnyActorHandle } from "../actor-handle.ts";
import { describeValue } from "../describe-value.ts";
import { holdOf, type ObjectRef } from "../object-ref.ts";
import { checkOptions, GET_OPTIONS } from "../options.ts";
import { wait } from "../wait.ts";
import { iterableOf } from "./as-completed.ts";

/** How the pool calls an actor: `(actor, value) => actor.method.remote(value)`. */
export type PoolCall<H, V, R> = (actor: H, value: V) => ObjectRef<R>;

export interface GetNextOptions {
  /** Rejects with GetTimeoutError after this many milliseconds; 0 looks once. */
  readonly timeoutMs?: number | undefined;
  /** After a timeout the result is given up and its actor takes other work, instead of the result staying the next one. */
  readonly ignoreIfTimedout?: boolean | undefined;
}

const GET_NEXT_OPTIONS = { timeoutMs: GET_OPTIONS.timeoutMs, ignoreIfTimedout: (value: unknown, where: string): void => {
  if (typeof value !== "boolean") throw new TypeError(`${where} must be true or false; got ${describeValue(value)}`);
} };

interface Running<H> {
  readonly index: number;
  readonly ref: ObjectRef<unknown>;
  readonly actor: H;
}

/**
 * Actors that share work. An actor is free again when the result of its call was taken, as in Ray.
 *
 * @example
 * const pool = new ray.util.ActorPool([Doubler.remote(), Doubler.remote()]);
 * for await (const value of pool.map((actor, v: number) => actor.double.remote(v), [1, 2, 3, 4])) console.log(value); // 2 4 6 8
 *
 * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.ActorPool.html
 */
export class ActorPool<H extends AnyActorHandle> {
  readonly #idle: H[];
  readonly #running = new Map<number, Running<H>>();
  readonly #pending: (() => void)[] = [];
  #submitted = 0;
  #next = 0;
  /** Results are handed out one by one, also to consumers that ask at once. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(actors: Iterable<H>) {
    this.#idle = [...iterableOf(actors, "new ray.util.ActorPool")];
    this.#idle.forEach((actor, place) => {
      handleId(actor, "new ray.util.ActorPool");
      if (this.#idle.indexOf(actor) !== place) throw new TypeError(`new ray.util.ActorPool wants each actor once; elements ${this.#idle.indexOf(actor)} and ${place} are the same`);
    });
  }

  /** The results in the order of the values. What an earlier `submit` left is thrown away. */
  map<V, R>(fn: PoolCall<H, V, R>, values: Iterable<V>): AsyncGenerator<R, void, undefined> {
    return this.#over(fn, values, () => this.getNext() as Promise<R>);
  }

  /** The results in the order in which they come. */
  mapUnordered<V, R>(fn: PoolCall<H, V, R>, values: Iterable<V>): AsyncGenerator<R, void, undefined> {
    return this.#over(fn, values, () => this.getNextUnordered() as Promise<R>);
  }

  #over<V, R>(fn: PoolCall<H, V, R>, values: Iterable<V>, next: () => Promise<R>): AsyncGenerator<R, void, undefined> {
    const all = [...iterableOf(values, "ActorPool.map")];
    const submitAll = (): void => all.forEach((value) => this.submit(fn, value));
    const isClear = !this.hasNext();
    if (isClear) submitAll(); // work begins now, not when the first result is asked for
    const discard = () => this.#discard();
    const hasNext = () => this.hasNext();
    return (async function* () {
      if (!isClear) {
        await discard();
        submitAll();
      }
      while (hasNext()) yield await next();
    })();
  }

  async #discard(): Promise<void> {
    while (this.hasNext()) await this.#inTurn(() => this.#takeUnordered({})).catch(() => undefined); // nobody asked for these results
  }

  /** Calls a free actor, or the first one that becomes free. */
  submit<V, R>(fn: PoolCall<H, V, R>, value: V): void {
    if (typeof fn !== "function") throw new TypeError(`ActorPool.submit wants a function (actor, value) => actor.method.remote(value); got ${describeValue(fn)}`);
    const start = (): void => {
      const actor = this.#idle.pop() as H;
      try {
        const ref = fn(actor, value);
        if (!holdOf(ref)) throw new TypeError(`ActorPool.submit wants a function that gives an ObjectRef; it gave ${describeValue(ref)}. Write (actor, value) => actor.method.remote(value)`);
        const index = this.#submitted++;
        this.#running.set(index, { index, ref, actor });
      } catch (error) {
        this.#idle.push(actor);
        throw error;
      }
    };
    if (this.#idle.length > 0) start();
    else this.#pending.push(start);
  }

  /** True when there are results to take. */
  hasNext(): boolean {
    return this.#running.size > 0;
  }

  /** True when an actor is idle and nothing waits for one. */
  hasFree(): boolean {
    return this.#idle.length > 0 && this.#pending.length === 0;
  }

  /** The next result in the order of submission. An actor's error is thrown as it is. */
  getNext<R = unknown>(options?: GetNextOptions): Promise<R> {
    const checked = checkOptions(options, GET_NEXT_OPTIONS, "ActorPool.getNext") as TakeOptions;
    return this.#inTurn(() => this.#takeOrdered(checked)) as Promise<R>;
  }

  /** The result that is ready first. */
  getNextUnordered<R = unknown>(options?: GetNextOptions): Promise<R> {
    const checked = checkOptions(options, GET_NEXT_OPTIONS, "ActorPool.getNextUnordered") as TakeOptions;
    return this.#inTurn(() => this.#takeUnordered(checked)) as Promise<R>;
  }

  /** Adds an actor. */
  push(actor: H): void {
    handleId(actor, "ActorPool.push");
    const busy = [...this.#running.values()].some((running) => running.actor === actor);
    if (busy || this.#idle.includes(actor)) throw new RangeError("ActorPool.push got an actor that belongs to this pool already");
    this.#free(actor);
  }

  /** Takes an idle actor out of the pool; undefined when all are busy. */
  popIdle(): H | undefined {
    return this.hasFree() ? this.#idle.pop() : undefined;
  }

  #inTurn<T>(take: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(take);
    this.#turn = result.catch(() => undefined); // whoever asked hears of it
    return result;
  }

  async #takeOrdered(options: TakeOptions): Promise<unknown> {
    this.#checkHasNext("getNext");
    const running = this.#running.get(this.#next);
    if (!running) throw new RangeError("ActorPool.getNext cannot follow getNextUnordered while calls are under way: their order is lost. Take the rest by getNextUnordered");
    const [ready] = await wait([running.ref], options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs });
    if (ready.length === 0) {
      if (options.ignoreIfTimedout) this.#taken(running);
      throw timedOut("getNext", options);
    }
    this.#taken(running);
    return running.ref.value();
  }

  async #takeUnordered(options: TakeOptions): Promise<unknown> {
    this.#checkHasNext("getNextUnordered");
    const all = [...this.#running.values()];
    const [[ready]] = await wait(all.map(({ ref }) => ref), options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs });
    const running = all.find(({ ref }) => ref === ready);
    if (!running) {
      if (options.ignoreIfTimedout) this.#taken(all[0] as Running<H>);
      throw timedOut("getNextUnordered", options);
    }
    this.#taken(running);
    return running.ref.value();
  }

  #checkHasNext(call: string): void {
    if (!this.hasNext()) throw new RangeError(`ActorPool.${call}: there are no more results. Ask pool.hasNext() first`);
  }

  #taken({ index, actor }: Running<H>): void {
    this.#running.delete(index);
    this.#next = Math.max(this.#next, index + 1);
    this.#free(actor);
  }

  #free(actor: H): void {
    this.#idle.push(actor);
    this.#pending.shift()?.();
  }
}

interface TakeOptions {
  readonly timeoutMs?: number;
  readonly ignoreIfTimedout?: boolean;
}

const timedOut = (call: string, { timeoutMs }: TakeOptions): GetTimeoutError =>
  new GetTimeoutError(`ActorPool.${call} gave up after ${timeoutMs} ms: no result is ready yet`);

function handleId(actor: unknown, call: string): string {
  const info = infoOf(actor);
  if (!info) throw new TypeError(`${call} wants handles of actors; got ${describeValue(actor)}`);
  return info.actor;
}
