/**
 * Cells run one at a time, in the order in which they came. When one fails, those that waited behind it are aborted, so
 * that "Run All" stops at the first error.
 */

export interface QueuedCell {
  /** Runs the cell without answering it; true when it failed and those behind it are to be aborted. */
  run(): Promise<boolean>;
  answer(): Promise<void>;
  abort(): Promise<void>;
}

export class ExecutionQueue {
  #waiting: QueuedCell[] = [];
  readonly #afterArrivals: () => Promise<void>;
  #isRunning = false;

  /** `afterArrivals` resolves when requests that have reached the process are in the queue. */
  constructor(afterArrivals: () => Promise<void>) {
    this.#afterArrivals = afterArrivals;
  }

  add(cell: QueuedCell): void {
    this.#waiting.push(cell);
    if (!this.#isRunning) void this.#runAll();
  }

  /** Those behind the cell that runs are not run. */
  abortWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    void waiting.reduce(async (before, cell) => {
      await before;
      await cell.abort();
    }, Promise.resolve());
  }

  async #runAll(): Promise<void> {
    this.#isRunning = true;
    for (let cell = this.#waiting.shift(); cell !== undefined; cell = this.#waiting.shift()) {
      const hasFailed = await cell.run();
      // chosen before the answer: what the client sends when it has read that is no part of the failed run
      const behind = hasFailed ? await this.#takeWaiting() : [];
      await cell.answer();
      for (const aborted of behind) await aborted.abort();
    }
    this.#isRunning = false;
  }

  async #takeWaiting(): Promise<QueuedCell[]> {
    await this.#afterArrivals();
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }
}
