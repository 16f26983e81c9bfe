/**
 * One quick look at a value: which format carries it without loss. It runs no getter and no user code.
 *
 * JSON: a small tree of plain primitives, arrays and plain objects. Cloneable: what V8's serializer keeps whole.
 * Graph: the rest, or what is nested too deep to look at.
 */
import { types } from "node:util";
import { isArrayPrototype, isBuiltinPrototype, isObjectPrototype, isPlainView } from "./realm.ts";

export const JSON_TREE = 0;
export const CLONEABLE = 1;
const GRAPH = 2;
export type Shape = typeof JSON_TREE | typeof CLONEABLE | typeof GRAPH;

const MAX_JSON_OBJECTS = 16;
const MAX_JSON_PRIMITIVES = 64;
const MAX_JSON_CHARS = 4096;
/** Objects looked at before a Set watches for cycles. */
const UNWATCHED_OBJECTS = 2000;

const { getPrototypeOf, getOwnPropertySymbols } = Object;
const { isProxy, isMap, isSet, isDate, isRegExp, isBoxedPrimitive, isSymbolObject, isSharedArrayBuffer } = types;
const lookupGetter = (Object.prototype as unknown as { __lookupGetter__(key: string): unknown }).__lookupGetter__;
const lookupSetter = (Object.prototype as unknown as { __lookupSetter__(key: string): unknown }).__lookupSetter__;

export function shapeOf(value: unknown): Shape {
  if (value === null || typeof value !== "object") return shapeOfPrimitive(value);
  const scan = new Scan();
  try {
    return scan.isSpecial(value) ? GRAPH : scan.isJson ? JSON_TREE : CLONEABLE;
  } catch (error) {
    if (error instanceof CycleSuspected) return shapeOfWatched(value);
    if (error instanceof RangeError) return GRAPH;
    throw error;
  }
}

export function isJsonPrimitive(value: unknown): boolean {
  switch (typeof value) {
    case "string": return value.length <= MAX_JSON_CHARS;
    case "number": return value - value === 0 && (value !== 0 || 1 / value > 0);
    case "boolean": return true;
    default: return value === null;
  }
}

function shapeOfPrimitive(value: unknown): Shape {
  if (isJsonPrimitive(value)) return JSON_TREE;
  return typeof value === "function" || typeof value === "symbol" ? GRAPH : CLONEABLE;
}

function shapeOfWatched(value: object): Shape {
  const scan = new Scan(new Set());
  try {
    return scan.isSpecial(value) ? GRAPH : CLONEABLE;
  } catch (error) {
    if (error instanceof RangeError) return GRAPH;
    throw error;
  }
}

class CycleSuspected extends Error {}

/** One walk. `known` says of objects outside the walk what they are: true special, false plain, undefined unknown. */
export class Scan {
  isJson = true;
  private objects = 0;
  private primitives = 0;
  private chars = 0;
  private readonly first: object[] = [];
  private readonly watched: Set<object> | undefined;
  private readonly known: ((value: object) => boolean | undefined) | undefined;
  private readonly budget: number;
  /** Objects without objects inside, found on the way: plain whatever the walk's end. */
  readonly leaves: object[] = [];

  constructor(watched?: Set<object>, known?: (value: object) => boolean | undefined, budget = Infinity) {
    this.watched = watched;
    this.known = known;
    this.budget = budget;
    if (watched !== undefined) this.isJson = false;
  }

  /** Whether something in reach of `value` would not survive V8's serializer. */
  isSpecial(value: object): boolean {
    const known = this.known?.(value);
    if (known !== undefined) return known;
    if (this.isMet(value)) return false;
    if (isProxy(value)) return true;
    const proto = getPrototypeOf(value) as object | null;
    if (Array.isArray(value)) return !isArrayPrototype(proto) || this.arrayIsSpecial(value);
    if (isObjectPrototype(proto)) return this.plainIsSpecial(value);
    this.isJson = false;
    return this.builtinIsSpecial(value, proto);
  }

