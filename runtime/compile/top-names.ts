/** The names of the top level: what is around the cell, and what a reference to one of them means. */
import type { DeclarationKind } from "./compiled-cell.ts";
import type { Reference } from "./scopes.ts";
import type { Walk } from "./walk.ts";

/** What earlier cells and the surroundings define. */
export interface Surroundings {
  readonly known: ReadonlyMap<string, { readonly kind: DeclarationKind }>;
  readonly globals: (name: string) => boolean;
  /** Functions of earlier cells name it: their code may read and write the variable. */
  readonly captured: (name: string) => boolean;
}

/** True for code that runs in order (in no function) and uses a `let`, `const` or `class` in front of its declaration. */
export function isTooEarly(walk: Walk, { name, start, closure, form }: Reference): boolean {
  const initialization = walk.initializations.get(name);
  if (!initialization || closure || form === "declared") return false;
  return start < initialization.start || (start >= initialization.initStart && start < initialization.initEnd);
}

/** True for a name that is a property of the scope object: the cell's own, an earlier cell's, or nobody's yet. */
export function isOfTop(walk: Walk, { name, scope }: Reference): boolean {
  const binding = scope.find(name);
  return !binding || binding === walk.top;
}

/** Names of the top level that functions and classes of the cell use, wherever those names are declared. */
export function capturedNames(walk: Walk): Set<string> {
  const captured = new Set<string>();
  for (const reference of walk.references) if (reference.closure && isOfTop(walk, reference)) captured.add(reference.name);
  return captured;
}
