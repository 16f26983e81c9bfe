/** Names that are bound or assigned: destructuring patterns, variable declarations, parameters. */
import type { VariableDeclaration } from "oxc-parser";
import type { Node } from "./ast.ts";
import { isClass, isFunction, unwrap } from "./ast.ts";
import type { DeclarationKind } from "./compiled-cell.ts";
import type { Scope } from "./scopes.ts";
import type { TopVariables, Walk } from "./walk.ts";

type OnName = (node: { name: string; start: number; end: number }, form: "plain" | "shorthand") => void;

/** Calls `onName` for each name of a pattern and visits the expressions in it (defaults, computed keys, members). */
function visitPattern(walk: Walk, pattern: Node, onName: OnName): void {
  switch (pattern.type) {
    case "Identifier":
      return onName({ name: pattern.name, start: pattern.start, end: pattern.start + pattern.name.length }, "plain");
    case "ObjectPattern":
      for (const property of pattern.properties) visitPatternProperty(walk, property, onName);
      return;
    case "ArrayPattern":
      for (const element of pattern.elements) if (element) visitPattern(walk, element, onName);
      return;
    case "AssignmentPattern":
      visitPattern(walk, pattern.left, onName);
      return visitNamed(walk, pattern.right, pattern.left.type === "Identifier" ? pattern.left.name : undefined);
    case "RestElement":
      return visitPattern(walk, pattern.argument, onName);
    case "TSParameterProperty":
      return visitPattern(walk, pattern.parameter, onName);
    default: {
      const inner = unwrap(pattern);
      if (inner === pattern) walk.visit(pattern);
      else visitPattern(walk, inner, onName);
    }
  }
}

function visitPatternProperty(walk: Walk, property: Node, onName: OnName): void {
  if (property.type !== "Property") return visitPattern(walk, property, onName);
  if (property.computed) walk.visit(property.key);
  if (!property.shorthand) return visitPattern(walk, property.value, onName);
  const { value } = property;
  visitPattern(walk, value.type === "AssignmentPattern" ? value.left : value, (name) => onName(name, "shorthand"));
  if (value.type === "AssignmentPattern") {
    visitNamed(walk, value.right, value.left.type === "Identifier" ? value.left.name : undefined);
  }
}

/** The target of an assignment, `++`, or a `for` head without a declaration. */
export function visitTarget(walk: Walk, target: Node): void {
  visitPattern(walk, target, (name, form) => walk.refer(name, name.name, form === "shorthand" ? "shorthand" : "value", true));
}

/** A pattern that declares names in a scope of the cell's own code: parameters, local variables, `catch (e)`. */
export function declarePattern(walk: Walk, pattern: Node, scope: Scope, kind: DeclarationKind): void {
  visitPattern(walk, pattern, ({ name }) => walk.declare(scope, name, kind));
}

export function visitVariables(walk: Walk, node: VariableDeclaration, role: TopVariables["role"]): void {
  if (node.declare) return;
  const isUsing = node.kind === "using" || node.kind === "await using";
  if (isUsing) walk.modernSyntax.push(node.start);
  if (node.kind === "await using" && !walk.isInFunction) walk.awaits = true;
  const scope = node.kind === "var" ? walk.scope.functionScope() : walk.scope;
  const isTop = scope === walk.top;
  const kind: DeclarationKind = isUsing ? "const" : (node.kind as "var" | "let" | "const");
  if (isTop) walk.topVariables.push({ node, role });
  for (const { id, init } of node.declarations) {
    visitPattern(walk, id, (name, form) => {
      walk.declare(scope, name.name, kind);
      if (!isTop) return;
      if (kind !== "var") walk.initializations.set(name.name, { start: name.start, initStart: init?.start ?? 0, initEnd: init?.end ?? 0 });
      if (id.type !== "Identifier") walk.refer(name, name.name, form === "shorthand" ? "shorthand" : "declared");
    });
    if (!init) continue;
    const [name] = id.type === "Identifier" ? [id.name] : [];
    const closures = walk.closures.length;
    visitNamed(walk, init, name);
    const closure = walk.closures[closures];
    if (!isTop && kind === "const" && name !== undefined && closure?.node === init && isFunction(init)) walk.scope.bindForGood(name, closure);
  }
  if (role === "statement") walk.terminate(node);
}

/** Visits a value that is bound to `name`, which names it when it is an anonymous function or class. */
export function visitNamed(walk: Walk, value: Node, name: string | undefined, isGiven = true): void {
  if (name !== undefined) {
    const inner = unwrap(value);
    if (isFunction(inner) || isClass(inner)) walk.names.set(inner, { name, isGiven });
    else for (const target of remoteTargets(inner)) walk.names.set(target, { name, isGiven: true });
  }
  walk.visit(value);
}

/** The functions and classes that `ray.remote(f)`, `ray.remote(options)(f)` and `ray.remote(f).options(…)` are given. */
function remoteTargets(node: Node): Node[] {
  if (node.type !== "CallExpression") return [];
  const callee = unwrap(node.callee);
  if (callee.type === "MemberExpression" && calleeName(callee) === "options") return remoteTargets(unwrap(callee.object));
  if (!isRemote(callee.type === "CallExpression" ? unwrap(callee.callee) : callee)) return [];
  return node.arguments.map(unwrap).filter((argument) => isFunction(argument) || isClass(argument));
}

/** `remote` or `ray.remote`, not the `remote` of a remote function, whose arguments are its own affair. */
function isRemote(callee: Node): boolean {
  if (calleeName(callee) !== "remote") return false;
  return callee.type !== "MemberExpression" || calleeName(unwrap(callee.object)) === "ray";
}

export function calleeName(callee: Node): string | undefined {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "MemberExpression" && !callee.computed && callee.property.type === "Identifier") return callee.property.name;
  return undefined;
}
