import type { Handler } from "../context.ts";
import { stringField } from "../request-fields.ts";

export const isComplete: Handler = (request, { front }) => {
  const { status, indent = "" } = front.isComplete(stringField(request.content, "code"));
  return status === "incomplete" ? { status, indent } : { status };
};
