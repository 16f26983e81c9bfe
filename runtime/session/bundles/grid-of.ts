/** Values that are tables: arrays of records or of rows, maps and sets, and the tables of Apache Arrow and Arquero. Only the rows that are shown are looked at. */
import { types } from "node:util";

export interface GridRow {
  readonly label: string;
  /** A column's cell; absent: the row has none. */
  readonly cells: ReadonlyMap<string, unknown>;
}

export interface Grid {
  /** What it is: `Map`, `Table`; undefined for an array. */
  readonly name: string | undefined;
  readonly columns: readonly string[];
  /** Columns that are left out. */
  readonly hiddenColumns: number;
  /** The first of them. */
  readonly rows: readonly GridRow[];
  readonly total: number;
}

/** How many rows a grid has at the most; `gridHtml` folds up most of them. */
const MOST_ROWS = 200;
const MOST_COLUMNS = 30;
/** Of all the cells, so many have to have something in them. */
const LEAST_FILLED = 0.4;

type Fields = Readonly<Record<string, unknown>>;
type Cells = ReadonlyMap<string, unknown>;

export function gridOf(value: object): Grid | undefined {
  if (Array.isArray(value)) return arrayGrid(value);
  if (types.isMap(value)) return value.size === 0 ? undefined : mapGrid(value);
  if (types.isSet(value)) return value.size === 0 ? undefined : setGrid(value);
  return tableGrid(value as Fields);
}

function arrayGrid(values: readonly unknown[]): Grid | undefined {
  const first = values.slice(0, MOST_ROWS);
  const cells = recordsCells(first) ?? rowsCells(first);
  return cells && grid(undefined, cells.map((each, i) => ({ label: String(i), cells: each })), values.length);
}

function mapGrid(map: ReadonlyMap<unknown, unknown>): Grid | undefined {
  const entries = take(map, MOST_ROWS);
  const records = recordsCells(entries.map(([, value]) => value));
  const rows = entries.map(([key, value], i) => ({ label: "", cells: new Map<string, unknown>([["key", key], ...(records?.[i] ?? [["value", value]])]) }));
  return grid("Map", rows, map.size);
}

function setGrid(set: ReadonlySet<unknown>): Grid | undefined {
  const values = take(set, MOST_ROWS);
  const records = recordsCells(values);
  return grid("Set", values.map((value, i) => ({ label: "", cells: records?.[i] ?? new Map([["value", value]]) })), set.size);
}

/** Undefined when not all of them are records with the same kind of fields. */
function recordsCells(values: readonly unknown[]): readonly Cells[] | undefined {
  if (values.length === 0 || !values.every(isRecord)) return undefined;
  const cells = values.map((value) => new Map(Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, { enumerable, value: field, get }]) => (enumerable === true ? [[name, get === undefined ? field : GETTER] as const] : []))));
  const columns = new Set(cells.flatMap((row) => [...row.keys()]));
  const filled = cells.reduce((sum, row) => sum + row.size, 0);
  return columns.size > 0 && filled >= LEAST_FILLED * columns.size * cells.length ? cells : undefined;
}

/** Rows of plain values, as a matrix has them. */
function rowsCells(values: readonly unknown[]): readonly Cells[] | undefined {
  const isRow = (value: unknown): value is ArrayLike<unknown> => (Array.isArray(value) || (types.isTypedArray(value) && !Buffer.isBuffer(value))) && value.length > 0 && !types.isProxy(value);
  if (values.length < 2 || !values.every(isRow)) return undefined;
  const rows = values as readonly ArrayLike<unknown>[];
  const isPlain = (value: unknown): boolean => value === null || (typeof value !== "object" && typeof value !== "function");
  if (!rows.every((row) => Array.prototype.slice.call(row, 0, MOST_COLUMNS).every(isPlain))) return undefined;
  return rows.map((row) => new Map(Array.from({ length: row.length > 10_000 ? MOST_COLUMNS + 1 : row.length }, (_, i) => [String(i), row[i]])));
}

/** Stands for a field that only its getter knows: looking must not run it. */
export const GETTER = Symbol("[Getter]");

/** A plain object, or an instance of a user's class; not what has a text of its own. */
function isRecord(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value) || types.isProxy(value)) return false;
  if (ArrayBuffer.isView(value) || isBuiltin(value) || Symbol.for("nodejs.util.inspect.custom") in value || Symbol.for("Jupyter.display") in value) return false;
  return Object.keys(value).length > 0;
}

const isBuiltin = (value: object): boolean => types.isMap(value) || types.isSet(value) || types.isDate(value) || types.isRegExp(value) || types.isNativeError(value) || types.isPromise(value) || types.isBoxedPrimitive(value) || types.isAnyArrayBuffer(value) || types.isModuleNamespaceObject(value);

/** Apache Arrow: `schema.fields`, `numRows`, `get(row)`. Arquero: `columnNames()`, `numRows()`, `get(column, row)`. */
function tableGrid(table: Fields): Grid | undefined {
  const { schema, numRows, columnNames, get } = table;
  if (typeof get !== "function") return undefined;
  if (typeof numRows === "number" && Array.isArray((schema as Fields | undefined)?.["fields"])) {
    const names = ((schema as Fields)["fields"] as readonly Fields[]).map(({ name }) => String(name));
    return columnsGrid(names, numRows, (row) => {
      const fields = (get as (row: number) => Fields | null).call(table, row);
      return (name) => fields?.[name];
    });
  }
  if (typeof numRows === "function" && typeof columnNames === "function") {
    const names = (columnNames as () => string[]).call(table);
    return columnsGrid(names, (numRows as () => number).call(table), (row) => (name) => (get as (name: string, row: number) => unknown).call(table, name, row));
  }
  return undefined;
}

function columnsGrid(names: readonly string[], total: number, read: (row: number) => (name: string) => unknown): Grid {
  const rows = Array.from({ length: Math.min(total, MOST_ROWS) }, (_, i) => {
    const field = read(i);
    return { label: String(i), cells: new Map(names.slice(0, MOST_COLUMNS + 1).map((name) => [name, field(name)])) };
  });
  return grid("Table", rows, total, names);
}

function grid(name: string | undefined, rows: readonly GridRow[], total: number, names?: readonly string[]): Grid {
  const columns = names ?? [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))];
  return { name, columns: columns.slice(0, MOST_COLUMNS), hiddenColumns: Math.max(0, columns.length - MOST_COLUMNS), rows, total };
}

function take<T>(values: Iterable<T>, most: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length >= most) break;
    taken.push(value);
  }
  return taken;
}
