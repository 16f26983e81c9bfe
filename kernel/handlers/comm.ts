/** Comms: no target is registered, so what a client opens is closed at once, as the protocol asks. */
import type { Handler } from "../context.ts";
import { stringField } from "../request-fields.ts";

export const commInfo: Handler = () => ({ status: "ok", comms: {} });

export const commOpen: Handler = async (request, { wire, log }) => {
  const comm = stringField(request.content, "comm_id");
  log(`closed the comm ${comm}: no target "${stringField(request.content, "target_name")}" is registered`);
  await wire.publish("comm_close", { comm_id: comm, data: {} }, request.header);
  return undefined;
};

export const commMessage: Handler = (request, { log }) => {
  log(`passed over a ${request.header.msg_type} for the comm ${stringField(request.content, "comm_id")}, which is not open`);
  return undefined;
};
