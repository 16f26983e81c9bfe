/** Of which class an object is, read without running code. */
import { types } from "node:util";
import { isBuiltinPrototype, isObjectPrototype } from "./realm.ts";

/** Of no class of a user's: only then is a closer look worth it. */
export function isBuiltinObject(value: object): boolean {
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return true;
  const proto = Object.getPrototypeOf(value) as object | null;
  return isObjectPrototype(proto) || isBuiltinPrototype(proto);
}

/** The class whose instances have `proto`, read without running code. */
export function classOf(proto: object): Function | undefined {
  const made: unknown = types.isProxy(proto) ? undefined : Object.getOwnPropertyDescriptor(proto, "constructor")?.value;
  if (typeof made !== "function" || types.isProxy(made)) return undefined;
  return Object.getOwnPropertyDescriptor(made, "prototype")?.value === proto ? made : undefined;
}

/** The same for an instance, from its own prototype upwards: libraries put objects between an instance and its class. */
export function nearestClassOf(value: object): Function | undefined {
  for (let proto = Object.getPrototypeOf(value) as object | null; proto !== null; proto = Object.getPrototypeOf(proto) as object | null) {
    const made = classOf(proto);
    if (made !== undefined) return made;
  }
  return undefined;
}

/** An error's stack through the process's map, whatever the user's own hooks do. */
export function stackOf(error: Error, mapStack: (stack: string) => string): string | undefined {
  try {
    const { stack } = error;
    return typeof stack === "string" ? mapStack(stack) : undefined;
  } catch (failure) {
    // a user's prepareStackTrace threw: the error itself matters more than its stack
    return `${error.name}: ${error.message}\n    (its stack could not be read: ${String(failure)})`;
  }
}
