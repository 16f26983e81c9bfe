/**
 * The session's own end of its output pipes. Everything is written at once and synchronously, so that a crash loses
 * nothing and text keeps its order with what child processes write to the same pipe.
 */
import { writeSync } from "node:fs";
import type { Output } from "./output.ts";
import { beginMark, endMark, markedOutput, markedText, type StreamName } from "./output-marks.ts";

const STDOUT_FD = 1;
const STDERR_FD = 2;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

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

/** Writes all of `bytes`, waiting while the pipe is full: a child may have made it non-blocking. */
function writeWhole(fd: number, bytes: string | Uint8Array): void {
  let rest = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(fd, rest));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      // the front is gone and the watch thread is about to end this process: there is no one to tell
      if (code === "EPIPE" || code === "EBADF" || code === "ECONNRESET") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(PAUSE, 0, 0, 1);
    }
  }
}
