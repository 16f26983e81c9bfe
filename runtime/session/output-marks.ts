/**
 * The in-band marks of a session's output pipes: the encoder that the session writes with and the incremental parser that
 * the front reads with. Pure: bytes in, bytes or events out.
 *
 * A pipe carries plain text, which belongs to the cell that runs (or ran last) and to the pipe's own stream (fd 1: stdout,
 * fd 2: stderr); so what a child process with inherited stdio writes needs no mark, and keeps its place. Between texts stand
 * marks: `ESC ] ray-ts ; NONCE ; KIND ; EXECUTION ; LENGTH BEL`, then LENGTH bytes of payload. Kinds:
 *
 * - `b`, `e`: the execution begins, has ended (all of its own output is before the mark)
 * - `o`, `x`: from here text is stdout, stderr of EXECUTION, until `r`: back to plain text
 * - `p`, `j`: a piece, the last piece of a JSON payload (an `Output`) of EXECUTION. Pieces are small, so that a child's write
 *   never lands inside one.
 *
 * The nonce is the front's secret of one session: text that merely looks like a mark stays text.
 */
import { TextDecoder } from "node:util";
import type { Output } from "./output.ts";

export type StreamName = "stdout" | "stderr";

export type MarkEvent =
  | { readonly type: "begin"; readonly execution: number }
  | { readonly type: "end"; readonly execution: number }
  | { readonly type: "output"; readonly execution: number; readonly output: Output };

type MarkKind = "b" | "e" | "o" | "x" | "r" | "p" | "j";

/** Written in one piece by the kernel, also on a pipe that others write to. */
const PIECE_BYTES = 8 * 1024;
const MAX_HEADER_BYTES = 40;
const BEL = 7;

function mark(nonce: string, kind: MarkKind, execution: number, length = 0): string {
  return `\x1b]ray-ts;${nonce};${kind};${execution};${length}\x07`;
}

export const beginMark = (nonce: string, execution: number): string => mark(nonce, "b", execution);
export const endMark = (nonce: string, execution: number): string => mark(nonce, "e", execution);

/** `text` as `stream` of `execution`, whatever runs now. */
export function markedText(nonce: string, execution: number, stream: StreamName, text: string): string {
  return mark(nonce, stream === "stdout" ? "o" : "x", execution) + text + mark(nonce, "r", execution);
}

/** The pieces of an output that is not plain text; each is to be written by one system call. */
export function* markedOutput(nonce: string, execution: number, output: Output): Generator<Buffer> {
  const payload = Buffer.from(JSON.stringify(output));
  for (let at = 0; at < payload.length; at += PIECE_BYTES) {
    const piece = payload.subarray(at, at + PIECE_BYTES);
    const kind = at + PIECE_BYTES >= payload.length ? "j" : "p";
    yield Buffer.concat([Buffer.from(mark(nonce, kind, execution, piece.length)), piece]);
  }
}

interface Target { readonly execution: number; readonly stream: StreamName }

/** Reads one pipe. Feed it every chunk in order; call `finish` when the pipe has ended. */
export class MarkParser {
  readonly #prefix: Buffer;
  readonly #stream: StreamName;
  /** Bytes that may be the beginning of a mark, or a payload that is not whole yet. */
  #held: Buffer = Buffer.alloc(0);
  /** Whom plain text belongs to; 0 before the first cell. */
  #plain: number = 0;
  #marked: Target | undefined;
  /** One decoder a target: a character may be split by chunks and by other targets' text. */
  readonly #decoders = new Map<string, TextDecoder>();
  /** Pieces of payloads by execution. */
  readonly #pieces = new Map<number, Buffer[]>();
  #events: MarkEvent[] = [];

  constructor(options: { readonly nonce: string; readonly stream: StreamName }) {
    this.#prefix = Buffer.from(`\x1b]ray-ts;${options.nonce};`);
    this.#stream = options.stream;
  }

