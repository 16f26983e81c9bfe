/**
 * One ordered queue of sends for a socket. zeromq.js allows one send at a time and throws EBUSY on a second, so every
 * message of a socket goes through its queue and none overtakes another.
 */

export interface SendQueueOptions {
  readonly send: (frames: Uint8Array[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
  /** Told when more than HIGH_BYTES wait, and when fewer than LOW_BYTES do again. */
  readonly onPressure?: (isHigh: boolean) => void;
}

const HIGH_BYTES = 8 << 20;
const LOW_BYTES = 1 << 20;

export class SendQueue {
  readonly #options: SendQueueOptions;
  #last: Promise<void> = Promise.resolve();
  #waitingBytes = 0;
  #isHigh = false;

  constructor(options: SendQueueOptions) {
    this.#options = options;
  }

  /** Resolves when ZeroMQ has the message, or when the failed send was reported; a failed send does not stop later ones. */
  push(frames: Uint8Array[]): Promise<void> {
    const { send, onError } = this.#options;
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    this.#changed(bytes);
    this.#last = this.#last.then(() => send(frames)).catch(onError).then(() => this.#changed(-bytes));
    return this.#last;
  }

  drained(): Promise<void> {
    return this.#last;
  }

  #changed(bytes: number): void {
    this.#waitingBytes += bytes;
    const isHigh = this.#waitingBytes > (this.#isHigh ? LOW_BYTES : HIGH_BYTES);
    if (isHigh === this.#isHigh) return;
    this.#isHigh = isHigh;
    this.#options.onPressure?.(isHigh);
  }
}
