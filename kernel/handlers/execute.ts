import type { CellResult } from "../../runtime/front/front.ts";
import type { OutputError } from "../../runtime/session/output.ts";
import type { Handler, KernelContext } from "../context.ts";
import { booleanField, stringField, stringsField } from "../request-fields.ts";
import type { Message } from "../wire/message.ts";

/** Everything that the cell put out is on its way before this gives the reply. */
export const execute: Handler = async (request, kernel) => {
  const code = stringField(request.content, "code");
  const isSilent = booleanField(request.content, "silent", false);
  const storesHistory = booleanField(request.content, "store_history", true) && !isSilent;
  const shell = kernel.shells.of(request);
  if (storesHistory) shell.executionCount += 1;
  const count = shell.executionCount;
  if (!isSilent) void kernel.wire.publish("execute_input", { code, execution_count: count }, request.header);

  let cell: number | undefined;
  const result = await run(request, kernel, { code, isSilent, name: shell.cellName(storesHistory ? count : "*"), ...(shell.id === undefined ? {} : { lane: shell.id }) }, (started) => {
    cell = started;
    kernel.outputs.begin(started, request.header, count, isSilent);
    kernel.input.begin(started, request);
  });
  if (cell !== undefined) kernel.input.end(cell);
  if (storesHistory) kernel.history.append(count, code, cell === undefined ? undefined : kernel.outputs.resultText(cell), shell.historySession);
  await kernel.outputs.flush();

  const common = { execution_count: count, user_expressions: result.userExpressions ?? {}, payload: payloadOf(result) };
  if (result.status === "ok") return { status: "ok", ...common };
  const error = plainError(result.error ?? { ename: "Error", evalue: "the cell failed", traceback: [] });
  if (!isSilent) await kernel.wire.publish("error", error, request.header);
  return { status: "error", ...common, ...error };
};

async function run(request: Message, { front }: KernelContext, cell: { code: string; isSilent: boolean; name: string; lane?: string }, started: (cell: number) => void): Promise<Pick<CellResult, "status" | "error" | "userExpressions" | "nextInput">> {
  try {
    return await front.execute({ code: cell.code, name: cell.name, silent: cell.isSilent, ...(cell.lane === undefined ? {} : { lane: cell.lane }), userExpressions: stringsField(request.content, "user_expressions") }, started);
  } catch (error) {
    // not the cell's error but ours: the session could not be started, or the kernel is being shut down
    const { name, message } = error as Error;
    return { status: "error", error: { ename: name, evalue: message, traceback: [`${name}: ${message}`] } };
  }
}

/** https://jupyter-client.readthedocs.io/en/latest/messaging.html, "Payloads": the only one for a cell's own text. */
function payloadOf({ nextInput }: Pick<CellResult, "nextInput">): object[] {
  return nextInput === undefined ? [] : [{ source: "set_next_input", text: nextInput, replace: true }];
}

function plainError({ ename, evalue, traceback }: OutputError): { ename: string; evalue: string; traceback: readonly string[] } {
  return { ename, evalue, traceback };
}
