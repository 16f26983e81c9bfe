/** How often each function with `maxCalls` has run here: when one has run so often, the process takes no more tasks and is replaced. */
import type { CallMeta } from "../wire/hot-records.ts";

export class Retirement {
  private readonly runs = new Map<string, number>();
  private readonly tell: () => void;
  isOver = false;

  /** `tell`: once, when the last run that there may be has ended. */
  constructor(tell: () => void) {
    this.tell = tell;
  }

  ran({ codeKey = "", maxCalls = 0 }: CallMeta): void {
    const runs = (this.runs.get(codeKey) ?? 0) + 1;
    this.runs.set(codeKey, runs);
    if (this.isOver || runs < maxCalls) return;
    this.isOver = true;
    this.tell();
  }
}
