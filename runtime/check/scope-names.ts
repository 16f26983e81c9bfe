/** Names that code at a place of a tree can use because something around it in the same text declares them: parameters, locals, type parameters. */
import { type Node, SyntaxKind } from "./typescript-server.ts";

/** By what completion calls it; in the order from the place outward, each name once. */
export function namesAround(place: Node, end: number): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (let at: Node | undefined = place; at !== undefined; at = at.parent) {
    at.forEachChild((child) => { if (child.pos < end) addDeclared(child, names); });
    // a function expression and a class know their own name
    addDeclared(at, names);
  }
  return names;
}

const KINDS: Readonly<Partial<Record<SyntaxKind, string>>> = {
  [SyntaxKind.VariableDeclaration]: "variable",
  [SyntaxKind.Parameter]: "variable",
  [SyntaxKind.FunctionDeclaration]: "function",
  [SyntaxKind.FunctionExpression]: "function",
  [SyntaxKind.ClassDeclaration]: "class",
  [SyntaxKind.ClassExpression]: "class",
  [SyntaxKind.InterfaceDeclaration]: "interface",
  [SyntaxKind.TypeAliasDeclaration]: "type",
  [SyntaxKind.TypeParameter]: "type",
  [SyntaxKind.EnumDeclaration]: "enum",
  [SyntaxKind.ModuleDeclaration]: "module",
  [SyntaxKind.ImportClause]: "variable",
  [SyntaxKind.ImportSpecifier]: "variable",
  [SyntaxKind.NamespaceImport]: "module",
  [SyntaxKind.ImportEqualsDeclaration]: "module",
};

/** What holds declarations without being one. */
const HOLDERS = new Set<SyntaxKind>([SyntaxKind.VariableStatement, SyntaxKind.VariableDeclarationList, SyntaxKind.ImportDeclaration, SyntaxKind.ImportClause, SyntaxKind.NamedImports]);

function addDeclared(node: Node, names: Map<string, string>): void {
  const kind = KINDS[node.kind];
  const { name } = node as Node & { readonly name?: Node };
  if (kind !== undefined && name !== undefined) for (const each of namesIn(name)) if (!names.has(each)) names.set(each, kind);
  if (HOLDERS.has(node.kind)) node.forEachChild((child) => addDeclared(child, names));
}

function namesIn(name: Node): string[] {
  if (name.kind === SyntaxKind.Identifier) return [name.getText()];
  const found: string[] = [];
  // patterns hold elements, of which each has a name
  name.forEachChild((element) => {
    const { name: inner } = element as Node & { readonly name?: Node };
    if (inner !== undefined) found.push(...namesIn(inner));
  });
  return found;
}
