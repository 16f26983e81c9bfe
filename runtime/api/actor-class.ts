/** Actor classes: what `ray.remote(Class)` gives. */
import { inspect } from "node:util";
import type { ActorOptions as EngineActorOptions } from "../engine/engine.ts";
import type { Placement } from "../engine/placement.ts";
import type { RuntimeEnv as WholeEnv } from "../engine/runtime-env.ts";
import { makeHandle, type ActorHandle } from "./actor-handle.ts";
import { callDefaultsOf, listedErrors, type ListedErrors } from "./call-defaults.ts";
import { callText, identifier } from "./call-text.ts";
import { makeClassNode } from "./dag/call-nodes.ts";
import type { BindArgs } from "./dag/dag-node.ts";
import type { ClassNode } from "./dag/graph.ts";
import { encodeCall, withCapture, withOrigin, type Home } from "./home.ts";
import { ACTOR_OPTIONS, checkOptions, resourcesOf, type ActorOptions } from "./options.ts";
import { placementOf } from "./placement.ts";
import { checkRetries } from "./retry-reasons.ts";
import { withWholeEnv } from "./runtime-env.ts";
import { SHIP, type Shipped } from "./shippable.ts";
import type { Args } from "./signature.ts";

/**
 * A class whose instances live as actors, each in a process of its own.
 *
 * @example
 * class Counter { i = 0; incr(by: number) { return (this.i += by); } }
 * const RemoteCounter = ray.remote(Counter); // ActorClass<[], Counter>
 * const counter = RemoteCounter.remote();    // ActorHandle<Counter>
 *
 * @see https://docs.ray.io/en/latest/ray-core/actors.html
 */
export interface ActorClass<P extends readonly any[], C> {
  /** Makes an actor and gives its handle at once. An error in the constructor comes with the first call's result. */
  readonly remote: (...args: Args<P>) => ActorHandle<C>;
  /** A node of a lazy graph: an actor that each execution makes anew. */
  readonly bind: (...args: BindArgs<P>) => ClassNode<C>;
  /** The same class with other options; this one keeps its own. */
  options(options: ActorOptions): ActorClass<P, C>;
}

/** The handle of an actor class: `HandleOf<typeof RemoteCounter>`. */
export type HandleOf<A> = A extends ActorClass<any, infer C> ? ActorHandle<C> : never;

/** As the runtime sees every actor class. */
export interface AnyActorClass {
  remote(...args: unknown[]): unknown;
  bind(...args: unknown[]): unknown;
  options(options: ActorOptions): AnyActorClass;
}

const actorClassNames = new WeakMap<object, string>();

/** The name of an actor class; undefined for every other value. */
export const actorClassName = (value: object): string | undefined => actorClassNames.get(value);

/** `options` are checked. */
export function makeActorClass(home: Home, code: Function, options: ActorOptions, name: string): AnyActorClass {
  // read when first needed: a class that comes in a graph with its own actor class is not there yet
  let fromOrigin: ((origin: string | undefined) => EngineActorOptions) | undefined;
  let fromGroup: ((parent: Placement, origin: string | undefined) => EngineActorOptions) | undefined;
  let listed: ListedErrors | undefined;

  const actorClass = function (...args: unknown[]): never {
    throw new TypeError(`Actor class "${name}" cannot be ${new.target ? "made with new" : "called directly"}: write ${callText(identifier(name, "A"), args)}`);
  };
  const members = {
    remote(...args: unknown[]): unknown {
      const scope = home.current();
      const { host } = home;
      fromOrigin ??= withOrigin(engineOptions(code, options, name, (listed = listedErrors(code, methodsOf(code, name), options))));
      const shipped = host.shipper.ship(code, name);
      const sent = encodeCall(scope, listed ? [...args, listed] : args, name);
      const captured = options.schedulingStrategy === undefined ? host.capturing?.() : undefined;
      if (captured === undefined) return makeHandle(scope, scope.engine.createActor(shipped, sent, fromOrigin(host.origin())));
      fromGroup ??= withCapture(fromOrigin(undefined), name);
      return makeHandle(scope, scope.engine.createActor(shipped, sent, fromGroup(captured, host.origin())));
    },
    bind: (...args: unknown[]): unknown => makeClassNode(members, name, methodsOf(code, name), args),
    options(changed: ActorOptions): AnyActorClass {
      const call = `${identifier(name, "A")}.options`;
      const merged = { ...options, ...withWholeEnv(checkOptions<ActorOptions>(changed, ACTOR_OPTIONS, call), home.host.folder, call) };
      checkTogether(merged, call);
      return makeActorClass(home, code, merged, name);
    },
    [SHIP]: (): Shipped => ({ singleton: "actor-class", args: [code, options, name] }),
    [inspect.custom]: (): string => `ActorClass(${name})`,
    toString: (): string => `ActorClass(${name})`,
  };
  for (const key of Reflect.ownKeys(members)) Object.defineProperty(actorClass, key, { value: members[key as keyof typeof members] });
  Object.defineProperty(actorClass, "name", { value: name });
  actorClassNames.set(actorClass, name);
  return actorClass as unknown as AnyActorClass;
}

