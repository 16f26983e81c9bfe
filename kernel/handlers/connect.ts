import type { Handler } from "../context.ts";

export const connect: Handler = (_request, { connection }) => ({
  status: "ok",
  shell_port: connection.shell_port,
  iopub_port: connection.iopub_port,
  stdin_port: connection.stdin_port,
  hb_port: connection.hb_port,
  control_port: connection.control_port,
});
