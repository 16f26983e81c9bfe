/** What an object holds, as names and lines of text, one in the other: for who wants to look into it. Runs no getter and no user code. */
import { types } from "node:util";
import type { FieldRow } from "../engine/events.ts";
import { preview } from "./preview.ts";

const DEPTH = 4;
/** Of one object; what is beyond is counted. */
const MOST_OF_ONE = 30;
/** In all: an object may hold half of the heap. */
const MOST_IN_ALL = 300;

interface Room {
  left: number;
}

/** Own fields of an object, without methods and without those that a leading `_` calls private. */
export function fieldRows(value: object): FieldRow[] {
  return fieldsOf(value, DEPTH, { left: MOST_IN_ALL });
}

function fieldsOf(value: object, depth: number, room: Room): FieldRow[] {
  const rows: FieldRow[] = [];
  for (const key of Object.keys(value)) {
    if (key.startsWith("_")) continue;
    const descriptor = Object.getOwnPropertyDescriptor(value, key);
    if (descriptor === undefined || !("value" in descriptor) || typeof descriptor.value === "function") continue;
    if (!add(rows, key, descriptor.value, depth, room)) break;
  }
  return rows;
}

/** False when there is no more room. */
function add(rows: FieldRow[], name: string, value: unknown, depth: number, room: Room): boolean {
  if (rows.length >= MOST_OF_ONE || room.left <= 0) {
    rows.push(["…", "more"]);
    return false;
  }
  room.left -= 1;
  const inner = depth > 0 ? partsOf(value, depth - 1, room) : [];
  rows.push(inner.length === 0 ? [name, preview(value)] : [name, preview(value), inner]);
  return true;
}

function partsOf(value: unknown, depth: number, room: Room): FieldRow[] {
  if (typeof value !== "object" || value === null || types.isProxy(value)) return [];
  if (types.isMap(value)) return entriesOf([...mapEntries.call(value)].map(([key, held]) => [preview(key), held]), depth, room);
  if (types.isSet(value)) return entriesOf([...setValues.call(value)].map((held, i) => [String(i), held]), depth, room);
  if (Array.isArray(value)) return isShort(value) ? [] : entriesOf(value.slice(0, MOST_OF_ONE + 1).map((held, i) => [String(i), held]), depth, room);
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value) || types.isDate(value) || types.isRegExp(value) || types.isPromise(value)) return [];
  return fieldsOf(value, depth, room);
}

// those of a user's subclass are not run
const mapEntries = Map.prototype.entries;
const setValues = Set.prototype.values;

/** A list of a few numbers or words is in its own line already. */
const isShort = (list: readonly unknown[]): boolean => list.length <= 10 && list.every((item) => typeof item !== "object" || item === null) && JSON.stringify(list, asText).length < 70;

const asText = (_: string, value: unknown): unknown => (typeof value === "bigint" || typeof value === "symbol" || typeof value === "function" ? String(value) : value);

function entriesOf(entries: readonly (readonly [name: string, value: unknown])[], depth: number, room: Room): FieldRow[] {
  const rows: FieldRow[] = [];
  for (const [name, value] of entries) if (!add(rows, name, value, depth, room)) break;
  return rows;
}
