/** Which processes of a cluster spin, in memory that all of them have mapped: one word for each core, with a pid or 0. */
const LOOK_AGAIN_MS = 1000;

export class SpinSlots {
  private readonly words: Int32Array;
  private readonly isAlive: (pid: number) => boolean;
  private slot = -1;
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(memory: ArrayBuffer, cores: number, isAlive: (pid: number) => boolean) {
    this.words = new Int32Array(memory, 0, cores);
    this.isAlive = isAlive;
  }

  /** False: as many spin as there are cores. */
  claim(): boolean {
    for (let slot = 0; slot < this.words.length; slot++) {
      if (Atomics.compareExchange(this.words, slot, 0, process.pid) !== 0) continue;
      this.slot = slot;
      return true;
    }
    this.clearDead();
    return false;
  }

  release(): void {
    if (this.slot >= 0) Atomics.compareExchange(this.words, this.slot, process.pid, 0);
    this.slot = -1;
  }

  /** A process that was killed while it spun keeps its slot. */
  private clearDead(): void {
    const now = performance.now();
    if (now - this.lookedAt < LOOK_AGAIN_MS) return;
    this.lookedAt = now;
    for (let slot = 0; slot < this.words.length; slot++) {
      const pid = Atomics.load(this.words, slot);
      if (pid !== 0 && !this.isAlive(pid)) Atomics.compareExchange(this.words, slot, pid, 0);
    }
  }
}
