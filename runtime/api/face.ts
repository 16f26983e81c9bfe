/** The `ray` object, as its users see it. */
import type { RayError } from "../errors.ts";
import type { NodeInfo } from "../engine/engine.ts";
import type { ActorClass } from "./actor-class.ts";
import type { ActorHandle, AnyActorHandle } from "./actor-handle.ts";
import type { CommApi } from "./comm.ts";
import type { RayContext } from "./context.ts";
import type { Dag } from "./dag/graph.ts";
import type { Display } from "./display.ts";
import type { Exceptions } from "./exceptions.ts";
import type { ObjectRef } from "./object-ref.ts";
import type { ObjectRefGenerator } from "./object-ref-generator.ts";
import type { ActorOptions, CancelOptions, GetOptions, InitOptions, InputOptions, MethodDefaults, ProgressOptions, TaskOptions, WaitOptions } from "./options.ts";
import type { Progress } from "./progress-bar.ts";
import type { RemoteFunctionOf } from "./remote-function.ts";
import type { StateApi } from "./state.ts";
import type { ClusterStatus } from "./status.ts";
import type { TraceEvent } from "../engine/timeline.ts";
import type { RuntimeContext } from "./runtime-context.ts";
import type { UiApi } from "./ui.ts";
import type { RayUtil } from "./util/patterns.ts";
import type { AnyReturn, Args, ConstructorArgs, NumReturns, Returned } from "./signature.ts";

/** The value behind a ref: `ObjectRefValue<ObjectRef<number>>` is `number`. */
export type ObjectRefValue<R> = R extends ObjectRef<infer T> ? T : never;

/** The values behind refs, in their order; tuples stay tuples. */
export type ObjectRefValues<T extends readonly unknown[]> = { -readonly [K in keyof T]: ObjectRefValue<T[K]> };

/** What `ray.remote` makes of a class or a function. */
export type Remote<T, N extends number> =
  T extends new (...args: any[]) => object ? ActorClass<ConstructorArgs<T>, InstanceType<T>>
  : T extends (...args: any[]) => unknown ? RemoteFunctionOf<T, N>
  : "ray.remote wants a function, or a class that is not abstract and whose constructor is public";

/** The options that go with a class or a function. */
export type RemoteOptions<T, N extends number> = T extends new (...args: any[]) => object ? ActorOptions : TaskOptions<N>;

export interface Ray {
  /**
   * Starts the cluster, or gives the context of the one that runs. Optional: the first remote call starts it too.
   *
   * @throws RayError when a cluster runs whose options are not those asked for.
   * @example
   * await ray.init({ numCpus: 4 });
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.init.html
   */
  init(options?: InitOptions): Promise<RayContext>;

  /** True when there is a cluster to work on. */
  isInitialized(): boolean;

  /** Ends the cluster with its workers, actors and objects. Does nothing when there is none. */
  shutdown(): Promise<void>;

  /** The same with the options first: `ray.remote({ numCpus: 2 })(fn)`. */
  remote<N extends number = 1>(options: TaskOptions<N> | ActorOptions): <T extends Function>(code: T) => Remote<T, N>;
  /**
   * Makes a remote function of a function: each `.remote(...)` runs it as a task on a worker process. Makes an actor class of
   * a class: each `.remote(...)` makes an actor in a process of its own.
   *
   * @example
   * const square = ray.remote((x: number) => x * x);
   * await ray.get(square.remote(4)); // 16
   *
   * class Counter { i = 0; incr(by: number) { return (this.i += by); } }
   * const counter = ray.remote(Counter).remote();
   * await ray.get(counter.incr.remote(1)); // 1
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.remote.html
   */
  // T extends Function and nothing narrower: a call signature there would be the context of the function's parameters, so that
  // `(x: number, by = 2) => …` would have `by: any`
  remote<T extends Function, N extends NumReturns<AnyReturn<T>> = NumReturns<AnyReturn<T>> & 1>(code: T, options?: RemoteOptions<T, N>): Remote<T, N>;

