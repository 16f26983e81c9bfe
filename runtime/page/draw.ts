/**
 * Nodes of views as elements of a page. Every text is set as text: nothing that a user or a worker wrote is ever read as markup.
 * What is the same object as before is left alone, so a change of one row costs one row.
 */
import type { ActionNode, CallNode, DetailsNode, ImageNode, LineNode, RowNode, ColumnNode, SinceNode, TextNode, TreeNode, ViewNode } from "../views/view-node.ts";
import { PICTURES } from "../views/html.ts";
import { durationText } from "../views/quantity.ts";
import { drawBar, drawChart, drawMeter, drawSpark, drawTimeline } from "./charts.ts";
import { drawAction, drawCall } from "./controls.ts";
import { element, setText, type Drawn } from "./drawn.ts";
import type { Stage } from "./stage.ts";
import { Slot, Slots } from "./slots.ts";
import { drawTable } from "./table.ts";
import { drawControl } from "./widgets.ts";

export function draw(node: ViewNode, stage: Stage): Drawn {
  return drawNode(node, stage) as unknown as Drawn;
}

function drawNode(node: ViewNode, stage: Stage): Drawn<never> {
  if (typeof node === "string") return drawString(node);
  switch (node.is) {
    case "text": return drawText(node);
    case "pill": return drawPill(node);
    case "since": return drawSince(node, stage);
    case "line": case "column": case "row": return drawGroup(node, stage);
    case "table": return drawTable(node, stage, draw);
    case "details": return drawDetails(node, stage);
    case "meter": return drawMeter(node);
    case "bar": return drawBar(node);
    case "spark": return drawSpark(node);
    case "timeline": return drawTimeline(node);
    case "tree": return drawTree(node, stage, node.name);
    case "chart": return drawChart(node);
    case "image": return drawImage(node);
    case "control": return drawControl(node, stage);
    case "action": return drawAction(node satisfies ActionNode, stage);
    case "call": return drawCall(node satisfies CallNode, stage);
  }
}

function drawString(text: string): Drawn<string> {
  const made = element("span", "", text);
  return { element: made, update: (now) => setText(made, now) };
}

const TEXT_TAGS = { strong: "b", faint: "span", code: "code", failure: "pre", block: "pre" } as const;

function drawText({ text, look }: TextNode): Drawn<TextNode> {
  const made = element(TEXT_TAGS[look], `ray-${look}`, text);
  return { element: made, update: (now) => setText(made, now.text) };
}

function drawPill(node: { readonly color: string; readonly text: string }): Drawn<never> {
  const made = element("span", "ray-pill");
  const update = ({ color, text }: typeof node): void => {
    made.dataset["color"] = color;
    setText(made, text);
  };
  update(node);
  return { element: made, update };
}

function drawSince(node: SinceNode, stage: Stage): Drawn<SinceNode> {
  const made = element("span", "ray-since");
  let shown = node;
  const count = (): void => setText(made, durationText(Math.max(0, stage.now() - shown.at)) + shown.tail);
  const stop = stage.everyMoment(count);
  count();
  return { element: made, update: (now) => { shown = now; count(); }, end: stop };
}

/** Nothing is fetched: the picture's bytes are in the address. */
function drawImage(node: ImageNode): Drawn<ImageNode> {
  const made = element("img", "ray-image");
  const update = ({ mime, data, alt }: ImageNode): void => {
    made.alt = alt;
    if (PICTURES.test(mime)) made.src = `data:${mime};base64,${data}`;
  };
  update(node);
  return { element: made, update };
}

function drawGroup(node: LineNode | ColumnNode | RowNode, stage: Stage): Drawn<never> {
  const made = element("div", `ray-${node.is}`);
  const slots = new Slots(made, () => element("div", "ray-slot"), stage, draw);
  slots.show(node.of);
  return { element: made, update: (now: typeof node) => slots.show(now.of), end: () => slots.show([]) };
}

function drawDetails(node: DetailsNode, stage: Stage): Drawn<DetailsNode> {
  const made = element("details", "ray-details");
  const summary = new Slot(element("summary"), stage, draw);
  const content = new Slot(element("div", "ray-content"), stage, draw);
  made.append(summary.element, content.element);
  made.open = stage.isOpen(node.key);
  const waiting = element("span", "ray-faint", "…");
  const update = (now: DetailsNode): void => {
    summary.show(now.summary);
    content.show(now.of);
    // opened, and what is in it is on its way
    if (now.of === undefined && stage.isLive) content.element.replaceChildren(waiting);
  };
  update(node);
  made.addEventListener("toggle", () => stage.setOpen(node.key, made.open));
  return { element: made, update, end: () => { summary.show(undefined); content.show(undefined); } };
}

function drawTree(node: TreeNode, stage: Stage, path: string): Drawn<TreeNode> {
  const name = element("span", "ray-field");
  const value = element("code", "ray-code");
  const isBranch = (of: TreeNode["of"]): boolean => of !== undefined && of.length > 0;
  const leaf = element("div", "ray-leaf");
  const branch = element("details", "ray-details");
  const summary = element("summary");
  const inner = element("div", "ray-content");
  const made = element("div", "ray-tree");
  let parts: { readonly name: string; readonly drawn: Drawn<TreeNode> }[] = [];
  branch.addEventListener("toggle", () => stage.setOpen(`tree ${path}`, branch.open));
  const update = (now: TreeNode): void => {
    setText(name, now.name);
    setText(value, now.text);
    if (!isBranch(now.of)) {
      leaf.replaceChildren(name, " ", value);
      if (leaf.parentNode === null) made.replaceChildren(leaf);
      parts = [];
      return;
    }
    if (branch.parentNode === null) {
      summary.replaceChildren(name, " ", value);
      branch.replaceChildren(summary, inner);
      branch.open = stage.isOpen(`tree ${path}`);
      made.replaceChildren(branch);
    }
    const before = new Map(parts.map((part) => [part.name, part.drawn]));
    parts = (now.of as readonly TreeNode[]).map((field) => {
      const known = before.get(field.name);
      if (known === undefined) return { name: field.name, drawn: drawTree(field, stage, `${path}.${field.name}`) };
      known.update(field);
      return { name: field.name, drawn: known };
    });
    const elements = parts.map(({ drawn }) => drawn.element);
    if (elements.length !== inner.children.length || elements.some((each, i) => inner.children[i] !== each)) inner.replaceChildren(...elements);
  };
  update(node);
  return { element: made, update };
}
