/** What kind of place the cursor is at: in a text, where a name is read, where a type stands. */
import { type Node, SyntaxKind } from "./typescript-server.ts";

const STRINGS = new Set<SyntaxKind>([SyntaxKind.StringLiteral, SyntaxKind.NoSubstitutionTemplateLiteral, SyntaxKind.TemplateHead, SyntaxKind.TemplateMiddle, SyntaxKind.TemplateTail]);

/** Where the text begins that the cursor is in, if it is in a string, or in one that has no end yet; or that it is in a comment. */
export function textAround(token: Node, code: string, cursor: number): number | "comment" | undefined {
  const start = token.getStart();
  if (STRINGS.has(token.kind) && cursor > start && !isBehind(token, start, code, cursor)) return start + 1;
  return COMMENT.test(code.slice(cursor > start ? token.end : 0, cursor)) ? "comment" : undefined;
}

function isBehind(token: Node, start: number, code: string, cursor: number): boolean {
  const last = token.kind === SyntaxKind.StringLiteral ? code[start] : token.kind === SyntaxKind.TemplateHead || token.kind === SyntaxKind.TemplateMiddle ? "{" : "`";
  return cursor >= token.end && token.end - start >= 2 && code[token.end - 1] === last;
}

const COMMENT = /\/\/[^\n]*$|\/\*(?:(?!\*\/)[^])*$/;

/** A look at the text alone: false only where no string and no comment can be around its end. */
export function mayBeText(lead: string): boolean {
  const line = lead.slice(lead.lastIndexOf("\n") + 1);
  return /["']|\/\//.test(line) || lead.includes("`") || lead.lastIndexOf("/*") > lead.lastIndexOf("*/");
}

/**
 * A name is read here, or would be: any name may stand there, and the server would have nothing to say. On code that is no whole code
 * yet it may even look for ever (TypeScript 7.0, `const a: A<B> = f(|%x`).
 */
export function isNamePlace(token: Node): boolean {
  const { parent } = token;
  if (parent === undefined) return false;
  if (token.kind !== SyntaxKind.Identifier) return OPENS_EXPRESSION.has(token.kind) && READS_NAMES.has(parent.kind);
  return READS_NAMES.has(parent.kind) && (parent as Node & { readonly name?: Node }).name !== token;
}

const OPENS_EXPRESSION = new Set<SyntaxKind>([
  SyntaxKind.OpenParenToken, SyntaxKind.OpenBracketToken, SyntaxKind.CommaToken, SyntaxKind.EqualsToken, SyntaxKind.PlusToken, SyntaxKind.MinusToken, SyntaxKind.AsteriskToken,
  SyntaxKind.SlashToken, SyntaxKind.PercentToken, SyntaxKind.AmpersandAmpersandToken, SyntaxKind.BarBarToken, SyntaxKind.QuestionQuestionToken, SyntaxKind.ExclamationToken,
  SyntaxKind.EqualsEqualsEqualsToken, SyntaxKind.ExclamationEqualsEqualsToken, SyntaxKind.GreaterThanToken, SyntaxKind.QuestionToken, SyntaxKind.ColonToken, SyntaxKind.EqualsGreaterThanToken,
  SyntaxKind.DotDotDotToken, SyntaxKind.ReturnKeyword, SyntaxKind.AwaitKeyword, SyntaxKind.NewKeyword,
]);

const READS_NAMES = new Set<SyntaxKind>([
  SyntaxKind.ExpressionStatement, SyntaxKind.BinaryExpression, SyntaxKind.CallExpression, SyntaxKind.NewExpression, SyntaxKind.VariableDeclaration, SyntaxKind.ReturnStatement,
  SyntaxKind.ArrayLiteralExpression, SyntaxKind.TemplateSpan, SyntaxKind.ParenthesizedExpression, SyntaxKind.ArrowFunction, SyntaxKind.AwaitExpression, SyntaxKind.SpreadElement,
  SyntaxKind.ConditionalExpression, SyntaxKind.PrefixUnaryExpression, SyntaxKind.TypeReference,
]);

/** A key of an object may be a shorthand for any name. */
export const mayBeAnyName = (token: Node | undefined): boolean => token !== undefined && [token, token.parent].some(({ kind }) => kind === SyntaxKind.ObjectLiteralExpression || kind === SyntaxKind.ShorthandPropertyAssignment);

export function isTypePlace(token: Node | undefined): boolean {
  for (let at = token; at !== undefined; at = at.parent) {
    if (TYPE_PLACES.has(at.kind)) return true;
    if (at.kind === SyntaxKind.Block || at.kind === SyntaxKind.SourceFile) return false;
  }
  return false;
}

const TYPE_PLACES = new Set<SyntaxKind>([SyntaxKind.TypeReference, SyntaxKind.TypeAliasDeclaration, SyntaxKind.InterfaceDeclaration, SyntaxKind.TypeLiteral, SyntaxKind.UnionType, SyntaxKind.IntersectionType, SyntaxKind.ArrayType, SyntaxKind.AsExpression, SyntaxKind.SatisfiesExpression]);

/** The top-level statement that has the token. */
export function statementOf(token: Node): Node {
  let at = token;
  while (at.parent !== undefined && at.parent.kind !== SyntaxKind.SourceFile) at = at.parent;
  return at;
}
