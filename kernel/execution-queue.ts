/**
 * Cells run one at a time, in the order in which they came. When one fails, those that waited behind it are aborted, so
 * that "Run All" stops at the first error.
 */

export interface QueuedCell {
  /** Runs the cell and answers it; true when it failed and those behind it are to be aborted. */
  run(): Promise<boolean>;
  abort(): Promise<void>;
}

export class ExecutionQueue {
  readonly #waiting: QueuedCell[] = [];
  readonly #afterArrivals: () => Promise<void>;
  #isRunning = false;

  /** `afterArrivals` resolves when requests that have reached the process are in the queue. */
  constructor(afterArrivals: () => Promise<void>) {
    this.#afterArrivals = afterArrivals;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  add(cell: QueuedCell): void {
    this.#waiting.push(cell);
    if (!this.#isRunning) void this.#runAll();
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    for (let cell = this.#waiting.shift(); cell !== undefined; cell = this.#waiting.shift()) {
      if (await cell.run()) await this.#abortWaiting();
    }
    this.#isRunning = false;
  }

  async #abortWaiting(): Promise<void> {
    await this.#afterArrivals();
    for (const cell of this.#waiting.splice(0)) await cell.abort();
  }
}
