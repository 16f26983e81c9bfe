/** `ray-ts test`: finds the notebooks, runs them side by side, writes what was asked for, and gives the exit code. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import pc from "picocolors";
import type { TypeCheckMode } from "../../runtime/check/type-diagnostic.ts";
import { createFront } from "../../runtime/front/create-front.ts";
import { annotationsOf } from "./annotations.ts";
import { NothingFoundError, findNotebooks } from "./find-notebooks.ts";
import { junitXml } from "./junit.ts";
import { endAll, stillAlive, type ProcessInfo } from "./leftovers.ts";
import { NotebookFormatError, parseNotebook, printNotebook, type NotebookFile } from "../notebook/notebook.ts";
import { reportLines, summaryLine } from "./print-report.ts";
import { EXIT_CODES, countsOf, exitCodeOf, type NotebookReport } from "./report.ts";
import { leftoverLines, runNotebook, type RunOptions } from "./run-notebook.ts";
import { SanitizeError } from "./sanitize.ts";
import { TagError } from "../notebook/tags.ts";

export interface TestOptions {
  readonly timeoutMs: number;
  readonly update: boolean;
  readonly junit?: string;
  readonly jobs?: number;
  readonly json: boolean;
  /** For all notebooks, whatever their metadata say; without it a cell with type errors does not run unless they say otherwise. */
  readonly typeCheck?: TypeCheckMode;
}

const paint = { good: pc.green, bad: pc.red, dim: pc.dim, strong: pc.bold };

export async function testNotebooks(paths: readonly string[], options: TestOptions): Promise<number> {
  let files: string[];
  try {
    files = findNotebooks(paths.length > 0 ? paths : ["."]);
  } catch (error) {
    if (!(error instanceof NothingFoundError)) throw error;
    console.error(error.message);
    return EXIT_CODES.misuse;
  }
  const reports: NotebookReport[] = [];
  const seen: ProcessInfo[] = [];
  const jobs = options.jobs ?? Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
  await inParallel(files, jobs, async (path) => {
    const run = await runFile(path, { createFront, typeCheck: { mode: options.typeCheck ?? "error", only: options.typeCheck !== undefined }, timeoutMs: options.timeoutMs, update: options.update, onCell: (number, firstLine) => showProgress(`${path}: cell ${number}  ${firstLine}`) });
    showProgress("");
    reports.push(run.report);
    seen.push(...run.seen);
    if (!options.json) for (const line of reportLines(run.report, paint)) console.log(line);
  });
  reports.sort((a, b) => files.indexOf(a.path) - files.indexOf(b.path));
  const left = await stillAlive(seen, 3000);
  if (left.length > 0) reports.push({ path: "after all notebooks", durationMs: 0, cells: [], updated: false, problem: { kind: "leftover", lines: leftoverLines(left) } });
  await endAll(left);
  publish(reports, left, options);
  return exitCodeOf(reports);
}

async function runFile(path: string, options: RunOptions): Promise<{ report: NotebookReport; seen: readonly ProcessInfo[] }> {
  let file: NotebookFile;
  try {
    file = parseNotebook(path, readFileSync(path, "utf8"));
    const { report, updated, seen } = await runNotebook(file, options);
    if (updated) writeFileSync(path, printNotebook({ ...file, notebook: updated }));
    return { report, seen };
  } catch (error) {
    const isOurs = error instanceof NotebookFormatError || error instanceof TagError || error instanceof SanitizeError;
    if (!isOurs && (error as NodeJS.ErrnoException).code === undefined) throw error;
    const problem = { kind: "unreadable", lines: [(error as Error).message] } as const;
    return { report: { path, durationMs: 0, cells: [], updated: false, problem }, seen: [] };
  }
}

function publish(reports: readonly NotebookReport[], left: readonly ProcessInfo[], options: TestOptions): void {
  if (options.junit !== undefined) {
    mkdirSync(dirname(resolve(options.junit)), { recursive: true });
    writeFileSync(options.junit, junitXml(reports));
  }
  if (options.json) {
    console.log(JSON.stringify({ ...countsOf(reports), exitCode: exitCodeOf(reports), notebooks: reports }, null, 2));
    return;
  }
  if (left.length > 0) for (const line of reportLines(reports.at(-1)!, paint)) console.log(line);
  if (process.env["GITHUB_ACTIONS"] === "true") for (const line of reports.flatMap(annotationsOf)) console.log(line);
  console.log(summaryLine(reports, paint));
}

/** The cell that runs now, on one line of a terminal that is written over. */
function showProgress(text: string): void {
  const { isTTY, columns } = process.stderr;
  if (isTTY) process.stderr.write("\r\x1b[2K" + text.slice(0, columns - 1));
}

async function inParallel<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, lane));
}
