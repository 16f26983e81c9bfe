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
  if (storesHistory) kernel.executionCount += 1;
  const count = kernel.executionCount;
  if (!isSilent) void kernel.wire.publish("execute_input", { code, execution_count: count }, request.header);

  let cell: number | undefined;
  const result = await run(request, kernel, { code, isSilent, name: storesHistory ? `In[${count}]` : "In[*]" }, (started) => {
    cell = started;
    kernel.outputs.begin(started, request.header, count, isSilent);
  });
  kernel.input.cancel();
  if (storesHistory) kernel.history.append(count, code, cell === undefined ? undefined : kernel.outputs.resultText(cell));
  await kernel.outputs.flush();

  const common = { execution_count: count, user_expressions: result.userExpressions ?? {}, payload: [] };
  if (result.status === "ok") return { status: "ok", ...common };
  const error = plainError(result.error ?? { ename: "Error", evalue: "the cell failed", traceback: [] });
  if (!isSilent) await kernel.wire.publish("error", error, request.header);
  return { status: "error", ...common, ...error };
};

async function run(request: Message, { front }: KernelContext, cell: { code: string; isSilent: boolean; name: string }, started: (cell: number) => void): Promise<Pick<CellResult, "status" | "error" | "userExpressions">> {
  try {
    return await front.execute({ code: cell.code, name: cell.name, silent: cell.isSilent, userExpressions: stringsField(request.content, "user_expressions") }, started);
  } catch (error) {
    // not the cell's error but ours: the session could not be started, or the kernel is being shut down
    const { name, message } = error as Error;
    return { status: "error", error: { ename: name, evalue: message, traceback: [`${name}: ${message}`] } };
  }
}

function plainError({ ename, evalue, traceback }: OutputError): { ename: string; evalue: string; traceback: readonly string[] } {
  return { ename, evalue, traceback };
}
