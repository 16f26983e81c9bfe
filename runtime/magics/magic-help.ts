/** What magics say about themselves. Pure. */
import { MAGICS, SHELL_MAGIC, type Magic } from "./magic.ts";

const WRITTEN: Readonly<Record<Magic["form"], readonly string[]>> = { line: ["%"], cell: ["%%"], either: ["%", "%%"] };

export function helpText({ usage, help }: Magic): string {
  return `${usage.join("\n")}\n\n${help}\n`;
}

export function magicListText(): string {
  const rows = [...MAGICS.map(({ name, form, summary }) => [WRITTEN[form].map((percent) => percent + name).join(" "), summary] as const), [SHELL_MAGIC.usage.join(), SHELL_MAGIC.summary] as const];
  const width = Math.max(...rows.map(([name]) => name.length));
  return `${rows.map(([name, summary]) => `${name.padEnd(width)}  ${summary}`).join("\n")}\n\n%time? says more about one.\n`;
}
