/** What the handlers of requests work with. */
import type { Front } from "../runtime/front/front.ts";
import type { CellOutputs } from "./cell-outputs.ts";
import type { History } from "./history.ts";
import type { InputRequests } from "./input-requests.ts";
import type { ConnectionInfo } from "./wire/connection-file.ts";
import type { JsonObject, Message } from "./wire/message.ts";
import type { KernelWire } from "./wire/server.ts";

export interface KernelContext {
  readonly front: Front;
  readonly wire: KernelWire;
  readonly outputs: CellOutputs;
  readonly history: History;
  readonly input: InputRequests;
  readonly connection: ConnectionInfo;
  /** The package's version. */
  readonly version: string;
  /** Cells that stored history so far: the `n` of the last `In[n]`. */
  executionCount: number;
  readonly log: (text: string) => void;
}

/** Gives the reply's content; undefined where the protocol has no reply. */
export type Handler = (request: Message, kernel: KernelContext) => JsonObject | undefined | Promise<JsonObject | undefined>;
