/** Which own properties of an object are written, and how firm the object is. */
import { types } from "node:util";

export const keepAll = (): boolean => false;

/** Own properties that the base part carries already. */
export function baseKeys(value: object): (key: string | symbol) => boolean {
  if (Array.isArray(value)) return (key) => key === "length";
  if (types.isRegExp(value)) return (key) => key === "lastIndex";
  if (ArrayBuffer.isView(value)) return (key) => typeof key === "string" && /^\d+$/.test(key);
  if (types.isStringObject(value)) return (key) => key === "length" || (typeof key === "string" && /^\d+$/.test(key));
  return keepAll;
}

/** 0 extensible, 1 not extensible, 2 sealed, 3 frozen. */
export function integrityOf(value: object): number {
  if (Object.isExtensible(value)) return 0;
  if (Object.isFrozen(value)) return 3;
  return Object.isSealed(value) ? 2 : 1;
}
