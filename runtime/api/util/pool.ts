/** `ray.util.Pool`: Python's `multiprocessing.Pool` on actors. */
import { GetTimeoutError } from "../../errors.ts";
import { checkedActorOptions, makeActorClass } from "../actor-class.ts";
import { handleToUse } from "../actor-handle.ts";
import { describeValue } from "../describe-value.ts";
import type { Home } from "../home.ts";
import type { ObjectRef } from "../object-ref.ts";
import { checkOptions, GET_OPTIONS, WAIT_OPTIONS, type ActorOptions } from "../options.ts";
import { wait } from "../wait.ts";
import { iterableOf } from "./as-completed.ts";
import { PoolWorker } from "./pool-worker.ts";

export interface PoolOptions {
  /** How many worker processes: if not given, as many as the cluster has CPUs. */
  readonly processes?: number | undefined;
  /** Runs once in each process before its first work. */
  readonly initializer?: ((...args: any[]) => unknown) | undefined;
  /** Arguments of `initializer`. */
  readonly initargs?: readonly unknown[] | undefined;
  /** Options of the actors that the processes are, for example `{ numCpus: 1 }` or `{ runtimeEnv }`. */
  readonly rayRemoteArgs?: ActorOptions | undefined;
}

/** Results of how many items travel together. */
export interface ChunkOptions {
  readonly chunkSize?: number | undefined;
}

const anyFunction = (value: unknown, where: string): void => {
  if (typeof value !== "function") throw new TypeError(`${where} must be a function; got ${describeValue(value)}`);
};
const anyList = (value: unknown, where: string): void => {
  if (!Array.isArray(value)) throw new TypeError(`${where} must be an array; got ${describeValue(value)}`);
};
const POOL_OPTIONS = { processes: WAIT_OPTIONS.numReturns, initializer: anyFunction, initargs: anyList, rayRemoteArgs: (): void => undefined };
const CHUNK_OPTIONS = { chunkSize: WAIT_OPTIONS.numReturns };

/** Chunks under way for each process, in imap: one runs and one waits. */
const CHUNKS_AHEAD = 2;
const CHUNKS_PER_PROCESS = 4;

type Results = ObjectRef<unknown[]>;

interface WorkerHandle {
  readonly run: { remote(fn: unknown, calls: readonly (readonly unknown[])[]): Results };
}

interface Worker {
  readonly handle: WorkerHandle;
  underWay: number;
}

/** A call that was begun by `applyAsync`. */
export class AsyncResult<R> {
  readonly #ref: Promise<ObjectRef<unknown[]>>;
  #outcome: "pending" | "ok" | "failed" = "pending";

