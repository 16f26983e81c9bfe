/** What is folded away until somebody wants it: its content is made for those who have opened it only. */
import { isOpen, type Look } from "./look.ts";
import { countText } from "./quantity.ts";
import type { PrintGroup } from "./prints.ts";
import { block, column, faint, line, strong, type DetailsNode, type ViewNode } from "./view-node.ts";
import type { ViewState } from "./view-state.ts";

export function folded(key: string, summary: ViewNode, look: Look, content: () => ViewNode): DetailsNode {
  return isOpen(look, key) ? { is: "details", key, summary, of: content() } : { is: "details", key, summary };
}

/** What tasks of a kind have printed, the tasks of one name together. */
export function printed(state: ViewState, look: Look, isMeant: (group: PrintGroup) => boolean): DetailsNode | undefined {
  const groups = state.prints.groups(isMeant);
  if (groups.length === 0) return undefined;
  const lines = groups.reduce((sum, group) => sum + group.count, 0);
  return folded("prints", `printed ${countText(lines, "line")}`, look, () => column(...byName(groups).map(printsOf)));
}

function byName(groups: readonly PrintGroup[]): PrintGroup[][] {
  const names = new Map<string, PrintGroup[]>();
  for (const group of groups) {
    const same = names.get(group.name);
    if (same === undefined) names.set(group.name, [group]);
    else same.push(group);
  }
  return [...names.values()];
}

const MOST_LINES = 200;

/** Lines of several tasks say whose each is. */
function printsOf(groups: readonly PrintGroup[]): ViewNode {
  const [first] = groups as [PrintGroup];
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const lines = groups.length === 1 ? first.lines : groups.flatMap(({ pid, lines: own }) => own.map((text) => `pid ${pid}  ${text}`));
  const shown = lines.slice(-MOST_LINES);
  const left = count > shown.length ? `${countText(count, "line")}, the last ${shown.length}` : countText(count, "line");
  return column(line(strong(first.name), faint(groups.length === 1 ? `pid ${first.pid}` : `× ${groups.length}`), faint(left)), block(shown.join("\n")));
}
