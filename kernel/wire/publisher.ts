/**
 * Sends on iopub when subscribers have room, so that a flood takes no more memory than a few messages for each of them: who reads
 * slowly slows the cell down. It owns whether ZeroMQ may drop messages.
 *
 * Invariants
 * - P1 While every subscriber reads, however slowly, nothing is dropped.
 * - P2 One that reads nothing for PATIENCE_MS holds nobody up any longer: ZeroMQ drops what it does not take, and that only. After a
 *   while it gets another, shorter chance.
 */
/** What it needs of a zeromq.js `XPublisher`. */
export interface PublishingSocket {
  send(frames: Uint8Array[]): Promise<void>;
  /** False: messages to subscribers without room are dropped. True: sending them fails with EAGAIN. */
  noDrop: boolean;
}

/** Time, which tests move. */
export interface PublisherClock {
  now(): number;
  after(delayMs: number, run: () => void): unknown;
}

/** Messages that ZeroMQ keeps for a subscriber. */
export const IOPUB_HIGH_WATER_MARK = 200;

const PATIENCE_MS = 5000;
const SECOND_PATIENCE_MS = 250;
const FIRST_LOSSY_MS = 10_000;
const LONGEST_LOSSY_MS = 300_000;
const LONGEST_PAUSE_MS = 20;

export class Publisher {
  readonly #socket: PublishingSocket;
  readonly #clock: PublisherClock;
  readonly #log: (text: string) => void;
  #patienceMs = PATIENCE_MS;
  #lossyMs = FIRST_LOSSY_MS;
  /** When messages are kept again; undefined while they are. */
  #lossyUntil: number | undefined;

  constructor(socket: PublishingSocket, clock: PublisherClock, log: (text: string) => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#log = log;
  }

  /** One at a time. Resolves when ZeroMQ has the message. */
  async send(frames: Uint8Array[]): Promise<void> {
    if (this.#lossyUntil !== undefined && this.#clock.now() >= this.#lossyUntil) this.#keepAgain();
    const startedAt = this.#clock.now();
    for (let pauseMs = 1; !(await this.#hasRoom(frames)); pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      if (this.#clock.now() - startedAt >= this.#patienceMs) this.#drop();
      else await new Promise<void>((resolve) => void this.#clock.after(pauseMs, resolve));
    }
    if (this.#lossyUntil === undefined && this.#clock.now() - startedAt < SECOND_PATIENCE_MS) [this.#patienceMs, this.#lossyMs] = [PATIENCE_MS, FIRST_LOSSY_MS];
  }

  /** The kernel ends: what is not taken soon is dropped. */
  hurry(): void {
    this.#patienceMs = SECOND_PATIENCE_MS;
  }

  /** False when a subscriber has none. */
  async #hasRoom(frames: Uint8Array[]): Promise<boolean> {
    try {
      await this.#socket.send(frames);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
      throw error;
    }
  }

  #drop(): void {
    if (this.#patienceMs === PATIENCE_MS) this.#log(`a subscriber of iopub has read nothing for ${PATIENCE_MS / 1000} s: what it does not take is dropped`);
    this.#socket.noDrop = false;
    this.#lossyUntil = this.#clock.now() + this.#lossyMs;
    this.#lossyMs = Math.min(2 * this.#lossyMs, LONGEST_LOSSY_MS);
    this.#patienceMs = SECOND_PATIENCE_MS;
  }

  #keepAgain(): void {
    this.#socket.noDrop = true;
    this.#lossyUntil = undefined;
  }
}
