/** The statements of the top level: imports, exports, types that vanish, and the last expression, whose value the cell has. */
import type { ExportDefaultDeclaration, ExportNamedDeclaration, ImportAttribute, ImportDeclaration, Program, Statement, TSImportEqualsDeclaration } from "oxc-parser";
import { isClass, isFunction, isTypeOnly, startOf } from "./ast.ts";
import type { Node } from "./ast.ts";
import type { Edits } from "./edits.ts";
import type { Closure } from "./scopes.ts";
import { hasValues, namespaceName } from "./visit-modules.ts";
import type { Walk } from "./walk.ts";

export function rewriteStatements(walk: Walk, program: Program, edits: Edits<Closure>, options: { showsResult: boolean }): void {
  if (program.hashbang) edits.remove(program.hashbang.start, program.hashbang.end);
  const last = options.showsResult ? lastStatement(program) : undefined;
  for (const statement of program.body) rewriteStatement(walk, statement, edits, statement === last);
}

function lastStatement(program: Program): Statement | undefined {
  return program.body.findLast((statement) => statement.type !== "EmptyStatement");
}

function rewriteStatement(walk: Walk, statement: Statement, edits: Edits<Closure>, isLast: boolean): void {
  switch (statement.type) {
    case "ExpressionStatement":
      if (isLast) showResult(statement.expression, edits);
      return;
    case "ImportDeclaration":
      edits.remove(statement.start, statement.end);
      return importModule(statement, edits);
    case "TSImportEqualsDeclaration":
      return importEquals(walk, statement, edits);
    case "ExportNamedDeclaration":
      return exportNamed(walk, statement, edits);
    case "ExportAllDeclaration": {
      edits.remove(statement.start, statement.end);
      const names = statement.exported ? { [exportName(statement.exported)]: "*" } : "*";
      if (statement.exportKind !== "type") bindModule(statement, statement.source.value, names, statement.attributes, edits);
      return;
    }
    case "ExportDefaultDeclaration":
      return exportDefault(statement, edits, isLast);
    case "TSExportAssignment":
      edits.remove(statement.start, statement.expression.start);
      if (isLast) showResult(statement.expression, edits);
      else edits.wrap(statement.expression, "(", ")");
      return edits.after(statement, ";");
    default:
      return rewriteDeclaration(walk, statement, statement, edits);
  }
}

/** `expression` with the parentheses that a comma needs. */
function showResult(expression: Node, edits: Edits<Closure>): void {
  const isList = expression.type === "SequenceExpression";
  edits.wrap(rangeOf(expression), isList ? "__rt.result((" : "__rt.result(", isList ? "))" : ")");
}

const rangeOf = (node: Node) => ({ start: startOf(node), end: node.end });

/** Types vanish here already: the lowering has nothing to say about them, and some are not allowed where the text ends up. */
function rewriteDeclaration(walk: Walk, declaration: Node, statement: Node, edits: Edits<Closure>): void {
  if (isErased(declaration)) return edits.remove(statement.start, statement.end);
  if (declaration.type === "TSEnumDeclaration") publish(declaration.id.name, declaration, edits);
  if (declaration.type === "TSModuleDeclaration") publish(namespaceName(declaration), declaration, edits);
  if (declaration.type === "TSImportEqualsDeclaration") importEquals(walk, declaration, edits);
}

function isErased(declaration: Node): boolean {
  if (declaration.type === "TSModuleDeclaration") return !hasValues(declaration);
  if ("declare" in declaration && declaration.declare) return true;
  // An overload's signature stays in front of its function.
  return isTypeOnly(declaration) && declaration.type !== "TSDeclareFunction";
}

const publish = (name: string, node: Node, edits: Edits<Closure>): void => edits.after(node, `;__$.${name}=${name};`);

