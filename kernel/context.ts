/** What the handlers of requests work with. */
import type { Debugger } from "../runtime/debug/debugger.ts";
import type { Front } from "../runtime/front/front.ts";
import type { CellOutputs } from "./cell-outputs.ts";
import type { Comms } from "./comm/comms.ts";
import type { History } from "./history.ts";
import type { InputRequests } from "./input-requests.ts";
import type { Shells } from "./shells.ts";
import type { Usage } from "./usage.ts";
import type { ConnectionInfo } from "./wire/connection-file.ts";
import type { JsonObject, Message, MessageHeader } from "./wire/message.ts";
import type { KernelWire } from "./wire/server.ts";

export interface KernelContext {
  readonly front: Front;
  readonly wire: KernelWire;
  readonly outputs: CellOutputs;
  readonly comms: Comms;
  readonly history: History;
  readonly shells: Shells;
  readonly input: InputRequests;
  readonly usage: Usage;
  readonly debugger: Debugger;
  /** Of the last debug_request: what the debugger tells comes from it. */
  debugParent: MessageHeader | JsonObject;
  readonly connection: ConnectionInfo;
  /** The package's version. */
  readonly version: string;
  readonly log: (text: string) => void;
}

/** Gives the reply's content; undefined where the protocol has no reply. */
export type Handler = (request: Message, kernel: KernelContext) => JsonObject | undefined | Promise<JsonObject | undefined>;
