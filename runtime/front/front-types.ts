/** Types in a front: which mode holds, the check of each cell beside its run, where its errors go, and who is asked for names. */
import { diagnosticsHtml, diagnosticsSummary, diagnosticsText } from "../check/format-diagnostics.ts";
import type { TypeCheckMode, TypeDiagnostic } from "../check/type-diagnostic.ts";
import type { OutputError } from "../session/output.ts";
import { CellTypes, TYPES_AFTER_END_MS } from "./cell-types.ts";
import { systemClock } from "./clock.ts";
import type { CellResult, FrontOutput } from "./front.ts";
import type { ReadRequest } from "./front-magics.ts";
import { TypeChecker } from "./type-checker.ts";

export interface FrontTypesOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly mode: TypeCheckMode;
  readonly isPage: boolean;
  readonly onOutput: (output: FrontOutput, cell: number) => void;
}

/** Sums and the like: nothing that types could say anything of, and nobody waits for a calculator. */
const ONLY_NUMBERS = /^[\d\s.+\-*/%()]*$/;

export class FrontTypes {
  readonly checker: TypeChecker;
  readonly #options: FrontTypesOptions;
  #mode: TypeCheckMode;
  #notes = "";
  /** Checks end in their order, so the last one stands for all. */
  #checked: Promise<unknown> = Promise.resolve();
  /** Of the cells that run. */
  readonly #shown = new Map<number, CellTypes>();

  constructor(options: FrontTypesOptions) {
    this.#options = options;
    this.#mode = options.mode;
    this.checker = new TypeChecker({ folder: options.folder, env: options.env, onNote: (text) => { this.#notes += `ray-ts: ${text}\n`; } });
  }

  /** Where a cell may have to wait for its types the checker is to be there by then. */
  start(): void {
    if (this.#mode === "error") this.checker.start();
  }

  /** Which mode holds, from now on `mode` where that is given. */
  setMode(mode: TypeCheckMode | undefined): TypeCheckMode {
    this.#mode = mode ?? this.#mode;
    this.start();
    return this.#mode;
  }

  /**
   * The cell is about to run: starts its check. With `error` resolves when it is known to be right, or to why it must not run. Else
   * it resolves at once.
   */
  async begin({ name, code, written, silent = false, checksTypes = !silent }: ReadRequest, cell: number): Promise<OutputError | undefined> {
    if (ONLY_NUMBERS.test(code)) return undefined;
    const mode = checksTypes ? this.#mode : "off";
    if (mode === "error") this.checker.start();
    const checked = this.checker.check({ name, code, reports: mode !== "off", onlyRunsRight: mode === "error" });
    this.#checked = checked;
    if (mode === "error") return refusal(name, written, (await checked) ?? []);
    this.#shown.set(cell, new CellTypes(checked, systemClock, (found) => this.#show(name, written, found, cell)));
    return undefined;
  }

  /** The cell has ended; resolves when what is wrong with its types has been put out, or is too late for its end. */
  async ended(result: CellResult, cell: number): Promise<void> {
    const waits = this.#mode === "warn" && this.checker.isReady;
    await this.#shown.get(cell)?.ended(result.error, waits ? TYPES_AFTER_END_MS : 0);
    this.#shown.delete(cell);
    if (this.#mode === "warn") this.checker.start();
    if (this.#notes !== "") this.#options.onOutput({ type: "stream", name: "stderr", text: this.#notes }, cell);
    this.#notes = "";
  }

  /** Resolves when every cell so far has been looked at, or never will be. */
  async settled(): Promise<void> {
    if (this.#mode !== "off") await this.#checked;
  }

  #show(name: string, code: string, found: readonly TypeDiagnostic[], cell: number): void {
    const text = diagnosticsText(name, code, found);
    if (!this.#options.isPage) return this.#options.onOutput({ type: "stream", name: "stderr", text }, cell);
    const data = { "text/plain": text.trimEnd(), "text/html": diagnosticsHtml(name, code, found) };
    this.#options.onOutput({ type: "display", data, metadata: {}, update: false }, cell);
  }
}

/** Hints keep no cell from running. */
function refusal(name: string, code: string, found: readonly TypeDiagnostic[]): OutputError | undefined {
  const errors = found.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return undefined;
  return { ename: "TypeCheckError", evalue: diagnosticsSummary(name, errors), traceback: diagnosticsText(name, code, errors).trimEnd().split("\n") };
}
