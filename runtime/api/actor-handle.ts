/**
 * Actor handles. A handle is an object with one method object for each method of the actor's class: its class (one for each
 * list of methods) has a getter a method, and the first use of a method leaves it on the handle. A name that is no method
 * falls through to the end of the prototype chain, where a Proxy names the nearest one.
 */
import { inspect } from "node:util";
import type { ActorInfo, CallOptions } from "../engine/engine.ts";
import { callText } from "./call-text.ts";
import { encodeCall, refsOf, withOrigin, type Scope } from "./home.ts";
import { nearestName } from "./nearest-name.ts";
import { release, releaseWithHolder, type Hold } from "./object-ref.ts";
import { checkGroup, checkOptions, METHOD_OPTIONS, type MethodOptions } from "./options.ts";
import { SHIP, type Shipped } from "./shippable.ts";
import type { AnyReturn, NumReturns, RemoteCall } from "./signature.ts";

declare const handleBrand: unique symbol;

/** Any actor's handle. `using handle = …` lets go of it at the end of the block. */
export interface AnyActorHandle extends Disposable {
  readonly [handleBrand]: true;
}

/**
 * A handle of an actor of class `C`: its public methods, each with `.remote()`. Fields stay in the actor's process. It can
 * be passed to tasks and other actors; when the last handle is gone the actor ends.
 *
 * @example
 * const counter = ray.remote(Counter).remote(); // ActorHandle<Counter>
 * await ray.get(counter.incr.remote(1));
 *
 * @see https://docs.ray.io/en/latest/ray-core/actors.html
 */
export type ActorHandle<C> = {
  readonly [K in keyof C as K extends string ? (C[K] extends (...args: any) => any ? K : never) : never]: RemoteMethod<C[K]>;
} & AnyActorHandle;

/** A method of an actor, called by `.remote()`. Calls from one place run in the order in which they were made. */
export interface RemoteMethod<F> {
  readonly remote: RemoteCall<F>;
  /** The same method with other options. */
  options<N extends NumReturns<AnyReturn<F>> = NumReturns<AnyReturn<F>> & 1>(options: MethodOptions<N>): [N] extends [1] ? RemoteMethod<F> : SplitRemoteMethod<F, N>;
}

/** A method with `numReturns` other than 1. */
export interface SplitRemoteMethod<F, N extends number> {
  readonly remote: RemoteCall<F, N>;
}

interface HandleState {
  readonly info: ActorInfo;
  readonly scope: Scope;
  /** The count that keeps the actor alive; undefined for a detached actor and for a handle by name. */
  readonly hold: Hold | undefined;
}

let read: (value: object) => HandleState | undefined;

class HandleBase {
  readonly #state: HandleState;

