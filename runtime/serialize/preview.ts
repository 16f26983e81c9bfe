/** A value in one line of at most 80 characters, for views and lists. Runs no getter, no trap and no user code. */
import { types } from "node:util";
import { viewName } from "./realm.ts";
import { classOf } from "./class-of.ts";

const MAX_CHARS = 80;
const MAX_DEPTH = 2;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

const { getPrototypeOf, getOwnPropertyDescriptor } = Object;

export function preview(value: unknown): string {
  const text = show(value, 0, MAX_CHARS).replace(/[\u0000-\u001f\u007f\u2028\u2029]+/g, " ");
  return cut(text, MAX_CHARS);
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  // not between the halves of a surrogate pair
  const end = /[\ud800-\udbff]$/.test(text.slice(0, length - 1)) ? length - 2 : length - 1;
  return text.slice(0, end) + "…";
}

function show(value: unknown, depth: number, room: number): string {
  switch (typeof value) {
    case "string": return JSON.stringify(cut(value, Math.max(room, 8)));
    case "bigint": return `${cut(value.toString(), 40)}n`;
    case "number": return Object.is(value, -0) ? "-0" : String(value);
    case "symbol": return value.toString();
    case "function": return showFunction(value);
    case "object": return value === null ? "null" : showObject(value, depth, room);
    default: return String(value);
  }
}

function showFunction(value: Function): string {
  if (types.isProxy(value)) return "Proxy";
  const name: unknown = getOwnPropertyDescriptor(value, "name")?.value;
  const isClass = getOwnPropertyDescriptor(value, "prototype")?.writable === false && /^class\b/.test(Function.prototype.toString.call(value));
  return `${isClass ? "class" : "ƒ"} ${typeof name === "string" && name !== "" ? name : "(anonymous)"}`;
}

function showObject(value: object, depth: number, room: number): string {
  if (types.isProxy(value)) return "Proxy";
  if (ArrayBuffer.isView(value)) return types.isDataView(value) ? `DataView(${value.byteLength})` : `${viewName(value)}(${(value as Uint8Array).length})`;
  if (types.isAnyArrayBuffer(value)) return `${types.isSharedArrayBuffer(value) ? "SharedArrayBuffer" : "ArrayBuffer"}(${value.byteLength})`;
  const name = className(value);
  if (Array.isArray(value)) return showArray(value, name, depth, room);
  if (types.isMap(value)) return `${name ?? "Map"}(${mapSize.call(value) as number})`;
  if (types.isSet(value)) return `${name ?? "Set"}(${setSize.call(value) as number})`;
  if (types.isDate(value)) return Number.isNaN(dateValue.call(value)) ? "Invalid Date" : dateText.call(value);
  if (types.isRegExp(value)) return name === "RegExp" ? regexpText(value) : (name ?? "RegExp");
  if (types.isNativeError(value)) return showError(value, name);
  if (types.isPromise(value)) return "Promise";
  if (types.isBoxedPrimitive(value)) return `[${name ?? "Object"}]`;
  return showProperties(value, name, depth, room);
}

const mapSize = getOwnPropertyDescriptor(Map.prototype, "size")!.get!;
const setSize = getOwnPropertyDescriptor(Set.prototype, "size")!.get!;
const dateValue = Date.prototype.valueOf;
const dateText = Date.prototype.toISOString;
const sourceOf = getOwnPropertyDescriptor(RegExp.prototype, "source")!.get!;

// flags' getter reads other getters, which a user's own properties can hide; the source has none
const regexpText = (value: RegExp): string => `/${sourceOf.call(value) as string}/`;

/** The name of the nearest class up the chain, undefined for a plain or null-prototype object. */
function className(value: object): string | undefined {
  for (let proto = getPrototypeOf(value) as object | null; proto !== null && !types.isProxy(proto); proto = getPrototypeOf(proto) as object | null) {
    const made = classOf(proto);
    const name: unknown = made === undefined ? undefined : getOwnPropertyDescriptor(made, "name")?.value;
    if (typeof name === "string" && name !== "") return name;
  }
  return undefined;
}

function showArray(value: readonly unknown[], name: string | undefined, depth: number, room: number): string {
  const prefix = name === undefined || name === "Array" ? "" : `${name} `;
  if (depth >= MAX_DEPTH) return `${prefix}Array(${value.length})`;
  const parts: string[] = [];
  let used = prefix.length + 2;
  for (let i = 0; i < value.length && used < room; i++) {
    const descriptor = getOwnPropertyDescriptor(value, i);
    parts.push(descriptor === undefined ? "<empty>" : showDescriptor(descriptor, depth, room - used));
    used += parts.at(-1)!.length + 2;
  }
  const isWhole = parts.length === value.length && used - 2 <= room;
  return isWhole ? `${prefix}[${parts.join(", ")}]` : closeList(`${prefix}[`, parts, `] (${value.length})`, room);
}

function showProperties(value: object, name: string | undefined, depth: number, room: number): string {
  const prefix = name === undefined || name === "Object" ? "" : `${name} `;
  if (depth >= MAX_DEPTH) return `${prefix}{…}`;
  const parts: string[] = [];
  const keys = Object.keys(value);
  let used = prefix.length + 2;
  for (const key of keys) {
    if (used >= room) break;
    const label = IDENTIFIER.test(key) ? key : JSON.stringify(key);
    const descriptor = getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined) continue;
    parts.push(`${label}: ${showDescriptor(descriptor, depth, room - used - label.length - 2)}`);
    used += parts.at(-1)!.length + 2;
  }
  const isWhole = parts.length === keys.length && used - 2 <= room;
  return isWhole ? `${prefix}{${parts.join(", ")}}` : closeList(`${prefix}{`, parts, "}", room);
}

/** As many parts as fit, then `…` and the end. */
function closeList(start: string, parts: readonly string[], end: string, room: number): string {
  let text = start;
  for (const part of parts) {
    if (text.length + part.length + 3 + end.length > room) break;
    text += part + ", ";
  }
  return `${text}…${end}`;
}

function showDescriptor(descriptor: PropertyDescriptor, depth: number, room: number): string {
  return "value" in descriptor ? show(descriptor.value, depth + 1, room) : "[getter]";
}

function showError(value: Error, name: string | undefined): string {
  const own = (key: string): string | undefined => {
    const found: unknown = getOwnPropertyDescriptor(value, key)?.value;
    return typeof found === "string" ? found : undefined;
  };
  const shown = own("name") ?? name ?? "Error";
  const message = own("message");
  return message === undefined || message === "" ? shown : `${shown}: ${message}`;
}
