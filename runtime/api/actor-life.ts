/** What is done to actors as a whole: `ray.kill`, `ray.terminate`, `ray.exitActor`, `ray.ready`, `ray.call`. */
import { CALL_METHOD, READY_METHOD, TERMINATE_METHOD, type ActorInfo } from "../engine/engine.ts";
import { ActorDiedError, RayError } from "../errors.ts";
import type { ObjectId } from "../ids.ts";
import { handleToUse } from "./actor-handle.ts";
import { describeValue } from "./describe-value.ts";
import { encodeCall, type Scope } from "./home.ts";
import type { RayHost } from "./host.ts";
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

export function call(handle: unknown, code: unknown, args: readonly unknown[]): ObjectRef<unknown> {
  const actor = theHandle(handle, "ray.call");
  if (typeof code !== "function") throw new TypeError(`ray.call wants a function after the handle, (self, ...args) => …; got ${describeValue(code)}`);
  return callSpecial(actor, CALL_METHOD, [code, ...args]);
}

export function exitActor(host: RayHost): never {
  if (host.exitActor) return host.exitActor();
  throw new RayError("ray.exitActor() was called outside an actor: it ends the actor whose method calls it. From outside write ray.terminate(handle) or ray.kill(handle)");
}

type Actor = { readonly info: ActorInfo; readonly scope: Scope };

function callSpecial({ info, scope }: Actor, method: string, args: readonly unknown[]): ObjectRef<unknown> {
  const [id] = scope.engine.callActor(info, method, encodeCall(scope, args, `${info.className}.${method}`), { numReturns: 1 });
  return makeRef(scope, id as ObjectId, `call "${info.className}.${method}"`);
}

function theHandle(value: unknown, caller: string): Actor {
  const handle = handleToUse(value, caller);
  if (!handle) throw new TypeError(`${caller} wants an actor's handle; got ${describeValue(value)}${holdOf(value) ? ". To drop an object write ray.free(ref)" : ""}`);
  return handle;
}
