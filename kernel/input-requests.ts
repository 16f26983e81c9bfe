/**
 * Questions to the user: `input_request` on stdin to the client whose cell asks, and the answer that comes back. It owns which
 * cells can ask: those that run, and whose client takes questions.
 */
import { booleanField, stringField } from "./request-fields.ts";
import type { Message } from "./wire/message.ts";
import type { KernelWire } from "./wire/server.ts";

interface Question {
  readonly cell: number;
  /** The `input_request`'s, which an answer may name. */
  id: string | undefined;
  readonly resolve: (value: string | undefined) => void;
}

export class InputRequests {
  readonly #wire: KernelWire;
  readonly #cells = new Map<number, Message>();
  #waiting: Question[] = [];

  constructor(wire: KernelWire) {
    this.#wire = wire;
  }

  begin(cell: number, request: Message): void {
    this.#cells.set(cell, request);
  }

  /** What it asked and nobody answered has no answer. */
  end(cell: number): void {
    this.#cells.delete(cell);
    this.#drop((question) => question.cell === cell);
  }

  /** Undefined when the cell ended, or was interrupted, without an answer. Rejects when its client is not to be asked. */
  ask(cell: number, prompt: string, password: boolean): Promise<string | undefined> {
    const request = this.#cells.get(cell);
    if (request === undefined) return Promise.reject(new Error("the cell has ended, and a front end takes answers only while it runs"));
    if (!booleanField(request.content, "allow_stdin", true)) {
      return Promise.reject(new Error("the front end that runs this cell takes no input (allow_stdin is false). Write the value into the cell, or run it where somebody can answer, such as JupyterLab"));
    }
    return new Promise((resolve) => {
      const question: Question = { cell, id: undefined, resolve };
      this.#waiting.push(question);
      void this.#wire.send("stdin", request, "input_request", { prompt, password }).then(({ msg_id }) => { question.id = msg_id; });
    });
  }

  /** Many clients do not say which question they answer: they answer in order. */
  answer(message: Message): void {
    if (message.header.msg_type !== "input_reply") return;
    const question = this.#waiting.find(({ id }) => id !== undefined && id === message.parentHeader.msg_id) ?? this.#waiting[0];
    if (question === undefined) return;
    this.#waiting = this.#waiting.filter((other) => other !== question);
    question.resolve(stringField(message.content, "value"));
  }

  /** The cells that asked are interrupted. */
  cancel(): void {
    this.#drop(() => true);
  }

  #drop(isOver: (question: Question) => boolean): void {
    const over = this.#waiting.filter(isOver);
    this.#waiting = this.#waiting.filter((question) => !isOver(question));
    for (const { resolve } of over) resolve(undefined);
  }
}
