/** What TypeScript says of a name and what its value shows, as one text: the declaration, its documentation, the value, the source. Pure. */
import type { CheckedInspection } from "../check/check-protocol.ts";
import type { MimeBundle } from "../session/output.ts";
import type { SessionInspection } from "../session/session-protocol.ts";

export function joinInspection(checked: CheckedInspection | undefined, session: SessionInspection | undefined, detail: 0 | 1): { readonly found: boolean; readonly data: MimeBundle } {
  if (checked === undefined) return session ?? { found: false, data: {} };
  const value = session?.found === true ? session.value : undefined;
  const source = detail === 1 ? ((session?.found === true ? session.source : undefined) ?? checked.source) : undefined;
  const plain = [checked.code, checked.documentation, value && `value: ${value}`, source && `source (${source.where}):\n${source.text}`];
  const markdown = [fenced(checked.code), checked.documentation, value && `value: \`${value.replaceAll("`", "'")}\``, source && `source (${source.where}):\n${fenced(source.text)}`];
  return { found: true, data: { "text/plain": joined(plain), "text/markdown": joined(markdown) } };
}

const fenced = (code: string): string => `\`\`\`ts\n${code}\n\`\`\``;

const joined = (parts: readonly (string | undefined)[]): string => parts.filter((part) => part !== undefined && part !== "").join("\n\n");
