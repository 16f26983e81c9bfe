/**
 * Keeps AsyncLocalStorage out of sight. Before Node 24 it hangs symbols of its own on every promise and timer, and `inspect`
 * would show them in each `Promise { … }` that a cell prints.
 */
import { inspect } from "node:util";

const BOOKKEEPING = new Set(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore", "asyncId", "triggerId", "destroyed"]);

type Customized = { [inspect.custom]?: (this: object, ...args: unknown[]) => unknown };

export function keepInspectClean(): void {
  const timer = setTimeout(() => undefined, 0);
  const immediate = setImmediate(() => undefined);
  clearTimeout(timer);
  clearImmediate(immediate);
  for (const prototype of [Promise.prototype, Object.getPrototypeOf(timer) as object, Object.getPrototypeOf(immediate) as object]) hideBefore(prototype as Customized);
}

function hideBefore(prototype: Customized): void {
  const original = prototype[inspect.custom];
  const hideAndInspect = function (this: object, ...args: unknown[]): unknown {
    hideBookkeeping(this);
    // the value itself: go on as if there were no method
    return original === undefined ? this : original.apply(this, args);
  };
  Object.defineProperty(prototype, inspect.custom, { value: hideAndInspect, writable: true, configurable: true, enumerable: false });
}

function hideBookkeeping(value: object): void {
  for (const symbol of Object.getOwnPropertySymbols(value)) {
    const property = BOOKKEEPING.has(symbol.description ?? "") ? Object.getOwnPropertyDescriptor(value, symbol) : undefined;
    if (property?.configurable === true) Object.defineProperty(value, symbol, { ...property, enumerable: false });
  }
}
