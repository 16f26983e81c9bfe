/** What a cell means to the cells around it: the names that it declares, as values and as types, and those that it mentions. */
import type { BindingPattern, Program, Statement } from "oxc-parser";
import type { DeclarationKind } from "../compile/compiled-cell.ts";
import type { Node } from "../compile/ast.ts";
import { hasValues, namespaceName } from "../compile/visit-modules.ts";

export type NameKind = DeclarationKind | "interface" | "type";

const IDENTIFIER = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu;

/** A name can be a value and a type at once: two declarations of one cell, or a class. */
export interface DeclaredName {
  readonly value: NameKind | undefined;
  readonly type: NameKind | undefined;
}

/** Every identifier in the text, be it a name or only a property: more than needed does no harm. */
export const mentionedNames = (text: string): ReadonlySet<string> => new Set(text.match(IDENTIFIER));

/** `hoisted`: what the compiler found to be top-level names, `var` inside of blocks among them. */
export function declaredNames(program: Program, hoisted: ReadonlyMap<string, DeclarationKind>): ReadonlyMap<string, DeclaredName> {
  const names = new Map<string, DeclaredName>();
  const add = (name: string, value: NameKind | undefined, type: NameKind | undefined): void => {
    const known = names.get(name);
    names.set(name, { value: value ?? known?.value, type: type ?? known?.type });
  };
  for (const [name, kind] of hoisted) add(name, kind, isBoth(kind) ? kind : undefined);
  for (const statement of program.body) addDeclared(declarationIn(statement), add);
  return names;
}

type Add = (name: string, value: NameKind | undefined, type: NameKind | undefined) => void;

const isBoth = (kind: NameKind): boolean => kind === "class" || kind === "enum" || kind === "namespace" || kind === "import";

function declarationIn(statement: Statement): Node {
  const isExport = statement.type === "ExportNamedDeclaration" || statement.type === "ExportDefaultDeclaration";
  return isExport && statement.declaration ? (statement.declaration as Node) : statement;
}

/** What the compiler passes over: types, type-only imports, and what is only `declare`d. */
function addDeclared(node: Node, add: Add): void {
  switch (node.type) {
    case "TSInterfaceDeclaration":
      return add(node.id.name, undefined, "interface");
    case "TSTypeAliasDeclaration":
      return add(node.id.name, undefined, "type");
    case "ImportDeclaration":
      for (const { local } of node.specifiers) add(local.name, "import", "import");
      return;
    case "TSImportEqualsDeclaration":
      return add(node.id.name, "import", "import");
    case "TSModuleDeclaration":
      if (node.kind === "namespace" && !hasValues(node)) add(namespaceName(node), "namespace", "namespace");
      return;
    case "TSDeclareFunction":
      if (node.id) add(node.id.name, "function", undefined);
      return;
    case "ClassDeclaration":
      if (node.id) add(node.id.name, "class", "class");
      return;
    case "TSEnumDeclaration":
      return add(node.id.name, "enum", "enum");
    case "VariableDeclaration":
      if (node.declare) for (const { id } of node.declarations) for (const name of namesIn(id)) add(name, node.kind === "const" ? "const" : "let", undefined);
      return;
    default:
      return;
  }
}

function namesIn(pattern: BindingPattern): string[] {
  return pattern.type === "Identifier" ? [pattern.name] : [];
}
