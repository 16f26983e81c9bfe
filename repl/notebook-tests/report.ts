/** What came of a notebook, cell by cell: plain data that the console, JUnit, JSON and GitHub's annotations are drawn from. */

export type Verdict =
  | { readonly status: "passed" }
  | { readonly status: "skipped"; readonly reason: string }
  | { readonly status: "failed"; readonly title: string; readonly lines: readonly string[] }
  | { readonly status: "timed-out"; readonly title: string; readonly lines: readonly string[] }
  | { readonly status: "not-run"; readonly reason: string };

export interface CellReport {
  /** Among the notebook's code cells, from 1. */
  readonly number: number;
  readonly firstLine: string;
  /** In the notebook's file. */
  readonly fileLine: number | undefined;
  readonly durationMs: number;
  readonly verdict: Verdict;
}

export interface NotebookReport {
  readonly path: string;
  readonly durationMs: number;
  readonly cells: readonly CellReport[];
  /** What went wrong outside any cell: it cannot be read, its session did not start, it left processes. */
  readonly problem?: { readonly kind: "unreadable" | "start" | "leftover"; readonly lines: readonly string[] };
  readonly updated: boolean;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notRun: number;
}

export const EXIT_CODES = { ok: 0, failed: 1, misuse: 2, timedOut: 3 } as const;

/** Unreadable notebooks before time limits before failures: what hides most is said first. */
export function exitCodeOf(reports: readonly NotebookReport[]): number {
  if (reports.some((report) => report.problem?.kind === "unreadable")) return EXIT_CODES.misuse;
  const statuses = reports.flatMap((report) => report.cells.map((cell) => cell.verdict.status));
  if (statuses.includes("timed-out")) return EXIT_CODES.timedOut;
  return statuses.includes("failed") || reports.some((report) => report.problem) ? EXIT_CODES.failed : EXIT_CODES.ok;
}

/** A notebook's own problem counts as one failure. */
export function countsOf(reports: readonly NotebookReport[]): Counts {
  const cells = reports.flatMap((report) => report.cells);
  const count = (...statuses: Verdict["status"][]) => cells.filter((cell) => statuses.includes(cell.verdict.status)).length;
  const problems = reports.filter((report) => report.problem).length;
  return { passed: count("passed"), failed: count("failed", "timed-out") + problems, skipped: count("skipped"), notRun: count("not-run") };
}

/** How a verdict reads in a list: its title and the lines below it. */
export function explain(verdict: Verdict): { title: string; lines: readonly string[] } {
  switch (verdict.status) {
    case "passed":
      return { title: "passed", lines: [] };
    case "skipped":
    case "not-run":
      return { title: verdict.status === "skipped" ? "skipped" : "not run", lines: [verdict.reason] };
    case "failed":
    case "timed-out":
      return verdict;
  }
}
