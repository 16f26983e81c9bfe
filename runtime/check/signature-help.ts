/** What a call takes, and which of it the cursor is at. */
import { cleanTypeText } from "./diagnose.ts";
import type { CheckedInspection } from "./check-protocol.ts";
import { type Node, SignatureKind, type SignatureParts, SyntaxKind, type TypeScriptServer } from "./typescript-server.ts";

export interface CallAround {
  readonly call: Node & { readonly expression: Node };
  /** The argument that the cursor is in, from 0. */
  readonly argument: number;
}

const MOST_SIGNATURES = 5;

/** The innermost call between whose parentheses the cursor is. */
export function callAround(token: Node, cursor: number): CallAround | undefined {
  for (let at: Node | undefined = token; at !== undefined; at = at.parent) {
    // a function among the arguments is a place of its own
    if (at.kind === SyntaxKind.Block) return undefined;
    if (at.kind !== SyntaxKind.CallExpression && at.kind !== SyntaxKind.NewExpression) continue;
    const call = at as Node & { readonly expression: Node; readonly typeArguments?: readonly Node[] };
    const text = call.getSourceFile().text;
    const open = text.indexOf("(", (call.typeArguments?.at(-1) ?? call.expression).end);
    const isClosed = text[call.end - 1] === ")";
    if (open < 0 || cursor <= open || (isClosed && cursor >= call.end)) continue;
    return { call, argument: commasBefore(call, cursor) };
  }
  return undefined;
}

export function describeCall({ call, argument }: CallAround, server: TypeScriptServer): CheckedInspection | undefined {
  const [type] = server.typesOf([call.expression]);
  if (type === undefined) return undefined;
  const kind = call.kind === SyntaxKind.NewExpression ? SignatureKind.Construct : SignatureKind.Call;
  const signatures = server.signatures(type, kind);
  if (signatures.length === 0) return undefined;
  const meant = server.signatureOfCall(call);
  // the one that fits goes first, its type parameters filled; with nothing given yet any may be meant
  const { arguments: given = [] } = call as { readonly arguments?: readonly Node[] };
  const ordered = meant === undefined || given.length === 0 ? signatures : [meant, ...signatures.filter(({ declaration }) => declaration?.index !== meant.declaration?.index)];
  const parts = ordered.map((each) => server.partsOf(each));
  const name = (kind === SignatureKind.Construct ? "new " : "") + call.expression.getText();
  const lines = parts.slice(0, MOST_SIGNATURES).map((each) => cleanTypeText(name + signatureText(each), () => undefined));
  const more = parts.length - lines.length;
  const symbol = server.symbolAt(call.getSourceFile().fileName, call.expression.end - 1);
  const said = symbol === undefined ? { text: "", tags: [] } : server.documentation(symbol);
  return { code: [...new Set(lines), ...(more > 0 ? [`… ${more} more overloads`] : [])].join("\n"), documentation: [parameterText(parts[0], argument, said.tags), said.text].filter((part) => part !== "").join("\n\n") };
}

/** `<T>(a: T, b?: number, ...rest: string[]): T`. */
export function signatureText({ typeParameters, parameters, returns }: SignatureParts): string {
  const shown = parameters.map(({ name, type, isOptional, isRest }) => `${isRest ? "..." : ""}${name}${isOptional ? "?" : ""}: ${type}`);
  return `${typeParameters.length > 0 ? `<${typeParameters.join(", ")}>` : ""}(${shown.join(", ")}): ${returns}`;
}

function parameterText(parts: SignatureParts | undefined, argument: number, tags: readonly { readonly name: string; readonly text?: string | undefined }[]): string {
  const last = parts?.parameters.at(-1);
  const parameter = parts?.parameters[argument] ?? (last?.isRest === true ? last : undefined);
  if (parts === undefined || parameter === undefined) return "";
  const said = tags.find(({ name, text = "" }) => name === "param" && text.split(/\s/, 1)[0] === parameter.name)?.text?.replace(/^\S+\s*(?:-\s*)?/, "");
  return `parameter ${argument + 1} of ${parts.parameters.length}: **${parameter.name}**: \`${cleanTypeText(parameter.type, () => undefined)}\`${said ? ` — ${said}` : ""}`;
}

function commasBefore(call: Node, cursor: number): number {
  const { arguments: given = [] } = call as Node & { readonly arguments?: readonly Node[] };
  const text = call.getSourceFile().text;
  // an argument has ended when a comma stands between it and the cursor
  return given.filter((each, index) => each.end < cursor && text.slice(each.end, Math.min(cursor, given[index + 1]?.getStart() ?? cursor)).includes(",")).length;
}
