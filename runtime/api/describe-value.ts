import { types } from "node:util";

/** What was found where something else was wanted, for an error's text: `5 (number)`, `a Promise`, `function "load"`. */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case "string": return `${JSON.stringify(value.length > 40 ? value.slice(0, 40) + "…" : value)} (string)`;
    case "number":
    case "boolean": return `${Object.is(value, -0) ? "-0" : value} (${typeof value})`;
    case "bigint": return `${value}n (bigint)`;
    case "symbol": return `${String(value)} (symbol)`;
    case "function": return describeFunction(value);
    default: return describeObject(value);
  }
}

function describeFunction(value: Function): string {
  const kind = isClass(value) ? "class" : "function";
  return value.name ? `${kind} ${JSON.stringify(value.name)}` : `a ${kind}`;
}

function describeObject(value: object): string {
  if (types.isPromise(value)) return "a Promise";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : `an array of ${value.length}`;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return "a plain object";
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (tag === "ObjectRef" || tag === "ActorHandle") return String(value);
  const { name } = (value as { constructor?: { name?: unknown } }).constructor ?? {};
  return typeof name === "string" && name !== "" ? `${/^[AEIOU]/.test(name) ? "an" : "a"} ${name}` : "an object";
}

/** True for `class X {}` and class expressions, false for functions that can be called. */
export function isClass(value: Function): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value));
}
