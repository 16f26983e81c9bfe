/** The shown names of cells, by which workers and views name them, and the front's numbers of them. */

/** Older cells than these are forgotten. */
const REMEMBERED = 10_000;

export class CellNames {
  readonly #cells = new Map<string, number>();

  /** A cell that runs again has its latest number. */
  remember({ name, id }: { readonly name: string; readonly id: number }): void {
    this.#cells.delete(name);
    this.#cells.set(name, id);
    const oldest = this.#cells.keys().next();
    if (this.#cells.size > REMEMBERED && !oldest.done) this.#cells.delete(oldest.value);
  }

  numberOf(name: string): number | undefined {
    return this.#cells.get(name);
  }

  nameOf(cell: number): string {
    for (const [name, id] of this.#cells) if (id === cell) return name;
    return "In[*]";
  }
}
