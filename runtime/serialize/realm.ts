/**
 * What kind of builtin an object is, whatever realm it comes from: values cross between the session's scripts, modules
 * and decoders, so `instanceof` and `constructor ===` say too little.
 */
import { types } from "node:util";

const { getPrototypeOf, hasOwn } = Object;
const OBJECT = Object.prototype;
const ARRAY = Array.prototype;

/** `Object.prototype` of any realm. */
export function isObjectPrototype(proto: object | null): boolean {
  if (proto === OBJECT) return true;
  return proto !== null && getPrototypeOf(proto) === null && hasOwn(proto, "__lookupGetter__") && hasOwn(proto, "isPrototypeOf");
}

export function isArrayPrototype(proto: object | null): boolean {
  return proto === ARRAY || (Array.isArray(proto) && hasOwn(proto, "copyWithin"));
}

/** The prototype of a builtin one step below `Object.prototype` (`Map.prototype`), not of a subclass. */
export function isBuiltinPrototype(proto: object | null): boolean {
  return proto !== null && isObjectPrototype(getPrototypeOf(proto) as object | null);
}

export const TYPED_ARRAYS = [
  "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array",
  "BigInt64Array", "BigUint64Array", "DataView", "Buffer", "Float16Array",
] as const;

export type ViewName = (typeof TYPED_ARRAYS)[number];

const tagOf = Object.getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype) as object, Symbol.toStringTag)!.get!;

/** `Float64Array`, `Buffer`, `DataView`. A subclass counts as its base. */
export function viewName(view: ArrayBufferView): ViewName {
  if (Buffer.isBuffer(view)) return "Buffer";
  return (tagOf.call(view) as ViewName | undefined) ?? "DataView";
}

/** True for a typed array, DataView or Buffer itself, false for an instance of a class that extends one. */
export function isPlainView(view: ArrayBufferView): boolean {
  const proto = getPrototypeOf(view) as object;
  if (proto === Buffer.prototype || proto === Uint8Array.prototype || proto === Float64Array.prototype) return true;
  if (types.isDataView(view)) return isBuiltinPrototype(proto);
  return isBuiltinPrototype(getPrototypeOf(proto) as object | null) && hasOwn(proto, "BYTES_PER_ELEMENT");
}

type ViewConstructor = new (buffer: ArrayBuffer, offset: number, length: number) => ArrayBufferView;

/** A view of `byteLength` bytes of `buffer`. The offset is a multiple of the element's size. */
export function makeView(name: ViewName, buffer: ArrayBuffer, offset: number, byteLength: number): ArrayBufferView {
  if (name === "Buffer") return Buffer.from(buffer, offset, byteLength);
  const make = (globalThis as unknown as Record<string, ViewConstructor | undefined>)[name];
  if (make === undefined) throw new TypeError(`This version of Node has no ${name}.`);
  return new make(buffer, offset, byteLength / elementSize(name));
}

/** Bytes of one element; 1 for DataView and Buffer. */
export function elementSize(name: ViewName): number {
  const sizes: Partial<Record<ViewName, number>> = { Int16Array: 2, Uint16Array: 2, Float16Array: 2, Int32Array: 4, Uint32Array: 4, Float32Array: 4, Float64Array: 8, BigInt64Array: 8, BigUint64Array: 8 };
  return sizes[name] ?? 1;
}
