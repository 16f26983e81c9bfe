/** `retryExceptions`: which errors that a task or call threw are a reason to try it again. */
import type { RetryReasons } from "../engine/engine.ts";
import type { Home } from "./home.ts";
import type { ErrorClass } from "./options.ts";

export interface WithRetryExceptions {
  readonly retryExceptions?: boolean | readonly ErrorClass[] | undefined;
}

/** As the engine takes it. Classes are told by `instanceof` on the error as `ray.get` would throw it. */
export function retryReasons({ host }: Home, { retryExceptions }: WithRetryExceptions): { readonly retryExceptions?: RetryReasons } {
  if (retryExceptions === undefined) return {};
  if (typeof retryExceptions === "boolean") return { retryExceptions };
  const isOne = (error: unknown): boolean => retryExceptions.some((one) => error instanceof one);
  return {
    retryExceptions(encoded) {
      const error = host.codec.decode(encoded);
      return error instanceof Promise ? error.then(isOne, () => false) : isOne(error);
    },
  };
}

/** What a handle carries: classes stay with the actor's process, which says of each error whether it is of one. */
export const carriedReasons = ({ retryExceptions }: WithRetryExceptions): { readonly retryExceptions?: boolean | "listed" } =>
  retryExceptions === undefined ? {} : { retryExceptions: typeof retryExceptions === "boolean" ? retryExceptions : "listed" };

/** Throws when calls that threw are to be sent again, but never as often as once. */
export function checkRetries(retryExceptions: unknown, maxTaskRetries: number | undefined, where: string): void {
  if (retryExceptions && !maxTaskRetries) throw new TypeError(`${where} "retryExceptions" needs maxTaskRetries: how often a call that threw is sent again`);
}
