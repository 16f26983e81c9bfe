/**
 * Numbers of modules for cells. TypeScript knows a fixed set of files from the start, empty ones, and a cell fills one: a file more
 * would make the whole program be looked up again. When none is free, those of cells that no name leads to any more are used again. Pure.
 */

export class Slots {
  readonly #taken = new Map<number, string>();
  #count: number;
  #next = 1;
  #free: number[] = [];

  constructor(count: number) {
    this.#count = count;
  }

  /** How many there are; the files of 1 to this number exist. */
  get count(): number {
    return this.#count;
  }

  /** The next free one; undefined when all are taken. */
  take(cell: string): number | undefined {
    const slot = this.#free.pop() ?? (this.#next <= this.#count ? this.#next++ : undefined);
    if (slot !== undefined) this.#taken.set(slot, cell);
    return slot;
  }

  cellOf(slot: number): string | undefined {
    return this.#taken.get(slot);
  }

  /** Gives back all but these. */
  keepOnly(kept: (slot: number) => boolean): readonly number[] {
    const given = [...this.#taken.keys()].filter((slot) => !kept(slot));
    for (const slot of given) this.#taken.delete(slot);
    this.#free.push(...given);
    return given;
  }

  grow(by: number): void {
    this.#count += by;
  }
}
