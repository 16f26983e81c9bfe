import type { Handler } from "../context.ts";

export const interrupt: Handler = (_request, { front, input, debugger: adapter }) => {
  adapter.interrupted();
  input.cancel();
  front.interrupt();
  return { status: "ok" };
};