  private isMet(value: object): boolean {
    if (this.watched !== undefined) {
      if (this.watched.has(value)) return true;
      this.watched.add(value);
      if (this.watched.size > this.budget) throw new RangeError("over the scan's budget");
      return false;
    }
    this.objects++;
    if (!this.isJson) {
      if (this.objects > UNWATCHED_OBJECTS) throw new CycleSuspected();
      return false;
    }
    if (this.objects > MAX_JSON_OBJECTS || this.first.includes(value)) this.isJson = false;
    else this.first.push(value);
    return false;
  }

  private plainIsSpecial(value: object): boolean {
    let isLeaf = true;
    for (const key in value) {
      if (lookupGetter.call(value, key) !== undefined) return true;
      const item = (value as Record<string, unknown>)[key];
      if (typeof item === "object" && item !== null) {
        isLeaf = false;
        if (this.isSpecial(item)) return true;
      } else {
        if (item === undefined && lookupSetter.call(value, key) !== undefined) return true;
        if (this.primitiveIsSpecial(item)) return true;
      }
    }
    if (getOwnPropertySymbols(value).length > 0) return true;
    if (isLeaf && this.known !== undefined) this.leaves.push(value);
    return false;
  }

  private arrayIsSpecial(value: readonly unknown[]): boolean {
    let isLeaf = true;
    let empty = 0;
    for (let i = 0; i < value.length; i++) {
      const item = value[i];
      if (typeof item === "object" && item !== null) {
        isLeaf = false;
        if (this.isSpecial(item)) return true;
      } else if (item === undefined) {
        this.isJson = false;
        if (++empty > 1000 && !(i in value)) return this.plainIsSpecial(value);
      } else if (this.primitiveIsSpecial(item)) return true;
    }
    // JSON drops an array's named properties; V8 keeps them, but they may be anything
    if (this.isJson && value.length <= MAX_JSON_PRIMITIVES && Object.keys(value).length !== value.length) return true;
    if (isLeaf && this.known !== undefined) this.leaves.push(value);
    return false;
  }

  private primitiveIsSpecial(value: unknown): boolean {
    switch (typeof value) {
      case "number":
        if (this.isJson && (++this.primitives > MAX_JSON_PRIMITIVES || value - value !== 0 || (value === 0 && 1 / value < 0))) this.isJson = false;
        return false;
      case "string":
        if (this.isJson && (++this.primitives > MAX_JSON_PRIMITIVES || (this.chars += value.length) > MAX_JSON_CHARS)) this.isJson = false;
        return false;
      case "function":
      case "symbol":
        return true;
      case "undefined":
      case "bigint":
        this.isJson = false;
        return false;
      default:
        return false;
    }
  }

  private builtinIsSpecial(value: object, proto: object | null): boolean {
    if (ArrayBuffer.isView(value)) return this.leafIsSpecial(value, !isPlainView(value) || isSharedArrayBuffer(value.buffer));
    if (!isBuiltinPrototype(proto)) return true;
    if (isMap(value)) {
      for (const [key, item] of Map.prototype.entries.call(value)) if (this.itemIsSpecial(key) || this.itemIsSpecial(item)) return true;
      return false;
    }
    if (isSet(value)) {
      for (const item of Set.prototype.values.call(value)) if (this.itemIsSpecial(item)) return true;
      return false;
    }
    if (isRegExp(value)) return this.leafIsSpecial(value, value.lastIndex !== 0);
    return this.leafIsSpecial(value, !(isDate(value) || (isBoxedPrimitive(value) && !isSymbolObject(value))));
  }

  private leafIsSpecial(value: object, isSpecial: boolean): boolean {
    if (!isSpecial && this.known !== undefined) this.leaves.push(value);
    return isSpecial;
  }

  private itemIsSpecial(item: unknown): boolean {
    return typeof item === "object" && item !== null ? this.isSpecial(item) : this.primitiveIsSpecial(item);
  }
}