/** As users give them to what makes actors for them. */
export function checkedActorOptions(home: Home, options: ActorOptions | undefined, call: string): ActorOptions {
  const checked = withWholeEnv(checkOptions<ActorOptions>(options, ACTOR_OPTIONS, call), home.host.folder, call);
  checkTogether(checked, call);
  return checked;
}

/** What no option says alone. */
export function checkTogether(options: ActorOptions, call: string): void {
  if (options.getIfExists && options.name === undefined) throw new TypeError(`${call} option "getIfExists" needs a name: the name by which the actor is looked for`);
  if (options.maxTaskRetries && !options.maxRestarts && !options.retryExceptions) throw new TypeError(`${call} option "maxTaskRetries" needs maxRestarts or retryExceptions: an actor that does not restart gets a call again only when that threw`);
  checkRetries(options.retryExceptions, options.maxTaskRetries, `${call} option`);
  if (options.namespace !== undefined && options.name === undefined) throw new TypeError(`${call} option "namespace" needs a name: only named actors are in a namespace`);
}

function engineOptions(code: Function, options: ActorOptions, className: string, listed: ListedErrors | undefined): EngineActorOptions {
  const methods = methodsOf(code, className);
  const resources = resourcesOf(options as never, undefined);
  return {
    className,
    methods,
    resources,
    ...placementOf(options.schedulingStrategy, resources, className),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
    detached: options.lifetime === "detached",
    ...(options.getIfExists ? { getIfExists: true } : {}),
    maxConcurrency: options.maxConcurrency ?? 1,
    ...(options.maxRestarts ? { maxRestarts: options.maxRestarts } : {}),
    ...(options.concurrencyGroups ? { concurrencyGroups: { ...options.concurrencyGroups } } : {}),
    ...(listed ? { listsErrors: true } : {}),
    ...(options.runtimeEnv ? { runtimeEnv: options.runtimeEnv as WholeEnv } : {}),
    ...callDefaultsOf(code, methods, options, className),
  };
}

/** The methods of a class and its ancestors: functions of the prototypes, without constructor, accessors and symbols. */
export function methodsOf(code: Function, className: string): string[] {
  const methods = new Set<string>();
  let prototype: unknown = code.prototype;
  while (typeof prototype === "object" && prototype !== null) {
    const parent: unknown = Object.getPrototypeOf(prototype);
    if (parent === null) break; // Object.prototype, of whichever realm
    for (const name of Object.getOwnPropertyNames(prototype)) {
      if (name !== "constructor" && typeof Object.getOwnPropertyDescriptor(prototype, name)?.value === "function") methods.add(name);
    }
    prototype = parent;
  }
  if (methods.has("then")) throw new TypeError(`Cannot make an actor class of ${className}: its method "then" would make every handle look like a promise. Give the method another name`);
  return [...methods];
}
