/** Questions to the session's own side of a debugger (`runtime/session/debug-aid.ts`), through the inspector. */
import type { InspectorClient } from "./inspector-client.ts";
import { InspectorError } from "./inspector-client.ts";
import { type CallArgument, type Evaluated, type RemoteObject, textOfException } from "./remote-object.ts";

/** The session's side, in code that is evaluated. */
export const AID = `globalThis[Symbol.for("ray-ts.debug-aid")]`;

/** Values that a stop's frames and variables hold go with this group. */
export const OBJECT_GROUP = "ray-ts";

/** Calls a method with plain arguments; gives its value. */
export async function askAid<T>(inspector: InspectorClient, method: string, ...args: readonly unknown[]): Promise<T> {
  const expression = `${AID}.${method}(${args.map((value) => JSON.stringify(value)).join()})`;
  const answer = await inspector.ask<Evaluated>("Runtime.evaluate", { expression, returnByValue: true, silent: true });
  return resultOf(answer).value as T;
}

/** The same, for a value that stays in the session. */
export async function askAidForObject(inspector: InspectorClient, method: string, ...args: readonly unknown[]): Promise<RemoteObject> {
  const expression = `${AID}.${method}(${args.map((value) => JSON.stringify(value)).join()})`;
  return resultOf(await inspector.ask<Evaluated>("Runtime.evaluate", { expression, objectGroup: OBJECT_GROUP, silent: true }));
}

/** Calls a method on values of the session. `byValue`: the answer as data. */
export async function tellAid(inspector: InspectorClient, method: string, args: readonly CallArgument[], byValue: boolean): Promise<RemoteObject> {
  const { objectId } = resultOf(await inspector.ask<Evaluated>("Runtime.evaluate", { expression: AID, objectGroup: OBJECT_GROUP, silent: true }));
  const functionDeclaration = `function (...args) { return this.${method}(...args); }`;
  return resultOf(await inspector.ask<Evaluated>("Runtime.callFunctionOn", { objectId, functionDeclaration, arguments: args, returnByValue: byValue, objectGroup: OBJECT_GROUP, silent: true }));
}

function resultOf({ result, exceptionDetails }: Evaluated): RemoteObject {
  if (exceptionDetails !== undefined) throw new InspectorError(textOfException(exceptionDetails));
  return result;
}
