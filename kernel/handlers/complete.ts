import type { JoinedCompletions } from "../../runtime/front/join-completions.ts";
import type { Handler } from "../context.ts";
import { integerField, stringField } from "../request-fields.ts";
import { characterPosition, utf16Position } from "../text-position.ts";

export const complete: Handler = async (request, { front }) => {
  const code = stringField(request.content, "code");
  const cursor = integerField(request.content, "cursor_pos");
  const found = withImports(code, await front.complete(code, cursor === undefined ? code.length : utf16Position(code, cursor)));
  const start = characterPosition(code, found.start);
  const end = characterPosition(code, found.end);
  return {
    status: "ok",
    matches: found.matches.map(({ text }) => text),
    cursor_start: start,
    cursor_end: end,
    // JupyterLab shows the kinds from here
    metadata: { _jupyter_types_experimental: found.matches.map(({ text, type }) => ({ text, type, start, end })) },
  };
};

/** Of a statement that a match would repeat. */
const MOST_REPEATED = 200;

/**
 * The protocol replaces one stretch of text by a match and knows no second edit. A name that needs an import takes the
 * beginning of its statement along, so that the import can stand before that.
 */
function withImports(code: string, { matches, start, end, statement }: JoinedCompletions): Pick<JoinedCompletions, "matches" | "start" | "end"> {
  if (!matches.some(({ importLine }) => importLine !== undefined)) return { matches, start, end };
  const begun = code.slice(statement, start);
  if (begun.length > MOST_REPEATED) return { matches: [], start, end };
  return { matches: matches.map(({ text, type, importLine }) => ({ text: `${importLine}\n${begun}${text}`, type })), start: statement, end };
}
