/** The lines that differ between two texts, with a little of what is around them. */

const CONTEXT_LINES = 2;
/** Above this many lines a table of all pairs is too large; then the whole middle counts as changed. */
const MAX_TABLE = 4_000_000;
const MAX_SHOWN = 60;

/** `- ` before lines of `stored` alone, `+ ` before lines of `now` alone; undefined: there is no such output. */
export function lineDiff(stored: string | undefined, now: string | undefined): string[] {
  if (stored === undefined) return ["  nothing was stored, now there is:", ...shorten(toLines(now ?? "").map((line) => "+ " + line))];
  if (now === undefined) return ["  now there is nothing, stored was:", ...shorten(toLines(stored).map((line) => "- " + line))];
  const marked = markLines(toLines(stored), toLines(now));
  if (marked.every((line) => line.startsWith("  "))) return ["  they differ in the newline at the end alone"];
  return shorten(hideUnchanged(marked));
}

const toLines = (text: string): string[] => text.replace(/\n$/, "").split("\n");

function markLines(before: readonly string[], after: readonly string[]): string[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  const same = (line: string) => "  " + line;
  return [
    ...before.slice(0, start).map(same),
    ...markMiddle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** Longest common subsequence. */
function markMiddle(before: readonly string[], after: readonly string[]): string[] {
  const width = after.length + 1;
  if (before.length * after.length > MAX_TABLE) return [...before.map((line) => "- " + line), ...after.map((line) => "+ " + line)];
  const common = new Uint32Array((before.length + 1) * width);
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const skip = Math.max(common[(i + 1) * width + j]!, common[i * width + j + 1]!);
      common[i * width + j] = before[i] === after[j] ? common[(i + 1) * width + j + 1]! + 1 : skip;
    }
  }
  const marked: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && j < after.length && before[i] === after[j]) {
      marked.push("  " + before[i++]);
      j++;
    } else if (j >= after.length || (i < before.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) marked.push("- " + before[i++]);
    else marked.push("+ " + after[j++]);
  }
  return marked;
}

function hideUnchanged(marked: readonly string[]): string[] {
  const isNear = (index: number) => marked.slice(Math.max(0, index - CONTEXT_LINES), index + CONTEXT_LINES + 1).some((line) => !line.startsWith("  "));
  const shown: string[] = [];
  let hidden = 0;
  const sayHidden = () => {
    if (hidden > 0) shown.push(`  … ${hidden} equal line${hidden === 1 ? "" : "s"}`);
    hidden = 0;
  };
  marked.forEach((line, index) => {
    if (!isNear(index)) return void hidden++;
    sayHidden();
    shown.push(line);
  });
  sayHidden();
  return shown;
}

function shorten(lines: string[]): string[] {
  return lines.length <= MAX_SHOWN ? lines : [...lines.slice(0, MAX_SHOWN), `  … ${lines.length - MAX_SHOWN} more lines`];
}
