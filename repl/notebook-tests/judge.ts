/** Turns a notebook that has run into verdicts, and into the notebook that `--update` writes. */
import { joinLines, type Cell, type Notebook, type NotebookFile, type NotebookOutput } from "../notebook/notebook.ts";
import { rulesOf } from "../notebook/tags.ts";
import { compareOutputs, isSameAsStored } from "./compare.ts";
import type { Execution } from "./execute-within.ts";
import type { CellReport, Verdict } from "./report.ts";
import type { Rule } from "./sanitize.ts";

/** A code cell that has run. */
export interface RanCell {
  readonly outcome: Execution;
  readonly executionCount: number;
  readonly outputs: readonly NotebookOutput[];
}

/** Cells that did not run are not in it. */
export type RanCells = ReadonlyMap<Cell, RanCell>;

export const isTested = (cell: Cell): boolean => cell.cell_type === "code" && joinLines(cell.source).trim() !== "";

export const firstLineOf = (cell: Cell): string => firstLine(joinLines(cell.source).trimStart()).trimEnd();

/** `stored` tells what a cell's outputs are held against. */
export function judgeCells(file: NotebookFile, ran: RanCells, stored: (cell: Cell) => readonly NotebookOutput[], rules: readonly Rule[]): CellReport[] {
  let last: number | undefined;
  return file.notebook.cells.filter(isTested).map((cell, index) => {
    const run = ran.get(cell);
    const number = index + 1;
    if (run !== undefined) last = number; // the last one that ran is what kept the others from running
    const reason = last === undefined ? "the session did not get there" : `cell ${last} stopped the notebook`;
    const verdict = verdictOf(cell, run, stored(cell), rules) ?? { status: "not-run", reason };
    return { number, firstLine: firstLineOf(cell), fileLine: file.cellLines[file.notebook.cells.indexOf(cell)], durationMs: run?.outcome.durationMs ?? 0, verdict };
  });
}

function verdictOf(cell: Cell, run: RanCell | undefined, stored: readonly NotebookOutput[], rules: readonly Rule[]): Verdict | undefined {
  const { isSkipped, mustRaise, comparesOutput } = rulesOf(cell);
  if (isSkipped) return { status: "skipped", reason: "tagged so" };
  if (run === undefined) return undefined;
  const { timedOut, killed, timeoutMs, result } = run.outcome;
  if (timedOut) {
    const how = killed ? "the interrupt did not stop it, so its session was killed" : "it was interrupted";
    return { status: "timed-out", title: `ran longer than ${timeoutMs} ms`, lines: [how] };
  }
  if (result?.error && (!mustRaise || result.sessionDied)) {
    return { status: "failed", title: `${result.error.ename}: ${firstLine(result.error.evalue)}`, lines: result.error.traceback };
  }
  if (mustRaise && result?.status === "ok") return { status: "failed", title: "did not fail, though it is tagged raises-exception", lines: [] };
  const difference = comparesOutput ? compareOutputs(stored, run.outputs, rules) : undefined;
  return difference === undefined ? { status: "passed" } : { status: "failed", title: "output differs from the stored one", lines: difference };
}

/** The notebook with this run's outputs where they differ; undefined when they nowhere do. */
export function updateNotebook(notebook: Notebook, ran: RanCells, rules: readonly Rule[]): Notebook | undefined {
  let isChanged = false;
  const cells = notebook.cells.map((cell) => {
    const run = ran.get(cell);
    if (run === undefined || !isWorthKeeping(cell, run)) return cell;
    if (isSameAsStored(cell.outputs ?? [], run.outputs, rules) && cell.execution_count === run.executionCount) return cell;
    isChanged = true;
    return { ...cell, execution_count: run.executionCount, outputs: run.outputs };
  });
  return isChanged ? { ...notebook, cells } : undefined;
}

/** An error that nobody asked for is no output to keep. */
function isWorthKeeping(cell: Cell, { outcome }: RanCell): boolean {
  return !outcome.timedOut && (outcome.result?.error === undefined || rulesOf(cell).mustRaise);
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
