/**
 * The difference of two JSON values as a list of places and what is there now, so that a view that changed in one row is told
 * in a few bytes. What is equal is kept as the very same object when changes are made, so that a page draws only the rest.
 */

export type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [name: string]: Json };

/** A place (keys and indexes from the outside in) and its new value; without a value: it is no more. A list's `length` cuts it off. */
export type Change = readonly [path: readonly (string | number)[], value?: Json];

export function changesBetween(before: Json, after: Json): Change[] {
  const changes: Change[] = [];
  compare(before, after, [], changes);
  return changes;
}

function compare(before: Json, after: Json, path: readonly (string | number)[], changes: Change[]): void {
  if (before === after) return;
  if (isList(before) && isList(after)) return compareLists(before, after, path, changes);
  if (isRecord(before) && isRecord(after) && before["is"] === after["is"] && before["key"] === after["key"]) return compareRecords(before, after, path, changes);
  changes.push([path, after]);
}

function compareLists(before: readonly Json[], after: readonly Json[], path: readonly (string | number)[], changes: Change[]): void {
  // a curve's numbers all move by one place: a list of them is told whole
  if (isFlat(before) && isFlat(after)) {
    if (before.length !== after.length || before.some((value, i) => value !== after[i])) changes.push([path, after]);
    return;
  }
  const common = Math.min(before.length, after.length);
  // what is the same costs no path: of hundreds of rows few change
  for (let i = 0; i < common; i++) if (before[i] !== after[i]) compare(before[i], after[i], [...path, i], changes);
  if (after.length < before.length) changes.push([[...path, "length"], after.length]);
  for (let i = common; i < after.length; i++) changes.push([[...path, i], after[i]]);
}

function compareRecords(before: Record<string, Json>, after: Record<string, Json>, path: readonly (string | number)[], changes: Change[]): void {
  for (const name in after) {
    if (after[name] === undefined) continue;
    if (before[name] === undefined) changes.push([[...path, name], after[name]]);
    else if (before[name] !== after[name]) compare(before[name], after[name], [...path, name], changes);
  }
  for (const name in before) if (before[name] !== undefined && after[name] === undefined) changes.push([[...path, name]]);
}

/** The value with the changes made. Places that are not there are passed over: they come from another version. */
export function withChanges(value: Json, changes: readonly Change[]): Json {
  return changes.reduce<Json>((now, [path, ...rest]) => changed(now, path, 0, rest), value);
}

function changed(value: Json, path: readonly (string | number)[], depth: number, rest: readonly [value?: Json]): Json {
  if (depth === path.length) return rest[0];
  const place = path[depth] as string | number;
  if (isList(value)) return changedList(value, place, path, depth, rest);
  if (!isRecord(value)) return value;
  const { [place]: inner, ...others } = value;
  if (depth === path.length - 1 && rest.length === 0) return others;
  // a copy in the order that it had
  return { ...value, [place]: changed(inner, path, depth + 1, rest) };
}

function changedList(value: readonly Json[], place: string | number, path: readonly (string | number)[], depth: number, rest: readonly [value?: Json]): Json {
  if (place === "length") return typeof rest[0] === "number" ? value.slice(0, rest[0]) : value;
  if (typeof place !== "number" || place < 0 || place > value.length) return value;
  const copy = [...value];
  copy[place] = changed(value[place], path, depth + 1, rest);
  return copy;
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const isRecord = (value: Json): value is Record<string, Json> => typeof value === "object" && value !== null && !Array.isArray(value);
const isFlat = (list: readonly Json[]): boolean => list.length > 0 && list.every((value) => typeof value === "number");
