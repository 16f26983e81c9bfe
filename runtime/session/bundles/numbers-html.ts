/** Typed arrays: what kind, how many, their range, and the first of them. */
import { types } from "node:util";
import { code, details, faint, html, type Html } from "../../views/html.ts";
import { bytesText } from "../../views/quantity.ts";
import type { BundleContext } from "./bundle-context.ts";
import { printAll } from "./text-of.ts";

type Numbers = Exclude<NodeJS.TypedArray, never>;

const FIRST = 100;
const FOLDED = 1000;
/** Longer arrays' ranges are not looked for: a look must not cost more than the cell. */
const MOST_SUMMED = 2_000_000;

export const isNumbers = (value: object): value is Numbers => types.isTypedArray(value);

export function numbersHtml(value: Numbers, { place }: BundleContext): Html {
  const text = (from: number, to: number): string => Array.from(value.subarray(from, to) as Iterable<number | bigint>, (each) => (Object.is(each, -0) ? "-0" : String(each))).join(", ");
  const folded = Math.min(value.length, FOLDED) - FIRST;
  const left = value.length - FOLDED;
  return html`<div><b>${value.constructor.name}(${value.length.toLocaleString("en")})</b> ${faint(`${bytesText(value.byteLength)}${summary(value)}`)}</div>${
    value.length === 0 ? html`` : code(text(0, FIRST))}${folded > 0 ? details(html`${folded.toLocaleString("en")} more`, code(text(FIRST, FOLDED))) : html``}${
    left > 0 ? html`<div>${faint(`${left.toLocaleString("en")} are not here${place === undefined ? "" : "; all of them: "}`)}${place === undefined ? html`` : code(printAll(place, ["maxArrayLength: null"]))}</div>` : html``}`;
}

function summary(value: Numbers): string {
  if (value.length === 0 || value.length > MOST_SUMMED || value instanceof BigInt64Array || value instanceof BigUint64Array || Buffer.isBuffer(value)) return "";
  let [min, max, sum, missing] = [Infinity, -Infinity, 0, 0];
  for (const each of value as Float64Array) {
    if (Number.isNaN(each)) {
      missing++;
      continue;
    }
    if (each < min) min = each;
    if (each > max) max = each;
    sum += each;
  }
  const counted = value.length - missing;
  const range = counted === 0 ? "" : ` · min ${short(min)} · max ${short(max)} · mean ${short(sum / counted)}`;
  return `${range}${missing === 0 ? "" : ` · ${missing.toLocaleString("en")} NaN`}`;
}

const short = (value: number): string => String(Number(value.toPrecision(6)));