function importModule(node: ImportDeclaration, edits: Edits<Closure>): void {
  if (node.importKind === "type") return;
  const names: Record<string, string> = {};
  for (const specifier of node.specifiers) {
    if (specifier.type === "ImportDefaultSpecifier") names[specifier.local.name] = "default";
    else if (specifier.type === "ImportNamespaceSpecifier") names[specifier.local.name] = "*";
    else if (specifier.importKind !== "type") names[specifier.local.name] = exportName(specifier.imported);
  }
  const hasNames = Object.keys(names).length > 0;
  if (node.specifiers.length > 0 && !hasNames) return;
  bindModule(node, node.source.value, hasNames ? names : undefined, node.attributes, edits);
}

/** Imports run before everything else in the cell, wherever they stand. */
function bindModule(node: Node, specifier: string, names: Record<string, string> | "*" | undefined, attributes: readonly ImportAttribute[], edits: Edits<Closure>): void {
  const from = JSON.stringify(specifier);
  const withText = attributes.length > 0 ? `,${JSON.stringify({ with: Object.fromEntries(attributes.map(attributeEntry)) })}` : "";
  const imported = `await __rt.import(${from}${withText})`;
  edits.insert(0, names ? `__rt.bind(${imported},${JSON.stringify(names)},${from});` : `${imported};`, node.start);
}

const attributeEntry = ({ key, value }: ImportAttribute): [string, string] => [key.type === "Identifier" ? key.name : key.value, value.value];

const exportName = (name: Node): string => (name.type === "Identifier" ? name.name : name.type === "Literal" ? String(name.value) : "");

/** `import x = require("m")` and `import X = A.B`. */
function importEquals(walk: Walk, node: TSImportEqualsDeclaration, edits: Edits<Closure>): void {
  if (node.importKind === "type") return edits.remove(node.start, node.end);
  const target = node.moduleReference;
  const value = target.type === "TSExternalModuleReference" ? `__rt.require(${JSON.stringify(target.expression.value)})` : qualifiedName(walk, target);
  edits.replace(node.start, node.end, `__$.${node.id.name}=${value};`);
}

/** A namespace of types alone is no value: its alias is undefined. */
function qualifiedName(walk: Walk, name: Node): string {
  if (name.type === "TSQualifiedName") return `${qualifiedName(walk, name.left)}?.${name.right.name}`;
  const root = name.type === "Identifier" ? name.name : "";
  return walk.declared.has(root) ? `__$.${root}` : `(${JSON.stringify(root)} in __$?__$.${root}:void 0)`;
}

function exportNamed(walk: Walk, node: ExportNamedDeclaration, edits: Edits<Closure>): void {
  if (node.declaration) {
    edits.remove(node.start, node.declaration.start);
    return rewriteDeclaration(walk, node.declaration, node, edits);
  }
  edits.remove(node.start, node.end);
  if (node.exportKind === "type") return;
  const pairs = node.specifiers
    .filter((specifier) => specifier.exportKind !== "type")
    .map(({ local, exported }): [string, string] => [exportName(exported), exportName(local)]);
  if (node.source) {
    if (pairs.length > 0) bindModule(node, node.source.value, Object.fromEntries(pairs), node.attributes, edits);
    return;
  }
  for (const [exported, local] of pairs) {
    if (exported === local || exported === "default" || !walk.declared.has(local)) continue;
    walk.declared.set(exported, "const");
    edits.insert(walk.source.length, `\n;__$.${exported}=__$.${local};`, node.start);
  }
}

/** The value of `export default` is what the cell shows when it comes last. */
function exportDefault(node: ExportDefaultDeclaration, edits: Edits<Closure>, isLast: boolean): void {
  const { declaration } = node;
  edits.remove(node.start, declaration.start);
  if (isTypeOnly(declaration)) return edits.remove(declaration.start, node.end);
  if ((isFunction(declaration) || isClass(declaration)) && "id" in declaration && declaration.id) return;
  if (isLast) showResult(declaration, edits);
  else edits.wrap(rangeOf(declaration), "(", ")");
  edits.after(node, ";");
}
