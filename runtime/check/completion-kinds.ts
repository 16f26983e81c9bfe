/** What completion calls the kinds of TypeScript and of declarations; front ends have icons for these. */
import { CompletionItemKind } from "./typescript-server.ts";

export function kindOfName(kind: string): string {
  if (kind === "const" || kind === "let" || kind === "var" || kind === "import") return "variable";
  return kind === "namespace" ? "module" : kind;
}

const KIND_NAMES: Readonly<Partial<Record<CompletionItemKind, string>>> = {
  [CompletionItemKind.Method]: "method", [CompletionItemKind.Function]: "function", [CompletionItemKind.Constructor]: "class", [CompletionItemKind.Field]: "property",
  [CompletionItemKind.Property]: "property", [CompletionItemKind.Class]: "class", [CompletionItemKind.Interface]: "interface", [CompletionItemKind.Module]: "module",
  [CompletionItemKind.Enum]: "enum", [CompletionItemKind.EnumMember]: "enum", [CompletionItemKind.Keyword]: "keyword", [CompletionItemKind.TypeParameter]: "type",
  [CompletionItemKind.File]: "path", [CompletionItemKind.Folder]: "path",
};

export const kindName = (kind: CompletionItemKind | undefined): string => (kind === undefined ? undefined : KIND_NAMES[kind]) ?? "variable";
