/**
 * A call that waits for a call of its own actor waits for ever when no second one may start: it is named in the cell that
 * made the call. Owns: the timer from the moment when the actor's process waits.
 */
const NAMED_AFTER_MS = 1_000;

export interface SelfWaitParts {
  /** Names of calls to this very actor that somebody here waits for. */
  awaited(): readonly string[];
  /** The call that runs and the actor's class, unless another call may start beside it. */
  stuck(): { readonly call: string; readonly className: string } | undefined;
  say(text: string): void;
}

export class SelfWait {
  private readonly parts: SelfWaitParts;
  private timer: NodeJS.Timeout | undefined;
  private readonly said = new Set<string>();

  constructor(parts: SelfWaitParts) {
    this.parts = parts;
  }

  blocked(isBlocked: boolean): void {
    clearTimeout(this.timer);
    if (isBlocked) this.timer = setTimeout(() => this.look(), NAMED_AFTER_MS);
  }

  private look(): void {
    const stuck = this.parts.stuck();
    const [awaited] = this.parts.awaited();
    if (!stuck || awaited === undefined || this.said.has(`${stuck.call} ${awaited}`)) return;
    this.said.add(`${stuck.call} ${awaited}`);
    const method = awaited.slice(awaited.lastIndexOf(".") + 1);
    this.parts.say(`${stuck.call} waits for ${awaited}, a call of its own actor: ${stuck.className} runs one call at a time, so neither ever ends. Call this.${method}(…) itself, return the ref without waiting, or give the class maxConcurrency: 2`);
  }
}
