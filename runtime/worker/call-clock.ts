/** When calls begin and how long they take, with as few questions to the clocks as that needs. */
import { KindTimes } from "../local/kind-times.ts";
import type { CallMeta } from "../wire/hot-records.ts";

export class CallClock {
  private readonly times = new KindTimes();
  /** What turns this process's own time into everybody's. */
  private epoch = 0;
  /** By the process's own clock: when a turn began, or its last call ended. */
  private latest = 0;

  /** Calls begin one after the other from here on. Returns the time by the process's own clock. */
  turn(): number {
    this.latest = performance.now();
    this.epoch = Date.now() - this.latest;
    return this.latest;
  }

  get now(): number {
    return this.latest;
  }

  startedAt(begun: number, isInTurn: boolean): number {
    return isInTurn ? Math.floor(this.epoch + begun) : Date.now();
  }

  /** Microseconds. */
  ended(meta: CallMeta, begun: number): number {
    this.latest = performance.now();
    const micros = Math.min(0xffffffff, Math.round((this.latest - begun) * 1000));
    this.times.set(meta, micros);
    return micros;
  }

  /** Of the last call of that kind; Infinity: there was none. */
  microsOf(meta: CallMeta): number {
    return this.times.of(meta);
  }
}
