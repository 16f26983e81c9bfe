/**
 * One walk over the tree of a cell: scopes, references, closures, loops and whatever else the rewriting needs to know.
 * Names are resolved afterwards (`resolve.ts`), for a function may use what is declared below it.
 */
import type { CallExpression, NewExpression, ObjectExpression, ObjectPropertyKind, Program, SwitchStatement, UnaryExpression } from "oxc-parser";
import { forEachChild, isFunction, isTypeOnly, staticKey, unwrap } from "./ast.ts";
import type { Node } from "./ast.ts";
import { noteInLoops } from "./loops.ts";
import { Walk } from "./walk.ts";
import type { ForLoop } from "./walk.ts";
import { visitClass, visitFunction } from "./visit-functions.ts";
import { visitEnum, visitImport, visitImportEquals, visitNamespace } from "./visit-modules.ts";
import { calleeName, declarePattern, visitNamed, visitTarget, visitVariables } from "./visit-patterns.ts";

export function analyze(program: Program, source: string): Walk {
  const walk = new Walk(source, (node) => visit(walk, node));
  walk.within({ block: program }, () => {
    for (const statement of program.body) walk.visit(statement);
  });
  return walk;
}

function visit(walk: Walk, node: Node): void {
  if (isTypeOnly(node)) return visitType(walk, node);
  noteInLoops(walk.loop, node);
  switch (node.type) {
    case "Identifier":
      return visitName(walk, node, node.name);
    case "ThisExpression":
      return walk.referToThis(node);
    case "Super":
      return walk.tieToObject();
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
      return visitFunction(walk, node);
    case "ClassDeclaration":
    case "ClassExpression":
      return visitClass(walk, node);
    case "VariableDeclaration":
      return visitVariables(walk, node, "statement");
    case "BlockStatement":
      return walk.within({ scope: walk.blockScope(), block: node }, () => visitChildren(walk, node));
    case "ForStatement":
    case "ForInStatement":
    case "ForOfStatement":
      return visitFor(walk, node);
    case "WhileStatement":
    case "DoWhileStatement":
      return walk.inLoop(walk.addLoop(node), () => visitChildren(walk, node));
    case "SwitchStatement":
      return visitSwitch(walk, node);
    case "CatchClause":
      return walk.within({ scope: walk.blockScope() }, () => {
        if (node.param) declarePattern(walk, node.param, walk.scope, "let");
        walk.visit(node.body);
      });
    case "LabeledStatement":
      walk.labeled.set(node.body, walk.labeled.get(node) ?? node);
      return walk.visit(node.body);
    case "BreakStatement":
    case "ContinueStatement":
    case "DebuggerStatement":
      return walk.terminate(node);
    case "ExpressionStatement":
    case "ReturnStatement":
    case "ThrowStatement":
      walk.terminate(node);
      return visitChildren(walk, node);
    default:
      return visitExpression(walk, node);
  }
}

function visitExpression(walk: Walk, node: Node): void {
  switch (node.type) {
    case "MemberExpression":
      walk.visit(node.object);
      if (node.computed || node.property.type === "PrivateIdentifier") walk.visit(node.property);
      return;
    case "PrivateIdentifier":
      return walk.tieToClassOf(node.name);
    case "ObjectExpression":
      return visitObject(walk, node);
    case "Property":
      return visitProperty(walk, node);
    case "AssignmentExpression":
      visitTarget(walk, node.left);
      return visitNamed(walk, node.right, targetName(node.left), node.left.type === "Identifier");
    case "UpdateExpression":
      return visitTarget(walk, node.argument);
    case "UnaryExpression":
      return visitUnary(walk, node);
    case "CallExpression":
    case "NewExpression":
      return visitCall(walk, node);
    case "TaggedTemplateExpression":
      visitCallee(walk, node.tag);
      return walk.visit(node.quasi);
    case "AwaitExpression":
      if (!walk.isInFunction) walk.awaits = true;
      walk.awaitExpressions.push(node);
      return walk.visit(node.argument);
    case "ImportExpression":
      walk.runtimeAccess.push({ start: node.start, end: node.start + "import".length, property: "import" });
      return visitChildren(walk, node);
    case "MetaProperty":
      if (node.meta.name === "import") walk.runtimeAccess.push({ start: node.start, end: node.end, property: "meta" });
      else walk.tie();
      return;
    case "Decorator":
      return visitDecorator(walk, node.expression);
    case "JSXOpeningElement":
      walk.jsxClosures.add(walk.closure);
      visitJsxName(walk, node.name);
      for (const attribute of node.attributes) walk.visit(attribute);
      return;
    case "JSXClosingElement":
      return visitJsxName(walk, node.name);
    case "JSXFragment":
      walk.jsxClosures.add(walk.closure);
      return visitChildren(walk, node);
    case "JSXAttribute":
      if (node.value) walk.visit(node.value);
      return;
    default:
      return visitModuleLevel(walk, node);
  }
}

function visitModuleLevel(walk: Walk, node: Node): void {
  switch (node.type) {
    case "ImportDeclaration":
      return visitImport(walk, node);
    case "TSImportEqualsDeclaration":
      visitImportEquals(walk, node);
      return;
    case "ExportNamedDeclaration":
      if (node.declaration) walk.visit(node.declaration);
      else if (node.source && node.exportKind !== "type") walk.awaits = true;
      return;
    case "ExportAllDeclaration":
      if (node.exportKind !== "type") walk.awaits = true;
      return;
    case "ExportDefaultDeclaration":
      return visitNamed(walk, node.declaration, "default");
    case "TSEnumDeclaration":
      return visitEnum(walk, node);
    case "TSModuleDeclaration":
      return visitNamespace(walk, node);
    default:
      return visitChildren(walk, node);
  }
}

