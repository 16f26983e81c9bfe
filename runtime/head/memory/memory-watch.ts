/**
 * Looks how full the memory is and, when there is too little left, ends a worker: else the system would, and would choose
 * whom it likes. Owns: who was ended for that.
 *
 * M1. One worker at a time: the next is chosen when the last has gone and memory is looked at again.
 * M2. Memory can fill faster than we look. What the system then kills is told as what it is.
 * M3. Without work it looks seldom: an idle cluster costs nothing.
 */
import type { NoticeRow } from "../../engine/events.ts";
import type { ProcessName } from "../../ids.ts";
import { chooseVictim, MUCH_BYTES, type Candidate } from "./choose-victim.ts";
import { shareOf, type MemoryGauge, type MemoryReading } from "./memory-gauge.ts";
import { biggest, endedNotice, fullness, fullnessBefore, fullNotice, killedNotice, WAY_OUT, type Holder } from "./memory-texts.ts";

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
  private last: MemoryReading | undefined;
  /** Kills by the system at the look before the last one, which are told: news of those since may still come. */
  private kills: number | undefined;
  private lastKills: number | undefined;

  constructor(options: MemoryWatchOptions) {
    this.options = options;
    this.kills = this.lastKills = options.gauge.kills();
  }

  tick(isBusy: boolean): void {
    this.idleTicks = isBusy ? 0 : this.idleTicks + 1;
    if (this.idleTicks % IDLE_TICKS === 0 && this.deaths.size === 0) this.look();
  }

  /** The worker's process is gone. Says why, if this was why. */
  ended(worker: ProcessName, isKilled: boolean): MemoryDeath | undefined {
    const death = this.deaths.get(worker);
    this.deaths.delete(worker);
    return death ?? (isKilled ? this.bySystem(worker) : undefined);
  }

  /** M2. */
  private bySystem(worker: ProcessName): MemoryDeath | undefined {
    const kills = this.options.gauge.kills();
    if (kills === undefined || this.kills === undefined || kills <= this.kills) return undefined;
    this.kills += 1;
    const { candidates } = this.options;
    const workers = candidates();
    const victim = workers.find((each) => each.worker === worker);
    const holders = this.holders(workers);
    const summary = `was killed by the system because memory ran out${this.last ? `: ${fullnessBefore(this.last)}` : ""}`;
    if (victim) this.say(killedNotice(victim, summary, holders), victim);
    return { summary, details: `${biggest(holders)} ${WAY_OUT}`.trimStart() };
  }

  private look(): void {
    const { gauge, threshold, candidates } = this.options;
    this.kills = Math.max(this.kills ?? 0, this.lastKills ?? 0);
    this.lastKills = gauge.kills();
    const reading = gauge.take();
    this.last = reading;
    if (reading === undefined || shareOf(reading) < threshold) {
      this.isTold = false;
      return;
    }
    const workers = candidates();
    const holders = this.holders(workers);
    const victim = chooseVictim(workers);
    const full = fullness(reading, threshold);
    if (victim) this.end(victim, full, holders);
    else this.tell(full, holders);
  }

  private end(victim: Candidate, full: string, holders: readonly Holder[]): void {
    this.deaths.set(victim.worker, { summary: `was ended because memory ran out: ${full}`, details: `${biggest(holders)} ${WAY_OUT}`.trimStart() });
    this.say(endedNotice(victim, full, holders), victim);
    this.options.kill(victim.worker);
  }

  private holders(workers: readonly Candidate[]): Holder[] {
    return [...this.options.others(), ...workers.flatMap(({ label, pid, bytes }) => (bytes === undefined ? [] : [{ label, pid, bytes }]))];
  }

  /** Once, until there was room again; not when others than this cluster have filled the memory. */
  private tell(full: string, holders: readonly Holder[]): void {
    if (this.isTold || !holders.some(({ bytes }) => bytes >= MUCH_BYTES)) return;
    this.isTold = true;
    this.say(fullNotice(full, holders));
  }

  private say(text: string, { job, origin }: Pick<Candidate, "job" | "origin"> = {}): void {
    this.options.log(text);
    this.options.say({ type: "notice", level: "warning", text, ...(job === undefined ? {} : { job }), ...(origin === undefined ? {} : { origin }) });
  }
}
