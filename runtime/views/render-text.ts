/** A view as lines of a terminal, none longer than it is wide: what is folded away on a page is left out, but for tables. */
import { blocksOf } from "./html.ts";
import { durationText } from "./quantity.ts";
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
const GAP = "  ";

export function renderText(node: ViewNode, face: TextFace): string[] {
  return linesOf(node, face).map((text) => cut(text, face.columns));
}

function linesOf(node: ViewNode, face: TextFace): string[] {
  if (typeof node === "string") return node.split("\n");
  switch (node.is) {
    case "column": case "row": return node.of.flatMap((part) => linesOf(part, face));
    case "table": return tableLines(node, face);
    case "details": return node.of === undefined ? [] : tablesIn(node.of, face);
    case "timeline": return timelineLines(node, face);
    case "tree": return treeLines(node, face, 0);
    case "action": case "call": case "control": return [];
    case "text": return node.look === "failure" ? node.text.split("\n").map((text) => face.paint("failed", text)) : node.look === "block" ? node.text.split("\n").map((text) => GAP + text) : [inline(node, face)];
    default: return [inline(node, face)];
  }
}

/** One line of text. */
function inline(node: ViewNode, face: TextFace): string {
  if (typeof node === "string") return node;
  switch (node.is) {
    case "text": return node.look === "strong" || node.look === "faint" ? face.paint(node.look, node.text) : node.look === "failure" ? face.paint("failed", node.text.split("\n", 1)[0] as string) : node.text;
    case "pill": return face.paint(node.color, node.text);
    case "since": return durationText(Math.max(0, face.now - node.at)) + node.tail;
    case "line": return node.of.map((part) => inline(part, face)).filter((text) => text !== "").join(" ");
    case "meter": return `${meterText(node.used, node.total)} ${node.text}`;
    case "bar": return barText(node, face);
    case "spark": return `${blocksOf(node.values)} ${node.label}`;
    case "chart": return `${node.label === "" ? "" : `${node.label} `}${blocksOf(node.values)} ${node.values.at(-1) ?? ""}`;
    case "image": return `[${node.alt === "" ? "a picture" : node.alt}]`;
    case "action": case "call": case "control": return "";
    default: return linesOf(node, face)[0] ?? "";
  }
}

/** What is worth its lines in a terminal although a page folds it away. */
function tablesIn(node: ViewNode, face: TextFace): string[] {
  return typeof node !== "string" && (node.is === "table" || (node.is === "column" && node.of.every((part) => typeof part !== "string" && part.is === "tree"))) ? linesOf(node, face) : [];
}

function tableLines({ columns, rows }: TableNode, face: TextFace): string[] {
  const shown = rows.slice(0, MOST_ROWS).map((row) => row.map((cell) => cut(inline(cell, face).replace(/\s+/g, " "), LONGEST_COLUMN)));
  const titles = columns.map(({ title }) => title);
  const isHeadless = titles.every((title) => title.trim() === "");
  const widths = titles.map((title, i) => Math.max(visible(title), ...shown.map((row) => visible(row[i] ?? ""))));
  const joined = (cells: readonly string[]): string => cells.map((cell, i) => (i === cells.length - 1 ? cell : cell + " ".repeat((widths[i] ?? 0) - visible(cell)))).join(GAP).trimEnd();
  const left = rows.length - shown.length;
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
  const width = Math.max(10, face.columns - Math.max(...lanes.map((lane) => lane.length), 0) - GAP.length);
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
  return [`${GAP.repeat(depth + 1)}${name} ${text}`, ...(depth >= 1 ? [] : of.flatMap((inner) => treeLines(inner, face, depth + 1)))];
}

const CODES = /\u001b\[[0-9;]*m/g;

/** How many places of a line the text takes. */
const visible = (text: string): number => [...text.replace(CODES, "")].length;

/** Colours are kept whole; what is cut off ends with the usual colour. */
function cut(text: string, most: number): string {
  if (visible(text) <= most) return text;
  let room = most - 1;
  let end = 0;
  for (const piece of text.match(/\u001b\[[0-9;]*m|[\s\S]/gu) ?? []) {
    if (!piece.startsWith("\u001b[") && room-- <= 0) break;
    end += piece.length;
  }
  const kept = text.slice(0, end);
  return `${kept}…${kept.includes("\u001b[") ? "\u001b[0m" : ""}`;
}
