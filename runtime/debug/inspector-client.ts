/** Questions and answers over an inspector's line. */
import type { Inspector, InspectorMessage, OpenInspector } from "./inspector.ts";

export interface InspectorClientOptions {
  readonly open: OpenInspector;
  readonly onEvent: (method: string, params: never) => void;
  readonly onSession: () => Promise<void>;
}

export class InspectorError extends Error {
  override readonly name = "InspectorError";
}

export class InspectorClient {
  readonly #onEvent: InspectorClientOptions["onEvent"];
  readonly #waiting = new Map<number, { readonly resolve: (result: never) => void; readonly reject: (error: Error) => void; readonly method: string }>();
  readonly #line: Inspector;
  #lastId = 0;

  constructor({ open, onEvent, onSession }: InspectorClientOptions) {
    this.#onEvent = onEvent;
    this.#line = open({
      onMessage: (message) => this.#hear(message),
      onSession: () => {
        this.#abandon("the session ended");
        return onSession();
      },
    });
  }

  ask<Result = unknown>(method: string, params: object = {}): Promise<Result> {
    const id = ++this.#lastId;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as never, reject, method });
      this.#line.send({ id, method, params });
    });
  }

  close(): void {
    this.#line.close();
    this.#abandon("the debugger was disconnected");
  }

  #hear(message: InspectorMessage): void {
    if ("method" in message) return this.#onEvent(message.method, message.params as never);
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error === undefined) waiting?.resolve(message.result as never);
    else waiting?.reject(new InspectorError(`${waiting.method}: ${message.error.message}`));
  }

  #abandon(why: string): void {
    for (const [id, { reject, method }] of this.#waiting) {
      this.#waiting.delete(id);
      reject(new InspectorError(`${method}: ${why}`));
    }
  }
}
