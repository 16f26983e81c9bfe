/**
 * Stands between the terminal and readline. While the prompt is shown, keys go to readline, up to one Enter at a time; while
 * a line runs, Ctrl-C interrupts it and everything else waits for the next prompt, so that typing ahead neither echoes into
 * a cell's output nor is lost.
 */
import { EventEmitter } from "node:events";
import { StringDecoder } from "node:string_decoder";
import type { ReadStream } from "node:tty";

const CTRL_C = "\x03";

export class Keys extends EventEmitter {
  readonly isTTY = true;
  readonly #terminal: ReadStream;
  readonly #decoder = new StringDecoder("utf8");
  #isOpen = false;
  #held = "";
  /** Gets the text instead of readline: a password is being typed. */
  #reader: ((text: string) => void) | undefined;

  constructor(terminal: ReadStream, handlers: { onInterrupt: () => void; onEnd: () => void }) {
    super();
    this.#terminal = terminal;
    terminal.setRawMode(true);
    terminal.on("data", (bytes: Buffer) => this.#take(this.#decoder.write(bytes), handlers.onInterrupt));
    terminal.once("end", handlers.onEnd);
  }

  /** Readline asks for these of its input. */
  resume(): this { this.#terminal.resume(); return this; }
  pause(): this { return this; }
  setRawMode(isRaw: boolean): this { this.#terminal.setRawMode(isRaw); return this; }

  /** The prompt is shown. */
  open(): void {
    this.#isOpen = true;
    this.#feed();
  }

  /** A line runs. */
  shut(): void {
    this.#isOpen = false;
  }

  /** Forgets what was typed ahead. */
  drop(): void {
    this.#held = "";
  }

  /** What is typed goes to `reader` until the returned function is called. */
  divert(reader: (text: string) => void): () => void {
    this.#reader = reader;
    return () => (this.#reader = undefined);
  }

  close(): void {
    this.#terminal.setRawMode(false);
    this.#terminal.pause();
    this.#terminal.removeAllListeners("data");
  }

  #take(text: string, onInterrupt: () => void): void {
    if (this.#reader) return this.#reader(text);
    if (!this.#isOpen && text.includes(CTRL_C)) {
      this.#held = text.slice(text.lastIndexOf(CTRL_C) + 1); // what was typed before it was meant for another state
      return onInterrupt();
    }
    this.#held += text;
    if (/(^|[\r\n])\.interrupt[\r\n]$/.test(this.#held) && !this.#isOpen) {
      this.drop();
      return onInterrupt();
    }
    this.#feed();
  }

  #feed(): void {
    while (this.#isOpen && this.#held !== "") {
      const end = this.#held.search(/[\r\n]/);
      const piece = end === -1 ? this.#held : this.#held.slice(0, end + 1);
      this.#held = this.#held.slice(piece.length);
      this.emit("data", piece);
    }
  }
}
