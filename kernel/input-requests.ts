/** Questions to the user: `input_request` on stdin to the client whose cell asks, and the answer that comes back. */
import type { Message } from "./wire/message.ts";
import type { KernelWire } from "./wire/server.ts";

export class InputRequests {
  readonly #wire: KernelWire;
  readonly #waiting: ((value: string | undefined) => void)[] = [];

  constructor(wire: KernelWire) {
    this.#wire = wire;
  }

  /** Undefined when the cell ended without an answer. */
  ask(request: Message, prompt: string, password: boolean): Promise<string | undefined> {
    const answer = new Promise<string | undefined>((resolve) => this.#waiting.push(resolve));
    void this.#wire.send("stdin", request, "input_request", { prompt, password });
    return answer;
  }

  /** Clients answer in order and do not say which question they answer. */
  answer(message: Message): void {
    if (message.header.msg_type !== "input_reply") return;
    this.#waiting.shift()?.(String(message.content["value"] ?? ""));
  }

  /** The cell that asked has ended. */
  cancel(): void {
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }
}
