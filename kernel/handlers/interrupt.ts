import type { Handler } from "../context.ts";

export const interrupt: Handler = (_request, { front, input }) => {
  input.cancel();
  front.interrupt();
  return { status: "ok" };
};
