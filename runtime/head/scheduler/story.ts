/** The last events of one worker or actor, told when something impossible happens to it. */

const LENGTH = 20;

interface Entry {
  readonly at: number;
  readonly event: string;
  readonly became: string;
}

export class Story {
  readonly #entries: Entry[] = [];
  #next = 0;

  record(at: number, event: string, became: string): void {
    this.#entries[this.#next % LENGTH] = { at, event, became };
    this.#next++;
  }

  /** Oldest first, one line each; times in ms after the first line's. */
  tell(): string {
    const from = Math.max(0, this.#next - LENGTH);
    const lines = Array.from({ length: this.#next - from }, (_, i) => this.#entries[(from + i) % LENGTH] as Entry);
    const start = lines[0]?.at ?? 0;
    return lines.map(({ at, event, became }) => `  +${at - start} ms ${event} → ${became}`).join("\n");
  }
}

/** A bug in the scheduler, or an event that nobody may send. Never an answer to a user's mistake. */
export class SchedulerError extends Error {
  override readonly name = "SchedulerError";
}
