/** What `ray.ui` made: controls in rows and columns, as they are set now. */
import type { UiControl } from "../session/output.ts";
import type { Look } from "./look.ts";
import { rowsTable } from "./rows-view.ts";
import { code, column, faint, line, meter, type ChartNode, type ControlNode, type ImageNode, type RowNode, type ViewNode } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";
import type { View } from "./view.ts";

/** A row in a row in a row … in itself. */
const DEEPEST = 20;

export function uiView(state: ViewState, root: string, look: Look): View {
  const control = state.ui.get(root);
  if (control === undefined) return { plain: "Widget, of which nothing is known any more", node: faint("nothing is known of this widget any more") };
  const isEnded = state.uiEnded.has(root);
  const node = draw(state, control, isEnded ? { ...look, isLive: false } : look, 0);
  return { plain: plainText(state, control), node: isEnded && look.isLive === true ? column(node, faint("its session has ended")) : node };
}

function draw(state: ViewState, control: UiControl, look: Look, depth: number): ViewNode {
  switch (control.control) {
    case "row": case "column": return draws(state, control, look, depth);
    case "table": return rowsTable(control.rows, `table ${control.id}`, look);
    case "chart": return { is: "chart", label: control.label, values: control.values } satisfies ChartNode;
    case "image": return { is: "image", mime: control.mime, data: control.data, alt: control.alt } satisfies ImageNode;
    default: return look.isLive === true ? liveNode(control) : stillNode(control);
  }
}

function draws(state: ViewState, { control, of }: Extract<UiControl, { control: "row" | "column" }>, look: Look, depth: number): ViewNode {
  if (depth >= DEEPEST) return faint("…");
  const nodes = of.map((child): ViewNode => {
    if ("text" in child) return child.text;
    const inner = state.ui.get(child.id);
    return inner === undefined ? faint("…") : draw(state, inner, look, depth + 1);
  });
  return control === "row" ? ({ is: "row", of: nodes } satisfies RowNode) : column(...nodes);
}

type Touchable = Extract<UiControl, { control: "button" | "slider" | "select" | "text" }>;

function liveNode(control: Touchable): ControlNode {
  const { id, label } = control;
  switch (control.control) {
    case "button": return { is: "control", key: id, control: "button", label };
    case "slider": return { is: "control", key: id, control: "slider", label, min: control.min, max: control.max, step: control.step, value: control.value };
    case "select": return { is: "control", key: id, control: "select", label, options: control.options, value: control.value };
    case "text": return { is: "control", key: id, control: "text", label, placeholder: control.placeholder, value: control.value };
  }
}

/** As it stood, for where nobody can touch it. */
function stillNode(control: Touchable): ViewNode {
  const label = control.label === "" ? undefined : faint(control.label);
  switch (control.control) {
    case "button": return faint(`[ ${control.label} ]`);
    case "slider": return line(label, meter(control.value - control.min, control.max - control.min, String(control.value)));
    case "select": case "text": return line(label, code(control.value));
  }
}

/** `Widget(slider "speed": 5)`: one line, of the first that have something to say. */
function plainText(state: ViewState, control: UiControl): string {
  if (control.control !== "row" && control.control !== "column") return `Widget(${wordsOf(control)})`;
  const inner = control.of.map((child) => ("text" in child ? JSON.stringify(child.text) : wordsOf(state.ui.get(child.id)))).slice(0, MOST_WORDS);
  return `Widget(${control.control}: ${inner.join(", ")}${control.of.length > MOST_WORDS ? ", …" : ""})`;
}

const MOST_WORDS = 6;

function wordsOf(control: UiControl | undefined): string {
  if (control === undefined) return "…";
  const label = "label" in control && control.label !== "" ? ` ${JSON.stringify(control.label)}` : "";
  return `${control.control}${label}${"value" in control ? `: ${JSON.stringify(control.value)}` : ""}`;
}
