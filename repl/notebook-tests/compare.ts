/**
 * Compares a cell's stored outputs with those of this run, as nbval does: streams joined per name, displays and results by
 * their `text/plain` in order, an error by its name and message. Live views are compared by their text alone, and so is any
 * other bundle: pictures and html of equal things may differ.
 */
import { lineDiff } from "./diff.ts";
import { joinLines, mimeText, type NotebookOutput } from "../notebook/notebook.ts";
import { sanitize, type Rule } from "./sanitize.ts";

/** A line that a worker printed: `(square pid=4657) …`. Workers print beside each other, so these have no order. */
const WORKER_LINE = /^\([^()\n]+ pid=\S+?\) /;

/** What differs, as lines for a person; undefined when nothing does. */
export function compareOutputs(stored: readonly NotebookOutput[], now: readonly NotebookOutput[], rules: readonly Rule[]): string[] | undefined {
  const before = comparedText(stored, rules);
  const after = comparedText(now, rules);
  const lines: string[] = [];
  for (const part of new Set([...before.keys(), ...after.keys()])) {
    const [was, is] = [before.get(part), after.get(part)];
    if (was === is) continue;
    lines.push(`${part} differs:`, ...lineDiff(was, is));
  }
  return lines.length === 0 ? undefined : lines;
}

/** True when nothing that is saved differs, of any MIME type: `--update` then leaves the stored outputs alone. */
export function isSameAsStored(stored: readonly NotebookOutput[], now: readonly NotebookOutput[], rules: readonly Rule[]): boolean {
  const text = (outputs: readonly NotebookOutput[]) => sanitize(outputs.map(savedText).join("\n"), rules);
  return text(stored) === text(now);
}

function comparedText(outputs: readonly NotebookOutput[], rules: readonly Rule[]): Map<string, string> {
  const parts = new Map<string, string>();
  const add = (part: string, text: string) => parts.set(part, (parts.get(part) ?? "") + text);
  let shown = 0;
  for (const output of outputs) {
    if (output.output_type === "stream") add(output.name, joinLines(output.text));
    else if (output.output_type === "error") add("error", `${output.ename}: ${output.evalue}`);
    else {
      // the types stand for what has no text, so that a picture that is gone is seen
      const text = mimeText(output.data, "text/plain") ?? `(${Object.keys(output.data).sort().join(", ") || "nothing"})`;
      add(output.output_type === "execute_result" ? "result" : `display ${++shown}`, text);
    }
  }
  for (const [part, text] of parts) {
    const clean = sanitize(text, rules);
    parts.set(part, part === "stdout" || part === "stderr" ? workerLinesSorted(clean) : clean);
  }
  return parts;
}

function workerLinesSorted(text: string): string {
  const lines = text.split("\n");
  const fromWorkers = lines.filter((line) => WORKER_LINE.test(line)).sort();
  if (fromWorkers.length === 0) return text;
  return [...lines.filter((line) => !WORKER_LINE.test(line)), ...fromWorkers].join("\n");
}

/** One output as text in which order of keys and count of execution do not show. */
function savedText(output: NotebookOutput): string {
  if (output.output_type === "stream") return output.name + "\n" + joinLines(output.text);
  if (output.output_type === "error") return [output.ename, output.evalue, ...output.traceback].join("\n");
  const data = Object.keys(output.data).sort();
  const texts = data.map((type) => type + "\n" + (mimeText(output.data, type) ?? JSON.stringify(output.data[type])));
  return [output.output_type, JSON.stringify(output.metadata), ...texts].join("\n");
}
