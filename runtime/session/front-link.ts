/**
 * The session's side of the IPC channel to its front. Cells do not see the channel: `process.send` is taken
 * away, so that a program in a cell that looks for it finds a process without a parent to talk to.
 */
import type { FrontMessage, SessionMessage } from "./session-protocol.ts";

type Request = { [K in SessionMessage["type"]]: Extract<SessionMessage, { type: K; id: number }> }[SessionMessage["type"]];
/** A request without its number. */
export type Ask = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;
type Answer = Extract<FrontMessage, { type: "cluster" | "input" }>;
export type Order = Exclude<FrontMessage, Answer>;

export class FrontLink {
  readonly #send: (message: SessionMessage) => void;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #requests = 0;

  constructor(onOrder: (order: Order) => void, onGone: () => void) {
    const send = process.send?.bind(process);
    if (send === undefined) throw new Error("A session is started by a front, which gives it an IPC channel: run `ray-ts repl` instead");
    // the front may be gone; the watch thread ends this process then
    this.#send = (message) => { if (process.connected) send(message, undefined, undefined, () => undefined); };
    process.on("message", (message: FrontMessage) => this.#receive(message, onOrder));
    process.on("disconnect", onGone);
    // `disconnect` stays: Node itself calls it when the channel ends
    Object.defineProperty(process, "send", { value: undefined, configurable: true, writable: true });
  }

  send(message: SessionMessage): void {
    this.#send(message);
  }

  /** Sends a question at once, also from code that never returns to the event loop. */
  ask(question: Ask): Promise<Answer> {
    const id = ++this.#requests;
    this.#send({ ...question, id } as SessionMessage);
    return new Promise((resolve) => { this.#waiting.set(id, resolve); });
  }

  #receive(message: FrontMessage, onOrder: (order: Order) => void): void {
    if (message.type !== "cluster" && message.type !== "input") return onOrder(message);
    const answered = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    answered?.(message);
  }
}
