/** Remote functions: what `ray.remote(fn)` gives. */
import { inspect } from "node:util";
import type { TaskOptions as EngineTaskOptions } from "../engine/engine.ts";
import type { RuntimeEnv as WholeEnv } from "../engine/runtime-env.ts";
import type { ObjectId } from "../ids.ts";
import { callText, identifier } from "./call-text.ts";
import type { BindArgs, CallNode } from "./dag/dag-node.ts";
import { CallNode as BoundCall } from "./dag/call-nodes.ts";
import { encodeCall, refsOf, withCapture, withOrigin, type Home } from "./home.ts";
import { checkOptions, resourcesOf, TASK_OPTIONS, type TaskOptions } from "./options.ts";
import { isGeneratorFunction, ITEMS_AHEAD, makeGenerator } from "./object-ref-generator.ts";
import { placementOf } from "./placement.ts";
import { retryReasons } from "./retry-reasons.ts";
import { withWholeEnv } from "./runtime-env.ts";
import { SHIP, type Shipped } from "./shippable.ts";
import type { AnyReturn, Args, NumReturns, OverloadCount, RemoteCall, Returned } from "./signature.ts";

/**
 * A function that runs as a task on a worker process.
 *
 * @example
 * const square = ray.remote((x: number) => x * x); // RemoteFunction<[x: number], number>
 * await ray.get(square.remote(4));                 // 16
 *
 * @see https://docs.ray.io/en/latest/ray-core/tasks.html
 */
export interface RemoteFunction<P extends readonly any[], R> {
  /** Submits a task and gives the ref of its result at once. An argument that is an ObjectRef arrives as its value. */
  readonly remote: (...args: Args<P>) => Returned<R>;
  /** A node of a lazy graph: the task is submitted when the node, or one that needs it, is executed. */
  readonly bind: (...args: BindArgs<P>) => CallNode<R>;
  /** The same function with other options; this one keeps its own. */
  options<N extends NumReturns<R> = NumReturns<R> & 1>(options: TaskOptions<N>): WithReturns<P, R, N>;
}

/** A remote function with `numReturns` other than 1. */
export interface SplitRemoteFunction<P extends readonly any[], R, N extends number> {
  readonly remote: (...args: Args<P>) => Returned<R, N>;
  readonly bind: (...args: BindArgs<P>) => CallNode<R, N>;
  options<M extends NumReturns<R> = NumReturns<R> & N>(options: TaskOptions<M>): WithReturns<P, R, M>;
}

type WithReturns<P extends readonly any[], R, N extends number> = [N] extends [1] ? RemoteFunction<P, R> : SplitRemoteFunction<P, R, N>;

/** A remote function whose overloads are kept, up to 4. */
export interface OverloadedRemoteFunction<F, N extends number = 1> {
  readonly remote: RemoteCall<F, N>;
  readonly bind: (...args: any[]) => CallNode<AnyReturn<F>, N>;
  options<M extends NumReturns<AnyReturn<F>> = NumReturns<AnyReturn<F>> & N>(options: TaskOptions<M>): OverloadedRemoteFunction<F, M>;
}

/** What `ray.remote(fn)` gives for a function of type `F`. */
export type RemoteFunctionOf<F, N extends number = 1> =
  OverloadCount<F> extends 1
    ? F extends (...args: infer P) => infer R ? WithReturns<P, R, N> : never
    : OverloadedRemoteFunction<F, N>;

/** As the runtime sees every remote function. */
export interface AnyRemoteFunction {
  remote(...args: unknown[]): unknown;
  bind(...args: unknown[]): unknown;
  options(options: TaskOptions): AnyRemoteFunction;
}

/** What a function is called that has no name at all. */
export const ANONYMOUS = "anonymous";

const remoteNames = new WeakMap<object, string>();

/** The name of a remote function; undefined for every other value. */
export const remoteFunctionName = (value: object): string | undefined => remoteNames.get(value);

/** `options` are checked; `name` is what the function is called if they name nothing. */
export function makeRemoteFunction(home: Home, code: Function, options: TaskOptions, name: string): AnyRemoteFunction {
  const label = options.name ?? name;
  const callee = identifier(name === ANONYMOUS ? "" : name, "f");
  const numReturns = options.numReturns ?? 1;
  const isGenerator = isGeneratorFunction(code);
  if (isGenerator && options.numReturns !== undefined) throw new TypeError(`numReturns is not for the generator "${label}": its .remote() gives a ref for each item, as they are made`);
  const resources = resourcesOf(options as never, 1);
  const engineOptions: EngineTaskOptions = { name: label, resources, ...placementOf(options.schedulingStrategy, resources, label), numReturns, maxRetries: options.maxRetries ?? 3, ...retryReasons(home, options), ...(options.maxCalls ? { maxCalls: options.maxCalls } : {}), ...(options.runtimeEnv ? { runtimeEnv: options.runtimeEnv as WholeEnv } : {}), ...(isGenerator ? { stream: options.generatorBackpressure ?? ITEMS_AHEAD } : {}) };
  const fromOrigin = withOrigin(engineOptions);
  const fromGroup = withCapture(engineOptions, label);
  const madeBy = `task "${label}"`;

  const remoteFunction = function (...args: unknown[]): never {
    throw new TypeError(`Remote function "${label}" cannot be called directly: write ${callText(callee, args)}`);
  };
  const members = {
    remote(...args: unknown[]): unknown {
      const scope = home.current();
      const { host } = home;
      const shipped = host.shipper.ship(code, name);
      const captured = options.schedulingStrategy === undefined ? host.capturing?.() : undefined;
      const returns = scope.engine.submitTask(shipped, encodeCall(scope, args, label), captured === undefined ? fromOrigin(host.origin()) : fromGroup(captured, host.origin()));
      if (isGenerator) return makeGenerator(scope, returns.ids[0] as ObjectId, madeBy);
      return refsOf(scope, returns, numReturns, madeBy);
    },
    bind: (...args: unknown[]): unknown => new BoundCall(members, label, args),
    options(changed: TaskOptions): AnyRemoteFunction {
      const call = `${callee}.options`;
      const given = withWholeEnv(checkOptions<TaskOptions>(changed, TASK_OPTIONS, call), home.host.folder, call);
      return makeRemoteFunction(home, code, { ...options, ...given }, name);
    },
    [SHIP]: (): Shipped => ({ singleton: "remote-function", args: [code, options, name] }),
    [inspect.custom]: (): string => `RemoteFunction(${label})`,
    toString: (): string => `RemoteFunction(${label})`,
  };
  return finish(remoteFunction, members, name);
}

function finish<M extends object>(remoteFunction: Function, members: M, name: string): M {
  for (const key of Reflect.ownKeys(members)) Object.defineProperty(remoteFunction, key, { value: members[key as keyof M], enumerable: false });
  Object.defineProperty(remoteFunction, "name", { value: name });
  remoteNames.set(remoteFunction, name);
  return remoteFunction as Function & M;
}
