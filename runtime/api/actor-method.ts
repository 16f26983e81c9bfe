/** Methods of actor handles: what `handle.method` gives, and the defaults that the actor's class says of its calls. */
import { inspect } from "node:util";
import type { ActorInfo, CallOptions } from "../engine/engine.ts";
import type { ObjectId } from "../ids.ts";
import type { BoundMethod } from "../session/output.ts";
import { callText } from "./call-text.ts";
import { CallNode as BoundCall } from "./dag/call-nodes.ts";
import type { BindArgs, CallNode } from "./dag/dag-node.ts";
import { encodeCall, refsOf, withOrigin, type Scope } from "./home.ts";
import { makeGenerator } from "./object-ref-generator.ts";
import type { Hold } from "./object-ref.ts";
import { checkGroup, checkOptions, METHOD_OPTIONS, type MethodOptions } from "./options.ts";
import { checkRetries, retryReasons } from "./retry-reasons.ts";
import { SHIP, type Shipped } from "./shippable.ts";
import type { AnyReturn, NumReturns, RemoteCall } from "./signature.ts";

/** A method of an actor, called by `.remote()`. Calls from one place run in the order in which they were made. */
export interface RemoteMethod<F> {
  readonly remote: RemoteCall<F>;
  /** A node of a lazy graph: the call is made when the node, or one that needs it, is executed. */
  readonly bind: F extends (...args: infer P) => infer R ? (...args: BindArgs<P>) => CallNode<R> : never;
  /** The same method with other options. */
  options<N extends NumReturns<AnyReturn<F>> = NumReturns<AnyReturn<F>> & 1>(options: MethodOptions<N>): [N] extends [1] ? RemoteMethod<F> : SplitRemoteMethod<F, N>;
}

/** A method with `numReturns` other than 1. */
export interface SplitRemoteMethod<F, N extends number> {
  readonly remote: RemoteCall<F, N>;
}

export interface HandleState {
  readonly info: ActorInfo;
  readonly scope: Scope;
  /** The count that keeps the actor alive; undefined for a detached actor and for a handle by name. */
  readonly hold: Hold | undefined;
}

/** As the runtime sees every remote method. */
interface AnyRemoteMethod {
  remote(...args: unknown[]): unknown;
  bind(...args: unknown[]): unknown;
  options(options: MethodOptions): AnyRemoteMethod;
}

const bound = new WeakMap<object, BoundMethod>();

/** Which actor's method a value is; undefined for what is none. */
export const boundMethodOf = (value: unknown): BoundMethod | undefined => (typeof value === "function" ? bound.get(value) : undefined);

/** `given` are checked. */
export function makeMethod(state: HandleState, handle: object, name: string, given: MethodOptions): AnyRemoteMethod {
  const { info, scope } = state;
  const label = `${info.className}.${name}`;
  const madeBy = `call "${label}"`;
  const callOptions = callOptionsOf(state, name, given);
  const { numReturns, stream } = callOptions;
  const fromOrigin = withOrigin(callOptions);
  const method = function (...args: unknown[]): never {
    throw new TypeError(`Actor method "${label}" cannot be called directly: write ${callText(`handle.${name}`, args)}`);
  };
  const members: AnyRemoteMethod & { [SHIP](): Shipped } = {
    remote(...args) {
      usableHandle(state, label);
      const returns = scope.engine.callActor(info, name, encodeCall(scope, args, label), fromOrigin(scope.home.host.origin()));
      return stream === undefined ? refsOf(scope, returns, numReturns, madeBy) : makeGenerator(scope, returns.ids[0] as ObjectId, madeBy);
    },
    bind: (...args) => new BoundCall(members, label, args),
    options(changed) {
      return makeMethod(state, handle, name, { ...given, ...checkMethodOptions(info, name, changed) });
    },
    // names the handle, so that a kept method keeps the actor alive
    [SHIP]: () => ({ singleton: "remote-method", args: [handle, name, given] }),
  };
  for (const key of Reflect.ownKeys(members)) Object.defineProperty(method, key, { value: members[key as keyof typeof members] });
  Object.defineProperty(method, "name", { value: name });
  Object.defineProperty(method, inspect.custom, { value: () => `RemoteMethod(${label})` });
  bound.set(method, { actor: info.actor, className: info.className, method: name });
  return method as unknown as AnyRemoteMethod;
}

function callOptionsOf({ info, scope }: HandleState, name: string, { generatorBackpressure, ...given }: MethodOptions): CallOptions {
  const options = { numReturns: 1, ...info.callDefaults?.methods?.[name], ...given, ...retryReasons(scope.home, given) } as CallOptions;
  return generatorBackpressure === undefined ? options : { ...options, stream: generatorBackpressure };
}

function checkMethodOptions({ className, callDefaults }: ActorInfo, name: string, changed: MethodOptions): MethodOptions {
  const call = `${name}.options`;
  const checked = checkOptions(changed, METHOD_OPTIONS, call);
  if (checked.concurrencyGroup !== undefined) checkGroup(callDefaults?.concurrencyGroups, checked.concurrencyGroup, call);
  const says = callDefaults?.methods?.[name];
  checkRetries(checked.retryExceptions, checked.maxTaskRetries ?? says?.maxTaskRetries ?? callDefaults?.maxTaskRetries, `${call} option`);
  const isGenerator = says?.stream !== undefined;
  if (isGenerator && checked.numReturns !== undefined) throw new TypeError(`${call}: numReturns is not for the generator ${className}.${name}: its .remote() gives a ref for each item, as they are made`);
  if (!isGenerator && checked.generatorBackpressure !== undefined) throw new TypeError(`${call}: generatorBackpressure is for generators, and ${className}.${name} is none: write it as *${name}() or async *${name}()`);
  return checked;
}

export const handleText = (info: ActorInfo): string => `ActorHandle(${info.className}, ${info.actor})`;

export function usableHandle({ info, hold, scope }: HandleState, callee: string): void {
  if (hold?.isReleased) throw new TypeError(`Cannot call ${callee}: ${handleText(info)} was let go by \`using\` or [Symbol.dispose]()`);
  if (!scope.isLive) throw new TypeError(`Cannot call ${callee}: the cluster of ${handleText(info)} is gone, and its actors with it. Make the actor again`);
}
