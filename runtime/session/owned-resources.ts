/** What one execution made that an interrupt of it ends: timers and servers. Holds nothing alive that is over by itself. */

export interface OwnedResource {
  stop(): void;
  isOver(): boolean;
}

export class OwnedResources {
  readonly #live = new Set<OwnedResource>();
  #sweepAt = 1024;

  add(resource: OwnedResource): void {
    this.#live.add(resource);
    if (this.#live.size < this.#sweepAt) return;
    for (const other of this.#live) if (other.isOver()) this.#live.delete(other);
    this.#sweepAt = Math.max(1024, 2 * this.#live.size);
  }

  stopAll(): void {
    for (const resource of this.#live) resource.stop();
    this.#live.clear();
  }
}
