/** Rows as lines with aligned columns. */
export function printTable(columns: readonly string[], rows: readonly object[]): void {
  const cells = [columns, ...rows.map((row) => columns.map((name) => String((row as Record<string, unknown>)[name] ?? "").split("\n")[0] as string))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] as string).length)));
  for (const row of cells) console.log(row.map((cell, i) => cell.padEnd(widths[i] as number)).join("  ").trimEnd());
}
