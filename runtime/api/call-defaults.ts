/** What a class says about calls of its actors: by its options, by `@ray.method`, and by how its methods are written. */
import type { CallDefaults } from "../engine/engine.ts";
import { methodDefaults } from "./method.ts";
import { isGeneratorFunction, ITEMS_AHEAD } from "./object-ref-generator.ts";
import { checkGroup, type ActorOptions, type ErrorClass } from "./options.ts";
import { carriedReasons, checkRetries } from "./retry-reasons.ts";

type OfMethod = NonNullable<CallDefaults["methods"]>[string];

/** Classes of `retryExceptions` by method, "" for the others. They go to the actor's process behind the constructor's arguments. */
export type ListedErrors = Readonly<Record<string, readonly ErrorClass[]>>;

/** What travels with every handle; nothing when there is nothing to say. */
export function callDefaultsOf(code: Function, names: readonly string[], { maxTaskRetries, retryExceptions, maxPendingCalls, concurrencyGroups }: ActorOptions, className: string): { callDefaults?: CallDefaults } {
  const groups = concurrencyGroups && Object.keys(concurrencyGroups);
  const methods: Record<string, OfMethod> = {};
  for (const name of names) {
    const where = `@ray.method of ${className}.${name}`;
    const said = methodSays(methodCode(code, name), where);
    if (said.concurrencyGroup !== undefined) checkGroup(groups, said.concurrencyGroup, where);
    checkRetries(said.retryExceptions, said.maxTaskRetries ?? maxTaskRetries, `${where}:`);
    if (Object.keys(said).length > 0) methods[name] = said;
  }
  const callDefaults = {
    ...(maxTaskRetries ? { maxTaskRetries } : {}),
    ...(retryExceptions ? carriedReasons({ retryExceptions }) : {}),
    ...(maxPendingCalls ? { maxPendingCalls } : {}),
    ...(groups ? { concurrencyGroups: groups } : {}),
    ...(Object.keys(methods).length > 0 ? { methods } : {}),
  };
  return Object.keys(callDefaults).length === 0 ? {} : { callDefaults };
}

function methodSays(code: Function, where: string): OfMethod {
  const { generatorBackpressure, retryExceptions, ...others } = methodDefaults(code) ?? {};
  const said = { ...others, ...carriedReasons({ retryExceptions }) } as OfMethod;
  if (isGeneratorFunction(code)) return { ...said, stream: generatorBackpressure ?? ITEMS_AHEAD };
  if (generatorBackpressure !== undefined) throw new TypeError(`${where}: generatorBackpressure is for generators, *method() and async *method()`);
  return said;
}

const methodCode = (code: Function, name: string): Function => (code.prototype as Record<string, Function>)[name] as Function;

/** Undefined when no error class is listed. */
export function listedErrors(code: Function, names: readonly string[], { retryExceptions }: ActorOptions): ListedErrors | undefined {
  const listed: Record<string, readonly ErrorClass[]> = {};
  if (Array.isArray(retryExceptions)) listed[""] = retryExceptions;
  for (const name of names) {
    const said = methodDefaults(methodCode(code, name))?.retryExceptions;
    if (Array.isArray(said)) listed[name] = said;
  }
  return Object.keys(listed).length === 0 ? undefined : listed;
}
