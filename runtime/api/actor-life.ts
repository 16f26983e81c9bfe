/** What is done to actors as a whole: `ray.kill`, `ray.terminate`, `ray.exitActor`, `ray.ready`, `ray.call`. */
import { CALL_METHOD, READY_METHOD, TERMINATE_METHOD, type ActorInfo } from "../engine/engine.ts";
import { ActorDiedError, RayError } from "../errors.ts";
import type { ObjectId } from "../ids.ts";
import { handleToUse } from "./actor-handle.ts";
import { describeValue } from "./describe-value.ts";
import { encodeCall, type Scope } from "./home.ts";
import type { RayHost } from "./host.ts";
import { isGeneratorFunction, ITEMS_AHEAD, makeGenerator } from "./object-ref-generator.ts";
import { holdOf, makeRef, type ObjectRef } from "./object-ref.ts";
import { checkOptions, KILL_OPTIONS } from "./options.ts";

export async function kill(handle: unknown, options: { readonly noRestart?: boolean | undefined } | undefined): Promise<void> {
  const { noRestart = true } = checkOptions(options, KILL_OPTIONS, "ray.kill");
  const { info, scope } = theHandle(handle, "ray.kill");
  await scope.engine.killActor(info.actor, { noRestart });
}

export function ready(handle: unknown): ObjectRef<unknown> {
  return callSpecial(theHandle(handle, "ray.ready"), READY_METHOD, []);
}

/** Resolves when the actor has ended, also when it had before. */
export async function terminate(handle: unknown): Promise<void> {
  const actor = theHandle(handle, "ray.terminate");
  try {
    await actor.scope.get(callSpecial(actor, TERMINATE_METHOD, []));
  } catch (error) {
    if (!(error instanceof ActorDiedError)) throw error;
  }
}

/** A ref of what the function returns; of a generator its items. */
export function call(handle: unknown, code: unknown, args: readonly unknown[]): unknown {
  const actor = theHandle(handle, "ray.call");
  if (typeof code !== "function") throw new TypeError(`ray.call wants a function after the handle, (self, ...args) => …; got ${describeValue(code)}`);
  if (!isGeneratorFunction(code)) return callSpecial(actor, CALL_METHOD, [code, ...args]);
  return makeGenerator(actor.scope, idOfSpecial(actor, CALL_METHOD, [code, ...args], ITEMS_AHEAD), madeBy(actor, CALL_METHOD));
}

export function exitActor(host: RayHost): never {
  if (host.exitActor) return host.exitActor();
  throw new RayError("ray.exitActor() was called outside an actor: it ends the actor whose method calls it. From outside write ray.terminate(handle) or ray.kill(handle)");
}

type Actor = { readonly info: ActorInfo; readonly scope: Scope };

function callSpecial(actor: Actor, method: string, args: readonly unknown[]): ObjectRef<unknown> {
  return makeRef(actor.scope, idOfSpecial(actor, method, args), madeBy(actor, method));
}

function idOfSpecial({ info, scope }: Actor, method: string, args: readonly unknown[], stream?: number): ObjectId {
  const options = { numReturns: 1, ...(stream === undefined ? {} : { stream }) };
  return scope.engine.callActor(info, method, encodeCall(scope, args, `${info.className}.${method}`), options).ids[0] as ObjectId;
}

const madeBy = ({ info }: Actor, method: string): string => `call "${info.className}.${method}"`;

function theHandle(value: unknown, caller: string): Actor {
  const handle = handleToUse(value, caller);
  if (!handle) throw new TypeError(`${caller} wants an actor's handle; got ${describeValue(value)}${holdOf(value) ? ". To drop an object write ray.free(ref)" : ""}`);
  return handle;
}
