/** How long the last call of each kind took, microseconds. Most questions are for the kind of the question before. Pure. */
import type { CallMeta } from "../wire/hot-records.ts";

export class KindTimes {
  private readonly times = new WeakMap<CallMeta, { micros: number }>();
  private lastMeta: CallMeta | undefined;
  private last = { micros: Infinity };

  private find(meta: CallMeta): { micros: number } {
    if (meta === this.lastMeta) return this.last;
    let time = this.times.get(meta);
    if (!time) this.times.set(meta, (time = { micros: Infinity }));
    this.lastMeta = meta;
    return (this.last = time);
  }

  of(meta: CallMeta): number {
    return this.find(meta).micros;
  }

  set(meta: CallMeta, micros: number): void {
    this.find(meta).micros = micros;
  }
}
