/** How much happened in each of the last seconds. */

const SECONDS = 60;

export class Rates {
  private readonly bySecond = new Map<number, number>();

  add(count: number, at: number): void {
    const second = Math.floor(at / 1000);
    this.bySecond.set(second, (this.bySecond.get(second) ?? 0) + count);
    if (this.bySecond.size <= SECONDS) return;
    for (const old of this.bySecond.keys()) if (old < second - SECONDS) this.bySecond.delete(old);
  }

  /** Of each of the last `seconds` whole seconds, the oldest first. */
  last(seconds: number, now: number): number[] {
    const end = Math.floor(now / 1000);
    return Array.from({ length: seconds }, (_, i) => this.bySecond.get(end - seconds + i) ?? 0);
  }
}