const visitChildren = (walk: Walk, node: Node): void => forEachChild(node, walk.visit);

/** A type that ends without a semicolon may run into what follows, once that begins with a parenthesis. */
function visitType(walk: Walk, node: Node): void {
  if (node.type === "TSTypeAliasDeclaration" || node.type === "TSDeclareFunction") walk.terminate(node);
}

function visitName(walk: Walk, node: Node, name: string): void {
  if (name === "arguments" && walk.thisOwner) walk.tie();
  else walk.refer(node, name, "value");
}

function visitUnary(walk: Walk, node: UnaryExpression): void {
  const argument = unwrap(node.argument);
  if (node.operator === "typeof" && argument.type === "Identifier") walk.refer(node, argument.name, "typeof");
  else walk.visit(node.argument);
}

/** A helper object is often captured whole, so its methods have to be units. */
function visitObject(walk: Walk, object: ObjectExpression): void {
  for (const [index, property] of object.properties.entries()) {
    if (property.type === "Property" && property.method) {
      const name = staticKey(property.key, property.computed);
      const later = object.properties.slice(index + 1);
      if (name !== undefined && !later.some((other) => mayReplace(other, name))) walk.objectMethods.set(property.value, { object, property, name });
    }
    walk.visit(property);
  }
}

/** True when the object may have something else under that name in the end. */
function mayReplace(property: ObjectPropertyKind, name: string): boolean {
  if (property.type !== "Property") return true;
  const key = staticKey(property.key, property.computed);
  return key === undefined || key === name;
}

function visitProperty(walk: Walk, node: Node & { type: "Property" }): void {
  if (node.computed) walk.visit(node.key);
  if (node.shorthand) {
    if (node.value.type === "Identifier") walk.refer(node.value, node.value.name, "shorthand");
    return;
  }
  const isMethod = node.method || node.kind !== "init";
  if (isMethod && isFunction(node.value)) return visitFunction(walk, node.value, walk.objectMethods.has(node.value) ? "method" : "unregistered");
  visitNamed(walk, node.value, staticKey(node.key, node.computed));
}

function targetName(target: Node): string | undefined {
  const inner = unwrap(target);
  return calleeName(inner);
}

/** Methods of arrays and promises that call back and forget: their callbacks, inside functions, are never sent anywhere. */
const callbackMethods = new Set(
  "map filter forEach reduce reduceRight some every find findIndex findLast findLastIndex flatMap sort toSorted then catch finally replace replaceAll from"
    .split(" "),
);

function visitCall(walk: Walk, node: CallExpression | NewExpression): void {
  const callee = unwrap(node.callee);
  if (node.type === "CallExpression" && isFunction(callee)) walk.unregistered.add(callee);
  if (walk.closure && isCallbackCall(node, callee)) {
    for (const argument of node.arguments) if (isFunction(argument)) walk.unregistered.add(argument);
  }
  if (node.type === "CallExpression") visitCallee(walk, node.callee);
  else walk.visit(node.callee);
  for (const argument of node.arguments) walk.visit(argument);
}

function isCallbackCall(node: CallExpression | NewExpression, callee: Node): boolean {
  const name = calleeName(callee) ?? "";
  if (node.type === "NewExpression") return name === "Promise";
  return callee.type === "MemberExpression" && callbackMethods.has(name);
}

/** A function called by its name must not get the scope object as `this`. */
function visitCallee(walk: Walk, callee: Node): void {
  const inner = unwrap(callee);
  if (inner.type === "Identifier") walk.refer(inner, inner.name, "callee");
  else walk.visit(callee);
}

/** The grammar allows no parentheses inside `@a.b(c)`. */
function visitDecorator(walk: Walk, expression: Node): void {
  if (expression.type !== "CallExpression") return walk.visit(expression);
  walk.visit(expression.callee);
  for (const argument of expression.arguments) walk.visit(argument);
}

function visitFor(walk: Walk, node: ForLoop): void {
  if (node.type === "ForOfStatement" && node.await && !walk.isInFunction) walk.awaits = true;
  const loop = walk.addLoop(node);
  walk.within({ scope: walk.blockScope() }, () => {
    if (node.type === "ForStatement") {
      if (node.init?.type === "VariableDeclaration") visitVariables(walk, node.init, "for");
      else if (node.init) walk.visit(node.init);
      return walk.inLoop(loop, () => {
        for (const part of [node.test, node.update, node.body]) if (part) walk.visit(part);
      });
    }
    walk.inLoop(loop, () => (node.left.type === "VariableDeclaration" ? visitVariables(walk, node.left, "each") : visitTarget(walk, node.left)));
    walk.visit(node.right);
    walk.inLoop(loop, () => walk.visit(node.body));
  });
}

function visitSwitch(walk: Walk, node: SwitchStatement): void {
  walk.visit(node.discriminant);
  walk.within({ scope: walk.blockScope(), block: null }, () => {
    for (const branch of node.cases) walk.visit(branch);
  });
}

/** `<Foo>` and `<foo.bar>` name values, `<div>` does not. */
function visitJsxName(walk: Walk, name: Node): void {
  if (name.type === "JSXMemberExpression") {
    let object: Node = name.object;
    while (object.type === "JSXMemberExpression") object = object.object;
    if (object.type === "JSXIdentifier") referToJsx(walk, object, object.name);
  } else if (name.type === "JSXIdentifier" && /^[^a-z]/.test(name.name)) referToJsx(walk, name, name.name);
}

function referToJsx(walk: Walk, node: Node, name: string): void {
  if (name === "this") walk.referToThis(node);
  else walk.refer(node, name, "value");
}
