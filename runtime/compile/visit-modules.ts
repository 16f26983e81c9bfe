/** Declarations that only modules and TypeScript have: imports, exports, enums, namespaces. */
import type { ImportDeclaration, Statement, TSEnumDeclaration, TSGlobalDeclaration, TSImportEqualsDeclaration, TSModuleBlock, TSModuleDeclaration } from "oxc-parser";
import type { Node } from "./ast.ts";
import { isTypeOnly, staticKey } from "./ast.ts";
import type { Scope } from "./scopes.ts";
import type { Walk } from "./walk.ts";

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
  const scope = walk.memberScope(node.id.name, members);
  for (const { id } of node.body.members) {
    const name = staticKey(id, false);
    if (name === undefined) continue;
    members.add(name);
    scope.declare(name);
  }
  walk.within({ scope }, () => {
    for (const { initializer } of node.body.members) if (initializer) walk.visit(initializer);
  });
}

export function visitNamespace(walk: Walk, node: Namespace): void {
  const { body } = node;
  if (!hasValues(node) || !body) return;
  const [name, ...inner] = namespaceNames(node.id);
  if (name === undefined) return;
  walk.declare(walk.scope, name, "namespace");
  // oxc supports no `export let` in one, and no import of one.
  walk.modernSyntax.push(node.start);
  visitNamespaceBody(walk, walk.scope, [name, ...inner], body);
}

/** `namespace A.B {}` is `namespace A { export namespace B {} }`. */
function visitNamespaceBody(walk: Walk, holder: Scope, [name, ...inner]: readonly string[], body: TSModuleBlock): void {
  const members = holder.membersOf(name!);
  const scope = walk.memberScope(name!, members);
  walk.within({ scope, isInFunction: true, block: body }, () => {
    if (inner.length === 0) return visitNamespaceStatements(walk, body, members);
    members.add(inner[0]!);
    visitNamespaceBody(walk, scope, inner, body);
  });
}

function visitNamespaceStatements(walk: Walk, body: TSModuleBlock, members: Set<string>): void {
  for (const statement of body.body) {
    const exported = statement.type === "ExportNamedDeclaration" ? statement.declaration : null;
    if (exported) for (const declared of declaredNames(exported)) members.add(declared);
    walk.visit(exported ?? statement);
  }
}

/** `A` of `namespace A.B.C {}`. */
export const namespaceName = (node: Namespace): string => namespaceNames(node.id)[0] ?? "";

function namespaceNames(id: Node): string[] {
  if (id.type === "TSQualifiedName") return [...namespaceNames(id.left), id.right.name];
  return id.type === "Identifier" ? [id.name] : [];
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
