/** The report as text for a person: a line a cell, what differs under it, the counts at the end. */
import { countsOf, explain, type NotebookReport, type Verdict } from "./report.ts";

/** The few colours used, by meaning; each leaves text as it is where there is no colour. */
export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly strong: (text: string) => string;
}

const MARKS: Readonly<Record<Verdict["status"], string>> = { passed: "✓", skipped: "-", failed: "✗", "timed-out": "✗", "not-run": "·" };

export function reportLines(report: NotebookReport, paint: Paint): string[] {
  const lines = [paint.strong(report.path) + (report.updated ? paint.dim(" (outputs updated)") : "")];
  for (const { verdict, number, firstLine, durationMs } of report.cells) {
    const isBad = verdict.status === "failed" || verdict.status === "timed-out";
    const mark = isBad ? paint.bad(MARKS[verdict.status]) : verdict.status === "passed" ? paint.good(MARKS.passed) : paint.dim(MARKS[verdict.status]);
    const cell = `cell ${number}  ${firstLine.slice(0, 70)}`;
    const { title, lines: details } = explain(verdict);
    if (isBad) lines.push(`  ${mark} ${cell}`, ...indent([paint.bad(title), ...details.map((line) => colourDiff(line, paint))]));
    else if (verdict.status === "passed") lines.push(`  ${mark} ${cell} ${paint.dim(`(${Math.round(durationMs)} ms)`)}`);
    else lines.push(`  ${mark} ${paint.dim(`${cell}  ${title}: ${details.join(" ")}`)}`);
  }
  if (report.problem) lines.push(...indent(report.problem.lines.map(paint.bad)));
  return lines;
}

export function summaryLine(reports: readonly NotebookReport[], paint: Paint): string {
  const { passed, failed, skipped, notRun } = countsOf(reports);
  const parts = [`${passed} passed`, failed > 0 ? paint.bad(`${failed} failed`) : "0 failed"];
  if (skipped > 0) parts.push(`${skipped} skipped`);
  if (notRun > 0) parts.push(`${notRun} not run`);
  const totalMs = reports.reduce((sum, report) => sum + report.durationMs, 0);
  return `${parts.join(", ")} in ${reports.length} notebook${reports.length === 1 ? "" : "s"} (${(totalMs / 1000).toFixed(1)} s)`;
}

const indent = (lines: readonly string[]): string[] => lines.map((line) => "      " + line);

const colourDiff = (line: string, paint: Paint): string => (line.startsWith("+ ") ? paint.good(line) : line.startsWith("- ") ? paint.bad(line) : line);
