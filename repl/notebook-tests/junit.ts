/** JUnit's XML, as CI servers read it: a suite a notebook, a case a cell. */
import { countsOf, explain, type CellReport, type NotebookReport } from "./report.ts";

export function junitXml(reports: readonly NotebookReport[]): string {
  const { failed, skipped, passed, notRun } = countsOf(reports);
  const total = { tests: passed + failed + skipped + notRun, failures: failed, skipped: skipped + notRun };
  const suites = reports.map(suite).join("");
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="ray-ts test"${attributes({ ...total, time: seconds(sum(reports)) })}>\n${suites}</testsuites>\n`;
}

function suite(report: NotebookReport): string {
  const { failed, skipped, passed, notRun } = countsOf([report]);
  const head = { name: report.path, tests: passed + failed + skipped + notRun, failures: failed, skipped: skipped + notRun, time: seconds(report.durationMs) };
  const cases = report.cells.map((cell) => testCase(report.path, cell));
  if (report.problem) {
    const message = report.problem.lines[0] ?? "";
    cases.push(` <testcase${attributes({ classname: report.path, name: report.problem.kind, time: "0.000" })}>\n${failure(message, report.problem.lines)} </testcase>\n`);
  }
  return `<testsuite${attributes(head)}>\n${cases.join("")}</testsuite>\n`;
}

function testCase(path: string, cell: CellReport): string {
  const { title, lines } = explain(cell.verdict);
  const name = `cell ${cell.number}: ${cell.firstLine}`;
  const open = ` <testcase${attributes({ classname: path, name, file: path, line: cell.fileLine, time: seconds(cell.durationMs) })}`;
  switch (cell.verdict.status) {
    case "passed":
      return open + "/>\n";
    case "skipped":
    case "not-run":
      return `${open}>\n  <skipped${attributes({ message: [title, ...lines].join(": ") })}/>\n </testcase>\n`;
    case "failed":
    case "timed-out":
      return `${open}>\n${failure(title, lines)} </testcase>\n`;
  }
}

const failure = (title: string, lines: readonly string[]) => `  <failure${attributes({ message: title })}>${escapeXml(lines.join("\n"))}</failure>\n`;

const attributes = (values: Readonly<Record<string, string | number | undefined>>): string =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value)).replaceAll("\n", "&#10;")}"`)
    .join("");

/** XML 1.0 has no place for control characters, not even escaped, nor for half a surrogate pair. */
const escapeXml = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd")
    .replace(/[&<>"]/g, (char) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[char]!);

const seconds = (ms: number): string => (ms / 1000).toFixed(3);
const sum = (reports: readonly NotebookReport[]): number => reports.reduce((total, report) => total + report.durationMs, 0);
