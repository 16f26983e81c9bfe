/** Every name that no scope inside the cell binds becomes a property of the scope object `__$`. */
import type { DeclarationKind } from "./compiled-cell.ts";
import type { Edits } from "./edits.ts";
import { capture, noteEscape } from "./scopes.ts";
import type { Closure, Reference } from "./scopes.ts";
import type { Walk } from "./walk.ts";

/** What earlier cells and the surroundings define. */
export interface Surroundings {
  readonly known: ReadonlyMap<string, { readonly kind: DeclarationKind }>;
  readonly globals: (name: string) => boolean;
}

/** Names that Node gives to modules. */
const runtimeNames = new Map([
  ["require", "__rt.require"],
  ["__filename", "__rt.meta.filename"],
  ["__dirname", "__rt.meta.dirname"],
]);
const constants = new Set(["undefined", "NaN", "Infinity"]);

/** Returns what the surroundings decided, for the ids of units: the same text means something else elsewhere. */
export function rewriteNames(walk: Walk, edits: Edits<Closure>, surroundings: Surroundings): string[] {
  const decisions = new Set<string>();
  for (const reference of walk.references) {
    const { name, scope } = reference;
    const binding = scope.find(name);
    if (binding && binding !== walk.top) {
      const owner = binding.ownerOf(name);
      if (owner) edits.replace(reference.start, reference.end, inForm(reference, `${owner}.${name}`));
      noteEscape(reference, binding);
      capture(owner ? { ...reference, name: owner } : reference, binding);
      continue;
    }
    const known = binding ? undefined : surroundings.known.get(name)?.kind;
    if (!binding && !known) {
      const runtimeName = runtimeNames.get(name);
      if (runtimeName) {
        edits.replace(reference.start, reference.end, inForm(reference, runtimeName));
        continue;
      }
      if (constants.has(name) || surroundings.globals(name)) continue;
    }
    capture(reference, null);
    const kind = walk.declared.get(name) ?? known;
    if (known) decisions.add(`${name}:${known}`);
    edits.replace(reference.start, reference.end, inForm(reference, propertyText(walk, reference, kind), kind === undefined));
  }
  return [...decisions].sort();
}

function propertyText(walk: Walk, reference: Reference, kind: DeclarationKind | undefined): string {
  const { name, isWrite } = reference;
  if (isTooEarly(walk, reference)) return `${throwText(tooEarlyMessage(name))}${isWrite ? ".x" : ""}`;
  if (isWrite && (kind === "const" || kind === "import")) return `__rt.assignToConstant(${JSON.stringify(name)}).x`;
  return `__$.${name}`;
}

/** An expression that throws, in parentheses because it may follow `new`. */
const throwText = (message: string): string => `((()=>{throw new ReferenceError(${JSON.stringify(message)})})())`;

const tooEarlyMessage = (name: string): string => `Cannot access '${name}' before initialization`;

/** True for code that runs in order (in no function) and uses a `let`, `const` or `class` in front of its declaration. */
function isTooEarly(walk: Walk, { name, start, closure, form }: Reference): boolean {
  const initialization = walk.initializations.get(name);
  if (!initialization || closure || form === "declared") return false;
  return start < initialization.start || (start >= initialization.initStart && start < initialization.initEnd);
}

function inForm({ name, form }: Reference, text: string, isUnknown = false): string {
  switch (form) {
    case "callee":
      return `(0,${text})`;
    case "shorthand":
      return `${name}: ${text}`;
    case "typeof":
      return isUnknown ? `(${JSON.stringify(name)} in __$?typeof ${text}:"undefined")` : `typeof ${text}`;
    default:
      return text;
  }
}

/** `this` at the top level is undefined, as in a module; a unit gets the `this` of what is around it as a local. */
export function rewriteThis(walk: Walk, edits: Edits<Closure>, isOutside: (owner: Closure, unit: Closure) => boolean): void {
  for (const { start, end } of walk.topThis) edits.replace(start, end, "(void 0)");
  for (const { start, end, owner } of walk.outerThis) {
    edits.replace(start, end, (unit) => (unit && isOutside(owner, unit) ? "__this" : "this"));
  }
  for (const { start, end, property } of walk.runtimeAccess) edits.replace(start, end, `__rt.${property}`);
}
