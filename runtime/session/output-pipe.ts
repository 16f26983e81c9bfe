/**
 * The session's own end of its output pipes. Everything is written at once and synchronously, so that a crash loses
 * nothing and text keeps its order with what child processes write to the same pipe.
 */
import { STDERR_FD, STDOUT_FD, writeWhole } from "../worker/text-streams.ts";
import type { Output } from "./output.ts";
import { beginMark, endMark, markedOutput, markedText, type StreamName } from "./output-marks.ts";

export class OutputPipe {
  readonly #nonce: string;
  readonly #write: (fd: number, bytes: string | Uint8Array) => void;
  /** The execution that unmarked text belongs to: the running one, else the last. */
  #plain = 0;

  constructor(nonce: string, write: (fd: number, bytes: string | Uint8Array) => void = writeWhole) {
    this.#nonce = nonce;
    this.#write = write;
  }

  get lastExecution(): number {
    return this.#plain;
  }

  /** Both pipes get begin and end, so that a reader knows when it has read all of a cell on each. */
  begin(execution: number): void {
    this.#plain = execution;
    const mark = beginMark(this.#nonce, execution);
    this.#write(STDERR_FD, mark);
    this.#write(STDOUT_FD, mark);
  }

  end(execution: number): void {
    const mark = endMark(this.#nonce, execution);
    this.#write(STDERR_FD, mark);
    this.#write(STDOUT_FD, mark);
  }

  /** Both streams go through fd 1, which keeps their order. */
  text(execution: number, stream: StreamName, text: string | Uint8Array): void {
    if (text.length === 0) return;
    if (stream === "stdout" && execution === this.#plain) return this.#write(STDOUT_FD, text);
    if (typeof text === "string") return this.#write(STDOUT_FD, markedText(this.#nonce, execution, stream, text));
    // bytes may be a part of a character: they must not pass through a string
    const [open, close] = markedText(this.#nonce, execution, stream, "\0").split("\0") as [string, string];
    this.#write(STDOUT_FD, Buffer.concat([Buffer.from(open), text, Buffer.from(close)]));
  }

  output(execution: number, output: Output): void {
    for (const piece of markedOutput(this.#nonce, execution, output)) this.#write(STDOUT_FD, piece);
  }
}
