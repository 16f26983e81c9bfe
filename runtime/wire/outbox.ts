/**
 * The out-buffer of one peer and when it is emptied. Owns: records not yet sent. Does not own: the socket.
 *
 * O1. The first few records after a quiet moment leave at once (a call or two before a long loop must not wait for its end);
 *     later ones in a microtask, at 64 KiB, or when the oldest has waited over 1 ms (looked at on each write, on each print,
 *     and by loop guards through `flushAged`).
 * O2. Records leave in the order in which they were written.
 * O3. While something waits, the guard word says so (FLUSH_WANTED), because no microtask runs inside a `for` loop.
 */
import { FRAME_HEADER_BYTES, writeHeader, writeRecord } from "./frame.ts";
import type { Lane } from "./lane.ts";
import { RecordWriter } from "./record-writer.ts";

const FLUSH_AT_BYTES = 64 * 1024;
const OLDEST_MAY_WAIT_MS = 1;
const QUIET_MS = 1;
const FEW = 4;

/** Value of guard word 0 that asks a loop guard to look at waiting records; interrupts use other values (watch-commands.ts). */
export const FLUSH_WANTED = -2;

let guard: Int32Array | undefined;
const waiting = new Set<Outbox>();

/** Gives the outboxes of this process the word that compiled loops read. */
export function flushByGuard(word: Int32Array): void {
  guard = word;
}

/** Sends what has waited too long. Called by loop guards and prints; cheap when nothing waits. */
export function flushAged(): void {
  if (waiting.size === 0) {
    if (guard) Atomics.compareExchange(guard, 0, FLUSH_WANTED, 0);
    return;
  }
  const now = performance.now();
  for (const outbox of waiting) outbox.flushIfOlder(now);
}

/** Sends everything that waits, to every peer: before this process may be busy for long. */
export function flushAll(): void {
  for (const outbox of waiting) outbox.flush();
}

export class Outbox implements Lane {
  private readonly writer = new RecordWriter();
  private oldestAt = 0;
  private lastWriteAt = 0;
  /** Records that may still leave at once in this burst. */
  private atOnce = FEW;
  private isScheduled = false;

  private readonly send: (frame: Buffer) => void;

  /** `send` copies the frame: its memory is written again. */
  constructor(send: (frame: Buffer) => void) {
    this.send = send;
    writeHeader(this.writer);
  }

  write<T = undefined>(type: number, fill: (writer: RecordWriter, value: T) => void, value?: T): void {
    const wasEmpty = this.writer.sizeBytes === FRAME_HEADER_BYTES;
    const before = this.writer.sizeBytes;
    try {
      writeRecord(this.writer, type, fill, value);
    } catch (error) {
      this.writer.truncate(before);
      throw error;
    }
    this.afterWrite(wasEmpty);
  }

  private afterWrite(wasEmpty: boolean): void {
    if (this.writer.sizeBytes >= FLUSH_AT_BYTES) return this.flush();
    const now = performance.now();
    if (now - this.lastWriteAt > QUIET_MS) this.atOnce = FEW;
    this.lastWriteAt = now;
    if (wasEmpty) {
      if (this.atOnce-- > 0) return this.flush();
      this.oldestAt = now;
      waiting.add(this);
      if (guard) Atomics.compareExchange(guard, 0, 0, FLUSH_WANTED);
    } else if (now - this.oldestAt > OLDEST_MAY_WAIT_MS) return this.flush();
    if (!this.isScheduled) {
      this.isScheduled = true;
      queueMicrotask(this.flushScheduled);
    }
  }

  private readonly flushScheduled = (): void => {
    this.isScheduled = false;
    this.flush();
  };

  flushIfOlder(now: number): void {
    if (now - this.oldestAt > OLDEST_MAY_WAIT_MS) this.flush();
  }

  flush(): void {
    waiting.delete(this);
    if (waiting.size === 0 && guard) Atomics.compareExchange(guard, 0, FLUSH_WANTED, 0);
    if (this.writer.sizeBytes === FRAME_HEADER_BYTES) return;
    this.send(this.writer.written);
    this.writer.clear();
    writeHeader(this.writer);
  }

  /** Nothing more will be sent. */
  discard(): void {
    waiting.delete(this);
    this.writer.truncate(FRAME_HEADER_BYTES);
  }
}
