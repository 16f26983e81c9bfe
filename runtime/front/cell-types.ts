/**
 * When the type errors of one cell are shown: with its end, so that they stand under what it put out; at once when it goes on for
 * long, or has ended already. Pure but for its promises.
 */
import type { TypeDiagnostic } from "../check/type-diagnostic.ts";
import type { OutputError } from "../session/output.ts";
import { type Clock, elapsed } from "./clock.ts";

/** How long a cell may go on before what is wrong with it is shown above the rest of its output. */
const SHOWN_EARLY_MS = 300;
/** How long a cell's end waits for its types. */
export const TYPES_AFTER_END_MS = 15;

const UNKNOWN_NAMES = new Set(["TS2304", "TS2552"]);

export class CellTypes {
  readonly #show: (diagnostics: readonly TypeDiagnostic[]) => void;
  readonly #clock: Clock;
  readonly #arrived: Promise<void>;
  #found: readonly TypeDiagnostic[] | undefined;
  #hasEnded = false;
  #failed: OutputError | undefined;
  #cancelEarly: (() => void) | undefined;

  constructor(checked: Promise<readonly TypeDiagnostic[] | undefined>, clock: Clock, show: (diagnostics: readonly TypeDiagnostic[]) => void) {
    this.#show = show;
    this.#clock = clock;
    this.#arrived = checked.then((found) => this.#arrive(found ?? []));
  }

  /** The cell has ended, and waits at most `waitMs` for what is still to come. */
  async ended(failed: OutputError | undefined, waitMs: number): Promise<void> {
    this.#failed = failed;
    if (waitMs > 0 && this.#found === undefined) await Promise.race([this.#arrived, elapsed(waitMs, this.#clock)]);
    this.#hasEnded = true;
    this.#showFound();
  }

  #arrive(found: readonly TypeDiagnostic[]): void {
    this.#found = found;
    if (this.#hasEnded) this.#showFound();
    else if (found.length > 0) this.#cancelEarly = this.#clock.after(SHOWN_EARLY_MS, () => this.#showFound());
  }

  #showFound(): void {
    this.#cancelEarly?.();
    const found = this.#found?.filter((each) => !this.#isSaidByTheCell(each));
    this.#found = [];
    if (found !== undefined && found.length > 0) this.#show(found);
  }

  /** `x is not defined` has been said. */
  #isSaidByTheCell({ code, message }: TypeDiagnostic): boolean {
    const name = this.#failed?.ename === "ReferenceError" ? /^(\S+) is not defined$/.exec(this.#failed.evalue)?.[1] : undefined;
    return name !== undefined && UNKNOWN_NAMES.has(code) && message.startsWith(`Cannot find name '${name}'`);
  }
}