  /**
   * The value of a ref, or the values of an array of refs in its order. A value that failed is thrown as its error.
   *
   * @throws GetTimeoutError after `timeoutMs`.
   * @example
   * const [a, b] = await ray.get([square.remote(2), square.remote(3)]);
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.get.html
   */
  get<T extends readonly ObjectRef<any>[] | []>(refs: T, options?: GetOptions): Promise<ObjectRefValues<T>>;
  get<T>(ref: ObjectRef<T>, options?: GetOptions): Promise<T>;

  /**
   * Stores a copy of a value in the cluster. Typed arrays are read from there without another copy.
   *
   * @example
   * const matrix = ray.put(new Float64Array(1_000_000)); // ObjectRef<Float64Array>
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.put.html
   */
  put<T>(value: T extends ObjectRef<any> ? "an ObjectRef is in the cluster already: use the ref itself" : T): ObjectRef<T>;

  /**
   * Waits until `numReturns` (1) of the refs are ready, or failed: `[ready, pending]`, both in the order given.
   *
   * @example
   * const [ready, pending] = await ray.wait(refs, { numReturns: 2, timeoutMs: 1000 });
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.wait.html
   */
  wait<R extends ObjectRef<any>>(refs: readonly R[], options?: WaitOptions): Promise<[ready: R[], pending: R[]]>;

  /**
   * A live bar over refs: how many are done, failed and running, for how long, and about how long it still takes. It stands where
   * the cell's value is drawn, or at once when the cell goes on; a script has it on its stderr.
   *
   * @example
   * const refs = files.map((file) => parse.remote(file));
   * ray.progress(refs, { label: "parsing" });
   * await ray.get(refs);
   * @see https://docs.ray.io/en/latest/ray-core/examples/monte_carlo_pi.html
   */
  progress(refs: readonly ObjectRef<any>[], options?: ProgressOptions): Progress;

  /**
   * Cancels the task or actor call that makes a ref: reading the ref throws TaskCancelledError. One that waits never runs; one that
   * runs sees `ray.getRuntimeContext().signal` abort, and a loop of it that does not await throws. Nothing happens when it has ended.
   *
   * @throws TypeError for a ref of `ray.put`, and with `force` for a call of an actor.
   * @example
   * const ref = ray.remote(async () => (await fetch(url, { signal: ray.getRuntimeContext().signal })).text()).remote();
   * ray.cancel(ref);
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.cancel.html
   */
  cancel(ref: ObjectRef<any> | ObjectRefGenerator<any>, options?: CancelOptions): void;

  /** Ends an actor at once. Calls without a result fail with ActorDiedError. */
  kill(handle: AnyActorHandle, options?: { readonly noRestart?: boolean | undefined }): Promise<void>;

  /**
   * Ends an actor after the calls that were made before; resolves when it has ended. It does not restart.
   *
   * @example
   * counter.incr.remote(1);
   * await ray.terminate(counter); // the call above has run
   * @see https://docs.ray.io/en/latest/ray-core/actors/terminating-actors.html
   */
  terminate(handle: AnyActorHandle): Promise<void>;

  /**
   * Ends the actor whose method calls it, when no other call runs in it. The caller gets ActorDiedError; the actor does not restart.
   *
   * @example
   * class Job { stop() { ray.exitActor(); } }
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.actor.exit_actor.html
   */
  exitActor(): never;

  /**
   * Runs a function on an actor's instance, in its turn among the calls. A generator gives its items, as a method does.
   *
   * @example
   * await ray.get(ray.call(counter, (self: Counter, by: number) => (self.i += by), 5));
   * @see https://docs.ray.io/en/latest/ray-core/actors.html
   */
  call<F extends (self: any, ...args: any[]) => unknown>(handle: AnyActorHandle, code: F, ...args: F extends (self: any, ...args: infer P) => unknown ? Args<P> : never): Returned<ReturnType<F>>;

  /**
   * Before a method of a class: what its calls do unless `.options` says otherwise.
   *
   * @example
   * class Store { @ray.method({ concurrencyGroup: "io" }) async load(url: string) { return (await fetch(url)).text(); } }
   * const store = ray.remote(Store, { concurrencyGroups: { io: 2 } }).remote();
   * @see https://docs.ray.io/en/latest/ray-core/actors/concurrency_group_api.html
   */
  method(options: MethodDefaults): (code: (this: any, ...args: any[]) => unknown, context: ClassMethodDecoratorContext) => void;

