/**
 * Looks into the rings of this process: for a while after each record without sleeping, since the next one often comes at
 * once, and then not at all until somebody rings. Owns: whether this process spins.
 *
 * P1. No more processes spin than there are cores: each that does has a slot.
 * P2. A process that spun in vain several times spins only now and then.
 * P3. The event loop turns every 20 microseconds at the latest while it spins.
 */
import { setImmediate } from "node:timers";
import type { SpinSlots } from "./spin-slots.ts";

const SPIN_MS = 0.1;
const SLICE_MS = 0.02;
const MISSES = 8;
const TRY_AGAIN_EVERY = 16;

export interface PolledRing {
  /** Hands on what is there; gives the number of frames. */
  poll(): number;
  /** False: something came meanwhile. */
  park(): boolean;
  wake(): void;
}

export class RingPoller {
  private readonly slots: SpinSlots;
  private readonly rings = new Set<PolledRing>();
  private isAwake = false;
  private hasSlot = false;
  private lastAt = 0;
  private misses = 0;

  constructor(slots: SpinSlots) {
    this.slots = slots;
  }

  add(ring: PolledRing): void {
    this.rings.add(ring);
    this.wake();
  }

  remove(ring: PolledRing): void {
    this.rings.delete(ring);
  }

  /** Something was sent, so that an answer may come soon, or somebody rang. */
  wake(): void {
    if (this.rings.size === 0) return;
    this.lastAt = performance.now();
    if (this.isAwake) return;
    this.isAwake = true;
    for (const ring of this.rings) ring.wake();
    setImmediate(this.turn);
  }

  private readonly turn = (): void => {
    const began = performance.now();
    for (let now = began; ; now = performance.now()) {
      if (this.poll() > 0) {
        this.lastAt = performance.now();
        this.misses = 0;
        break; // what waits for these runs first
      }
      if (now - this.lastAt > this.patience()) {
        if (this.park()) return;
        break;
      }
      if (now - began > SLICE_MS) break; // P3
    }
    setImmediate(this.turn);
  };

  private poll(): number {
    let frames = 0;
    for (const ring of this.rings) frames += ring.poll();
    return frames;
  }

  /** P1, P2. */
  private patience(): number {
    if (this.misses > MISSES && this.misses % TRY_AGAIN_EVERY !== 0) return 0;
    this.hasSlot ||= this.slots.claim();
    return this.hasSlot ? SPIN_MS : 0;
  }

  /** True: sleeps from here on. */
  private park(): boolean {
    this.misses++;
    if (this.hasSlot) this.slots.release();
    this.hasSlot = false;
    let isEmpty = true;
    for (const ring of this.rings) if (!ring.park()) isEmpty = false;
    if (isEmpty) this.isAwake = false;
    return isEmpty;
  }
}
