/**
 * How much shared memory this process may hold, for all its arenas together. Owns: the grant that is in force, how much was stored so
 * far, and the size of the largest object that did not fit since somebody asked. The head gives grants so that their sum is the store's size.
 */

/** What holds shared memory under the grant. */
export interface GrantHolder {
  /** Real memory, used or warm. */
  readonly heldBytes: number;
  /** Gives back what no block is in. True when there was some. */
  removeEmpty(): boolean;
}

export class MemoryGrant {
  readonly #holders = new Set<GrantHolder>();
  readonly #onMissed: () => void;
  #bytes: number;
  #missedBytes = 0;
  /** Of all blocks written so far, wherever they went. */
  storedBytes = 0;

  /** `onMissed`: something did not fit and goes to disk. */
  constructor(bytes: number, onMissed: () => void = () => undefined) {
    this.#bytes = bytes;
    this.#onMissed = onMissed;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get heldBytes(): number {
    let held = 0;
    for (const holder of this.#holders) held += holder.heldBytes;
    return held;
  }

  get roomBytes(): number {
    return this.#bytes - this.heldBytes;
  }

  join(holder: GrantHolder): void {
    this.#holders.add(holder);
  }

  leave(holder: GrantHolder): void {
    this.#holders.delete(holder);
  }

  set(bytes: number): void {
    this.#bytes = bytes;
    if (this.heldBytes > bytes) this.removeEmpty();
  }

  removeEmpty(): boolean {
    let isAny = false;
    for (const holder of this.#holders) isAny = holder.removeEmpty() || isAny;
    return isAny;
  }

  missed(sizeBytes: number): void {
    this.#missedBytes = Math.max(this.#missedBytes, sizeBytes);
    this.#onMissed();
  }

  /** The largest one that did not fit since the last time. */
  takeMissed(): number {
    const missed = this.#missedBytes;
    this.#missedBytes = 0;
    return missed;
  }
}