  /**
   * Frees objects now, though refs to them are held: their memory goes when nobody reads it any more. Who gets one afterwards, or waits
   * for it, has ObjectLostError.
   *
   * @example
   * const ref = ray.put(new Float64Array(1e8));
   * ray.free(ref);
   */
  free(refs: ObjectRef<any> | readonly ObjectRef<any>[]): void;

  /** A ref that is ready when the actor's constructor is through, and fails when that failed. */
  ready(handle: AnyActorHandle): ObjectRef<true>;

  /**
   * The handle of a named actor: `ray.getActor<Counter>("counter")`. Without the class it is `any`.
   *
   * @throws ActorNotFoundError when there is none of that name.
   */
  getActor<C = never>(name: string, options?: { readonly namespace?: string | undefined }): Promise<[C] extends [never] ? any : ActorHandle<C>>;

  /** Where the code runs: ids, the task's signal, what it holds. */
  getRuntimeContext(): RuntimeContext;

  /** The machines of the cluster. */
  nodes(): Promise<readonly NodeInfo[]>;

  /** Total amounts by resource name. */
  clusterResources(): Promise<Record<string, number>>;

  /** Amounts that nobody holds now; what is used up has no key. */
  availableResources(): Promise<Record<string, number>>;

  /**
   * What the cluster does, as rows: `tasks`, `actors`, `objects`, `workers`, `nodes`.
   *
   * @example
   * await ray.state.tasks({ filter: { state: "failed" }, limit: 10 });
   * @see https://docs.ray.io/en/latest/ray-observability/reference/api.html
   */
  readonly state: StateApi;

  /**
   * The newest 10,000 tasks as a Chrome trace, for chrome://tracing or ui.perfetto.dev; written to the file if one is named.
   *
   * @example
   * await ray.timeline("trace.json");
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.timeline.html
   */
  timeline(file?: string): Promise<readonly TraceEvent[]>;

  /**
   * What the cluster has and does at this moment. As a cell's value it is a live view: CPUs, store, workers, actors, tasks, when
   * they ran and what they printed.
   *
   * @example
   * await ray.status();
   * (await ray.status()).available["CPU"]; // 3
   * @see https://docs.ray.io/en/latest/cluster/cli.html#ray-status
   */
  status(): Promise<ClusterStatus>;

  /** Rich output: `ray.display(value)`, `ray.display.html("<b>hi</b>")`. */
  readonly display: Display;

  /**
   * Asks the user: a field under the cell, or a line of a script's stdin. What the cell prints meanwhile is shown.
   *
   * @throws InputUnavailableError where nobody can be asked: in a task, or when the front end takes no input.
   * @example
   * const name = await ray.input("Your name? ");
   * const token = await ray.input("Token: ", { password: true });
   * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-stdin-router-dealer-channel
   */
  input(prompt?: string, options?: InputOptions): Promise<string>;
  /** Controls in a notebook's page that call back into the session or straight into an actor: `ray.ui.slider({ max: 10 }, trainer.setSpeed)`. */
  readonly ui: UiApi;

  /** Messages to and from the notebook's page: `ray.comm.open("target")`, `ray.comm.register("target", (comm) => …)`. */
  readonly comm: CommApi;

  /**
   * Lazy graphs: `f.bind(…)`, `Actor.bind(…)` and `handle.method.bind(…)` give nodes, which `.execute(…)` runs.
   *
   * @see https://docs.ray.io/en/latest/ray-core/ray-dag.html
   */
  readonly dag: Dag;

  /** Patterns on top of tasks and actors: `ray.util.ActorPool`, `ray.util.Queue`, `ray.util.asCompleted`. */
  readonly util: RayUtil;

  /** Every error class. */
  readonly exceptions: Exceptions;

  /** True for every error of this runtime: narrows `unknown` in a catch. */
  isRayError(error: unknown): error is RayError;
}
