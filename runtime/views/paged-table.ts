/** Rows of which a page is shown, in an order and through a filter that whoever looks has chosen. */
import type { Look } from "./look.ts";
import { cellOf, type TableColumn, type TableNode, type ViewNode } from "./view-node.ts";

export interface ColumnOf<Row> {
  readonly title: string;
  draw(row: Row, index: number): ViewNode | number | undefined;
  /** What rows are sorted by; without it the column cannot be sorted by. Undefined comes last. */
  by?(row: Row, index: number): number | string | undefined;
}

export interface PagedTable<Row> {
  readonly key: string;
  readonly columns: readonly ColumnOf<Row>[];
  readonly rows: readonly Row[];
  /** Rows of a page, unless whoever looks wants another number. */
  readonly size: number;
  /** As the data has it; what is filtered is looked for in this text, so that a filter of thousands of rows draws none. */
  textOf(row: Row, index: number): string;
  /** Rows that were drawn before, by what is the same object as long as a row looks the same. */
  readonly drawn?: { readonly rows: WeakMap<object, DrawnRow>; readonly by: (row: Row) => object };
}

/** At its place among all rows. */
export interface DrawnRow {
  readonly place: number;
  readonly cells: readonly ViewNode[];
}

/** Fewer rows than this need no filter and no other page sizes. */
const FEW = 10;

export function pagedTable<Row>(table: PagedTable<Row>, look: Look): TableNode {
  const { key, columns, rows, size, textOf } = table;
  const { page = 0, size: wanted = size, sort, isDescending = false, filter = "" } = look.tables?.[key] ?? {};
  const places = sorted(filtered(rows, filter, textOf), rows, columns.find(({ title }) => title === sort), isDescending);
  const last = Math.max(0, Math.ceil(places.length / wanted) - 1);
  const shown = Math.min(page, last);
  const drawn = places.slice(shown * wanted, (shown + 1) * wanted).map((place) => cellsOf(table, place));
  const isUsed = columns.map((column, i) => column.title === sort || drawn.length === 0 || drawn.some((row) => row[i] !== ""));
  const isWhole = isUsed.every(Boolean);
  const heads = columns.map(({ title, by }): TableColumn => (look.isLive !== true || by === undefined ? { title } : { title, sorted: title !== sort ? "none" : isDescending ? "descending" : "ascending" }));
  return {
    is: "table", key,
    columns: heads.filter((_, i) => isUsed[i]),
    rows: isWhole ? drawn : drawn.map((row) => row.filter((_, i) => isUsed[i])),
    ...(look.isLive === true && rows.length > FEW ? { pager: { page: shown, size: wanted, matching: places.length, total: rows.length, filter } } : rows.length > drawn.length ? { total: rows.length } : {}),
  };
}

function cellsOf<Row>({ columns, rows, drawn }: PagedTable<Row>, place: number): readonly ViewNode[] {
  const row = rows[place] as Row;
  const by = drawn?.by(row);
  const before = by === undefined ? undefined : drawn?.rows.get(by);
  if (before?.place === place) return before.cells;
  const cells = columns.map((column) => cellOf(column.draw(row, place)));
  if (by !== undefined) drawn?.rows.set(by, { place, cells });
  return cells;
}

/** Places of the rows that match. */
function filtered<Row>(rows: readonly Row[], filter: string, textOf: (row: Row, index: number) => string): number[] {
  const places = rows.map((_, place) => place);
  const wanted = filter.trim().toLowerCase();
  return wanted === "" ? places : places.filter((place) => textOf(rows[place] as Row, place).toLowerCase().includes(wanted));
}

function sorted<Row>(places: number[], rows: readonly Row[], column: ColumnOf<Row> | undefined, isDescending: boolean): number[] {
  if (column?.by === undefined) return places;
  const keys = new Map(places.map((place) => [place, column.by?.(rows[place] as Row, place)] as const));
  const turn = isDescending ? -1 : 1;
  return places.sort((a, b) => {
    const [left, right] = [keys.get(a), keys.get(b)];
    if (left === undefined || right === undefined) return (left === undefined ? 1 : 0) - (right === undefined ? 1 : 0) || a - b;
    if (left === right) return a - b;
    return (typeof left === "number" && typeof right === "number" ? left - right : String(left) < String(right) ? -1 : 1) * turn;
  });
}
