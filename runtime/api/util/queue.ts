/** `ray.util.Queue`: first in, first out, for tasks and actors of every process. */
import { inspect } from "node:util";
import { Empty, Full } from "../../errors.ts";
import { checkedActorOptions, makeActorClass } from "../actor-class.ts";
import { handleToUse } from "../actor-handle.ts";
import { describeValue } from "../describe-value.ts";
import type { Home } from "../home.ts";
import type { ObjectRef } from "../object-ref.ts";
import { checkOptions, GET_OPTIONS, TASK_OPTIONS, type ActorOptions } from "../options.ts";
import { SHIP, type Shipped } from "../shippable.ts";
import { wait } from "../wait.ts";
import { QueueActor } from "./queue-actor.ts";

export interface QueueOptions {
  /** How many items it holds; 0 or left out: any number. */
  readonly maxsize?: number | undefined;
  /** Options of the actor that holds the items, for example `{ name: "jobs" }`. */
  readonly actorOptions?: ActorOptions | undefined;
}

/** How long `put` waits for room and `get` for an item. */
export interface QueueWait {
  /** False: does not wait. */
  readonly block?: boolean | undefined;
  /** Waits this many milliseconds at most. */
  readonly timeoutMs?: number | undefined;
}

const flag = (value: unknown, where: string): void => {
  if (typeof value !== "boolean") throw new TypeError(`${where} must be true or false; got ${describeValue(value)}`);
};
const anything = (): void => undefined;
const QUEUE_OPTIONS = { maxsize: TASK_OPTIONS.numReturns, actorOptions: anything };
const WAIT_OPTIONS = { block: flag, timeoutMs: GET_OPTIONS.timeoutMs };
const SHUTDOWN_OPTIONS = { force: flag, gracePeriodMs: GET_OPTIONS.timeoutMs };

/** Calls that wait hold a place each: as many as there may ever be. */
const OVERLAPPING_CALLS = 1_000_000;

interface QueueHandle {
  readonly size: { remote(): ObjectRef<number> };
  readonly put: { remote(items: readonly unknown[], waitMs: number | undefined): ObjectRef<boolean> };
  readonly take: { remote(count: number, waitMs: number | undefined): ObjectRef<readonly unknown[] | undefined> };
  readonly quiet: { remote(): ObjectRef<void> };
}

/**
 * A queue that tasks and actors share: pass it to them like any value. The items are in an actor of its own.
 *
 * @example
 * const queue = new ray.util.Queue<number>({ maxsize: 100 });
 * const produce = ray.remote(async (queue: Queue<number>) => { for (let i = 0; i < 3; i++) await queue.put(i); });
 * produce.remote(queue);
 * await queue.get(); // 0
 *
 * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.queue.Queue.html
 */
export class Queue<T = any> {
  readonly maxsize: number;
  readonly #handle: QueueHandle;

  /** With `handle`: another view of a queue that is there already. */
  constructor(home: Home, options: QueueOptions | undefined, handle?: object) {
    const { maxsize = 0, actorOptions } = checkOptions(options, QUEUE_OPTIONS, "new ray.util.Queue");
    this.maxsize = maxsize;
    this.#handle = (handle ?? startActor(home, maxsize, actorOptions)) as QueueHandle;
  }

  /** How many items are in it. */
  size(): Promise<number> {
    return this.#handle.size.remote().value();
  }

  /** The same as `size`, under Ray's other name. */
  qsize(): Promise<number> {
    return this.size();
  }

  async empty(): Promise<boolean> {
    return (await this.size()) === 0;
  }

  async full(): Promise<boolean> {
    return this.maxsize > 0 && (await this.size()) >= this.maxsize;
  }

  /**
   * Adds an item, as soon as there is room.
   *
   * @throws Full when there is none with `block: false`, or none within `timeoutMs`.
   */
  async put(item: T, options?: QueueWait): Promise<void> {
    const waitMs = waitOf(options, "Queue.put");
    if (!(await this.#handle.put.remote([item], waitMs).value())) throw new Full(`The queue is full: it holds ${this.maxsize} ${this.maxsize === 1 ? "item" : "items"}${waited(waitMs)}`);
  }

  /**
   * Takes the oldest item, as soon as there is one.
   *
   * @throws Empty when there is none with `block: false`, or none within `timeoutMs`.
   */
  async get(options?: QueueWait): Promise<T> {
    const waitMs = waitOf(options, "Queue.get");
    const items = await this.#handle.take.remote(1, waitMs).value();
    if (!items) throw new Empty(`The queue is empty${waited(waitMs)}`);
    return items[0] as T;
  }

  putNowait(item: T): Promise<void> {
    return this.put(item, { block: false });
  }

  getNowait(): Promise<T> {
    return this.get({ block: false });
  }

  /** Adds all the items, or none when there is no room for all of them: Full. */
  async putNowaitBatch(items: Iterable<T>): Promise<void> {
    const all = [...items];
    if (await this.#handle.put.remote(all, 0).value()) return;
    throw new Full(`The queue has no room for ${all.length} more: it holds ${await this.size()} of ${this.maxsize} items, and a batch goes in whole or not at all`);
  }

  /** Takes exactly `count` items, or none when there are fewer: Empty. */
  async getNowaitBatch(count: number): Promise<T[]> {
    TASK_OPTIONS.numReturns(count, "The count of Queue.getNowaitBatch");
    const items = await this.#handle.take.remote(count, 0).value();
    if (!items) throw new Empty(`The queue has ${await this.size()} items, fewer than ${count}`);
    return [...items] as T[];
  }

  /** Ends the actor: at once with `force`, else when nobody waits for the queue any more, after `gracePeriodMs` (5000) at the latest. */
  async shutdown(options?: { readonly force?: boolean | undefined; readonly gracePeriodMs?: number | undefined }): Promise<void> {
    const { force = false, gracePeriodMs = 5000 } = checkOptions(options, SHUTDOWN_OPTIONS, "Queue.shutdown");
    const used = handleToUse(this.#handle, "Queue.shutdown");
    if (!force) await wait([this.#handle.quiet.remote()], { timeoutMs: gracePeriodMs });
    if (used) await used.scope.engine.killActor(used.info.actor, { noRestart: true });
  }

  [SHIP](): Shipped {
    return { singleton: "queue", args: [this.#handle, this.maxsize] };
  }

  [inspect.custom](): string {
    return `Queue(${this.maxsize === 0 ? "" : `maxsize ${this.maxsize}`})`;
  }
}

function startActor(home: Home, maxsize: number, options: ActorOptions | undefined): object {
  const checked = checkedActorOptions(home, options, "ray.util.Queue actorOptions");
  return makeActorClass(home, QueueActor, { maxConcurrency: OVERLAPPING_CALLS, ...checked }, "QueueActor").remote(maxsize) as object;
}

/** 0: does not wait; undefined: waits for ever. */
function waitOf(options: QueueWait | undefined, call: string): number | undefined {
  const { block = true, timeoutMs } = checkOptions(options, WAIT_OPTIONS, call);
  return block ? timeoutMs : 0;
}

const waited = (waitMs: number | undefined): string => (waitMs ? `, also after ${waitMs} ms` : "");
