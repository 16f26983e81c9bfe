/** What a notebook's author says about a cell: tags in its metadata, those of nbval, nbmake and nbclient. */
import type { Cell } from "./notebook.ts";

export interface CellRules {
  /** `raises-exception`, `nbval-raises-exception`: the cell must fail. */
  readonly mustRaise: boolean;
  /** `skip-execution`, `nbval-skip`: the cell does not run. */
  readonly isSkipped: boolean;
  /** `nbval-ignore-output` and its opposite `nbval-check-output`, which wins. */
  readonly comparesOutput: boolean;
  /** `timeout=ms`; undefined: that of the run. */
  readonly timeoutMs: number | undefined;
}

/** A tag that looks like one of ours and says nothing that we know. */
export class TagError extends Error {
  override readonly name = "TagError";
}

export function rulesOf(cell: Cell): CellRules {
  const found = cell.metadata?.["tags"];
  const tags = new Set(Array.isArray(found) ? found.filter((tag): tag is string => typeof tag === "string") : []);
  const has = (...names: string[]) => names.some((name) => tags.has(name));
  return {
    mustRaise: has("raises-exception", "nbval-raises-exception"),
    isSkipped: has("skip-execution", "nbval-skip"),
    comparesOutput: has("nbval-check-output") || !has("nbval-ignore-output"),
    timeoutMs: timeoutOf(tags),
  };
}

function timeoutOf(tags: ReadonlySet<string>): number | undefined {
  for (const tag of tags) {
    if (!tag.startsWith("timeout=")) continue;
    const timeoutMs = Number(tag.slice("timeout=".length));
    if (!Number.isFinite(timeoutMs) || timeoutMs <= 0) throw new TagError(`The tag "${tag}" must give milliseconds above 0, say "timeout=5000".`);
    return timeoutMs;
  }
  return undefined;
}
