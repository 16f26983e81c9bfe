import type { Handler } from "../context.ts";
import { stringField } from "../request-fields.ts";

export const commInfo: Handler = (request, { comms }) => ({ status: "ok", comms: comms.info(stringField(request.content, "target_name")) });

/** Of an open, a message or a close; the protocol has no reply to them. */
export const comm: Handler = (request, { comms }) => {
  comms.fromClient(request);
  return undefined;
};
