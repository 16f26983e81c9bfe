/** Rows of a table of the cluster's state, as `ray.state` gave them: to be sorted, searched and leafed through. */
import type { ViewDescriptor } from "../session/output.ts";
import type { Look } from "./look.ts";
import { pagedTable, type ColumnOf } from "./paged-table.ts";
import { bytesText, clockText, countText } from "./quantity.ts";
import { code, column, faint, line, pill, strong, type Color, type TableNode, type ViewNode } from "./view-node.ts";
import type { View } from "./view.ts";

export type RowsDescriptor = Extract<ViewDescriptor, { kind: "rows" }>;
type Row = Readonly<Record<string, unknown>>;

const STILL_ROWS = 20;
const LIVE_ROWS = 50;
const LONGEST_CELL = 80;

/** What one looks for stands first. */
const FIRST = ["task", "actor", "ref", "name", "className", "worker", "pid", "state", "error", "cause", "origin", "startedAt", "finishedAt"];

const STATE_COLORS: Readonly<Record<string, Color>> = {
  "waiting-for-args": "waiting", "waiting-for-worker": "waiting", pending: "waiting", starting: "waiting", idle: "waiting", running: "running", leased: "running", restarting: "running",
  finished: "done", ready: "done", alive: "done", actor: "done", failed: "failed", error: "failed", lost: "failed", dead: "gone", freed: "gone",
};

export function rowsView({ title, rows, total }: RowsDescriptor, look: Look): View {
  const counted = total > rows.length ? `the newest ${rows.length} of ${total}` : countText(rows.length, "row");
  const plain = `${title}: ${counted}`;
  if (rows.length === 0) return { plain, node: line(strong(title), counted) };
  const isPart = look.isLive !== true && rows.length > STILL_ROWS;
  return { plain, node: column(line(strong(title), counted, isPart ? faint(`${STILL_ROWS} are shown`) : undefined), rowsTable(rows, "rows", look)) };
}

export function rowsTable(rows: readonly Row[], key: string, look: Look): TableNode {
  return pagedTable({ key, columns: columnsOf(rows), rows, size: look.isLive === true ? LIVE_ROWS : STILL_ROWS, textOf: (row) => JSON.stringify(row) }, look);
}

function columnsOf(rows: readonly Row[]): ColumnOf<Row>[] {
  const fields = new Set([...FIRST, ...rows.flatMap((row) => Object.keys(row))]);
  fields.delete("type");
  const used = [...fields].filter((field) => rows.some((row) => row[field] !== undefined));
  return used.map((field) => ({ title: field, draw: (row) => cellOf(field, row[field]), by: (row) => sortKey(row[field]) }));
}

function cellOf(field: string, value: unknown): ViewNode | undefined {
  if (value === undefined || value === null) return undefined;
  if (field === "state" && typeof value === "string") return pill(STATE_COLORS[value] ?? "waiting", value);
  if (typeof value === "number" && /Bytes$/.test(field)) return bytesText(value);
  if (typeof value === "number" && (field === "at" || /At$/.test(field))) return clockText(value);
  if (typeof value === "number") return String(value);
  const text = typeof value === "string" ? value : Array.isArray(value) && value.every((item) => typeof item === "string") ? value.join(" ") : JSON.stringify(value);
  const short = text.length > LONGEST_CELL ? text.slice(0, LONGEST_CELL - 1) + "…" : text;
  return typeof value === "string" && !/[-\d]/.test(value) ? short : code(short);
}

const sortKey = (value: unknown): string | number | undefined => (typeof value === "number" || typeof value === "string" ? value : value === undefined || value === null ? undefined : JSON.stringify(value));
