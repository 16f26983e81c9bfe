/**
 * The kernel's comms: whose each is, and what becomes of what clients say on them. Messages of the session's code keep
 * their place among its cell's outputs; the others are answered here, also while a cell is in a loop.
 * https://jupyter-client.readthedocs.io/en/latest/messaging.html, "Custom Messages".
 *
 * Invariants
 * - C1 A comm that nobody takes is closed at once, as the protocol asks.
 * - C2 A closed comm is forgotten: what still comes for it is passed over.
 */
import type { Front } from "../../runtime/front/front.ts";
import type { CommMessage } from "../../runtime/session/output.ts";
import { stringField } from "../request-fields.ts";
import type { Message, MessageHeader } from "../wire/message.ts";
import type { KernelWire } from "../wire/server.ts";
import { VIEW_TARGET, ViewComms, type Say } from "./view-comms.ts";
import { WIDGET_CONTROL_TARGET, WidgetStates } from "./widget-states.ts";

export interface CommsParts {
  readonly wire: Pick<KernelWire, "publish">;
  readonly front: () => Pick<Front, "hearComm" | "comms" | "watchView">;
  readonly log: (text: string) => void;
}

export class Comms {
  readonly #parts: CommsParts;
  readonly #widgets = new WidgetStates();
  readonly #views: ViewComms;
  /** Comms that clients opened and the kernel itself answers. */
  readonly #own = new Map<string, { readonly target: string }>();

  constructor(parts: CommsParts) {
    this.#parts = parts;
    this.#views = new ViewComms(parts.front);
  }

  /** The open comms as `comm_info_reply` lists them. */
  info(target: string): Record<string, { readonly target_name: string }> {
    const open = [...this.#parts.front().comms, ...this.#own].filter(([, comm]) => target === "" || comm.target === target);
    return Object.fromEntries(open.map(([id, comm]) => [id, { target_name: comm.target }]));
  }

  /** What the session's code says; `say` sends it in its place among the cell's outputs. */
  fromSession(message: CommMessage): void {
    this.#widgets.said(message);
  }

  fromClient(request: Message): void {
    const message = readComm(request);
    const say: Say = (what, data, buffers) => void this.#parts.wire.publish(`comm_${what}`, { comm_id: message.comm, data }, request.header, {}, buffers);
    if (message.what === "open") this.#opened(message, say);
    else if (this.#own.has(message.comm)) this.#answer(message, say);
    else this.#pass(message, request.header);
  }

  #opened(message: CommMessage, say: Say): void {
    const { comm, target = "" } = message;
    if (target === VIEW_TARGET) {
      this.#own.set(comm, { target });
      return this.#views.opened(message, (what, data, buffers) => {
        if (what === "close") this.#own.delete(comm);
        say(what, data, buffers);
      });
    }
    if (target === WIDGET_CONTROL_TARGET) return void this.#own.set(comm, { target });
    if (this.#parts.front().hearComm(message)) return;
    this.#parts.log(`closed the comm ${comm}: no target "${target}" is registered`);
    say("close", {}); // C1
  }

  #answer({ what, comm, data, metadata, buffers }: CommMessage, say: Say): void {
    const { target } = this.#own.get(comm) as { readonly target: string };
    if (what === "close") this.#own.delete(comm); // C2
    if (target === VIEW_TARGET) return void this.#views.said({ what, comm, data, metadata, buffers }, say);
    if (what === "close") return;
    const states = this.#widgets.request(data);
    if (states !== undefined) say("msg", states.data, states.buffers);
  }

  /** To the session's code; of a widget the kernel itself knows the state. */
  #pass(message: CommMessage, parent: MessageHeader): void {
    const answer = this.#widgets.heard(message);
    if (answer !== undefined) void this.#parts.wire.publish("comm_msg", { comm_id: message.comm, data: answer.data }, parent, {}, answer.buffers);
    if (answer?.isWhole === true) return;
    if (!this.#parts.front().hearComm(message) && message.what !== "close") this.#parts.log(`passed over a comm_msg for the comm ${message.comm}, which is not open`);
  }
}

function readComm({ header, content, metadata, buffers }: Message): CommMessage {
  const what = header.msg_type === "comm_open" ? "open" : header.msg_type === "comm_close" ? "close" : "msg";
  const target = stringField(content, "target_name");
  return { what, comm: stringField(content, "comm_id"), ...(what === "open" ? { target } : {}), data: content["data"] ?? {}, metadata, buffers };
}
