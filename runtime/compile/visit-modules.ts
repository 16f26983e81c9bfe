/** Declarations that only modules and TypeScript have: imports, exports, enums, namespaces. */
import type { ImportDeclaration, Statement, TSEnumDeclaration, TSGlobalDeclaration, TSImportEqualsDeclaration, TSModuleDeclaration } from "oxc-parser";
import type { Node } from "./ast.ts";
import { isTypeOnly } from "./ast.ts";
import type { Walk } from "./walk.ts";
import { visitVariables } from "./visit-patterns.ts";

export type Namespace = TSModuleDeclaration | TSGlobalDeclaration;

export function visitImport(walk: Walk, node: ImportDeclaration): void {
  if (node.importKind === "type") return;
  const values = node.specifiers.filter((specifier) => specifier.type !== "ImportSpecifier" || specifier.importKind !== "type");
  for (const { local } of values) walk.declare(walk.scope, local.name, "import");
  // Imports are awaited; one that names only types vanishes.
  if (values.length > 0 || node.specifiers.length === 0) walk.awaits = true;
}

export function visitImportEquals(walk: Walk, node: TSImportEqualsDeclaration): void {
  if (node.importKind === "type") return;
  walk.declare(walk.scope, node.id.name, "import");
}

export function visitEnum(walk: Walk, node: TSEnumDeclaration): void {
  if (node.declare) return;
  walk.declare(walk.scope, node.id.name, "enum");
  const members = walk.scope.membersOf(node.id.name);
  for (const { id } of node.body.members) {
    if (id.type === "Identifier") members.add(id.name);
    else if (id.type === "Literal") members.add(String(id.value));
  }
  const scope = walk.functionScope(walk.closure, members);
  scope.declare(node.id.name);
  walk.within({ scope }, () => {
    for (const { initializer } of node.body.members) if (initializer) walk.visit(initializer);
  });
}

export function visitNamespace(walk: Walk, node: Namespace): void {
  if (!hasValues(node) || !node.body) return;
  const name = namespaceName(node);
  walk.declare(walk.scope, name, "namespace");
  const members = walk.scope.membersOf(name);
  const scope = walk.functionScope(walk.closure, members);
  scope.declare(name);
  const { body } = node;
  walk.within({ scope, isInFunction: true, block: body }, () => {
    for (const statement of body.body) {
      const exported = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
      if (exported) for (const declared of declaredNames(exported)) members.add(declared);
      if (exported?.type === "VariableDeclaration") visitVariables(walk, exported, "statement");
      else walk.visit(exported ?? statement);
    }
  });
}

/** `A` of `namespace A.B.C {}`. */
export function namespaceName(node: Namespace): string {
  let id: Node = node.id;
  while (id.type === "TSQualifiedName") id = id.left;
  return id.type === "Identifier" ? id.name : "";
}

/** False for a namespace that TypeScript erases: it declares types only, or is `declare`d. */
export function hasValues(node: Namespace): boolean {
  return node.kind === "namespace" && !node.declare && !!node.body && node.body.body.some(isValueStatement);
}

function isValueStatement(statement: Statement | Node): boolean {
  if (statement.type === "ExportNamedDeclaration") return statement.declaration ? isValueStatement(statement.declaration) : statement.exportKind !== "type";
  if (statement.type === "TSModuleDeclaration") return hasValues(statement);
  if ("declare" in statement && statement.declare) return false;
  return !isTypeOnly(statement);
}

function declaredNames(declaration: Node): string[] {
  if (declaration.type === "VariableDeclaration") {
    return declaration.declarations.flatMap(({ id }) => (id.type === "Identifier" ? [id.name] : []));
  }
  if (declaration.type === "TSModuleDeclaration") return [namespaceName(declaration)];
  return "id" in declaration && declaration.id?.type === "Identifier" ? [declaration.id.name] : [];
}
