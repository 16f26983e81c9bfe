/** `ray.util`: patterns on top of tasks and actors. */
import { deregisterSerializer, registerSerializer, type Serializer } from "../../serialize/serializers.ts";
import type { AnyActorHandle } from "../actor-handle.ts";
import type { Home } from "../home.ts";
import type { ObjectRef } from "../object-ref.ts";
import { ActorPool } from "./actor-pool.ts";
import { asCompleted } from "./as-completed.ts";
import { listNamedActors, type ListNamedActors } from "./list-named-actors.ts";
import { makeMetrics, type Metrics } from "./metrics.ts";
import { mapUnordered, type MapUnorderedOptions, type RemoteOfOne } from "./map-unordered.ts";
import { inspectSerializability, type Serializability } from "./inspect-serializability.ts";
import type { PlacementGroup } from "../placement.ts";
import { getCurrentPlacementGroup, getPlacementGroup, placementGroup, placementGroupTable, removePlacementGroup, type PlacementGroupOptions, type PlacementGroupTable } from "./placement-group.ts";
import { Pool, type PoolOptions } from "./pool.ts";
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
   * Worker processes that run one function over many items, under the names of Python's `multiprocessing.Pool`.
   *
   * @example
   * const pool = new ray.util.Pool({ processes: 4 });
   * await pool.map((x: number) => x * x, [1, 2, 3]); // [1, 4, 9]
   * await pool.terminate();
   * @see https://docs.ray.io/en/latest/ray-more-libs/multiprocessing.html
   */
  readonly Pool: new (options?: PoolOptions) => Pool;

  /**
   * How instances of a class are sent that could not be sent otherwise. Both functions travel with the class, so that
   * workers can send instances too.
   *
   * @example
   * ray.util.registerSerializer(Connection, { serialize: (c) => c.url, deserialize: (url: string) => new Connection(url) });
   * @see https://docs.ray.io/en/latest/ray-core/objects/serialization.html
   */
  registerSerializer<T extends object, Data>(classFunction: abstract new (...args: never[]) => T, serializer: Serializer<T, Data>): void;

  /** Undoes `registerSerializer` in this process. */
  deregisterSerializer(classFunction: Function): void;

  /**
   * Says what in a value or function cannot be sent to another process, all of it at once, and prints it. Throws nothing.
   *
   * @example
   * ray.util.inspectSerializability(task); // { ok: false, failures: [{ path: "task → socket", reason: "a Socket lives …", hint: "…" }] }
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.inspect_serializability.html
   */
  inspectSerializability(value: unknown, name?: string): Serializability;

  /**
   * The names of living actors: of this namespace, or with `allNamespaces` of all, each with its namespace.
   *
   * @example
   * await ray.util.listNamedActors(); // ["counter"]
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.list_named_actors.html
   */
  readonly listNamedActors: ListNamedActors;

  /**
   * Reserves resources for work that belongs together: all bundles at once, or none. Tasks and actors run in it by
   * `schedulingStrategy: { placementGroup }`. It ends with the session, script or actor that made it, unless it is detached.
   *
   * @throws TypeError and RangeError for bundles that ask for nothing or are no amounts by resource.
   * @example
   * const group = ray.util.placementGroup([{ CPU: 1 }, { CPU: 1 }]);
   * await ray.get(group.ready());
   * const task = ray.remote(train, { schedulingStrategy: { placementGroup: group, bundleIndex: 0 } });
   * @see https://docs.ray.io/en/latest/ray-core/scheduling/placement-group.html
   */
  placementGroup(bundles: readonly Readonly<Record<string, number>>[], options?: PlacementGroupOptions): PlacementGroup;

  /** Ends what runs in a group, fails what waits for it (TaskPlacementGroupRemovedError, ActorPlacementGroupRemovedError), and gives its resources back. */
  removePlacementGroup(group: PlacementGroup): Promise<void>;

  /** The group of that name. @throws RayError when there is none. */
  getPlacementGroup(name: string, options?: { readonly namespace?: string | undefined }): Promise<PlacementGroup>;

  /** What became of a group; without one of all, by their ids, the last removed ones among them. */
  readonly placementGroupTable: PlacementGroupTable;

  /** The group in which this task or actor runs; undefined outside of one. */
  getCurrentPlacementGroup(): PlacementGroup | undefined;

  /**
   * Counters, gauges and histograms of your own, measured anywhere and summed by the cluster: `ray-ts metrics`,
   * `ray.state.metrics()`, or over HTTP with `ray.init({ metricsExportPort })`.
   *
   * @see https://docs.ray.io/en/latest/ray-observability/user-guides/add-app-metrics.html
   */
  readonly metrics: Metrics;
}

export function makeUtil(home: Home): RayUtil {
  const queue = class<T> extends Queue<T> {
    constructor(options?: QueueOptions) {
      super(home, options);
    }
  };
  Object.defineProperty(queue, "name", { value: "Queue" });
  const pool = class extends Pool {
    constructor(options?: PoolOptions) {
      super(home, options);
    }
  };
  Object.defineProperty(pool, "name", { value: "Pool" });
  return {
    ActorPool,
    Queue: queue,
    Pool: pool,
    asCompleted,
    mapUnordered,
    registerSerializer,
    deregisterSerializer,
    inspectSerializability: (value, name) => inspectSerializability(home, value, name),
    placementGroup: (bundles, options) => placementGroup(home, bundles, options),
    removePlacementGroup: (group) => removePlacementGroup(home, group),
    getPlacementGroup: (name, options) => getPlacementGroup(home, name, options),
    placementGroupTable: ((group?: PlacementGroup) => placementGroupTable(home, group)) as PlacementGroupTable,
    getCurrentPlacementGroup: () => getCurrentPlacementGroup(home),
    metrics: makeMetrics(home),
    listNamedActors: ((options) => listNamedActors(home, options as never)) as ListNamedActors,
  };
}
