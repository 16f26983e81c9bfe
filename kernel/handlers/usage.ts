import type { Handler } from "../context.ts";

/** https://github.com/jupyter-server/jupyter-resource-usage asks for it. */
export const usage: Handler = (_request, { usage, front }) => usage.read({ kernel: process.pid, session: front.sessionPid, head: front.headPid }, performance.now());
