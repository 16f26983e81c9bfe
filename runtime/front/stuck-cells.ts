/**
 * What is done about a cell that an interrupt does not stop: native code, or a package's loop after an `await`. A second
 * interrupt offers to restart the session, and says what that costs; the cell has a while to end by itself, or until the third.
 */
import type { Clock } from "./clock.ts";
import type { RunningCell } from "./running-cell.ts";

/** An interrupt may take so long. */
const STUCK_AFTER_MS = 200;
const RESTART_AFTER_MS = 3000;
/** Of variables that are lost. */
const NAMED = 8;

export interface StuckCellsOptions {
  readonly clock: Clock;
  /** Shown in the cell. */
  readonly tell: (text: string, cell: number) => void;
  readonly restart: () => void;
  /** The session's variables. */
  readonly names: () => readonly string[];
}

export class StuckCells {
  readonly #options: StuckCellsOptions;
  readonly #interruptedAt = new WeakMap<RunningCell, number>();
  /** Those that the restart is about. */
  #stuck: readonly RunningCell[] = [];
  #cancelRestart: (() => void) | undefined;

  constructor(options: StuckCellsOptions) {
    this.#options = options;
  }

  /** An interrupt was asked for while these cells ran. */
  interrupted(cells: readonly RunningCell[]): void {
    const { clock, restart } = this.#options;
    const now = clock.now();
    const stuck = cells.filter((cell) => now - (this.#interruptedAt.get(cell) ?? now) >= STUCK_AFTER_MS);
    for (const cell of cells) if (!this.#interruptedAt.has(cell)) this.#interruptedAt.set(cell, now);
    if (stuck.length === 0) return;
    if (this.#cancelRestart !== undefined) return restart();
    this.#stuck = stuck;
    for (const cell of stuck) this.#offer(cell);
    this.#cancelRestart = clock.after(RESTART_AFTER_MS, restart);
  }

  /** A cell has ended, well or badly. */
  ended(): void {
    if (!this.#stuck.every(({ isSettled }) => isSettled)) return;
    this.#cancelRestart?.();
    this.#cancelRestart = undefined;
  }

  #offer({ name, id }: RunningCell): void {
    const names = this.#options.names();
    this.#options.tell(
      `${name} has not stopped: it is in native code, or in a package's loop after an await, which no interrupt reaches. ` +
      `The session is restarted in ${RESTART_AFTER_MS / 1000} s unless the cell ends before; interrupt once more to restart it now. ${lossOf(names)}\n`,
      id,
    );
  }
}

export function lossOf(names: readonly string[]): string {
  if (names.length === 0) return "No variables are lost; the cluster and its actors are kept.";
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : "";
  return `Lost with it: ${names.slice(-NAMED).join(", ")}${more}. The cluster and its detached actors are kept.`;
}
