/**
 * Looks how full the memory is and, when there is too little left, ends a worker: else the system would, and would choose
 * whom it likes. Owns: who was ended for that.
 *
 * M1. One worker at a time: the next is chosen when the last has gone and memory is looked at again.
 * M2. Without work it looks seldom: an idle cluster costs nothing.
 */
import type { NoticeRow } from "../../engine/events.ts";
import type { ProcessName } from "../../ids.ts";
import { chooseVictim, MUCH_BYTES, type Candidate } from "./choose-victim.ts";
import { shareOf, type MemoryGauge } from "./memory-gauge.ts";
import { biggest, endedNotice, fullness, fullNotice, WAY_OUT, type Holder } from "./memory-texts.ts";

/** Of four ticks a second. */
const IDLE_TICKS = 20;

export interface MemoryWatchOptions {
  readonly gauge: MemoryGauge;
  readonly threshold: number;
  /** Asked for only when memory has run out. */
  readonly candidates: () => readonly Candidate[];
  /** Processes of the cluster that are no workers. */
  readonly others: () => readonly Holder[];
  readonly kill: (worker: ProcessName) => void;
  readonly say: (notice: NoticeRow) => void;
  readonly log: (text: string) => void;
}

/** Why a worker was ended. */
export interface MemoryDeath {
  /** `was ended because memory ran out: …` */
  readonly summary: string;
  /** Who held what, and the way out. */
  readonly details: string;
}

export class MemoryWatch {
  private readonly options: MemoryWatchOptions;
  private readonly deaths = new Map<ProcessName, MemoryDeath>();
  private idleTicks = 0;
  private isTold = false;

  constructor(options: MemoryWatchOptions) {
    this.options = options;
  }

  tick(isBusy: boolean): void {
    this.idleTicks = isBusy ? 0 : this.idleTicks + 1;
    if (this.idleTicks % IDLE_TICKS === 0 && this.deaths.size === 0) this.look();
  }

  /** The worker's process is gone. Says why, if this was why. */
  ended(worker: ProcessName): MemoryDeath | undefined {
    const death = this.deaths.get(worker);
    this.deaths.delete(worker);
    return death;
  }

  private look(): void {
    const { gauge, threshold, candidates, others } = this.options;
    const reading = gauge.take();
    if (reading === undefined || shareOf(reading) < threshold) {
      this.isTold = false;
      return;
    }
    const workers = candidates();
    const holders = [...others(), ...workers.flatMap(({ label, pid, bytes }) => (bytes === undefined ? [] : [{ label, pid, bytes }]))];
    const victim = chooseVictim(workers);
    const full = fullness(reading, threshold);
    if (victim) this.end(victim, full, holders);
    else this.tell(full, holders);
  }

  private end(victim: Candidate, full: string, holders: readonly Holder[]): void {
    const { kill, say, log } = this.options;
    const text = endedNotice(victim, full, holders);
    this.deaths.set(victim.worker, { summary: `was ended because memory ran out: ${full}`, details: `${biggest(holders)} ${WAY_OUT}`.trimStart() });
    log(text);
    const { job, origin } = victim;
    say({ type: "notice", level: "warning", text, ...(job === undefined ? {} : { job }), ...(origin === undefined ? {} : { origin }) });
    kill(victim.worker);
  }

  /** Once, until there was room again; not when others than this cluster have filled the memory. */
  private tell(full: string, holders: readonly Holder[]): void {
    if (this.isTold || !holders.some(({ bytes }) => bytes >= MUCH_BYTES)) return;
    this.isTold = true;
    const text = fullNotice(full, holders);
    this.options.log(text);
    this.options.say({ type: "notice", level: "warning", text });
  }
}
