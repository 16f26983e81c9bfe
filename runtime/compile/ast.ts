/** The parser's syntax tree (ESTree with TypeScript), and the few questions that every step asks of it. */
import { visitorKeys } from "oxc-parser";
import type { ArrowFunctionExpression, Class, Function as FunctionNode, Node } from "oxc-parser";

export type { Node, FunctionNode, Class as ClassNode };
export type ClosureNode = FunctionNode | ArrowFunctionExpression | Class;

export const isFunction = (node: Node): node is FunctionNode | ArrowFunctionExpression =>
  node.type === "FunctionDeclaration" || node.type === "FunctionExpression" || node.type === "ArrowFunctionExpression";

export const isClass = (node: Node): node is Class => node.type === "ClassDeclaration" || node.type === "ClassExpression";

/** TypeScript nodes that have a value inside; every other `TS…` node is a type and vanishes. */
const typeScriptWithValue = new Set([
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSParameterProperty",
  "TSEnumDeclaration",
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSExportAssignment",
  "TSImportEqualsDeclaration",
]);

export const isTypeOnly = (node: Node): boolean => node.type.startsWith("TS") && !typeScriptWithValue.has(node.type);

/** Calls `visit` with each child that can hold a value. */
export function forEachChild(node: Node, visit: (child: Node) => void): void {
  const fields = node as unknown as Record<string, Node | (Node | null)[] | null | undefined>;
  for (const key of visitorKeys[node.type] ?? []) {
    const value = fields[key];
    if (Array.isArray(value)) {
      for (const child of value) if (child) visit(child);
    } else if (value) visit(value);
  }
}

/** The expression inside parentheses and TypeScript's casts: `(f as F)!` is `f`. */
export function unwrap(node: Node): Node {
  switch (node.type) {
    case "ParenthesizedExpression":
    case "TSAsExpression":
    case "TSSatisfiesExpression":
    case "TSNonNullExpression":
    case "TSTypeAssertion":
    case "TSInstantiationExpression":
      return unwrap(node.expression);
    default:
      return node;
  }
}

/** Where a node's text begins: a class's decorators may stand in front of `export`, outside of its own range. */
export function startOf(node: Node): number {
  const first = isClass(node) ? node.decorators[0] : undefined;
  return first ? Math.min(first.start, node.start) : node.start;
}

/** The property name that can be read off the text: `a`, `"a"`, `1` and `#a`, not `[a]`. */
export function staticKey(key: Node, computed: boolean): string | undefined {
  if (key.type === "PrivateIdentifier") return "#" + key.name;
  if (key.type === "Identifier") return computed ? undefined : key.name;
  if (key.type === "Literal" && (typeof key.value === "string" || typeof key.value === "number")) return String(key.value);
  return undefined;
}