  constructor(ref: Promise<ObjectRef<unknown[]>>) {
    this.#ref = ref;
    ref.then((made) => made.value()).then(() => (this.#outcome = "ok"), () => (this.#outcome = "failed"));
  }

  /** The result, or the call's error. @throws GetTimeoutError after `timeoutMs`. */
  async get(options?: { readonly timeoutMs?: number | undefined }): Promise<R> {
    const ref = await this.#ref;
    const [ready] = await this.#wait(ref, options, "AsyncResult.get");
    if (ready.length === 0) throw new GetTimeoutError(`AsyncResult.get gave up after ${options?.timeoutMs} ms: the call has not ended`);
    return (await ref.value())[0] as R;
  }

  /** Waits for the end of the call, well or badly, or until the time is up. */
  async wait(options?: { readonly timeoutMs?: number | undefined }): Promise<void> {
    await this.#wait(await this.#ref, options, "AsyncResult.wait");
  }

  ready(): boolean {
    return this.#outcome !== "pending";
  }

  successful(): boolean {
    if (this.#outcome === "pending") throw new RangeError("AsyncResult.successful: the call has not ended. Await result.wait() first");
    return this.#outcome === "ok";
  }

  #wait(ref: Results, options: { readonly timeoutMs?: number | undefined } | undefined, call: string): Promise<[Results[], Results[]]> {
    return wait([ref], checkOptions(options, { timeoutMs: GET_OPTIONS.timeoutMs }, call));
  }
}

/**
 * Worker processes that run functions over items.
 *
 * @example
 * const pool = new ray.util.Pool({ processes: 4 });
 * await pool.map((x: number) => x * x, [1, 2, 3]); // [1, 4, 9]
 * pool.close();
 * await pool.join();
 *
 * @see https://docs.ray.io/en/latest/ray-more-libs/multiprocessing.html
 */
export class Pool {
  readonly #workers: Promise<Worker[]>;
  readonly #underWay = new Set<Promise<unknown>>();
  #state: "open" | "closed" = "open";

  constructor(home: Home, options: PoolOptions | undefined) {
    const { processes, initializer, initargs = [], rayRemoteArgs } = checkOptions(options, POOL_OPTIONS, "new ray.util.Pool");
    const actorClass = makeActorClass(home, PoolWorker, checkedActorOptions(home, rayRemoteArgs, "ray.util.Pool rayRemoteArgs"), "PoolWorker");
    const start = (count: number): Worker[] => Array.from({ length: count }, () => ({ handle: actorClass.remote(initializer, initargs) as WorkerHandle, underWay: 0 }));
    this.#workers = processes === undefined ? home.current().engine.connect().then(({ numCpus }) => start(Math.max(1, Math.floor(numCpus)))) : Promise.resolve(start(processes));
    this.#workers.catch(() => undefined); // each call says so
  }

  /** Runs one call and gives its result. */
  apply<A extends readonly unknown[], R>(fn: (...args: A) => R, args?: A): Promise<Awaited<R>> {
    return this.applyAsync(fn, args).get();
  }

  /** Begins one call. */
  applyAsync<A extends readonly unknown[], R>(fn: (...args: A) => R, args?: A): AsyncResult<Awaited<R>> {
    this.#check(fn, "apply");
    return new AsyncResult(this.#begin(fn, [args ?? []]));
  }

  /** `fn` of each item, in the order of the items. */
  map<V, R>(fn: (value: V) => R, items: Iterable<V>, options?: ChunkOptions): Promise<Awaited<R>[]> {
    return this.#all(fn, Array.from(iterableOf(items, "Pool.map"), (item) => [item]), options, "map") as Promise<Awaited<R>[]>;
  }

  /** As `map`, where each item is a list of arguments. */
  starmap<A extends readonly unknown[], R>(fn: (...args: A) => R, items: Iterable<A>, options?: ChunkOptions): Promise<Awaited<R>[]> {
    return this.#all(fn, [...iterableOf(items, "Pool.starmap")], options, "starmap") as Promise<Awaited<R>[]>;
  }

  /** As `map`, one result after the other, while later items are still to be taken. */
  imap<V, R>(fn: (value: V) => R, items: Iterable<V>, options?: ChunkOptions): AsyncGenerator<Awaited<R>, void, undefined> {
    return this.#stream(fn, items, options, "imap", async (begun) => begun[0] as Results) as AsyncGenerator<Awaited<R>, void, undefined>;
  }

  /** As `imap`, in the order in which results come. */
  imapUnordered<V, R>(fn: (value: V) => R, items: Iterable<V>, options?: ChunkOptions): AsyncGenerator<Awaited<R>, void, undefined> {
    return this.#stream(fn, items, options, "imapUnordered", async (begun) => (await wait(begun))[0][0] as Results) as AsyncGenerator<Awaited<R>, void, undefined>;
  }

  /** No more work is taken; what has begun goes on. */
  close(): void {
    this.#state = "closed";
  }

  /** Ends the processes now; what they were doing fails. */
  async terminate(): Promise<void> {
    this.close();
    for (const { handle } of await this.#workers) {
      const used = handleToUse(handle, "Pool.terminate");
      await used?.scope.engine.killActor(used.info.actor, { noRestart: true });
    }
  }

  /** After `close` or `terminate`: waits for the work that has begun, then ends the processes. */
  async join(): Promise<void> {
    if (this.#state === "open") throw new RangeError("Pool.join: the pool is still open. Call pool.close() or pool.terminate() first");
    while (this.#underWay.size > 0) await Promise.allSettled([...this.#underWay]);
    await this.terminate();
  }

  /** `await using pool = …` ends the processes at the end of the block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.terminate();
  }

  #check(fn: unknown, call: string): void {
    if (this.#state === "closed") throw new RangeError(`Pool.${call}: the pool was closed. Make another: new ray.util.Pool()`);
    if (typeof fn !== "function") throw new TypeError(`Pool.${call} wants a function; got ${describeValue(fn)}`);
  }

  /** One chunk, to the worker that has the least to do. */
  #begin(fn: Function, calls: readonly (readonly unknown[])[]): Promise<Results> {
    const begun = this.#workers.then((workers) => {
      const worker = workers.reduce((least, each) => (each.underWay < least.underWay ? each : least));
      worker.underWay++;
      const ref = worker.handle.run.remote(fn, calls);
      const end = wait([ref]).then(() => undefined, () => undefined).then(() => { worker.underWay--; });
      this.#underWay.add(end);
      void end.then(() => this.#underWay.delete(end));
      return ref;
    });
    this.#underWay.add(begun);
    void begun.then(() => undefined, () => undefined).then(() => this.#underWay.delete(begun));
    return begun;
  }

  async #all(fn: Function, calls: readonly (readonly unknown[])[], options: ChunkOptions | undefined, call: string): Promise<unknown[]> {
    const { chunkSize } = checkOptions(options, CHUNK_OPTIONS, `Pool.${call}`);
    this.#check(fn, call);
    const { length } = await this.#workers;
    const size = chunkSize ?? Math.max(1, Math.ceil(calls.length / (length * CHUNKS_PER_PROCESS)));
    const chunks = await Promise.all(chunked(calls, size).map((chunk) => this.#begin(fn, chunk)));
    return (await Promise.all(chunks.map((chunk) => chunk.value()))).flat();
  }

  #stream(fn: Function, items: Iterable<unknown>, options: ChunkOptions | undefined, call: string, next: (begun: readonly Results[]) => Promise<Results>): AsyncGenerator<unknown, void, undefined> {
    const { chunkSize = 1 } = checkOptions(options, CHUNK_OPTIONS, `Pool.${call}`);
    this.#check(fn, call);
    const source = iterableOf(items, `Pool.${call}`)[Symbol.iterator]();
    const begin = (chunk: readonly (readonly unknown[])[]): Promise<Results> => this.#begin(fn, chunk);
    const workers = this.#workers;
    return (async function* () {
      const most = (await workers).length * CHUNKS_AHEAD;
      const begun: Results[] = [];
      for (;;) {
        for (let chunk: unknown[][]; begun.length < most && (chunk = take(source, chunkSize)).length > 0;) begun.push(await begin(chunk));
        if (begun.length === 0) return;
        const ref = await next(begun);
        begun.splice(begun.indexOf(ref), 1);
        yield* await ref.value();
      }
    })();
  }
}

function chunked<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

function take(source: Iterator<unknown>, count: number): unknown[][] {
  const taken: unknown[][] = [];
  while (taken.length < count) {
    const { done, value } = source.next();
    if (done) break;
    taken.push([value]);
  }
  return taken;
}
