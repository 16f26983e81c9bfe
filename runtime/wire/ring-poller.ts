/**
 * Looks into the rings of this process: for a while after each record without sleeping, since the next one often comes at
 * once, and then not at all until somebody rings. Owns: whether this process spins.
 *
 * P1. No more processes spin than there are cores: each that does has a slot.
 * P2. How long it spins is learnt from what became of it (spin-patience.ts).
 * P3. The event loop turns every 20 microseconds at the latest while it spins, and whoever else wants the core may have it:
 *     the peer that was just woken is often put on the core of who woke it.
 */
import { setImmediate } from "node:timers";
import { SpinPatience } from "./spin-patience.ts";
import type { SpinSlots } from "./spin-slots.ts";

const SLICE_MS = 0.02;
/** Looks between two at the clock. */
const LOOKS = 48;
/** A core that was given away for longer was used by somebody; for much longer, it is wanted by others than a peer. */
const SHARED_MS = 0.003;
const GIVEN_AWAY_MS = 0.1;

export interface PolledRing {
  /** Hands on what is there; gives the number of frames. */
  poll(): number;
  /** False: something came meanwhile. */
  park(): boolean;
  wake(): void;
}

/** The core that the main thread of this process runs on. */
export interface Core {
  /** Lets another process that waits for it run; half a microsecond when there is none. */
  yield(): void;
  /** Goes to another one, if it may. */
  leave(): void;
}

export class RingPoller {
  private readonly slots: SpinSlots;
  private readonly core: Core;
  private readonly now: () => number;
  private readonly rings = new Set<PolledRing>();
  /** The same: a list is quicker to go through. */
  private list: readonly PolledRing[] = [];
  private isAwake = false;
  private hasSlot = false;
  private lastAt = 0;
  private parkedAt = 0;
  private readonly patience = new SpinPatience();

  constructor(slots: SpinSlots, core: Core, now: () => number = () => performance.now()) {
    this.slots = slots;
    this.core = core;
    this.now = now;
  }

  add(ring: PolledRing): void {
    this.rings.add(ring);
    this.list = [...this.rings];
    this.wake();
  }

  remove(ring: PolledRing): void {
    this.rings.delete(ring);
    this.list = [...this.rings];
  }

  /** Somebody rang. */
  woken(): void {
    if (!this.isAwake) this.patience.wokenAfter(this.now() - this.parkedAt);
    this.wake();
  }

  /** Something was sent, so that an answer may come soon, or there is something to read. */
  wake(): void {
    if (this.list.length === 0) return;
    this.lastAt = this.now();
    if (this.isAwake) return;
    this.isAwake = true;
    for (const ring of this.list) ring.wake();
    setImmediate(this.turn);
  }

  private readonly turn = (): void => {
    const began = this.now();
    let now = began;
    let wasGivenAway = false;
    for (;;) {
      if (this.look()) {
        this.lastAt = this.now();
        this.patience.found();
        break; // what waits for these runs first
      }
      if (wasGivenAway) this.patience.disturbed(now);
      if (now - this.lastAt > this.spinMs(now)) {
        if (this.park(now)) return;
        break;
      }
      if (now - began > SLICE_MS) break; // P3
      const before = now;
      this.core.yield();
      now = this.now();
      if (this.patience.isCrowded(now - before > SHARED_MS, now)) this.core.leave();
      wasGivenAway = now - before > GIVEN_AWAY_MS;
    }
    setImmediate(this.turn);
  };

  private look(): boolean {
    for (let i = 0; i < LOOKS; i++) if (this.poll() > 0) return true;
    return false;
  }

  private poll(): number {
    let frames = 0;
    const { list } = this;
    for (let i = 0; i < list.length; i++) frames += (list[i] as PolledRing).poll();
    return frames;
  }

  /** P1, P2. */
  private spinMs(now: number): number {
    const ms = this.patience.ms(now);
    if (ms === 0) return 0;
    this.hasSlot ||= this.slots.claim();
    return this.hasSlot ? ms : 0;
  }

  /** True: sleeps from here on. */
  private park(now: number): boolean {
    this.parkedAt = now;
    if (this.hasSlot) this.slots.release();
    this.hasSlot = false;
    let isEmpty = true;
    for (const ring of this.list) if (!ring.park()) isEmpty = false;
    if (isEmpty) this.isAwake = false;
    return isEmpty;
  }
}
