/**
 * Commands on a process's watch pipe, and the words of the guard that its watch thread and its main thread share. Pure.
 *
 * A command is one record of 8 bytes: `[u8 op, 3 zero bytes, i32 argument, little-endian]`. The pipe's end of file means
 * that whoever started the process is gone: the process kills itself. `halt` is answered by a record of the same form.
 */

export const WATCH_RECORD_BYTES = 8;

export const WATCH_OP = {
  /** Interrupt execution `argument`: a cell in a session, the call of that number in a worker. */
  interrupt: 1,
  /** The client `argument` is gone: a worker that is busy for it kills itself. */
  abandon: 3,
  /** Kill the process if it runs the call with number `argument`. */
  end: 4,
  /** The calls of client `argument` that have not begun are taken back (halts.ts). The answer's argument: the number of the call that began last. */
  halt: 5,
  /** The answer when another client is halted. */
  busy: 6,
} as const;

export const GUARD_WORDS = 8;

/** Places in the guard. Compiled loops read word 0 plainly at each back-edge. */
export const GUARD = {
  /** The execution to interrupt; -1: some interrupted execution has not ended yet; -2: records wait to be sent (wire/outbox.ts); 0: nothing. */
  interrupt: 0,
  /** What the process is busy for: the client's number in a worker. */
  busy: 1,
  /** How deep the main thread is inside the runtime's own code, which must not be cut. */
  depth: 2,
  /** 1: the main thread runs code that SIGINT unwinds; 2: the watch thread has decided to send it. */
  breakable: 3,
  /** The execution that runs now (a cell's number); 0: none. */
  running: 4,
  /** Never written: the main thread waits on it for a SIGINT that is on its way. */
  never: 5,
  /** The number of the call that a worker runs; 0: none. */
  call: 6,
  /** The number of the task that began last; minus a client's number: its tasks do not begin any more (halts.ts). */
  begun: 7,
} as const;

export function watchCommand(op: keyof typeof WATCH_OP, argument: number): Buffer {
  const record = Buffer.alloc(WATCH_RECORD_BYTES);
  record.writeUInt8(WATCH_OP[op], 0);
  record.writeInt32LE(argument | 0, 4);
  return record;
}
