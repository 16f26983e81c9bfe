/**
 * What is done when the store fills up: everybody collects garbage, and if that is not enough the owners of the objects that were used
 * longest ago move them to disk. Pure: what it wants told goes through the shell, times come in. Owns: the round that is under way.
 *
 * P1 Nobody spills before everybody was asked to collect, and has answered or is too busy to.
 * P2 A round a second at the most, and fewer while they bring nothing.
 */
import type { ProcessName } from "../ids.ts";

/** As Ray's `object_spilling_threshold`: the store is filling up; spilling stops when so much less is in use. */
const HIGH_SHARE = 0.8;
const LOW_SHARE = 0.7;
/** When something did not fit although there is room, the room is in too many hands: more of it helps, a step at a time. */
const SPREAD_SHARE = 0.5;
const STEP_SHARE = 0.1;
/** A process that computes answers later. */
const ANSWER_WITHIN_MS = 300;
const PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 16_000;

/** What a process could move to disk: own objects in memory that nobody there reads or has just sent. */
export interface Spillable {
  readonly spillableBytes: number;
  /** When the one of them was used that was used longest ago, in ms since the epoch. */
  readonly oldestAt: number;
}

export interface StorePressureShell {
  collect(to: ProcessName, round: number): void;
  spill(to: ProcessName, bytes: number): void;
}

/** How full the store is. */
export interface StoreLevel {
  readonly usedBytes: number;
  /** What went to disk at once, and should have had room: one object of each process. */
  readonly missedBytes: number;
  readonly limitBytes: number;
}

export class StorePressure {
  private readonly shell: StorePressureShell;
  private round = 0;
  private waiting: Set<ProcessName> | undefined;
  private answers = new Map<ProcessName, Spillable>();
  private beganAt = -Infinity;
  private pauseMs = PAUSE_MS;
  private usedBefore = 0;

  constructor(shell: StorePressureShell) {
    this.shell = shell;
  }

  /** After each report, and now and then. */
  look(level: StoreLevel, listening: () => readonly ProcessName[], at: number): void {
    if (this.waiting) {
      if (this.waiting.size === 0 || at - this.beganAt >= ANSWER_WITHIN_MS) this.finish(level);
      return;
    }
    if (!isHigh(level) || at - this.beganAt < this.pauseMs) return;
    const asked = listening();
    this.waiting = new Set(asked);
    this.answers = new Map();
    this.beganAt = at;
    this.usedBefore = level.usedBytes;
    this.round++;
    for (const process of asked) this.shell.collect(process, this.round);
  }

  /** It has collected. Call `look` after its report was counted. */
  collected(process: ProcessName, round: number, spillable: Spillable): void {
    if (round !== this.round) return;
    this.answers.set(process, spillable);
    this.waiting?.delete(process);
  }

  forget(process: ProcessName): void {
    this.answers.delete(process);
    this.waiting?.delete(process);
  }

  private finish(level: StoreLevel): void {
    this.waiting = undefined;
    const asked = isHigh(level) ? chooseSpillers(this.answers, bytesToSpill(level)) : [];
    for (const { process, bytes } of asked) this.shell.spill(process, bytes);
    const wasUseful = asked.length > 0 || level.usedBytes < this.usedBefore;
    this.pauseMs = wasUseful ? PAUSE_MS : Math.min(LONGEST_PAUSE_MS, this.pauseMs * 2);
  }
}

const isHigh = ({ usedBytes, missedBytes, limitBytes }: StoreLevel): boolean =>
  usedBytes + missedBytes > HIGH_SHARE * limitBytes || (missedBytes > 0 && usedBytes > SPREAD_SHARE * limitBytes);

/** So much that what did not fit would fit now, and the store is well below its mark. */
export function bytesToSpill({ usedBytes, missedBytes, limitBytes }: StoreLevel): number {
  const most = missedBytes === 0 ? LOW_SHARE * limitBytes : Math.min(LOW_SHARE * limitBytes - missedBytes, Math.max(SPREAD_SHARE * limitBytes, usedBytes - STEP_SHARE * limitBytes));
  return Math.min(usedBytes, Math.max(0, Math.ceil(usedBytes - most)));
}

/** Who holds what was used longest ago comes first. */
export function chooseSpillers(answers: ReadonlyMap<ProcessName, Spillable>, neededBytes: number): { readonly process: ProcessName; readonly bytes: number }[] {
  const chosen: { process: ProcessName; bytes: number }[] = [];
  let missing = neededBytes;
  for (const [process, { spillableBytes }] of [...answers].sort(([, a], [, b]) => a.oldestAt - b.oldestAt)) {
    if (missing <= 0) break;
    if (spillableBytes === 0) continue;
    const bytes = Math.min(missing, spillableBytes);
    chosen.push({ process, bytes });
    missing -= bytes;
  }
  return chosen;
}
