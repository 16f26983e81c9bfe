import type { Handler } from "../context.ts";
import type { History, HistoryEntry } from "../history.ts";
import { booleanField, integerField, stringField } from "../request-fields.ts";
import type { JsonObject } from "../wire/message.ts";

/** Cells are stored as they were typed: `raw` makes no difference. */
export const history: Handler = (request, { history, shells }) => {
  const { content } = request;
  const withOutput = booleanField(content, "output", false);
  const rows = entries(content, history, shells.of(request).historySession).map(({ session, line, input, output }) => [session, line, withOutput ? [input, output] : input]);
  return { status: "ok", history: rows };
};

function entries(content: JsonObject, history: History, own: string | undefined): HistoryEntry[] {
  const count = integerField(content, "n");
  switch (content["hist_access_type"]) {
    case "tail": return history.tail(count ?? 10);
    case "range": return history.range(integerField(content, "session") ?? 0, integerField(content, "start") ?? 1, integerField(content, "stop"), own);
    case "search": return history.search(stringField(content, "pattern", "*"), count, booleanField(content, "unique", false));
    default: return [];
  }
}
