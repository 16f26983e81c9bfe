/**
 * Runs one notebook in a front of its own: a fresh session whose folder is the notebook's, every code cell in order, and a
 * verdict for each. A difference in output does not stop the notebook; an error, a time limit or a dead session does.
 */
import { realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, resolve } from "node:path";
import { performance } from "node:perf_hooks";
import type { Front, FrontOptions } from "../../runtime/front/front.ts";
import { CellOutputs } from "./cell-outputs.ts";
import { compareOutputs, isSameAsStored } from "./compare.ts";
import { executeWithin, type Execution } from "./execute-within.ts";
import { descendantsOf, endAll, stillAlive, type ProcessInfo } from "./leftovers.ts";
import { joinLines, type Cell, type Notebook, type NotebookFile, type NotebookOutput } from "../notebook/notebook.ts";
import type { CellReport, NotebookReport, Verdict } from "./report.ts";
import { defaultRules, notebookRules, type Place, type Rule } from "./sanitize.ts";
import { rulesOf } from "../notebook/tags.ts";

export interface RunOptions {
  readonly createFront: (options: FrontOptions) => Front;
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
const SETTLE_MS = 2000;
/** How long processes may take to end after the front has closed. */
const LEFTOVER_GRACE_MS = 3000;

/** A code cell that has run, before its outputs were judged. */
interface Ran {
  readonly outcome: Execution;
  /** The front's number of the cell. */
  readonly cell: number;
  readonly executionCount: number;
}

export async function runNotebook(file: NotebookFile, options: RunOptions): Promise<NotebookRun> {
  const startMs = performance.now();
  const codeCells = file.notebook.cells.filter((cell) => cell.cell_type === "code" && joinLines(cell.source).trim() !== "");
  const folder = dirname(resolve(file.path));
  const rules = [...notebookRules(file.notebook.metadata), ...defaultRules(placesFor(folder))];
  codeCells.forEach(rulesOf); // a wrong tag is said before anything runs

  const outputs = new CellOutputs();
  let changed = () => {};
  const front = options.createFront({
    folder,
    onOutput: (output, cell) => {
      outputs.add(output, cell);
      changed();
    },
  });
  const ran = new Map<Cell, Ran>();
  let problem: NotebookReport["problem"];
  let seen: readonly ProcessInfo[] = [];
  let ofSession: readonly ProcessInfo[] = [];
  try {
    await front.start();
    await runCells(codeCells, front, outputs, ran, options);
    const differs = () => codeCells.some((cell) => hasLiveView(outputsOf(cell)) && compareOutputs(cell.outputs ?? [], outputsOf(cell), rules) !== undefined);
    await settle(differs, (listener) => (changed = listener));
    seen = descendantsOf(process.pid);
    ofSession = front.sessionPid === undefined ? [] : descendantsOf(front.sessionPid);
  } catch (error) {
    problem = { kind: "start", lines: ["the session did not run: " + ((error as Error).message ?? String(error))] };
  } finally {
    await front.close({ keepCluster: false });
  }
  const left = await stillAlive(ofSession, LEFTOVER_GRACE_MS);
  if (left.length > 0) problem ??= { kind: "leftover", lines: leftoverLines(left) };
  await endAll(left);

  function outputsOf(cell: Cell): NotebookOutput[] {
    const run = ran.get(cell);
    return run === undefined ? [] : outputs.of(run.cell, run.executionCount);
  }
  const updated = options.update && problem === undefined ? updateNotebook(file.notebook, ran, outputsOf, rules) : undefined;
  const stored = updated === undefined ? outputsStoredIn : outputsOf;
  const cells = reportCells(file, codeCells, ran, (cell) => verdictOf(cell, ran.get(cell), stored(cell), outputsOf(cell), rules));
  const report = { path: file.path, durationMs: performance.now() - startMs, cells, updated: updated !== undefined, ...(problem && { problem }) };
  return { report, updated, seen };
}

export const leftoverLines = (left: readonly ProcessInfo[]): string[] => [
  `left ${left.length} process${left.length === 1 ? "" : "es"} behind:`,
  ...left.map(({ pid, command }) => `  pid ${pid}  ${command.slice(0, 200)}`),
];

async function runCells(cells: readonly Cell[], front: Front, outputs: CellOutputs, ran: Map<Cell, Ran>, options: RunOptions): Promise<void> {
  let executionCount = 0;
  for (const [index, cell] of cells.entries()) {
    const { isSkipped, mustRaise, timeoutMs } = rulesOf(cell);
    if (isSkipped) continue;
    options.onCell?.(index + 1, firstLineOf(cell));
    executionCount++;
    let number = -1;
    const request = { code: joinLines(cell.source), name: `In[${executionCount}]` };
    const outcome = await executeWithin(front, request, timeoutMs ?? options.timeoutMs, (started) => (number = started));
    if (outcome.result?.error) outputs.addError(outcome.result.error, number);
    ran.set(cell, { outcome, cell: number, executionCount });
    const raised = outcome.result?.status !== "ok";
    if (outcome.timedOut || outcome.result?.sessionDied || (raised && !mustRaise)) return;
  }
}

/** Live views go on changing after their cell's end: waits until they are as stored, or for `SETTLE_MS`. */
async function settle(differs: () => boolean, onChange: (listener: () => void) => void): Promise<void> {
  if (!differs()) return;
  await new Promise<void>((done) => {
    const timer = setTimeout(done, SETTLE_MS);
    onChange(() => {
      if (differs()) return;
      clearTimeout(timer);
      done();
    });
  });
  onChange(() => {});
}

const hasLiveView = (outputs: readonly NotebookOutput[]): boolean =>
  outputs.some((output) => "data" in output && Object.keys(output.data).some((type) => type.startsWith("application/vnd.ray-ts.view")));

const outputsStoredIn = (cell: Cell): readonly NotebookOutput[] => cell.outputs ?? [];

function verdictOf(cell: Cell, run: Ran | undefined, stored: readonly NotebookOutput[], now: readonly NotebookOutput[], rules: readonly Rule[]): Verdict | undefined {
  const { isSkipped, mustRaise, comparesOutput } = rulesOf(cell);
  if (isSkipped) return { status: "skipped", reason: "tagged so" };
  if (run === undefined) return undefined;
  const { timedOut, killed, timeoutMs, result } = run.outcome;
  if (timedOut) {
    const how = killed ? "the interrupt did not stop it, so its session was killed" : "it was interrupted";
    return { status: "timed-out", title: `ran longer than ${timeoutMs} ms`, lines: [how] };
  }
  if (result?.error && !mustRaise) {
    return { status: "failed", title: `${result.error.ename}: ${firstLine(result.error.evalue)}`, lines: result.error.traceback };
  }
  if (result?.sessionDied) return { status: "failed", title: "the session died in this cell", lines: [] };
  if (mustRaise && result?.status === "ok") return { status: "failed", title: "did not fail, though it is tagged raises-exception", lines: [] };
  const difference = comparesOutput ? compareOutputs(stored, now, rules) : undefined;
  return difference === undefined ? { status: "passed" } : { status: "failed", title: "output differs from the stored one", lines: difference };
}

function reportCells(file: NotebookFile, cells: readonly Cell[], ran: ReadonlyMap<Cell, Ran>, judge: (cell: Cell) => Verdict | undefined): CellReport[] {
  let stoppedBy: number | undefined;
  return cells.map((cell, index) => {
    const number = index + 1;
    const reason = stoppedBy === undefined ? "the session did not get there" : `cell ${stoppedBy} stopped the notebook`;
    const verdict = judge(cell) ?? { status: "not-run", reason };
    const run = ran.get(cell);
    if (run) stoppedBy = number; // the last one that ran is what the others wait for
    return { number, firstLine: firstLineOf(cell), fileLine: file.cellLines[file.notebook.cells.indexOf(cell)], durationMs: run?.outcome.durationMs ?? 0, verdict };
  });
}

/** Undefined when every cell that ran has the outputs that are stored. */
function updateNotebook(
  notebook: Notebook,
  ran: ReadonlyMap<Cell, Ran>,
  outputsOf: (cell: Cell) => NotebookOutput[],
  rules: readonly Rule[],
): Notebook | undefined {
  let isChanged = false;
  const cells = notebook.cells.map((cell) => {
    const run = ran.get(cell);
    // an error that nobody asked for is no output to keep
    if (run === undefined || run.outcome.timedOut || (run.outcome.result?.error && !rulesOf(cell).mustRaise)) return cell;
    const now = outputsOf(cell);
    if (isSameAsStored(cell.outputs ?? [], now, rules) && cell.execution_count === run.executionCount) return cell;
    isChanged = true;
    return { ...cell, execution_count: run.executionCount, outputs: now };
  });
  return isChanged ? { ...notebook, cells } : undefined;
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
    [realpathSync(path), name],
  ]);
}

const firstLine = (text: string): string => text.split("\n", 1)[0] ?? "";
const firstLineOf = (cell: Cell): string => firstLine(joinLines(cell.source).trimStart()).trimEnd();
