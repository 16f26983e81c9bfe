/** What a class says about calls of its actors: by its options, by `@ray.method`, and by how its methods are written. */
import type { CallDefaults } from "../engine/engine.ts";
import { methodDefaults } from "./method.ts";
import { isGeneratorFunction, ITEMS_AHEAD } from "./object-ref-generator.ts";
import { checkGroup, type ActorOptions } from "./options.ts";

type OfMethod = NonNullable<CallDefaults["methods"]>[string];

/** What travels with every handle; nothing when there is nothing to say. */
export function callDefaultsOf(code: Function, names: readonly string[], { maxTaskRetries, maxPendingCalls, concurrencyGroups }: ActorOptions, className: string): { callDefaults?: CallDefaults } {
  const groups = concurrencyGroups && Object.keys(concurrencyGroups);
  const methods: Record<string, OfMethod> = {};
  for (const name of names) {
    const said = methodSays((code.prototype as Record<string, Function>)[name] as Function, `@ray.method of ${className}.${name}`);
    if (said.concurrencyGroup !== undefined) checkGroup(groups, said.concurrencyGroup, `@ray.method of ${className}.${name}`);
    if (Object.keys(said).length > 0) methods[name] = said;
  }
  const callDefaults = {
    ...(maxTaskRetries ? { maxTaskRetries } : {}),
    ...(maxPendingCalls ? { maxPendingCalls } : {}),
    ...(groups ? { concurrencyGroups: groups } : {}),
    ...(Object.keys(methods).length > 0 ? { methods } : {}),
  };
  return Object.keys(callDefaults).length === 0 ? {} : { callDefaults };
}

function methodSays(code: Function, where: string): OfMethod {
  const { generatorBackpressure, ...said } = (methodDefaults(code) ?? {}) as { readonly generatorBackpressure?: number } & OfMethod;
  if (isGeneratorFunction(code)) return { ...said, stream: generatorBackpressure ?? ITEMS_AHEAD };
  if (generatorBackpressure !== undefined) throw new TypeError(`${where}: generatorBackpressure is for generators, *method() and async *method()`);
  return said;
}
