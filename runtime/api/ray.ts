/** Makes the `ray` object of a process on what its host offers. */
import type { ActorInfo } from "../engine/engine.ts";
import type { PlacementGroupInfo } from "../engine/placement.ts";
import type { MetricKind, Tags } from "../engine/metrics.ts";
import { ActorNotFoundError, isRayError, type RayError } from "../errors.ts";
import type { ObjectId } from "../ids.ts";
import { makeActorClass } from "./actor-class.ts";
import { infoOf, makeHandle, methodOf } from "./actor-handle.ts";
import { call, exitActor, kill, ready, terminate } from "./actor-life.ts";
import { cancel } from "./cancel.ts";
import { makeComms } from "./comm.ts";
import { Cluster } from "./cluster.ts";
import { describeValue } from "./describe-value.ts";
import { dag } from "./dag/graph.ts";
import { makeDisplay } from "./display.ts";
import { exceptions } from "./exceptions.ts";
import type { Ray } from "./face.ts";
import { get } from "./get.ts";
import { Home, sendable, type Scope } from "./home.ts";
import type { RayHost } from "./host.ts";
import { input } from "./input.ts";
import { holdOf, MADE_BY_PUT, makeRef, ObjectRef, type RefScope } from "./object-ref.ts";
import { checkOptions, NAMESPACE_OPTIONS, type ActorOptions, type TaskOptions, type MethodOptions } from "./options.ts";
import { method } from "./method.ts";
import { progress } from "./progress.ts";
import { remote } from "./remote.ts";
import { makeRemoteFunction } from "./remote-function.ts";
import { runtimeContext } from "./runtime-context.ts";
import { SHIP, type Shipped } from "./shippable.ts";
import { makeState, timeline } from "./state.ts";
import { status } from "./status.ts";
import { Queue } from "./util/queue.ts";
import { PoolWorker } from "./util/pool-worker.ts";
import { QueueActor } from "./util/queue-actor.ts";
import { revivedMetric, type HistogramOptions } from "./util/metrics.ts";
import { makeUtil } from "./util/patterns.ts";
import { makeGroup } from "./util/placement-group.ts";
import { makeUi } from "./ui.ts";
import { wait } from "./wait.ts";

/** Where a process keeps its one `ray`, so that every copy of the package gives the same. */
export const RAY_GLOBAL: unique symbol = Symbol.for("ray-ts.ray") as never;

const homes = new WeakMap<object, Home>();

export function createRay(host: RayHost): Ray {
  const home = new Home(host, get);
  const cluster = new Cluster(home);
  registerRefs(home);
  const face = {
    init: (options) => cluster.init(options),
    isInitialized: () => cluster.isInitialized(),
    shutdown: () => cluster.shutdown(),
    remote: (code: unknown, options?: unknown) => remote(home, code, options) as never,
    get: (refs: unknown, options?: object) => get(home, refs, options) as never,
    put: (value) => put(home, value) as never,
    wait: (refs, options) => wait(refs, options),
    progress: (refs, options) => progress(host, refs, options),
    cancel: (ref, options) => cancel(ref, options),
    kill: (handle, options) => kill(handle, options),
    free: (refs) => free(refs),
    terminate: (handle) => terminate(handle),
    exitActor: () => exitActor(host),
    call: (handle: unknown, code: unknown, ...args: unknown[]) => call(handle, code, args) as never,
    ready: (handle) => ready(handle) as ObjectRef<true>,
    method: (options) => method(options),
    getActor: (name, options) => getActor(home, name, options) as never,
    getRuntimeContext: () => runtimeContext(host, (info) => makeHandle(home.current(), info)),
    nodes: () => host.engine().nodes(),
    clusterResources: () => host.engine().resources("total"),
    availableResources: () => host.engine().resources("available"),
    state: makeState(host),
    status: () => status(host),
    timeline: (file) => timeline(host, file),
    display: makeDisplay(host),
    input: (prompt, options) => input(host, prompt, options),
    comm: makeComms(host),
    dag,
    ui: makeUi(host),
    util: makeUtil(home),
    exceptions,
    isRayError: (error: unknown): error is RayError => isRayError(error),
  } satisfies Ray;
  homes.set(face, home);
  markShippable(face, []);
  host.registerRevivers?.(revivers(face));
  return face;
}

