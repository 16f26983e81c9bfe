/**
 * Runs one notebook in a front of its own: a fresh session whose folder is the notebook's, every code cell in order, and a
 * verdict for each. A difference in output does not stop the notebook; an error, a time limit or a dead session does.
 */
import { existsSync, realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { notebookTypeCheck } from "../../runtime/check/notebook-mode.ts";
import type { TypeCheckMode } from "../../runtime/check/type-diagnostic.ts";
import type { Front, FrontOptions } from "../../runtime/front/front.ts";
import { joinLines, type Cell, type Notebook, type NotebookFile } from "../notebook/notebook.ts";
import { rulesOf } from "../notebook/tags.ts";
import { CellOutputs } from "./cell-outputs.ts";
import { compareOutputs } from "./compare.ts";
import { executeWithin, type Execution } from "./execute-within.ts";
import { firstLineOf, isTested, judgeCells, updateNotebook, type RanCell, type RanCells } from "./judge.ts";
import { descendantsOf, endAll, stillAlive, type ProcessInfo } from "./leftovers.ts";
import type { NotebookReport } from "./report.ts";
import { defaultRules, notebookRules, type Place, type Rule } from "./sanitize.ts";

export interface RunOptions {
  readonly createFront: (options: FrontOptions) => Front;
  /** How types are checked where the notebook's metadata say nothing; `only` when it counts whatever they say. */
  readonly typeCheck: { readonly mode: TypeCheckMode; readonly only: boolean };
  /** A cell's limit where its tags say nothing. */
  readonly timeoutMs: number;
  /** Stored outputs become those of this run where they differ. */
  readonly update: boolean;
  /** Called before a cell runs. */
  readonly onCell?: (number: number, firstLine: string) => void;
}

export interface NotebookRun {
  readonly report: NotebookReport;
  /** The notebook with this run's outputs; undefined when nothing is to be written. */
  readonly updated: Notebook | undefined;
  /** Processes of this program seen at the notebook's end: what is left of them in the end is a leak. */
  readonly seen: readonly ProcessInfo[];
}

/** How long live views may still change after the last cell, when they differ from what is stored. */
const SETTLE_MS = 5000;
/** How long processes may take to end after the front has closed. */
const LEFTOVER_GRACE_MS = 3000;

export async function runNotebook(file: NotebookFile, options: RunOptions): Promise<NotebookRun> {
  const startMs = performance.now();
  const folder = dirname(resolve(file.path));
  const rules = [...notebookRules(file.notebook.metadata), ...defaultRules(placesFor(folder))];
  const execution = new NotebookExecution(file.notebook, folder, rules, options);
  const { seen, problem } = await execution.run();
  const ran = execution.ran();
  const updated = options.update && problem === undefined ? updateNotebook(file.notebook, ran, rules) : undefined;
  const stored = new Map((updated ?? file.notebook).cells.map((cell, index) => [file.notebook.cells[index], cell.outputs ?? []]));
  const cells = judgeCells(file, ran, (cell) => stored.get(cell) ?? [], rules);
  const report = { path: file.path, durationMs: performance.now() - startMs, cells, updated: updated !== undefined, ...(problem && { problem }) };
  return { report, updated, seen };
}

export const leftoverLines = (left: readonly ProcessInfo[]): string[] => [
  `left ${left.length} process${left.length === 1 ? "" : "es"} behind:`,
  ...left.map(({ pid, command }) => `  pid ${pid}  ${command.slice(0, 200)}`),
];

/** A cell that has run, and the front's number of it. */
interface Ran {
  readonly outcome: Execution;
  readonly executionCount: number;
  readonly number: number;
}

class NotebookExecution {
  readonly #cells: readonly Cell[];
  readonly #rules: readonly Rule[];
  readonly #options: RunOptions;
  readonly #front: Front;
  readonly #outputs = new CellOutputs();
  readonly #ran = new Map<Cell, Ran>();
  #onOutput = () => {};

  constructor(notebook: Notebook, folder: string, rules: readonly Rule[], options: RunOptions) {
    this.#cells = notebook.cells.filter(isTested);
    this.#cells.forEach(rulesOf); // a wrong tag is said before anything runs
    this.#rules = rules;
    this.#options = options;
    this.#front = options.createFront({
      folder,
      isPage: true,
      typeCheck: options.typeCheck.only ? options.typeCheck.mode : (notebookTypeCheck(notebook.metadata) ?? options.typeCheck.mode),
      onOutput: (output, cell) => {
        this.#outputs.add(output, cell);
        this.#onOutput();
      },
    });
  }

  async run(): Promise<{ seen: readonly ProcessInfo[]; problem: NotebookReport["problem"] }> {
    let problem: NotebookReport["problem"];
    try {
      await this.#front.start();
      await this.#runCells();
      await this.#settle();
    } catch (error) {
      problem = { kind: "start", lines: ["the session did not run: " + (error instanceof Error ? error.message : String(error))] };
    }
    const seen = descendantsOf(process.pid);
    const ofSession = this.#front.sessionPid === undefined ? [] : descendantsOf(this.#front.sessionPid);
    await this.#front.close({ keepCluster: false });
    const left = await stillAlive(ofSession, LEFTOVER_GRACE_MS);
    await endAll(left);
    if (left.length > 0) problem ??= { kind: "leftover", lines: leftoverLines(left) };
    return { seen, problem };
  }

  ran(): RanCells {
    return new Map([...this.#ran].map(([cell, { outcome, executionCount, number }]): [Cell, RanCell] => [cell, { outcome, executionCount, outputs: this.#outputs.of(number, executionCount) }]));
  }

  async #runCells(): Promise<void> {
    let executionCount = 0;
    for (const [index, cell] of this.#cells.entries()) {
      const { isSkipped, mustRaise, timeoutMs } = rulesOf(cell);
      if (isSkipped) continue;
      this.#options.onCell?.(index + 1, firstLineOf(cell));
      executionCount++;
      let number = -1;
      const request = { code: joinLines(cell.source), name: `In[${executionCount}]` };
      const outcome = await executeWithin(this.#front, request, timeoutMs ?? this.#options.timeoutMs, (started) => (number = started));
      if (outcome.result?.error) this.#outputs.addError(outcome.result.error, number);
      this.#ran.set(cell, { outcome, executionCount, number });
      const hasFailed = outcome.result?.status !== "ok" && !mustRaise;
      if (outcome.timedOut || outcome.result?.sessionDied || hasFailed) return;
    }
  }

  /** Live views go on changing after their cell's end: waits until they are as stored, or for `SETTLE_MS`. */
  async #settle(): Promise<void> {
    if (!this.#liveOutputDiffers()) return;
    await new Promise<void>((done) => {
      const timer = setTimeout(done, SETTLE_MS);
      this.#onOutput = () => {
        if (this.#liveOutputDiffers()) return;
        clearTimeout(timer);
        done();
      };
    });
    this.#onOutput = () => {};
  }

  #liveOutputDiffers(): boolean {
    return [...this.#ran].some(([cell, { number, executionCount }]) => {
      if (!this.#outputs.isLive(number) || !rulesOf(cell).comparesOutput) return false;
      return compareOutputs(cell.outputs ?? [], this.#outputs.of(number, executionCount), this.#rules) !== undefined;
    });
  }
}

function placesFor(folder: string): Place[] {
  const places: Place[] = [
    [folder, "<folder>"],
    [tmpdir(), "<tmp>"],
    [homedir(), "<home>"],
  ];
  // a link in a path (macOS: /tmp, /var) shows resolved in some messages
  return places.flatMap(([path, name]): Place[] => [
    [path, name],
    [existsSync(path) ? realpathSync(path) : path, name],
  ]);
}
