/** The cells of a front that run: one in each lane at the most. */
import type { RunningCell } from "./running-cell.ts";

export class RunningCells {
  readonly #byLane = new Map<string | undefined, RunningCell>();

  get all(): readonly RunningCell[] {
    return [...this.#byLane.values()];
  }

  /** The one that runs in a lane; in the main one without a name. */
  in(lane?: string): RunningCell | undefined {
    return this.#byLane.get(lane);
  }

  of(id: number): RunningCell | undefined {
    return this.all.find((cell) => cell.id === id);
  }

  begin(cell: RunningCell, lane: string | undefined): void {
    const other = this.#byLane.get(lane);
    if (other !== undefined) throw new Error(`Cannot run ${cell.name}: ${other.name} is still running. Cells run one at a time: wait for its result or interrupt it.`);
    this.#byLane.set(lane, cell);
  }

  end(lane: string | undefined): void {
    this.#byLane.delete(lane);
  }
}
