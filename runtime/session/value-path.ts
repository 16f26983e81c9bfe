/**
 * Follows a path of names (`config.servers[0].host`) through real values without running any code of the user's: own and
 * inherited data properties only; a getter, a call or a proxy ends the way.
 */
import { types } from "node:util";

export interface Found { readonly value: unknown }

export interface PathRoots {
  /** The value of a top-level name, if it can be had without running code. */
  peek(name: string): Found | undefined;
}

const IDENTIFIER = String.raw`[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*`;
const STEP = String.raw`(?:\??\.\s*${IDENTIFIER}|(?:\?\.)?\[(?:\d+|"[^"\\]*"|'[^'\\]*')\])`;
const PATH_AT_END = new RegExp(String.raw`(?<![\p{ID_Continue}$)\]"'\x60]|(?<!\.\.)\.)(${IDENTIFIER})(${STEP}*)$`, "u");
const STEPS = new RegExp(String.raw`\??\.\s*(${IDENTIFIER})|\[(?:(\d+)|"([^"\\]*)"|'([^'\\]*)')\]`, "gu");

export const IDENTIFIER_AT_END = new RegExp(`(?:${IDENTIFIER})?$`, "u");
export const IDENTIFIER_AT_START = /^[\p{ID_Continue}$\u200c\u200d]*/u;
export const isIdentifier = (name: string): boolean => new RegExp(`^${IDENTIFIER}$`, "u").test(name);

/** The path that `code` ends with: `["a", "b"]` for `f(a?.b`. */
export function pathAtEnd(code: string): readonly string[] | undefined {
  const match = PATH_AT_END.exec(code);
  if (match === null) return undefined;
  const steps = [...(match[2] as string).matchAll(STEPS)].map((step) => (step[1] ?? step[2] ?? step[3] ?? step[4]) as string);
  return [match[1] as string, ...steps];
}

export function followPath(path: readonly string[], roots: PathRoots): Found | undefined {
  const [first, ...steps] = path;
  let found = first === undefined ? undefined : roots.peek(first);
  for (const step of steps) {
    if (found === undefined) return undefined;
    found = peekProperty(found.value, step);
  }
  return found;
}

function peekProperty(value: unknown, name: string): Found | undefined {
  for (const holder of prototypeChain(value)) {
    const property = ownProperty(holder, name);
    if (property !== undefined) return "value" in property ? { value: property.value } : undefined;
  }
  return undefined;
}

/** The objects that a property is looked for in; empty for null, undefined and proxies. A proxy in the chain ends it. */
export function prototypeChain(value: unknown): object[] {
  if (value === null || value === undefined) return [];
  const chain: object[] = [];
  for (let holder: object | null = Object(value) as object; holder !== null && !types.isProxy(holder); holder = Object.getPrototypeOf(holder) as object | null) chain.push(holder);
  return chain;
}

/** A name of a module that is still being evaluated cannot be read. */
export function ownProperty(holder: object, name: string): PropertyDescriptor | undefined {
  try {
    return Object.getOwnPropertyDescriptor(holder, name);
  } catch (error) {
    if (error instanceof ReferenceError) return undefined;
    throw error;
  }
}