  push(chunk: Uint8Array): MarkEvent[] {
    let bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    this.#held = Buffer.alloc(0);
    while (bytes.length > 0) {
      const at = bytes.indexOf(this.#prefix);
      if (at < 0) {
        const keep = prefixAtEnd(bytes, this.#prefix);
        this.#text(bytes.subarray(0, bytes.length - keep));
        this.#hold(bytes.subarray(bytes.length - keep));
        break;
      }
      this.#text(bytes.subarray(0, at));
      bytes = bytes.subarray(at);
      const used = this.#readMark(bytes);
      if (used === undefined) {
        this.#hold(bytes);
        break;
      }
      bytes = bytes.subarray(used);
    }
    return this.#take();
  }

  /** The pipe has ended: what was held back is text after all. */
  finish(): MarkEvent[] {
    this.#text(this.#held);
    this.#held = Buffer.alloc(0);
    for (const key of [...this.#decoders.keys()]) this.#flushDecoder(key);
    return this.#take();
  }

  /** Reads the mark at the start of `bytes`; gives the bytes used, or undefined when it is not whole yet. */
  #readMark(bytes: Buffer): number | undefined {
    const bel = bytes.indexOf(BEL, this.#prefix.length);
    const headerEnd = bel < 0 ? bytes.length : bel;
    if (headerEnd - this.#prefix.length > MAX_HEADER_BYTES) return this.#notAMark(bytes);
    if (bel < 0) return undefined;
    const header = /^([beoxrpj]);(\d+);(\d+)$/.exec(bytes.toString("latin1", this.#prefix.length, bel));
    if (header === null) return this.#notAMark(bytes);
    const [, kind, execution, length] = header as unknown as [string, MarkKind, string, string];
    const end = bel + 1 + Number(length);
    if (bytes.length < end) return undefined;
    this.#obey(kind, Number(execution), bytes.subarray(bel + 1, end));
    return end;
  }

  #notAMark(bytes: Buffer): number {
    this.#text(bytes.subarray(0, this.#prefix.length));
    return this.#prefix.length;
  }

  #obey(kind: MarkKind, execution: number, payload: Buffer): void {
    switch (kind) {
      case "b":
        this.#plain = execution;
        this.#marked = undefined;
        this.#events.push({ type: "begin", execution });
        return;
      case "e":
        this.#flushDecoder(`${execution} stdout`);
        this.#flushDecoder(`${execution} stderr`);
        this.#events.push({ type: "end", execution });
        return;
      case "o": this.#marked = { execution, stream: "stdout" }; return;
      case "x": this.#marked = { execution, stream: "stderr" }; return;
      case "r": this.#marked = undefined; return;
      case "p": this.#addPiece(execution, payload); return;
      case "j": this.#endPayload(execution, payload); return;
    }
  }

  #addPiece(execution: number, piece: Buffer): void {
    const pieces = this.#pieces.get(execution) ?? [];
    this.#pieces.set(execution, pieces);
    // a copy: the chunk's memory is the reader's
    pieces.push(Buffer.from(piece));
  }

  #endPayload(execution: number, last: Buffer): void {
    const text = Buffer.concat([...(this.#pieces.get(execution) ?? []), last]).toString();
    this.#pieces.delete(execution);
    try {
      this.#events.push({ type: "output", execution, output: JSON.parse(text) as Output });
    } catch (error) {
      // a process that knows our nonce wrote into the pipe; its cell is told, the others go on
      this.#addText({ execution, stream: "stderr" }, `ray-ts: an output of this cell could not be read: ${(error as Error).message}\n`);
    }
  }

  #text(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const target = this.#marked ?? { execution: this.#plain, stream: this.#stream };
    const key = `${target.execution} ${target.stream}`;
    let decoder = this.#decoders.get(key);
    if (decoder === undefined) this.#decoders.set(key, (decoder = new TextDecoder("utf-8", { ignoreBOM: true })));
    this.#addText(target, decoder.decode(bytes, { stream: true }));
  }

  #flushDecoder(key: string): void {
    const rest = this.#decoders.get(key)?.decode() ?? "";
    this.#decoders.delete(key);
    const [execution, stream] = key.split(" ") as [string, StreamName];
    this.#addText({ execution: Number(execution), stream }, rest);
  }

  /** Neighbouring texts of one target become one event. */
  #addText(target: Target, text: string): void {
    if (text === "") return;
    const last = this.#events.at(-1);
    if (last?.type === "output" && last.execution === target.execution && last.output.type === "stream" && last.output.name === target.stream) {
      const joined: Output = { type: "stream", name: target.stream, text: last.output.text + text };
      this.#events[this.#events.length - 1] = { type: "output", execution: target.execution, output: joined };
    } else {
      this.#events.push({ type: "output", execution: target.execution, output: { type: "stream", name: target.stream, text } });
    }
  }

  #hold(bytes: Buffer): void {
    this.#held = Buffer.from(bytes);
  }

  #take(): MarkEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

/** How many bytes at the end of `bytes` are a beginning of `prefix`. */
function prefixAtEnd(bytes: Buffer, prefix: Buffer): number {
  for (let length = Math.min(prefix.length - 1, bytes.length); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(prefix.subarray(0, length))) return length;
  }
  return 0;
}
