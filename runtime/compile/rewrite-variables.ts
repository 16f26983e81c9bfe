/** Declarations of top-level variables become assignments to the scope object. */
import type { BindingPattern, VariableDeclaration, VariableDeclarator } from "oxc-parser";
import type { Edits } from "./edits.ts";
import type { LoopLocals } from "./loop-locals.ts";
import type { Closure } from "./scopes.ts";
import type { TopVariables, Walk } from "./walk.ts";

export function rewriteVariables(walk: Walk, edits: Edits<Closure>, locals: LoopLocals): void {
  for (const { node, role } of walk.topVariables) {
    if (node.kind === "using" || node.kind === "await using") rewriteUsing(node, edits);
    else rewriteDeclaration(node, role, edits, locals);
  }
}

function rewriteDeclaration(node: VariableDeclaration, role: TopVariables["role"], edits: Edits<Closure>, locals: LoopLocals): void {
  const [first] = node.declarations;
  edits.remove(node.start, first!.start);
  for (const declarator of node.declarations) rewriteDeclarator(node, declarator, role, edits, locals);
}

function rewriteDeclarator(node: VariableDeclaration, declarator: VariableDeclarator, role: TopVariables["role"], edits: Edits<Closure>, locals: LoopLocals): void {
  const { id, init } = declarator;
  if (id.type !== "Identifier") {
    removeType(id, edits);
    // `for ({a} of list)` takes a pattern as it is.
    if (role !== "each") edits.wrap(declarator, "(", ")");
    return;
  }
  const property = locals.has(id.name, id.start) ? id.name : `__$.${id.name}`;
  if (init) edits.replace(id.start, id.end, property);
  else if (role === "each") edits.replace(declarator.start, declarator.end, property);
  // `var x;` keeps what x has.
  else edits.replace(declarator.start, declarator.end, node.kind === "var" ? "void 0" : `${property}=void 0`);
}

function removeType(pattern: BindingPattern, edits: Edits<Closure>): void {
  const type = pattern.typeAnnotation;
  if (type) edits.remove(type.start, type.end);
}

/** Stays a declaration, so that it is disposed of when the cell ends; the scope object gets the value too. */
function rewriteUsing(node: VariableDeclaration, edits: Edits<Closure>): void {
  for (const { id, init } of node.declarations) {
    if (init && id.type === "Identifier") edits.before(init, `__$.${id.name}=`);
  }
}
