/** A view as html of the kind that an untrusted notebook keeps: everything is in it, nothing can be pressed. */
import { blocksOf, details, failure, faint, code, html, meter, picture, pill, stackedBar, table, timeline, type Html } from "./html.ts";
import { durationText } from "./quantity.ts";
import type { TextNode, TreeNode, ViewNode } from "./view-node.ts";

/** `now`: until when things that go on have gone on. */
export function renderHtml(node: ViewNode, now: number): Html {
  if (typeof node === "string") return html`${node}`;
  switch (node.is) {
    case "text": return textHtml(node);
    case "pill": return pill(node.color, node.text);
    case "since": return html`${durationText(Math.max(0, now - node.at))}${node.tail}`;
    case "line": return html`${node.of.map((part, i) => (i === 0 ? renderHtml(part, now) : html` ${renderHtml(part, now)}`))}`;
    case "column": return html`<div>${node.of.map((part) => (isInline(part) ? html`<div>${renderHtml(part, now)}</div>` : renderHtml(part, now)))}</div>`;
    case "row": return html`<div style="display:flex;flex-wrap:wrap;align-items:flex-start">${node.of.map((part) => html`<div style="margin:0 16px 0 0">${renderHtml(part, now)}</div>`)}</div>`;
    case "table": return table(node.columns.map(({ title }) => title), node.rows.map((row) => row.map((cell) => renderHtml(cell, now))));
    case "details": return node.of === undefined ? html`` : details(renderHtml(node.summary, now), renderHtml(node.of, now));
    case "meter": return meter(node.used, node.total, node.text);
    case "bar": return stackedBar(node.parts);
    case "spark": return html`<span title="${node.label}">${blocksOf(node.values)}</span> ${node.label}`;
    case "timeline": return timeline(node);
    case "tree": return treeHtml(node);
    case "chart": return html`${node.label === "" ? "" : `${node.label} `}${blocksOf(node.values)} ${node.values.at(-1) ?? ""}`;
    case "image": return picture(node.mime, node.data, node.alt);
    case "action": case "call": case "control": return html``;
  }
}

const isInline = (node: ViewNode): boolean => typeof node === "string" || node.is === "line" || node.is === "pill" || node.is === "since" || node.is === "spark" || node.is === "chart" || node.is === "meter" || (node.is === "text" && node.look !== "failure" && node.look !== "block");

function textHtml({ text, look }: TextNode): Html {
  switch (look) {
    case "strong": return html`<b>${text}</b>`;
    case "faint": return faint(text);
    case "code": return code(text);
    case "failure": return failure(text);
    case "block": return html`<pre style="white-space:pre-wrap;margin:4px 0;font-family:monospace">${text}</pre>`;
  }
}

function treeHtml({ name, text, of }: TreeNode): Html {
  const shown = html`${name} ${code(text)}`;
  return of === undefined || of.length === 0 ? html`<div>${shown}</div>` : details(shown, html`<div style="margin:0 0 0 16px">${of.map(treeHtml)}</div>`);
}
