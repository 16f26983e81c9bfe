/** `ray.util`: patterns on top of tasks and actors. */
import type { AnyActorHandle } from "../actor-handle.ts";
import type { Home } from "../home.ts";
import type { ObjectRef } from "../object-ref.ts";
import { ActorPool } from "./actor-pool.ts";
import { asCompleted } from "./as-completed.ts";
import { listNamedActors, type ListNamedActors } from "./list-named-actors.ts";
import { mapUnordered, type MapUnorderedOptions, type RemoteOfOne } from "./map-unordered.ts";
import { Queue, type QueueOptions } from "./queue.ts";

export interface RayUtil {
  /**
   * Actors that share work, one call each at a time.
   *
   * @example
   * const pool = new ray.util.ActorPool([Doubler.remote(), Doubler.remote()]);
   * for await (const value of pool.map((actor, v: number) => actor.double.remote(v), [1, 2, 3])) console.log(value);
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.ActorPool.html
   */
  readonly ActorPool: new <H extends AnyActorHandle>(actors: Iterable<H>) => ActorPool<H>;

  /**
   * A first-in-first-out queue for tasks and actors of every process.
   *
   * @example
   * const queue = new ray.util.Queue<number>({ maxsize: 100 });
   * await queue.put(1);
   * await queue.get(); // 1
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.queue.Queue.html
   */
  readonly Queue: new <T = any>(options?: QueueOptions) => Queue<T>;

  /**
   * The refs in the order in which they become ready, or fail.
   *
   * @example
   * for await (const ref of ray.util.asCompleted(refs)) console.log(await ray.get(ref));
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.as_completed.html
   */
  asCompleted<R extends ObjectRef<any>>(refs: Iterable<R>): AsyncGenerator<R, void, undefined>;

  /**
   * Calls a remote function once an item, and gives the results in the order in which they come. Items are taken as results
   * are: at most `backpressureSize` (100) tasks are under way.
   *
   * @example
   * for await (const length of ray.util.mapUnordered(measure, texts)) console.log(length);
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.map_unordered.html
   */
  mapUnordered<V, R>(fn: RemoteOfOne<V, R>, items: Iterable<V>, options?: MapUnorderedOptions): AsyncGenerator<R, void, undefined>;

  /**
   * The names of living actors: of this namespace, or with `allNamespaces` of all, each with its namespace.
   *
   * @example
   * await ray.util.listNamedActors(); // ["counter"]
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.list_named_actors.html
   */
  readonly listNamedActors: ListNamedActors;
}

export function makeUtil(home: Home): RayUtil {
  const queue = class<T> extends Queue<T> {
    constructor(options?: QueueOptions) {
      super(home, options);
    }
  };
  Object.defineProperty(queue, "name", { value: "Queue" });
  return {
    ActorPool,
    Queue: queue,
    asCompleted,
    mapUnordered,
    listNamedActors: ((options) => listNamedActors(home, options as never)) as ListNamedActors,
  };
}
