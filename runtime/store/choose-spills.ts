/** Which objects of a process move to disk when the store is full: those that were used longest ago. Pure. */
import type { ObjectId } from "../ids.ts";

export interface SpillCandidate {
  readonly id: ObjectId;
  readonly sizeBytes: number;
  /** When it was stored, read or sent last, in ms since the epoch. */
  readonly usedAt: number;
  /** Nobody in this process reads it or has just sent it. */
  readonly isMovable: boolean;
  /** Other processes hold it: they may read it. */
  readonly hasBorrowers: boolean;
}

export interface ChosenSpills {
  /** These move. */
  readonly now: readonly ObjectId[];
  /** These move when who holds them says that it does not read them. */
  readonly ask: readonly ObjectId[];
}

/** Enough of them for so many bytes, or all there are. */
export function chooseSpills(candidates: readonly SpillCandidate[], bytes: number): ChosenSpills {
  const now: ObjectId[] = [];
  const ask: ObjectId[] = [];
  let missing = bytes;
  for (const { id, sizeBytes, hasBorrowers } of candidates.filter(({ isMovable }) => isMovable).sort((a, b) => a.usedAt - b.usedAt)) {
    if (missing <= 0) break;
    (hasBorrowers ? ask : now).push(id);
    missing -= sizeBytes;
  }
  return { now, ask };
}
