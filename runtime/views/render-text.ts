/** A view as lines of a terminal, none longer than it is wide: what is folded away on a page is left out, but for tables. */
import { blocksOf } from "./html.ts";
import { durationText } from "./quantity.ts";
import { cutTo, harmless, textWidth } from "./text-width.ts";
import type { BarNode, Color, TableNode, TimelineNode, TreeNode, ViewNode } from "./view-node.ts";

export interface TextFace {
  readonly columns: number;
  /** Paints text; as it is, where there are no colours. */
  paint(color: Color | "faint" | "strong", text: string): string;
  readonly now: number;
}

const BAR_LENGTH = 30;
const METER_LENGTH = 20;
const MOST_ROWS = 10;
const LONGEST_COLUMN = 60;
const WIDEST_TIMELINE = 120;
const GAP = "  ";

export function renderText(node: ViewNode, face: TextFace): string[] {
  return linesOf(node, face).map((text) => cutTo(text, face.columns));
}

function linesOf(node: ViewNode, face: TextFace): string[] {
  if (typeof node === "string") return splitLines(node);
  switch (node.is) {
    case "column": case "row": return node.of.flatMap((part) => linesOf(part, face));
    case "table": return tableLines(node, face);
    case "details": return node.of === undefined ? [] : tablesIn(node.of, face);
    case "timeline": return timelineLines(node, face);
    case "tree": return treeLines(node, face, 0);
    case "action": case "call": case "control": return [];
    case "text": return node.look === "failure" ? splitLines(node.text).map((text) => face.paint("failed", text)) : node.look === "block" ? splitLines(node.text).map((text) => GAP + text) : [inline(node, face)];
    default: return [inline(node, face)];
  }
}

const splitLines = (text: string): string[] => text.split("\n").map(harmless);
const oneLine = (text: string): string => harmless(text.replace(/\s*[\r\n]+\s*/g, " "));

/** One line of text. */
function inline(node: ViewNode, face: TextFace): string {
  if (typeof node === "string") return oneLine(node);
  switch (node.is) {
    case "text": return node.look === "strong" || node.look === "faint" ? face.paint(node.look, oneLine(node.text)) : node.look === "failure" ? face.paint("failed", splitLines(node.text)[0] as string) : oneLine(node.text);
    case "pill": return face.paint(node.color, oneLine(node.text));
    case "since": return durationText(Math.max(0, face.now - node.at)) + node.tail;
    case "line": return node.of.map((part) => inline(part, face)).filter((text) => text !== "").join(" ");
    case "meter": return `${meterText(node.used, node.total)} ${node.text}`;
    case "bar": return barText(node, face);
    case "spark": return `${blocksOf(node.values)} ${oneLine(node.label)}`;
    case "chart": return [oneLine(node.label), blocksOf(node.values), String(node.values.at(-1) ?? "no numbers yet")].filter((text) => text !== "").join(" ");
    case "image": return `[${node.alt === "" ? "a picture" : oneLine(node.alt)}]`;
    case "action": case "call": case "control": return "";
    default: return linesOf(node, face)[0] ?? "";
  }
}

/** What is worth its lines in a terminal although a page folds it away. */
function tablesIn(node: ViewNode, face: TextFace): string[] {
  return typeof node !== "string" && (node.is === "table" || (node.is === "column" && node.of.every((part) => typeof part !== "string" && part.is === "tree"))) ? linesOf(node, face) : [];
}

function tableLines({ columns, rows, total = rows.length }: TableNode, face: TextFace): string[] {
  const shown = rows.slice(0, MOST_ROWS).map((row) => row.map((cell) => cutTo(inline(cell, face), LONGEST_COLUMN)));
  const titles = columns.map(({ title }) => title);
  const isHeadless = titles.every((title) => title.trim() === "");
  const widths = titles.map((title, i) => Math.max(textWidth(title), ...shown.map((row) => textWidth(row[i] ?? ""))));
  const joined = (cells: readonly string[]): string => cells.map((cell, i) => (i === cells.length - 1 ? cell : cell + " ".repeat((widths[i] ?? 0) - textWidth(cell)))).join(GAP).trimEnd();
  const left = total - shown.length;
  return [...(isHeadless ? [] : [face.paint("faint", joined(titles))]), ...shown.map(joined), ...(left > 0 ? [face.paint("faint", `… ${left} more rows`)] : [])];
}

function barText({ parts }: BarNode, face: TextFace): string {
  const total = parts.reduce((sum, { count }) => sum + count, 0);
  let filled = 0;
  let counted = 0;
  return parts.filter(({ count }) => count > 0).map(({ color, count }) => {
    counted += count;
    const end = Math.round((counted / total) * BAR_LENGTH);
    const text = (color === "line" || color === "waiting" ? "░" : color === "failed" ? "▒" : "█").repeat(end - filled);
    filled = end;
    return face.paint(color, text);
  }).join("");
}

function meterText(used: number, total: number): string {
  const filled = total > 0 ? Math.round(Math.min(1, Math.max(0, used / total)) * METER_LENGTH) : 0;
  return "█".repeat(filled) + "░".repeat(METER_LENGTH - filled);
}

function timelineLines({ from, to, lanes, spans }: TimelineNode, face: TextFace): string[] {
  const width = Math.max(10, Math.min(face.columns, WIDEST_TIMELINE) - Math.max(...lanes.map((lane) => lane.length), 0) - GAP.length);
  const scale = width / Math.max(1, to - from);
  return lanes.map((lane, place) => {
    const cells = Array.from({ length: width }, () => " ");
    for (const [start, end, on, color] of spans) {
      if (on !== place) continue;
      for (let i = Math.floor(start * scale); i < Math.max(Math.floor(start * scale) + 1, Math.round(end * scale)) && i < width; i++) cells[i] = color === "failed" ? "▒" : "█";
    }
    return lane.padEnd(Math.max(...lanes.map((each) => each.length))) + GAP + cells.join("").trimEnd();
  });
}

function treeLines({ name, text, of = [] }: TreeNode, face: TextFace, depth: number): string[] {
  return [`${GAP.repeat(depth + 1)}${oneLine(name)} ${oneLine(text)}`, ...(depth >= 1 ? [] : of.flatMap((inner) => treeLines(inner, face, depth + 1)))];
}
