/** What is folded away until somebody wants it: its content is made for those who have opened it only. */
import { isOpen, type Look } from "./look.ts";
import { countText } from "./quantity.ts";
import type { PrintGroup } from "./prints.ts";
import { block, column, faint, line, strong, type DetailsNode, type ViewNode } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";

export function folded(key: string, summary: ViewNode, look: Look, content: () => ViewNode): DetailsNode {
  return isOpen(look, key) ? { is: "details", key, summary, of: content() } : { is: "details", key, summary };
}

/** What tasks of a kind have printed, each in its own place. */
export function printed(state: ViewState, look: Look, isMeant: (group: PrintGroup) => boolean): DetailsNode | undefined {
  const groups = state.prints.groups(isMeant);
  if (groups.length === 0) return undefined;
  const lines = groups.reduce((sum, group) => sum + group.count, 0);
  return folded("prints", `printed ${countText(lines, "line")}`, look, () => column(...groups.map(printsOf)));
}

export function printsOf({ name, pid, count, lines }: PrintGroup): ViewNode {
  const left = count - lines.length;
  return column(line(strong(name), faint(`pid ${pid}`), faint(left > 0 ? `${countText(count, "line")}, the last ${lines.length}` : countText(count, "line"))), block(lines.join("\n")));
}
