/**
 * HTML that survives an untrusted notebook: JupyterLab then keeps tables, `<details>`, `<progress>` and inline styles, drops
 * `<style>`, `<svg>` and scripts, and drops each declaration with a `var(…)` in it. So every colour stands twice: plain,
 * then as the theme's, which wins where it may stay.
 */
import type { Color, TimelineNode } from "./view-node.ts";

/** Markup that is safe to put into a page. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Html[];

/** A template whose values are escaped unless they are markup themselves. */
export function html(strings: TemplateStringsArray, ...values: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, i) => text + render(values[i - 1]) + string));
}

function render(value: Part): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return (value as readonly Html[]).map(({ text }) => text).join("");
  return escape(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] as string);

/** The plain colour, readable on white and on black, and the theme's variable. */
export const COLORS = {
  done: ["#388e3c", "--jp-success-color1"],
  running: ["#1976d2", "--jp-info-color1"],
  waiting: ["#757575", undefined],
  failed: ["#d32f2f", "--jp-error-color1"],
  gone: ["#424242", undefined],
  line: ["#bdbdbd", "--jp-border-color2"],
  faint: ["#757575", "--jp-ui-font-color2"],
} as const satisfies Readonly<Record<Color | "faint", readonly [string, string | undefined]>>;

function styled(property: string, color: Color | "faint"): string {
  const [plain, variable] = COLORS[color];
  return variable === undefined ? `${property}:${plain}` : `${property}:${plain};${property}:var(${variable},${plain})`;
}

/** In no theme's colours: those of dark themes are too light under white text. */
export const pill = (color: Color, text: string): Html =>
  html`<span style="background-color:${COLORS[color][0]};color:#fff;border-radius:8px;padding:1px 8px;white-space:nowrap">${text}</span>`;

export const faint = (text: string): Html => html`<span style="${styled("color", "faint")}">${text}</span>`;

/** Short texts keep to one line: a narrow column of a wide table would break them into letters. */
export const code = (text: string): Html => html`<code style="${text.length <= SHORT ? "white-space:nowrap" : "white-space:pre-wrap;word-break:break-word"}">${text}</code>`;

const SHORT = 40;

/** Text in the colour of failure, its lines kept. */
export const failure = (text: string): Html => html`<pre style="${styled("color", "failed")};white-space:pre-wrap;margin:4px 0">${text}</pre>`;

const CELL = "text-align:left;padding:2px 10px 2px 0;vertical-align:baseline";

/** Rows below a line of headers, which is left out where they are all empty. */
export function table(headers: readonly string[], rows: readonly (readonly Html[])[]): Html {
  const head = headers.map((header) => html`<th style="${CELL};${styled("color", "faint")};font-weight:normal">${header}</th>`);
  const body = rows.map((row) => html`<tr>${row.map((value) => html`<td style="${CELL}">${value}</td>`)}</tr>`);
  return html`<table style="border-collapse:collapse;margin:2px 0">${headers.every((header) => header.trim() === "") ? [] : [html`<tr>${head}</tr>`]}${body}</table>`;
}

export const details = (summary: Html, content: Html): Html => html`<details><summary>${summary}</summary>${content}</details>`;

/** How much of something is used: a bar and its text. */
export const meter = (used: number, total: number, text: string): Html =>
  html`<progress max="${total > 0 ? total : 1}" value="${Math.min(used, total)}" title="${text}" style="width:100px;vertical-align:middle"></progress> ${text}`;

/** One bar of coloured parts side by side, the whole width being all of them. */
export function stackedBar(parts: readonly { readonly color: Color; readonly count: number; readonly label: string }[]): Html {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  const bars = parts
    .filter(({ count }) => count > 0)
    .map(({ color, count, label }) => html`<div title="${count} ${label}" style="${styled("background-color", color)};width:${percent(count, total)}%;height:10px"></div>`);
  return html`<div style="display:flex;width:100%;min-width:160px;max-width:480px;border-radius:4px;overflow:hidden;margin:4px 0;${styled("background-color", "line")}">${bars}</div>`;
}

const percent = (part: number, whole: number): number => Math.round((part / whole) * 1000) / 10;

const BLOCKS = "▁▂▃▄▅▆▇█";

/** A curve of block characters, the highest value being the highest block. */
export function blocksOf(values: readonly number[]): string {
  const top = values.reduce((most, value) => Math.max(most, value), 0);
  const bottom = values.reduce((least, value) => Math.min(least, value), 0);
  return values.map((value) => BLOCKS[top === bottom ? 0 : Math.round(((value - bottom) / (top - bottom)) * (BLOCKS.length - 1))]).join("");
}

export const PICTURES = /^image\/(png|jpeg|gif|webp)$/;

export const picture = (mime: string, base64: string, alt: string): Html =>
  PICTURES.test(mime) && /^[A-Za-z0-9+/=]*$/.test(base64) ? html`<img src="data:${mime};base64,${base64}" alt="${alt}">` : html`${alt}`;

/** A row a lane, in it gaps and spans side by side: an untrusted notebook keeps no positions. */
export function timeline({ from, to, lanes, spans }: TimelineNode): Html {
  const whole = Math.max(1, to - from);
  const rows = lanes.map((lane, place) => {
    let at = 0;
    const parts: Html[] = [];
    for (const [start, end, on, color, label] of spans) {
      if (on !== place || end <= at) continue;
      const begin = Math.max(start, at);
      if (begin > at) parts.push(html`<div style="width:${percent(begin - at, whole)}%;height:12px"></div>`);
      parts.push(html`<div title="${label}" style="${styled("background-color", color)};width:${percent(end - begin, whole)}%;height:12px"></div>`);
      at = end;
    }
    return [html`${lane}`, html`<div style="display:flex;width:480px;overflow:hidden">${parts}</div>`];
  });
  return table(["", ""], rows);
}
