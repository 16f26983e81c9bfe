/**
 * Names that a cell's top level narrows for good: after `if (!match) throw …` and `assert(match)` there is a match, and later cells run
 * only when that was so. Pure.
 */
import type { Program, Statement } from "oxc-parser";
import type { Node } from "../compile/ast.ts";
import { forEachChild, unwrap } from "../compile/ast.ts";

export function narrowedNames(program: Program): ReadonlySet<string> {
  const names = new Set<string>();
  for (const statement of program.body) {
    const condition = conditionIn(statement);
    if (condition !== undefined) addNames(condition, names);
  }
  return names;
}

/** What holds once the statement is behind. */
function conditionIn(statement: Statement): Node | undefined {
  if (statement.type === "IfStatement") return leaves(statement.consequent) ? statement.test : undefined;
  if (statement.type !== "ExpressionStatement") return undefined;
  const call = unwrap(statement.expression);
  return call.type === "CallExpression" && isAssertion(call.callee) ? call : undefined;
}

function leaves(statement: Statement): boolean {
  if (statement.type === "BlockStatement") return statement.body.some(leaves);
  return statement.type === "ThrowStatement" || (statement.type === "ExpressionStatement" && /^process\.exit\(/.test(calleeText(statement.expression)));
}

function calleeText(node: Node): string {
  const call = unwrap(node);
  if (call.type !== "CallExpression" || call.callee.type !== "MemberExpression") return "";
  const { object, property } = call.callee;
  return object.type === "Identifier" && property.type === "Identifier" ? `${object.name}.${property.name}(` : "";
}

/** `assert(x)`, `assert.ok(x)`, `assertIsUser(x)`. */
function isAssertion(callee: Node): boolean {
  const inner = unwrap(callee);
  if (inner.type === "Identifier") return /^assert/i.test(inner.name);
  return inner.type === "MemberExpression" && isAssertion(inner.object);
}

function addNames(node: Node, names: Set<string>): void {
  if (node.type === "Identifier") names.add(node.name);
  else if (node.type === "MemberExpression") addNames(node.object, names);
  else forEachChild(node, (child) => addNames(child, names));
}
