/** Error classes that every process has: by name. */
import * as rayErrors from "../errors.ts";

const BUILTIN = new Set(["Error", "TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError", "AggregateError"]);

/** `TypeError` for that builtin of any realm, `ray:RayTaskError` for one of ours, else undefined. */
export function builtinErrorName(errorClass: Function): string | undefined {
  const { name } = errorClass;
  if (BUILTIN.has(name) && /\[native code\]\s*\}$/.test(Function.prototype.toString.call(errorClass))) return name;
  return (rayErrors as unknown as Record<string, unknown>)[name] === errorClass ? `ray:${name}` : undefined;
}

export function errorPrototype(name: string): object {
  const found = name.startsWith("ray:") ? (rayErrors as unknown as Record<string, { prototype: object } | undefined>)[name.slice(4)] : BUILTIN.has(name) ? (globalThis as unknown as Record<string, { prototype: object } | undefined>)[name] : undefined;
  return found?.prototype ?? Error.prototype;
}

/** A native error with this prototype, made without running the class's constructor or taking a stack. */
export function blankError(prototype: object): Error {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    const error = new Error();
    Object.setPrototypeOf(error, prototype);
    return error;
  } finally {
    Error.stackTraceLimit = limit;
  }
}
