/**
 * What a class needs so that an instance can be rebuilt elsewhere with its `#private` state: a hook that reads and writes
 * that state, and constructors that do nothing but make the object while `__rt.reviving.on`.
 *
 * Every constructor gets the guard, not only those of classes with private members: a subclass in a later cell may have some.
 */
import type { ClassElement } from "oxc-parser";
import type { ClassNode } from "./ast.ts";
import type { Edits } from "./edits.ts";
import type { Closure } from "./scopes.ts";

/** The static accessor that a worker finds the hook by; a getter, so that a class still prints without it. */
const hookKey = `[Symbol.for("ray-ts.private")]`;

export function addPrivateState(node: ClassNode, edits: Edits<Closure>): void {
  const members = node.body.body;
  if (members.some(isPrivate)) edits.insert(node.body.start + 1, hookText(members));
  for (const member of members) {
    if (member.type !== "MethodDefinition" || member.kind !== "constructor" || !member.value.body) continue;
    const text = node.superClass ? "if(__rt.reviving.on){super();return;}" : "if(__rt.reviving.on)return;";
    edits.insert(member.value.body.start + 1, text);
  }
}

/** A private method leaves a mark on its objects too, so it needs the constructor as much as a field does. */
function isPrivate(member: ClassElement): boolean {
  if (!("key" in member) || member.static) return false;
  return member.key.type === "PrivateIdentifier" || stateOf(member) !== undefined;
}

/** The expression after `o.` for a member that holds private state: a `#field`, or an `accessor`, whose field is hidden. */
function stateOf(member: ClassElement): string | undefined {
  if ((member.type !== "PropertyDefinition" && member.type !== "AccessorProperty") || member.static) return undefined;
  if (member.key.type === "PrivateIdentifier") return `#${member.key.name}`;
  return member.type === "AccessorProperty" && !member.computed && member.key.type === "Identifier" ? member.key.name : undefined;
}

function hookText(members: readonly ClassElement[]): string {
  const fields = members.map(stateOf).filter((field) => field !== undefined).map((field) => `o.${field}`);
  const set = fields.length > 0 ? `(o,v)=>{[${fields}]=v;}` : "()=>{}";
  return `static get ${hookKey}(){return{get:(o)=>[${fields}],set:${set}};}`;
}
