/**
 * What the walk notes of each loop. One that is *closed* runs nothing but its own text: no call, no `await` or `yield`, no iterator,
 * no function made in it. Nobody else's code runs meanwhile (but for a getter or a conversion), and its iterations are short.
 */
import type { DoWhileStatement, ForInStatement, ForOfStatement, ForStatement, WhileStatement } from "oxc-parser";
import type { Node } from "./ast.ts";
import { unwrap } from "./ast.ts";

export type LoopNode = ForStatement | ForInStatement | ForOfStatement | WhileStatement | DoWhileStatement;

export interface Loop {
  readonly node: LoopNode;
  /** The loop with the labels in front of it. */
  readonly statement: Node;
  readonly parent: Loop | null;
  readonly isInFunction: boolean;
  isInnermost: boolean;
  isClosed: boolean;
  /** Closed only while `Math` is JavaScript's own. */
  callsMath: boolean;
}

const opening: ReadonlySet<Node["type"]> = new Set([
  "CallExpression",
  "NewExpression",
  "TaggedTemplateExpression",
  "ImportExpression",
  "AwaitExpression",
  "YieldExpression",
  "ForOfStatement",
  "TSEnumDeclaration",
  "JSXElement",
  "JSXFragment",
]);

/** Notes for the loops around `node` what it does to them. */
export function noteInLoops(loop: Loop | null, node: Node): void {
  if (loop === null) return;
  const isUsing = node.type === "VariableDeclaration" && (node.kind === "using" || node.kind === "await using");
  if (!isUsing && !opening.has(node.type)) return;
  if (isMathCall(node)) for (let at: Loop | null = loop; at; at = at.parent) at.callsMath = true;
  else open(loop);
}

/** Something in the loop lets other code in: in those around it too. */
export function open(loop: Loop | null): void {
  for (let at = loop; at; at = at.parent) at.isClosed = false;
}

function isMathCall(node: Node): boolean {
  if (node.type !== "CallExpression") return false;
  const callee = unwrap(node.callee);
  return callee.type === "MemberExpression" && !callee.computed && callee.object.type === "Identifier" && callee.object.name === "Math";
}
