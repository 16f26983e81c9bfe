/**
 * Which worker ends when memory runs out. Pure.
 *
 * V1. First what nobody misses: a worker without work and without objects, if it holds much.
 * V2. Then work that can be done again, before work that cannot.
 * V3. Of these the newest: least is lost, and what began first comes to its end.
 */
import type { ProcessName } from "../../ids.ts";

export interface Candidate {
  readonly worker: ProcessName;
  readonly pid: number;
  readonly work: "nothing" | "task" | "actor";
  /** What it does, as people say it: `task train`, `actor Trainer`. */
  readonly label: string;
  /** A task with retries, an actor with restarts left. */
  readonly isRetriable: boolean;
  /** Since when it does it, milliseconds since the epoch. */
  readonly since: number;
  readonly bytes: number | undefined;
  /** Who is told. */
  readonly job?: string;
  readonly origin?: string;
}

/** A fresh worker holds a quarter of this: to end it would help nobody. */
export const MUCH_BYTES = 256 * 2 ** 20;

export function chooseVictim(candidates: readonly Candidate[]): Candidate | undefined {
  return candidates.filter((candidate) => candidate.work !== "nothing" || (candidate.bytes ?? 0) >= MUCH_BYTES).sort(isBefore)[0];
}

function isBefore(a: Candidate, b: Candidate): number {
  return rank(a) - rank(b) || b.since - a.since || (b.bytes ?? 0) - (a.bytes ?? 0) || (a.worker < b.worker ? -1 : 1);
}

function rank({ work, isRetriable }: Candidate): number {
  if (work === "nothing") return 0;
  return isRetriable ? 1 : 2;
}
