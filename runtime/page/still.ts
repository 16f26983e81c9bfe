/** A live view as a picture: what could be pressed in it is gone. */
import type { TableNode, ViewNode } from "../views/view-node.ts";

export function still(node: ViewNode): ViewNode {
  if (typeof node === "string") return node;
  switch (node.is) {
    case "line": case "column": case "row": return { ...node, of: node.of.filter((part) => !canBePressed(part)).map(still) };
    case "details": return node.of === undefined ? node : { ...node, of: still(node.of) };
    case "table": return stillTable(node);
    default: return canBePressed(node) ? "" : node;
  }
}

const canBePressed = (node: ViewNode): boolean => typeof node !== "string" && (node.is === "action" || node.is === "call" || (node.is === "details" && node.of === undefined));

function stillTable({ is, key, columns, rows }: TableNode): TableNode {
  return { is, key, columns: columns.map(({ title }) => ({ title })), rows: rows.map((row) => row.map(still)) };
}
