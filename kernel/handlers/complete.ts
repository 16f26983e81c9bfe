import type { Handler } from "../context.ts";
import { integerField, stringField } from "../request-fields.ts";
import { characterPosition, utf16Position } from "../text-position.ts";

export const complete: Handler = async (request, { front }) => {
  const code = stringField(request.content, "code");
  const cursor = integerField(request.content, "cursor_pos");
  const found = await front.complete(code, cursor === undefined ? code.length : utf16Position(code, cursor));
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