/** A task that captures `ray`, or `get` taken out of it, has those of the process where it runs. */
function markShippable(value: object, path: readonly string[]): void {
  const ship = (): Shipped => ({ singleton: "ray", args: path });
  // a class that a user derives from one of ours is the user's
  if (!Object.hasOwn(value, SHIP)) Object.defineProperty(value, SHIP, { get(this: object) { return this === value ? ship : undefined; } });
  for (const [name, member] of Object.entries(value)) if (typeof member === "function" || name === "util" || name === "dag" || name === "metrics") markShippable(member as object, [...path, name]);
}

/** For `ship/`: rebuilds the face's objects that `[Symbol.for("ray-ts.ship")]()` named, by its `singleton`. */
export function revivers(ray: Ray): Record<Shipped["singleton"], (...args: unknown[]) => unknown> {
  const home = homes.get(ray);
  if (!home) throw new TypeError("revivers(ray) wants what createRay(host) gave");
  return {
    ray: (...path) => path.reduce((value, name) => (value as Record<string, unknown>)[name as string], ray as unknown),
    "object-ref": () => ObjectRef,
    "remote-function": (code, options, name) => makeRemoteFunction(home, code as Function, options as TaskOptions, name as string),
    "actor-class": (code, options, name) => makeActorClass(home, code as Function, options as ActorOptions, name as string),
    "remote-method": (handle, name, options) => methodOf(handle as object, name as string, options as MethodOptions),
    queue: (handle, maxsize) => new Queue(home, { maxsize: maxsize as number }, handle as object),
    "queue-actor": () => QueueActor,
    "pool-worker": () => PoolWorker,
    "placement-group": (info) => makeGroup(home.current(), info as PlacementGroupInfo),
    metric: (kind, name, options, defaultTags) => revivedMetric(ray.util.metrics, kind as MetricKind, name as string, options as HistogramOptions, defaultTags as Tags),
  };
}

function registerRefs(home: Home): void {
  const currentScope = (): Scope | undefined => {
    const engine = home.host.currentEngine();
    return engine && home.scopeOf(engine);
  };
  home.host.registerRefs({
    refId(value) {
      const hold = holdOf(value);
      return hold && sendable(hold, currentScope(), "").id;
    },
    makeRef(id) {
      const scope = home.current();
      scope.engine.retain(id);
      return makeRef(scope, id, undefined);
    },
    actorInfo: infoOf,
    makeHandle(info: ActorInfo) {
      const scope = home.current();
      if (info.handleRef !== undefined) scope.engine.retain(info.handleRef);
      return makeHandle(scope, info);
    },
  });
}

function put(home: Home, value: unknown): ObjectRef<unknown> {
  if (holdOf(value)) throw new TypeError(`ray.put got ${describeValue(value)}, which is in the cluster already: use the ref itself, or put it inside an object`);
  const scope = home.current();
  return makeRef(scope, scope.engine.put(home.host.codec.encode(value, "value")), MADE_BY_PUT);
}

function free(refs: unknown): void {
  const all: readonly unknown[] = Array.isArray(refs) ? refs : [refs];
  const idsOf = new Map<RefScope, ObjectId[]>();
  for (const ref of all) {
    const hold = holdOf(ref);
    if (!hold) throw new TypeError(`ray.free wants an ObjectRef or an array of them; got ${describeValue(ref)}`);
    const ids = idsOf.get(hold.scope);
    if (ids) ids.push(hold.id);
    else idsOf.set(hold.scope, [hold.id]);
  }
  for (const [scope, ids] of idsOf) if (scope.isLive) scope.engine.free(ids);
}

async function getActor(home: Home, name: unknown, options: { readonly namespace?: string | undefined } | undefined): Promise<object> {
  if (typeof name !== "string" || name === "") throw new TypeError(`ray.getActor wants the actor's name, a string; got ${describeValue(name)}`);
  const { namespace } = checkOptions(options, NAMESPACE_OPTIONS, "ray.getActor");
  const scope = home.current();
  const info = await scope.engine.getActor(name, namespace);
  if (info) return makeHandle(scope, info);
  const place = namespace ?? scope.engine.info?.namespace;
  throw new ActorNotFoundError(`There is no actor named "${name}"${place === undefined ? "" : ` in namespace "${place}"`}. It may have ended, or its name is another, or it is in another namespace: ray.getActor(name, { namespace })`);
}
