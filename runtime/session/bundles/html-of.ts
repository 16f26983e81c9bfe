/** Html for values of which it shows more than their text does. */
import { types } from "node:util";
import { code, details, faint, html, type Html } from "../../views/html.ts";
import { bytesText } from "../../views/quantity.ts";
import type { BundleContext } from "./bundle-context.ts";
import { gridHtml } from "./grid-html.ts";
import { gridOf } from "./grid-of.ts";
import { lineOf, printAll, type ValueText } from "./text-of.ts";
import { treeHtml } from "./tree-html.ts";
import { isNumbers, numbersHtml } from "./numbers-html.ts";

/** Values whose text has more lines than these are folded up. */
const MANY_LINES = 25;
const MOST_STRING = 100_000;

/** Undefined where the text is all there is to say. */
export function htmlOf(value: unknown, text: ValueText, context: BundleContext): Html | undefined {
  if (typeof value === "string") return text.isCut ? stringHtml(value, context) : undefined;
  if (typeof value === "function") return types.isProxy(value) ? undefined : functionHtml(value, text, context);
  if (typeof value !== "object" || value === null || types.isProxy(value)) return undefined;
  if (types.isNativeError(value)) return errorHtml(value, text);
  if (value instanceof URL) return urlHtml(value);
  if (types.isPromise(value)) return promiseHtml(text);
  if (isNumbers(value)) return numbersHtml(value, context);
  if (types.isAnyArrayBuffer(value) || types.isDataView(value)) return bytesHtml(value, text);
  const grid = gridOf(value);
  if (grid !== undefined) return gridHtml(grid, context);
  const isLarge = text.isCut || text.text.split("\n", MANY_LINES + 1).length > MANY_LINES;
  return isLarge && isFoldable(value) ? html`${treeHtml(value)}${hint(text, context)}` : undefined;
}

/** What draws itself as text (`[inspect.custom]`, dates, regular expressions) is not taken apart. */
const isFoldable = (value: object): boolean => Array.isArray(value) || types.isMap(value) || types.isSet(value) || !(Symbol.for("nodejs.util.inspect.custom") in value);

const hint = (text: ValueText, { place }: BundleContext): Html => (text.isCut && place !== undefined ? html`<div>${faint("all of it: ")}${code(printAll(place))}</div>` : html``);

function stringHtml(value: string, { place }: BundleContext): Html {
  const pre = (part: string): Html => html`<pre style="white-space:pre-wrap;margin:0">${part}</pre>`;
  const head = value.slice(0, 2000);
  const rest = value.slice(2000, MOST_STRING);
  const left = value.length - MOST_STRING;
  return html`<div>${faint(`a string of ${value.length.toLocaleString("en")} characters`)}</div>${pre(head)}${details(html`${rest.length.toLocaleString("en")} more characters`, pre(rest))}${
    left > 0 && place !== undefined ? html`<div>${faint("all of it: ")}${code(`console.log(${place})`)}</div>` : html``}`;
}

function functionHtml(value: Function, { text }: ValueText, { sourceOf }: BundleContext): Html | undefined {
  const written = sourceOf?.(value);
  const source = written?.text ?? Function.prototype.toString.call(value);
  if (source.includes("[native code]")) return undefined;
  const place = written === undefined ? undefined : html` ${faint(written.where)}`;
  return details(html`${code(text.split("\n", 1)[0] as string)}${place ?? html``}`, html`<pre style="margin:4px 0">${source}</pre>`);
}

function errorHtml(error: Error, { text }: ValueText): Html {
  const message = `${lineOf(error.name, 200).replace(/^'(.*)'$/s, "$1")}: ${typeof error.message === "string" ? error.message : lineOf(error.message)}`;
  return details(html`<b>${message}</b>`, html`<pre style="margin:4px 0">${text}</pre>`);
}

const URL_PARTS = ["protocol", "username", "host", "pathname", "search", "hash"] as const;

function urlHtml(url: URL): Html {
  const isLink = url.protocol === "http:" || url.protocol === "https:";
  const parts = URL_PARTS.filter((part) => url[part] !== "").map((part) => html`<tr><td style="text-align:left;padding:2px 10px 2px 0">${part}</td><td style="text-align:left">${code(url[part])}</td></tr>`);
  const queries = [...url.searchParams].map(([key, value]) => html`<tr><td style="text-align:left;padding:2px 10px 2px 20px">${key}</td><td style="text-align:left">${code(value)}</td></tr>`);
  return details(isLink ? html`<a href="${url.href}" target="_blank" rel="noopener">${url.href}</a>` : code(url.href), html`<table>${parts}${queries}</table>`);
}

function promiseHtml({ text }: ValueText): Html {
  const state = /^\w+ \{\s*<(pending|rejected)>/.exec(text)?.[1] ?? "fulfilled";
  const advice = state === "pending" ? "not settled when it was shown; await it to get its value" : state === "rejected" ? "rejected: await it to catch its error" : "fulfilled; await it to get its value";
  return html`<div>${code(text)}</div><div>${faint(advice)}</div>`;
}

const HEX_BYTES = 256;

function bytesHtml(value: ArrayBufferLike | DataView, { text }: ValueText): Html {
  const bytes = types.isDataView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : new Uint8Array(value, 0, value.byteLength);
  const lines = Array.from({ length: Math.ceil(Math.min(bytes.length, HEX_BYTES) / 16) }, (_, line) => {
    const part = bytes.subarray(line * 16, line * 16 + 16);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const ascii = [...part].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    return `${(line * 16).toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${ascii}`;
  });
  return details(html`${code((/^\w+/.exec(text) as RegExpExecArray)[0])} ${faint(bytesText(bytes.byteLength))}`, html`<pre style="margin:4px 0">${lines.join("\n")}${bytes.length > HEX_BYTES ? `\n… ${bytesText(bytes.length - HEX_BYTES)} more` : ""}</pre>`);
}
