/** `%who`: the names that cells have declared, what each is and what it holds. Runs no getter. */
import type { DeclarationKind } from "../../compile/compiled-cell.ts";
import { preview } from "../../serialize/preview.ts";
import { html, type Html } from "../../views/html.ts";
import { nameKind } from "../complete.ts";
import type { MimeBundle } from "../output.ts";

export interface WhoScope {
  readonly known: ReadonlyMap<string, { readonly kind: DeclarationKind; readonly cell: string }>;
  peek(name: string): { readonly value: unknown } | undefined;
}

const KINDS = ["variable", "function", "class", "import", "all"] as const;
const MOST_ROWS = 200;
const TITLES = ["name", "kind", "cell", "value"] as const;
type Row = readonly [name: string, kind: string, cell: string, value: string];

export function whoBundle(kind: string, scope: WhoScope): MimeBundle {
  if (kind !== "" && !(KINDS as readonly string[]).includes(kind)) throw new TypeError(`%who ${kind}: there is no such kind. It is one of ${KINDS.join(", ")}.`);
  const rows = [...scope.known].map(([name, { kind: declared, cell }]): Row => {
    const found = scope.peek(name);
    return [name, declared === "import" ? declared : nameKind(name, { peek: scope.peek.bind(scope), names: () => [], globals: () => [] }), cell, found === undefined ? "(no value yet)" : preview(found.value)];
  }).filter(([, found]) => kind === "" || kind === "all" || kind === found);
  const hidden = kind === "all" ? 0 : Math.max(0, rows.length - MOST_ROWS);
  const shown = rows.slice(hidden);
  const more = hidden === 0 ? "" : `… ${hidden.toLocaleString("en")} older ones are not here; all of them: %who all`;
  if (rows.length === 0) return { "text/plain": kind === "" ? "No cell has declared anything yet." : `No ${kind} has been declared.` };
  return { "text/plain": [tableText(shown), ...(more === "" ? [] : [more])].join("\n"), "text/html": html`${tableHtml(shown)}${more === "" ? html`` : html`<div>${more}</div>`}`.text };
}

function tableText(rows: readonly Row[]): string {
  const widths = TITLES.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] as string).length)));
  const line = (row: readonly string[]): string => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] as number))).join("  ");
  return [TITLES, ...rows].map(line).join("\n");
}

function tableHtml(rows: readonly Row[]): Html {
  const left = "text-align:left";
  return html`<table><thead><tr>${TITLES.map((title) => html`<th style="${left}">${title}</th>`)}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td style="${left}">${cell}</td>`)}</tr>`)}</tbody></table>`;
}
