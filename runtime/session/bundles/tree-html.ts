/** A value that is taken apart level by level: each part a line, folded up where there is more inside. */
import { types } from "node:util";
import { code, details, faint, html, type Html } from "../../views/html.ts";
import { lineOf } from "./text-of.ts";

const MOST_CHILDREN = 100;
const MOST_DEPTH = 5;
/** Of the whole tree. */
const MOST_NODES = 600;

interface Branch { readonly key: string; readonly value: unknown }

export function treeHtml(value: object): Html {
  const budget = { nodes: MOST_NODES };
  return html`<div>${code(lineOf(value))}</div>${children(value, budget, 1, [value])}`;
}

function children(value: object, budget: { nodes: number }, depth: number, path: readonly object[]): Html {
  const all = branchesOf(value);
  const shown = all.branches.slice(0, Math.min(MOST_CHILDREN, budget.nodes));
  budget.nodes -= shown.length;
  const left = all.total - shown.length;
  const lines = shown.map(({ key, value: child }) => html`<div>${line(key, child, budget, depth, path)}</div>`);
  return html`<div style="margin-left:16px">${lines}${left > 0 ? html`<div>${faint(`… ${left.toLocaleString("en")} more`)}</div>` : html``}</div>`;
}

function line(key: string, value: unknown, budget: { nodes: number }, depth: number, path: readonly object[]): Html {
  const head = html`${faint(`${key}: `)}${code(lineOf(value))}`;
  if (typeof value !== "object" || value === null || types.isProxy(value) || path.includes(value) || depth >= MOST_DEPTH || budget.nodes <= 0) return head;
  const inside = branchesOf(value).total;
  return inside === 0 || fitsOnLine(value) ? head : details(head, children(value, budget, depth + 1, [...path, value]));
}

/** Its line has all of it. */
const fitsOnLine = (value: object): boolean => !/…$|\.\.\. \d+ more|\[(?:Object|Array|\w+)\]/.test(lineOf(value));

function branchesOf(value: object): { readonly branches: readonly Branch[]; readonly total: number } {
  if (types.isMap(value)) return { branches: [...take(value, MOST_CHILDREN)].map(([key, child]) => ({ key: lineOf(key, 40), value: child })), total: value.size };
  if (types.isSet(value)) return { branches: take(value, MOST_CHILDREN).map((child, i) => ({ key: String(i), value: child })), total: value.size };
  if (Array.isArray(value)) return { branches: value.slice(0, MOST_CHILDREN).map((child: unknown, i) => ({ key: String(i), value: child })), total: value.length };
  if (ArrayBuffer.isView(value) || types.isDate(value) || types.isRegExp(value) || types.isPromise(value)) return { branches: [], total: 0 };
  const keys = Object.keys(value);
  const branches = keys.slice(0, MOST_CHILDREN).map((key) => {
    const property = Object.getOwnPropertyDescriptor(value, key);
    return { key, value: property !== undefined && "value" in property ? (property.value as unknown) : new Getter() };
  });
  return { branches, total: keys.length };
}

/** Stands for what only a getter knows: looking must not run it. */
class Getter {
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[Getter]";
  }
}

function take<T>(values: Iterable<T>, most: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length >= most) break;
    taken.push(value);
  }
  return taken;
}
