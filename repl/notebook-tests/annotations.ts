/** GitHub's workflow commands: a failed cell shows beside its line in the pull request. */
import { explain, type NotebookReport } from "./report.ts";

export function annotationsOf(report: NotebookReport): string[] {
  const lines: string[] = [];
  for (const { verdict, number, fileLine } of report.cells) {
    if (verdict.status !== "failed" && verdict.status !== "timed-out") continue;
    const { title, lines: details } = explain(verdict);
    lines.push(annotation({ file: report.path, line: fileLine, title: `cell ${number}: ${title}` }, details.join("\n") || title));
  }
  if (report.problem) lines.push(annotation({ file: report.path, title: report.problem.lines[0] ?? report.problem.kind }, report.problem.lines.join("\n")));
  return lines;
}

function annotation(properties: Readonly<Record<string, string | number | undefined>>, message: string): string {
  const shown = Object.entries(properties).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${escapeProperty(String(value))}`]));
  return `::error ${shown.join(",")}::${escapeMessage(message)}`;
}

const escapeMessage = (text: string): string => text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
const escapeProperty = (text: string): string => escapeMessage(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
