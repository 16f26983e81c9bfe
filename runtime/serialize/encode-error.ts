/** What a task threw, as bytes. An error always travels: what of it cannot be sent is left as text. */
import type { Encoded } from "../engine/engine.ts";
import { isError } from "../errors.ts";
import type { ValueCodec } from "./codec.ts";
import { blankError, builtinErrorName, errorPrototype } from "./error-class.ts";
import { classOf } from "./class-of.ts";
import { preview } from "./preview.ts";
import { TaskFailure } from "./task-error.ts";

const MAX_DEPTH = 8;

export interface FailureContext {
  readonly taskName: string;
  readonly pid: number;
  /** The thrown error's stack in terms of cells and files. */
  readonly mapStack?: (text: string) => string;
}

/** Decodes to the error that `ray.get` throws: see `makeTaskError`. */
export function encodeError(codec: ValueCodec, thrown: unknown, { taskName, pid, mapStack }: FailureContext): Encoded {
  const label = `the error of ${taskName}`;
  const context = { taskName, pid, stack: mapStack === undefined ? undefined : mappedStack(thrown, mapStack) };
  const failure = new TaskFailure(thrown, context);
  return isSendable(codec, failure) ? codec.encode(failure, label) : codec.encode(new TaskFailure(sendablePart(codec, thrown, 0), context), label);
}

/** Also takes what the compiler put into names out of the message: `(0 , __$.f) is not a function`. */
function mappedStack(thrown: unknown, mapStack: (text: string) => string): string | undefined {
  if (!isError(thrown)) return undefined;
  const { message, stack } = thrown;
  if (typeof message === "string" && message.includes("__")) Reflect.defineProperty(thrown, "message", { value: mapStack(message), writable: true, configurable: true, enumerable: false });
  return typeof stack === "string" ? mapStack(stack) : undefined;
}

/** For an error of the runtime itself (`WorkerCrashedError`): decodes to that error, not to a RayTaskError around it. */
export function encodeSystemError(codec: ValueCodec, error: Error): Encoded {
  return codec.encode(isSendable(codec, error) ? error : sendablePart(codec, error, 0), "an error");
}

function isSendable(codec: ValueCodec, value: unknown): boolean {
  try {
    codec.encode(value, "");
    return true;
  } catch {
    // the reason does not matter here: what cannot go is replaced by its preview
    return false;
  }
}

function sendablePart(codec: ValueCodec, value: unknown, depth: number): unknown {
  if (isSendable(codec, value)) return value;
  if (depth > MAX_DEPTH) return preview(value);
  if (isError(value)) return sendableError(codec, value, depth);
  return Array.isArray(value) ? value.map((item: unknown) => sendablePart(codec, item, depth + 1)) : preview(value);
}

function sendableError(codec: ValueCodec, error: Error, depth: number): Error {
  const copy = blankError(sendablePrototype(codec, error));
  for (const key of Reflect.ownKeys(error)) {
    const descriptor = Object.getOwnPropertyDescriptor(error, key)!;
    if (typeof key === "symbol" && Symbol.keyFor(key) === undefined) continue;
    const value = "value" in descriptor ? sendablePart(codec, descriptor.value, depth + 1) : "[getter]";
    Object.defineProperty(copy, key, { value, writable: true, configurable: true, enumerable: descriptor.enumerable === true });
  }
  if (!Object.hasOwn(copy, "name") && copy.name !== error.name) Object.defineProperty(copy, "name", { value: error.name, writable: true, configurable: true });
  return copy;
}

function sendablePrototype(codec: ValueCodec, error: Error): object {
  const own = Object.getPrototypeOf(error) as object;
  if (isSendable(codec, blankError(own))) return own;
  for (let proto: object | null = own; proto !== null; proto = Object.getPrototypeOf(proto) as object | null) {
    const made = classOf(proto);
    const name = made === undefined ? undefined : builtinErrorName(made);
    if (name !== undefined) return errorPrototype(name);
  }
  return Error.prototype;
}
