/** Evaluates a user's code in a frame, or in the session: TypeScript, with the frame's variables and the notebook's. */
import type { InspectorClient } from "./inspector-client.ts";
import { InspectorError } from "./inspector-client.ts";
import { type Evaluated, type PropertyDescriptor, type RemoteObject, textOfException } from "./remote-object.ts";
import { AID, askAid, OBJECT_GROUP } from "./session-aid.ts";
import { scopesOf, type UserFrame } from "./stack.ts";
import type { Variables } from "./variables.ts";

/** Rejects with the error that the code threw, or with what is wrong with it. */
export async function evaluateIn(inspector: InspectorClient, variables: Variables, code: string, frame: UserFrame | undefined, isStopped: boolean): Promise<RemoteObject> {
  const scopes = frame === undefined ? [] : scopesOf(frame);
  const names = Array.isArray(scopes) ? [] : await variables.names([...scopes.locals, ...scopes.closure]);
  const compiled = JSON.parse(await askAid<string>(inspector, "compile", code, names, isStopped)) as { code: string } | { error: string };
  if ("error" in compiled) throw new InspectorError(compiled.error);
  // the function is made here, where the frame's variables are in scope
  const expression = `${AID}.evaluate(${compiled.code}\n)`;
  const common = { expression, objectGroup: OBJECT_GROUP, silent: true };
  const evaluated = frame?.call === undefined
    ? await inspector.ask<Evaluated>("Runtime.evaluate", { ...common, awaitPromise: !isStopped })
    : await inspector.ask<Evaluated>("Debugger.evaluateOnCallFrame", { ...common, callFrameId: frame.call.callFrameId });
  const { result, exceptionDetails } = evaluated;
  if (exceptionDetails !== undefined) throw new InspectorError(textOfException(exceptionDetails));
  const { result: properties } = await inspector.ask<{ result: PropertyDescriptor[] }>("Runtime.getProperties", { objectId: result.objectId, ownProperties: true, generatePreview: true });
  return properties.find(({ name }) => name === "value")?.value as RemoteObject;
}
