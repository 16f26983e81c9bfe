/** Questions to the session that wait for an answer; none waits for ever, as a busy session answers nothing. */

export class PendingRequests<Answer> {
  readonly #waiting = new Map<number, (answer: Answer | undefined) => void>();
  #lastId = 0;

  /** Undefined when the session died, or when `timeoutMs` have passed. */
  ask(send: (id: number) => void, timeoutMs: number): Promise<Answer | undefined> {
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.answer(id, undefined), timeoutMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      send(id);
    });
  }

  answer(id: number, answer: Answer | undefined): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(answer);
  }

  answerAll(answer: undefined): void {
    for (const id of [...this.#waiting.keys()]) this.answer(id, answer);
  }
}
