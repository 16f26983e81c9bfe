/** JSX calls `React.createElement` of the cells, or what a `@jsx` comment names. */
import type { Edits } from "./edits.ts";
import type { ParsedCell } from "./parse.ts";
import type { Closure } from "./scopes.ts";
import type { Walk } from "./walk.ts";

const pragma = /@(jsx|jsxFrag)\s+([A-Za-z_$][\w$.]*)/g;

/** Also records that what contains JSX needs the factory. */
export function jsxOf(parsed: ParsedCell, walk: Walk, edits: Edits<Closure>): { factory: string; fragment: string } {
  const names = { jsx: "React.createElement", jsxFrag: "React.Fragment" };
  if (walk.jsxClosures.size > 0) {
    for (const comment of parsed.comments) {
      for (const [, which, name] of comment.value.matchAll(pragma)) names[which as keyof typeof names] = name!;
      // The lowering would read the comment too, and know nothing of the scope object.
      if (comment.value.search(pragma) >= 0) edits.remove(comment.start, comment.end);
    }
    for (const name of Object.values(names)) needByAll(walk, name.split(".")[0]!);
  }
  return { factory: `__$.${names.jsx}`, fragment: `__$.${names.jsxFrag}` };
}

function needByAll(walk: Walk, root: string): void {
  for (const closure of walk.jsxClosures) {
    for (let at = closure; at; at = at.parent) at.tops.add(root);
  }
}
