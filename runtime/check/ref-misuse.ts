/**
 * RAY1001: an ObjectRef that is awaited, or given to `Promise.all` and its like. It is no promise, so nothing waits and the
 * "value" is the ref again; TypeScript has nothing against it.
 */
import { LineIndex } from "../compile/positions.ts";
import type { CellModule } from "./cell-module.ts";
import { placed } from "./diagnose.ts";
import type { TypeDiagnostic } from "./type-diagnostic.ts";
import { SyntaxKind, type Node, type Type, type TypeScriptServer } from "./typescript-server.ts";

const CODE = "RAY1001";
const WAITS_FOR_MANY = new Set(["all", "allSettled", "race", "any"]);
/** Asking for types costs a second look at the cell, so most cells are not asked: what may give refs without a word of Ray in it comes from another cell. */
const MAY_AWAIT = /\bawait\b|\bPromise\b/;
/** Their promises give no refs. */
const GIVES_NO_REF = /^ray\s*\.\s*(get|wait|init|shutdown|ready)\s*(<[^()]*>\s*)?\(|^(import|fetch|Promise\s*\.\s*\w+)\s*\(|^new\s+Promise\b/;

interface Waited {
  /** What is waited for. */
  readonly node: Node;
  /** `Promise.all(node)`: it may hold many. */
  readonly holds: boolean;
}

export function refMisuses(path: string, module: CellModule, server: TypeScriptServer): TypeDiagnostic[] {
  if (!MAY_AWAIT.test(module.source)) return [];
  const tree = server.tree(path);
  if (tree === undefined) return [];
  const waited = waitedFor(tree, module).filter(({ node }) => !GIVES_NO_REF.test(module.text.slice(node.getStart(tree), node.end)));
  const types = server.typesOf(waited.map(({ node }) => node));
  const lines = new LineIndex(module.source);
  return waited.flatMap(({ node, holds }, index): TypeDiagnostic[] => {
    const type = types[index];
    if (type === undefined || !mayBeRef(type, holds, server)) return [];
    const start = node.getStart(tree);
    const text = module.text.slice(start, node.end);
    const message = holds
      ? `These are ObjectRefs, not promises: write \`await ray.get(${short(text, "refs")})\`.`
      : `This is an ObjectRef, not a promise: write \`await ray.get(${short(text, "ref")})\`.`;
    return [{ code: CODE, severity: "error", message, ...placed(module.source, lines, start - module.shift, node.end - module.shift), related: [] }];
  });
}

const short = (text: string, otherwise: string): string => (text.length <= 40 && !text.includes("\n") ? text : otherwise);

function waitedFor(tree: Node, module: CellModule): Waited[] {
  const found: Waited[] = [];
  const visit = (node: Node): void => {
    if (node.pos > module.shift + module.source.length) return;
    const waited = waitedIn(node);
    if (waited !== undefined) found.push(waited);
    node.forEachChild(visit);
  };
  visit(tree);
  return found;
}

function waitedIn(node: Node): Waited | undefined {
  if (node.kind === SyntaxKind.AwaitExpression) return { node: (node as Node & { expression: Node }).expression, holds: false };
  if (node.kind !== SyntaxKind.CallExpression) return undefined;
  const { expression, arguments: given } = node as Node & { expression: Node & { expression?: Node; name?: Node }; arguments: readonly Node[] };
  const isMany = expression.kind === SyntaxKind.PropertyAccessExpression && expression.expression?.getText() === "Promise" && WAITS_FOR_MANY.has(expression.name?.getText() ?? "");
  return isMany && given[0] !== undefined ? { node: given[0], holds: true } : undefined;
}

function mayBeRef(type: Type, holds: boolean, server: TypeScriptServer): boolean {
  // most types have no ref anywhere in them, and their text says so at once
  if (!server.text(type).includes("ObjectRef")) return false;
  const candidates = holds ? server.membersOfUnion(type).flatMap((each) => server.typeArguments(each)) : [type];
  return candidates.flatMap((each) => server.membersOfUnion(each)).some((each) => isRef(each, server));
}

/** Ours, not a class of the user's of that name. */
function isRef(type: Type, server: TypeScriptServer): boolean {
  const symbol = server.symbolOf(type);
  return symbol?.name === "ObjectRef" && symbol.declarations.some(({ path }) => /\/runtime\/api\/object-ref(\.d)?\.ts$/.test(path));
}
