/**
 * One ordered queue of sends for a socket. zeromq.js allows one send at a time and throws EBUSY on a second, so every
 * message of a socket goes through its queue and none overtakes another.
 */

export class SendQueue {
  readonly #send: (frames: Uint8Array[]) => Promise<void>;
  readonly #onError: (error: unknown) => void;
  #last: Promise<void> = Promise.resolve();

  constructor(send: (frames: Uint8Array[]) => Promise<void>, onError: (error: unknown) => void) {
    this.#send = send;
    this.#onError = onError;
  }

  /** Resolves when ZeroMQ has the message, or when the failed send was reported; a failed send does not stop later ones. */
  push(frames: Uint8Array[]): Promise<void> {
    this.#last = this.#last.then(() => this.#send(frames)).catch(this.#onError);
    return this.#last;
  }

  drained(): Promise<void> {
    return this.#last;
  }
}