  static {
    read = (value) => (#state in value ? value.#state : undefined);
  }

  constructor(state: HandleState) {
    this.#state = state;
  }

  [Symbol.dispose](): void {
    const { hold } = this.#state;
    if (hold) release(hold);
  }

  [Symbol.toPrimitive](): string {
    return textOf(this.#state.info);
  }

  [inspect.custom](): string {
    return textOf(this.#state.info);
  }

  get [Symbol.toStringTag](): "ActorHandle" {
    return "ActorHandle";
  }
}

const textOf = (info: ActorInfo): string => `ActorHandle(${info.className}, ${info.actor})`;

/** Names that engines and tools read to learn what a value is: await, JSON.stringify, test frameworks. They must not throw. */
const PROBES = new Set(["then", "toJSON", "nodeType", "tagName", "asymmetricMatch", "$$typeof", "inspect"]);

const missing = new Proxy(Object.create(null) as object, {
  get(_, name, handle) {
    if (typeof name === "symbol" || PROBES.has(name) || name.startsWith("@@")) return undefined;
    if (name in Object.prototype) return Reflect.get(Object.prototype, name, handle);
    const state = read(handle as object);
    if (state) throw noMethod(state.info, name);
    return undefined;
  },
  set(_, name, __, handle) {
    const className = read(handle as object)?.info.className ?? "actor";
    throw new TypeError(`Cannot set "${String(name)}" on a handle of ${className}: the actor is in another process. Add a method to ${className} that sets it`);
  },
});
Object.setPrototypeOf(HandleBase.prototype, missing);

function noMethod({ className, methods }: ActorInfo, name: string): TypeError {
  const nearest = nearestName(name, methods);
  if (nearest) return new TypeError(`${className} has no method "${name}"; did you mean "${nearest}"?`);
  const known = methods.length === 0 ? "it has none" : `it has ${methods.join(", ")}`;
  return new TypeError(`${className} has no method "${name}" (${known}). A handle reaches methods only, not fields nor functions kept in fields: add a method that returns what you need`);
}

type HandleClass = new (state: HandleState) => object;
const handleClasses = new Map<string, HandleClass>();

function handleClassOf(methods: readonly string[]): HandleClass {
  const key = methods.join(" ");
  const known = handleClasses.get(key);
  if (known) return known;
  const made = class ActorHandle extends HandleBase {};
  for (const name of methods) {
    Object.defineProperty(made.prototype, name, {
      configurable: true,
      get(this: object) {
        const state = read(this);
        if (!state) return undefined;
        const method = makeMethod(state, this, name, defaultsOf(state.info, name));
        Object.defineProperty(this, name, { value: method });
        return method;
      },
    });
  }
  handleClasses.set(key, made);
  return made;
}

/** As the runtime sees every remote method. */
interface AnyRemoteMethod {
  remote(...args: unknown[]): unknown;
  options(options: MethodOptions): AnyRemoteMethod;
}

const defaultsOf = ({ callDefaults }: ActorInfo, name: string): CallOptions => ({ numReturns: 1, ...callDefaults?.methods?.[name] });

function makeMethod(state: HandleState, handle: object, name: string, callOptions: CallOptions): AnyRemoteMethod {
  const { info, scope } = state;
  const label = `${info.className}.${name}`;
  const madeBy = `call "${label}"`;
  const { numReturns } = callOptions;
  const fromOrigin = withOrigin(callOptions);
  const method = function (...args: unknown[]): never {
    throw new TypeError(`Actor method "${label}" cannot be called directly: write ${callText(`handle.${name}`, args)}`);
  };
  const members: AnyRemoteMethod & { [SHIP](): Shipped } = {
    remote(...args) {
      usableHandle(state, label);
      const ids = scope.engine.callActor(info, name, encodeCall(scope, args, label), fromOrigin(scope.home.host.origin()));
      return refsOf(scope, ids, numReturns, madeBy);
    },
    options(changed) {
      const checked = checkOptions(changed, METHOD_OPTIONS, `${name}.options`);
      if (checked.concurrencyGroup !== undefined) checkGroup(info.callDefaults?.concurrencyGroups, checked.concurrencyGroup, `${name}.options`);
      return makeMethod(state, handle, name, { ...defaultsOf(info, name), ...checked });
    },
    // names the handle, so that a kept method keeps the actor alive
    [SHIP]: () => ({ singleton: "remote-method", args: [handle, name, callOptions] }),
  };
  for (const key of Reflect.ownKeys(members)) Object.defineProperty(method, key, { value: members[key as keyof typeof members] });
  Object.defineProperty(method, "name", { value: name });
  Object.defineProperty(method, inspect.custom, { value: () => `RemoteMethod(${label})` });
  return method as unknown as AnyRemoteMethod;
}

function usableHandle({ info, hold, scope }: HandleState, callee: string): void {
  if (hold?.isReleased) throw new TypeError(`Cannot call ${callee}: ${textOf(info)} was let go by \`using\` or [Symbol.dispose]()`);
  if (!scope.isLive) throw new TypeError(`Cannot call ${callee}: the cluster of ${textOf(info)} is gone, and its actors with it. Make the actor again`);
}

/** A handle that takes over the count of `info.handleRef`. */
export function makeHandle(scope: Scope, info: ActorInfo): object {
  const hold: Hold | undefined = info.handleRef === undefined ? undefined : { id: info.handleRef, scope, madeBy: undefined, isReleased: false };
  const handle = new (handleClassOf(info.methods))({ info, scope, hold });
  if (hold) releaseWithHolder(handle, hold);
  return handle;
}

/** What a handle of this copy stands for; undefined for every other value. */
export function infoOf(value: unknown): ActorInfo | undefined {
  return typeof value === "object" && value !== null ? read(value)?.info : undefined;
}

/** As `infoOf`, with the scope, for a handle that is going to be used: throws when it can no longer be. */
export function handleToUse(value: unknown, callee: string): { readonly info: ActorInfo; readonly scope: Scope } | undefined {
  const state = typeof value === "object" && value !== null ? read(value) : undefined;
  if (state) usableHandle(state, callee);
  return state;
}

export function methodOf(handle: object, name: string, callOptions: CallOptions): unknown {
  const state = read(handle);
  if (!state) throw new TypeError(`Cannot rebuild the remote method "${name}": its handle did not arrive`);
  return makeMethod(state, handle, name, callOptions);
}
