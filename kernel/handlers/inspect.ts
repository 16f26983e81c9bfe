import type { Handler } from "../context.ts";
import { integerField, stringField } from "../request-fields.ts";
import { utf16Position } from "../text-position.ts";

export const inspect: Handler = async (request, { front }) => {
  const code = stringField(request.content, "code");
  const cursor = integerField(request.content, "cursor_pos");
  const detail = integerField(request.content, "detail_level") === 1 ? 1 : 0;
  const { found, data } = await front.inspect(code, cursor === undefined ? code.length : utf16Position(code, cursor), detail);
  return { status: "ok", found, data: found ? data : {}, metadata: {} };
};
