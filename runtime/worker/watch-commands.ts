/**
 * Commands on a process's watch pipe, and the words of the guard that its watch thread and its main thread share. Pure.
 *
 * A command is one record of 8 bytes: `[u8 op, 3 zero bytes, i32 argument, little-endian]`. The pipe's end of file means
 * that whoever started the process is gone: the process kills itself. `halt` is answered by a record of the same form, `stack` by one
 * with text behind it. `inspect` has text behind it both ways.
 */

export const WATCH_RECORD_BYTES = 8;

export const WATCH_OP = {
  /** Interrupt `argument`: in a session the cells that run, up to that number; in a worker the call of that number. */
  interrupt: 1,
  /** The client `argument` is gone: a worker that is busy for it kills itself. */
  abandon: 3,
  /** Kill the process if it runs the call with number `argument`. */
  end: 4,
  /** The calls of client `argument` that have not begun are taken back (halts.ts). The answer's argument: the number of the call that began last. */
  halt: 5,
  /** The answer when another client is halted. */
  busy: 6,
  /** Where is the main thread? The answer's argument: how many bytes of JSON follow it (take-stack.ts). */
  stack: 7,
  /** A message of V8's inspector as JSON, of `argument` bytes; a command of none ends the connection (inspector-relay.ts). */
  inspect: 8,
} as const;

export const GUARD_WORDS = 9;

/** Places in the guard. Compiled loops read word 0 plainly at each back-edge. */
export const GUARD = {
  /** The execution to interrupt, the newest of them in a session; -1: some interrupted execution has not ended yet; -2: records wait to be sent (wire/outbox.ts); 0: nothing. */
  interrupt: 0,
  /** What the process is busy for: the client's number in a worker. */
  busy: 1,
  /** How deep the main thread is inside the runtime's own code, which must not be cut. */
  depth: 2,
  /** The execution whose code the main thread runs where SIGINT unwinds it; 0: none; negative: the watch thread has decided to send it. */
  breakable: 3,
  /** Never written: the main thread waits on it for a SIGINT that is on its way. */
  never: 5,
  /** The number of the call that a worker runs; 0: none. */
  call: 6,
  /** The number of the task that began last; minus a client's number: its tasks do not begin any more (halts.ts). */
  begun: 7,
  /** 1: an inspector is connected. */
  inspected: 4,
  /** 1: the main thread waits for a child process, and for nothing else. */
  child: 8,
} as const;

export function watchCommand(op: keyof typeof WATCH_OP, argument: number): Buffer {
  const record = Buffer.alloc(WATCH_RECORD_BYTES);
  record.writeUInt8(WATCH_OP[op], 0);
  record.writeInt32LE(argument | 0, 4);
  return record;
}

/** What a process answers: its stack as a user should see it, and whose work it does. */
export interface TakenStack {
  /** Frames, one a line; empty when no code runs. */
  readonly stack: string;
  /** The task or call that runs, or waits in an `await`. */
  readonly name?: string;
  readonly task?: string;
  /** It could not be stopped: what it does is no JavaScript. */
  readonly isNative?: boolean;
}

/** A command or an answer, as it was read. */
export interface WatchRecord {
  readonly op: number;
  readonly argument: number;
  /** What follows a `stack` or `inspect`. */
  readonly text: string;
}

export function watchText(op: "stack" | "inspect", text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([watchCommand(op, bytes.length), bytes]);
}

/** Records out of what came through the pipe, however it was cut. */
export class WatchReader {
  private chunks: Buffer[] = [];
  private held = 0;
  /** Bytes without which nothing can be read. */
  private wanted = WATCH_RECORD_BYTES;

  push(chunk: Buffer): WatchRecord[] {
    this.chunks.push(chunk);
    this.held += chunk.length;
    if (this.held < this.wanted) return [];
    let rest = this.chunks.length === 1 ? chunk : Buffer.concat(this.chunks);
    const records: WatchRecord[] = [];
    this.wanted = WATCH_RECORD_BYTES;
    while (rest.length >= WATCH_RECORD_BYTES) {
      const op = rest.readUInt8(0);
      const argument = rest.readInt32LE(4);
      const end = WATCH_RECORD_BYTES + (op === WATCH_OP.stack || op === WATCH_OP.inspect ? Math.max(0, argument) : 0);
      if (rest.length < end) {
        this.wanted = end;
        break;
      }
      records.push({ op, argument, text: rest.toString("utf8", WATCH_RECORD_BYTES, end) });
      rest = rest.subarray(end);
    }
    this.chunks = [rest];
    this.held = rest.length;
    return records;
  }
}
