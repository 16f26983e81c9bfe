/** What a bundle is in a terminal or a pipe: a live view's tree as lines, else its text, else the types it has. */
import type { MimeBundle } from "../../runtime/session/output.ts";
import { renderText, type TextFace } from "../../runtime/views/render-text.ts";
import { VIEW_MIME, type ViewSnapshot } from "../../runtime/views/render-view.ts";
import { cutTo } from "../../runtime/views/text-width.ts";

/** One line says it all: a ref, a bar. */
const OF_ONE_LINE: ReadonlySet<string> = new Set(["object-ref", "progress"]);

export function linesOf(data: MimeBundle, face: TextFace): readonly string[] {
  const snapshot = snapshotOf(data);
  if (snapshot === undefined || OF_ONE_LINE.has(snapshot.kind)) return textOf(data).split("\n");
  const lines = renderText(snapshot.node, face);
  return lines.length === 0 ? [cutTo(textOf(data), face.columns)] : lines;
}

export const snapshotOf = (data: MimeBundle): ViewSnapshot | undefined => data[VIEW_MIME] as ViewSnapshot | undefined;

/** How many tenths of the way a progress bar is; undefined for everything else. */
export function tenthsOf(data: MimeBundle): number | undefined {
  const snapshot = snapshotOf(data);
  if (snapshot?.kind !== "progress" || typeof snapshot.node === "string" || snapshot.node.is !== "column") return undefined;
  for (const node of snapshot.node.of) {
    if (typeof node === "string" || node.is !== "bar") continue;
    const count = (colors: readonly string[]): number => node.parts.reduce((sum, part) => sum + (colors.includes(part.color) ? part.count : 0), 0);
    const total = node.parts.reduce((sum, part) => sum + part.count, 0);
    return total === 0 ? undefined : Math.floor((count(["done", "failed"]) / total) * 10);
  }
  return undefined;
}

function textOf(data: MimeBundle): string {
  const text = data["text/plain"] ?? data["text/markdown"];
  if (typeof text === "string") return text;
  const types = Object.keys(data);
  return types.length === 0 ? "" : `<${types.join(", ")}>`;
}
