import type { Handler } from "../context.ts";

/** The content of request and reply are the Debug Adapter Protocol's own. */
export const debug: Handler = async (request, kernel) => {
  kernel.debugParent = request.header;
  return { ...(await kernel.debugger.handle(request.content)) };
};
