/** A name as a line of TypeScript that says what it is: `const square: RemoteFunction<[x: number], number>`. */
import type { CellChecker } from "./cell-checker.ts";
import { cleanTypeText } from "./diagnose.ts";
import { signatureText } from "./signature-help.ts";
import { type Node, SignatureKind, SymbolFlags, type Symbol, SyntaxKind, type Type, type TypeScriptServer } from "./typescript-server.ts";

export interface DescribedSymbol {
  readonly code: string;
  readonly declaration: { readonly path: string; readonly start: number; readonly end: number } | undefined;
}

/** A type whose text is longer is shown in part. */
const MOST_TEXT = 2000;
const MOST_LINES = 20;

export function describeSymbol(symbol: Symbol, type: Type | undefined, checker: CellChecker): DescribedSymbol {
  const { server } = checker.program;
  const declared = server.declaration(symbol);
  const whole = declared && wholeDeclaration(declared.node);
  const declaration = declared && whole && { path: declared.path, start: whole.getStart(), end: whole.end };
  const text = cut(cleanTypeText(lineFor(symbol, type, whole, server), (path) => checker.moduleAt(path)?.name));
  return { code: text, declaration };
}

/** Its comment, and what its tags say. */
export function documentationOf(symbol: Symbol, server: TypeScriptServer): string {
  const { text, tags } = server.documentation(symbol);
  const lines = tags.map(({ name, text: said = "" }) => {
    const [, parameter, rest = ""] = /^(\S+)\s*(?:-\s*)?([^]*)$/.exec(said) ?? [];
    if (name === "param" && parameter !== undefined) return `@param \`${parameter}\` — ${rest}`;
    return `@${name} ${name === "example" && !said.includes("```") ? `\n\`\`\`ts\n${said}\n\`\`\`` : said}`.trimEnd();
  });
  return [...new Set([text, ...lines])].filter((part) => part !== "").join("\n\n");
}

function lineFor(symbol: Symbol, type: Type | undefined, declaration: Node | undefined, server: TypeScriptServer): string {
  const { name, flags } = symbol;
  const typeText = type === undefined ? "any" : server.text(type);
  if (flags & SymbolFlags.Variable && declaration?.kind !== SyntaxKind.Parameter) return `${variableWord(declaration)} ${name}: ${typeText}`;
  if (flags & SymbolFlags.Class) return `class ${name}${typeParameters(declaration)}`;
  if (flags & (SymbolFlags.Function | SymbolFlags.Method)) return functionLine(symbol, type, server);
  if (flags & SymbolFlags.Enum || (flags & (SymbolFlags.Interface | SymbolFlags.TypeAlias))) return declaration === undefined ? `type ${name}` : declaration.getText().replace(/\s*;?\s*$/, "");
  if (flags & SymbolFlags.EnumMember) return `(enum member) ${typeText}`;
  if (flags & SymbolFlags.Module) return /^["']/.test(name) ? `module ${name}` : `namespace ${name}`;
  if (flags & SymbolFlags.TypeParameter) return `(type parameter) ${name}`;
  if (flags & (SymbolFlags.Property | SymbolFlags.Accessor)) return `(property) ${name}${flags & SymbolFlags.Optional ? "?" : ""}: ${typeText}`;
  return `${declaration?.kind === SyntaxKind.Parameter ? "(parameter) " : ""}${name}: ${typeText}`;
}

function functionLine({ name, flags }: Symbol, type: Type | undefined, server: TypeScriptServer): string {
  const signatures = type === undefined ? [] : server.signatures(type, SignatureKind.Call);
  const [first] = signatures;
  const word = flags & SymbolFlags.Method ? "(method)" : "function";
  if (first === undefined) return `${word} ${name}`;
  const more = signatures.length - 1;
  return `${word} ${name}${signatureText(server.partsOf(first))}${more > 0 ? ` (+${more} overload${more === 1 ? "" : "s"})` : ""}`;
}

function typeParameters(declaration: Node | undefined): string {
  const { typeParameters: parameters } = (declaration ?? {}) as { readonly typeParameters?: readonly Node[] };
  return parameters === undefined || parameters.length === 0 ? "" : `<${parameters.map((each) => each.getText()).join(", ")}>`;
}

function variableWord(declaration: Node | undefined): string {
  const word = /^(?:export\s+)?(?:declare\s+)?(const|let|var|await using|using)\b/.exec(declaration?.getText() ?? "")?.[1];
  return word ?? "var";
}

/** `const a = 1`, not only `a = 1`. */
function wholeDeclaration(node: Node): Node {
  if (node.kind !== SyntaxKind.VariableDeclaration) return node;
  const list = node.parent;
  return list?.parent?.kind === SyntaxKind.VariableStatement ? list.parent : (list ?? node);
}

function cut(text: string): string {
  const lines = text.split("\n");
  const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES), `… ${lines.length - MOST_LINES} more lines`].join("\n") : text;
  return shown.length > MOST_TEXT ? shown.slice(0, MOST_TEXT) + "…" : shown;
}
