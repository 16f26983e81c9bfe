/** A grid as a table: the first rows, more of them folded up, and how to see the rest. */
import { code, details, faint, html, type Html } from "../../views/html.ts";
import type { BundleContext } from "./bundle-context.ts";
import { GETTER, type Grid, type GridRow } from "./grid-of.ts";
import { lineOf, printAll } from "./text-of.ts";

const SHOWN_ROWS = 20;
/** Wide tables fold up fewer rows. */
const MOST_CELLS = 3000;
const LONGEST_CELL = 80;

/** Notebooks and their exports align numbers to the right by themselves. */
const LEFT = "text-align:left";

export function gridHtml(grid: Grid, { place }: BundleContext): Html {
  const { name, columns, hiddenColumns, rows, total } = grid;
  const most = Math.max(SHOWN_ROWS, Math.min(rows.length, Math.floor(MOST_CELLS / Math.max(1, columns.length))));
  const [first, folded] = [rows.slice(0, SHOWN_ROWS), rows.slice(SHOWN_ROWS, most)];
  const left = total - first.length - folded.length;
  const size = `${total.toLocaleString("en")} ${total === 1 ? "row" : "rows"} × ${(columns.length + hiddenColumns).toLocaleString("en")} ${columns.length + hiddenColumns === 1 ? "column" : "columns"}`;
  const counted = name === "Map" || name === "Set" ? `${name}(${total.toLocaleString("en")})` : size;
  return html`${table(grid, first)}${folded.length === 0 ? html`` : details(html`${folded.length.toLocaleString("en")} more ${folded.length === 1 ? "row" : "rows"}`, table(grid, folded))}<div>${faint(counted)}${
    left > 0 || hiddenColumns > 0 ? html`${faint(` · ${left > 0 ? `${left.toLocaleString("en")} rows` : `${hiddenColumns} columns`} are not here${place === undefined ? "" : "; all: "}`)}${place === undefined ? html`` : code(printAll(place, ["maxArrayLength: null"]))}` : html``}</div>`;
}

function table({ columns, hiddenColumns }: Grid, rows: readonly GridRow[]): Html {
  const hasLabels = rows.some(({ label }) => label !== "");
  const head = (title: string): Html => html`<th style="${LEFT}">${title}</th>`;
  const heads = [...(hasLabels ? [head("")] : []), ...columns.map(head), ...(hiddenColumns > 0 ? [head(`… ${hiddenColumns} more`)] : [])];
  const body = rows.map(({ label, cells }) => html`<tr>${hasLabels ? html`<td>${faint(label)}</td>` : html``}${columns.map((column) => cell(cells.has(column), cells.get(column)))}${hiddenColumns > 0 ? html`<td>…</td>` : html``}</tr>`);
  return html`<table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table>`;
}

function cell(isThere: boolean, value: unknown): Html {
  if (!isThere || value === undefined) return html`<td></td>`;
  if (typeof value === "number" || typeof value === "bigint") return html`<td>${lineOf(value)}</td>`;
  return html`<td style="${LEFT}">${cellText(value)}</td>`;
}

function cellText(value: unknown): Html {
  if (value === GETTER) return faint("[Getter]");
  if (value === null) return faint("null");
  if (typeof value === "string") return html`${value.length > LONGEST_CELL ? `${value.slice(0, LONGEST_CELL - 1)}…` : value}`;
  if (typeof value === "boolean") return html`${String(value)}`;
  return code(lineOf(value, LONGEST_CELL));
}
