/** Functions, classes and their members: each is a closure with scopes of its own. */
import type { ClassElement } from "oxc-parser";
import type { ClassNode, ClosureNode, FunctionNode, Node } from "./ast.ts";
import { staticKey } from "./ast.ts";
import type { Closure, Placement } from "./scopes.ts";
import { ownsThis } from "./walk.ts";
import type { Walk } from "./walk.ts";
import { declarePattern, visitNamed } from "./visit-patterns.ts";

type AnyFunction = Exclude<ClosureNode, ClassNode>;

export function visitFunction(walk: Walk, node: AnyFunction, placement = placementOf(node)): void {
  if (!node.body || ("declare" in node && node.declare)) return;
  const isDeclared = node.type === "FunctionDeclaration" && node.id !== null;
  if (isDeclared) walk.declare(walk.scope, node.id!.name, "function");
  const isTop = isDeclared && walk.scope === walk.top;
  const closure = walk.addClosure(node, placement, isTop);
  if (isDeclared && !isTop) walk.scope.bindForGood(closure.name, closure);
  const scope = walk.functionScope(closure);
  if (node.type === "FunctionExpression" && node.id) scope.declare(node.id.name);
  const inside = { scope, closure, isInFunction: true, isEager: false, block: node.body, loop: null };
  walk.within(ownsThis(node) ? { ...inside, thisOwner: closure } : inside, () => {
    visitParameters(walk, node);
    if (node.body!.type === "BlockStatement") for (const statement of node.body!.body) walk.visit(statement);
    else walk.visit(node.body!);
  });
}

function placementOf(node: FunctionNode | AnyFunction): Placement {
  return node.type === "FunctionDeclaration" && node.id ? "declaration" : "expression";
}

function visitParameters(walk: Walk, node: AnyFunction): void {
  for (const parameter of node.params) {
    if ("decorators" in parameter && parameter.decorators?.length) walk.modernSyntax.push(node.start);
    declarePattern(walk, parameter, walk.scope, "let");
  }
}

export function visitClass(walk: Walk, node: ClassNode): void {
  if (node.declare) return;
  const isDeclared = node.type === "ClassDeclaration" && node.id !== null;
  const isTop = isDeclared && walk.scope === walk.top;
  if (isDeclared) walk.declare(walk.scope, node.id!.name, "class");
  if (isTop) walk.initializations.set(node.id!.name, { start: node.start, initStart: 0, initEnd: 0 });
  if (node.decorators.length > 0) walk.modernSyntax.push(node.decorators[0]!.start);
  const closure = walk.addClosure(node, isDeclared ? "declaration" : "expression", isTop);
  walk.within({ closure, isEager: true, loop: null }, () => {
    for (const decorator of node.decorators) walk.visit(decorator);
    const scope = walk.functionScope(closure);
    if (node.id) scope.declare(node.id.name);
    walk.within({ scope }, () => {
      if (node.superClass) walk.visit(node.superClass);
      for (const member of node.body.body) visitMember(walk, member, closure);
    });
  });
}

function visitMember(walk: Walk, member: ClassElement, owner: Closure): void {
  if (member.type === "StaticBlock") {
    const scope = walk.functionScope(owner);
    walk.within({ scope, thisOwner: owner, isInFunction: true, block: null }, () => {
      for (const statement of member.body) walk.visit(statement);
    });
    return;
  }
  if (member.type.startsWith("TS") || member.type === "TSIndexSignature") return;
  if (member.type !== "MethodDefinition" && "declare" in member && member.declare) return;
  if (member.decorators.length > 0) walk.modernSyntax.push(member.start);
  if (member.type === "AccessorProperty") walk.modernSyntax.push(member.start);
  for (const decorator of member.decorators) walk.visit(decorator);
  if (member.computed) walk.visit(member.key);
  if (member.type === "MethodDefinition") visitFunction(walk, member.value, "unregistered");
  else if (member.value) visitField(walk, member.value, staticKey(member.key, member.computed), member.static, owner);
}

function visitField(walk: Walk, value: Node, name: string | undefined, isStatic: boolean, owner: Closure): void {
  const scope = walk.functionScope(owner);
  walk.within({ scope, thisOwner: owner, isInFunction: true, isEager: isStatic, block: null }, () => visitNamed(walk, value, name));
}
