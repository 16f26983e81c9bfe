/**
 * What an actor's process says of itself while somebody looks at the actor: how many calls, what runs, its memory, its fields.
 * Nothing while nobody looks.
 *
 * B1. Nothing is said while nothing changed; of memory a mebibyte is a change.
 * B2. Looking takes no more than a twentieth of the time: fields that are many are looked at more seldom.
 * B3. A call that may be long is told of before it starts: while it is in a loop nothing can be said.
 */
import { setTimeout, clearTimeout } from "node:timers";
import type { ActorPulseRow, FieldRow } from "../engine/events.ts";
import { fieldRows } from "../serialize/field-rows.ts";

export type Counts = Pick<ActorPulseRow, "calls" | "failed" | "running" | "waiting" | "current" | "currentSince">;

export interface ActorPulseParts {
  /** Undefined: the constructor is not through. */
  readonly instance: () => object | undefined;
  readonly counts: () => Counts;
  readonly say: (pulse: Omit<ActorPulseRow, "type" | "actor" | "worker" | "pid">) => void;
}

const SHARE = 20;
const MEMORY_STEP_BYTES = 1 << 20;

export class ActorPulse {
  private readonly parts: ActorPulseParts;
  private everyMs = 0;
  private timer: NodeJS.Timeout | undefined;
  private said = "";
  private saidFields = "";
  private saidMemory = 0;

  constructor(parts: ActorPulseParts) {
    this.parts = parts;
  }

  /** 0: nobody looks any more. */
  observe(everyMs: number): void {
    this.everyMs = everyMs;
    clearTimeout(this.timer);
    this.timer = undefined;
    // whoever begins to look knows nothing yet
    this.said = this.saidFields = "";
    if (everyMs > 0) this.beat();
  }

  /** B3. It counts as running already, but is not among those that can be asked for. */
  beforeLong(name: string): void {
    if (this.everyMs > 0) this.tell({ current: name, currentSince: Date.now(), ...this.parts.counts() }, undefined);
  }

  private beat(): void {
    const began = performance.now();
    const instance = this.parts.instance();
    this.tell(this.parts.counts(), instance && fieldRows(instance));
    const lasted = performance.now() - began;
    this.timer = setTimeout(() => this.beat(), Math.max(this.everyMs, lasted * SHARE)); // B2
    this.timer.unref();
  }

  private tell(counts: Counts, fields: readonly FieldRow[] | undefined): void {
    const text = JSON.stringify(counts);
    const fieldsText = fields === undefined ? this.saidFields : JSON.stringify(fields);
    const memoryBytes = process.memoryUsage.rss();
    if (text === this.said && fieldsText === this.saidFields && Math.abs(memoryBytes - this.saidMemory) < MEMORY_STEP_BYTES) return; // B1
    const isNewFields = fieldsText !== this.saidFields;
    this.said = text;
    this.saidFields = fieldsText;
    this.saidMemory = memoryBytes;
    this.parts.say({ ...counts, memoryBytes, ...(isNewFields && fields !== undefined ? { fields } : {}), at: Date.now() });
  }
}
