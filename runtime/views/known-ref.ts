/** What there is to know of a ref. */
import type { ObjectRow, TaskRow } from "../engine/events.ts";

/** Those that are over first. */
export const REF_STATES = ["ready", "error", "lost", "freed", "running", "waiting"] as const;
export type RefState = (typeof REF_STATES)[number];
export type RefCounts = Readonly<Record<RefState, number>>;

export interface RefModel {
  readonly ref: string;
  readonly state: RefState;
  readonly object: ObjectRow | undefined;
  readonly task: TaskRow | undefined;
  readonly error: string | undefined;
}

/** A model and the rows that it was made from. */
export interface KnownRef extends Told {
  readonly model: RefModel;
}

export interface Told {
  readonly object: ObjectRow | undefined;
  /** By its owner. */
  readonly task: TaskRow | undefined;
  /** By the worker, as long as the owner is too busy to tell. */
  readonly run: TaskRow | undefined;
}
