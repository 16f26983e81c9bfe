/** Every name that no scope inside the cell binds becomes a property of the scope object `__$`. */
import type { DeclarationKind } from "./compiled-cell.ts";
import type { Edits } from "./edits.ts";
import type { LoopLocals } from "./loop-locals.ts";
import { capture, noteEscape } from "./scopes.ts";
import type { Closure, Reference } from "./scopes.ts";
import { isTooEarly } from "./top-names.ts";
import type { Surroundings } from "./top-names.ts";
import type { Walk } from "./walk.ts";

/** Names that Node gives to modules. */
const runtimeNames = new Map([
  ["require", "__rt.require"],
  ["__filename", "__rt.meta.filename"],
  ["__dirname", "__rt.meta.dirname"],
]);
const constants = new Set(["undefined", "NaN", "Infinity"]);

/** Returns what the surroundings decided, for the ids of units: the same text means something else elsewhere. */
export function rewriteNames(walk: Walk, edits: Edits<Closure>, surroundings: Surroundings, locals: LoopLocals): string[] {
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
    edits.replace(reference.start, reference.end, inForm(reference, topText(walk, reference, kind, locals), kind === undefined));
  }
  return [...decisions].sort();
}

function topText(walk: Walk, reference: Reference, kind: DeclarationKind | undefined, locals: LoopLocals): string {
  const { name, start, isWrite } = reference;
  if (isTooEarly(walk, reference)) return `${throwText(tooEarlyMessage(name))}${isWrite ? ".x" : ""}`;
  if (isWrite && (kind === "const" || kind === "import")) return `__rt.assignToConstant(${JSON.stringify(name)}).x`;
  return locals.has(name, start) ? name : `__$.${name}`;
}

/** An expression that throws, in parentheses because it may follow `new`. */
const throwText = (message: string): string => `((()=>{throw new ReferenceError(${JSON.stringify(message)})})())`;

const tooEarlyMessage = (name: string): string => `Cannot access '${name}' before initialization`;

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
