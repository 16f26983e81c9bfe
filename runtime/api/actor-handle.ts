/**
 * Actor handles. A handle is an object with one method object for each method of the actor's class: its class (one for each
 * list of methods) has a getter a method, and the first use of a method leaves it on the handle. A name that is no method
 * falls through to the end of the prototype chain, where a Proxy names the nearest one.
 */
import { inspect } from "node:util";
import type { ActorInfo } from "../engine/engine.ts";
import { handleText, makeMethod, usableHandle, type HandleState, type RemoteMethod } from "./actor-method.ts";
import type { Scope } from "./home.ts";
import { nearestName } from "../nearest-name.ts";
import { release, releaseWithHolder, type Hold } from "./object-ref.ts";
import type { MethodOptions } from "./options.ts";

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
    return handleText(this.#state.info);
  }

  [inspect.custom](): string {
    return handleText(this.#state.info);
  }

  get [Symbol.toStringTag](): "ActorHandle" {
    return "ActorHandle";
  }
}

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
        const method = makeMethod(state, this, name, {});
        Object.defineProperty(this, name, { value: method });
        return method;
      },
    });
  }
  handleClasses.set(key, made);
  return made;
}

/** A handle that takes over the count of `info.handleRef`. */
export function makeHandle(scope: Scope, info: ActorInfo): object {
  const hold: Hold | undefined = info.handleRef === undefined ? undefined : { id: info.handleRef, count: 0, scope, madeBy: undefined, isReleased: false };
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

export function methodOf(handle: object, name: string, options: MethodOptions): unknown {
  const state = read(handle);
  if (!state) throw new TypeError(`Cannot rebuild the remote method "${name}": its handle did not arrive`);
  return makeMethod(state, handle, name, options);
}
