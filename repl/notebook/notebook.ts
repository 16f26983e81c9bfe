/**
 * Notebook files (nbformat 4): read with checks, written as Jupyter writes them. Whatever we do not change (ids, metadata,
 * key order, indent, the newline at the end, `nbformat_minor`) comes out as it went in.
 */

export interface StreamOutput {
  readonly output_type: "stream";
  readonly name: string;
  readonly text: string | readonly string[];
}
export interface DisplayOutput {
  readonly output_type: "display_data" | "execute_result";
  readonly data: Readonly<Record<string, unknown>>;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly execution_count?: number | null;
}
export interface ErrorOutput {
  readonly output_type: "error";
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}
export type NotebookOutput = StreamOutput | DisplayOutput | ErrorOutput;

export interface Cell {
  readonly cell_type: string;
  readonly id?: string;
  readonly source: string | readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly outputs?: readonly NotebookOutput[];
  readonly execution_count?: number | null;
}

export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

export interface NotebookFile {
  readonly path: string;
  readonly notebook: Notebook;
  readonly indent: number | string;
  readonly endsWithNewline: boolean;
  /** The line of the file on which the cell of that index says its type. */
  readonly cellLines: readonly number[];
}

/** The file is no notebook that we can run: the message names the file and what is wrong. */
export class NotebookFormatError extends Error {
  override readonly name = "NotebookFormatError";
}

export function parseNotebook(path: string, text: string): NotebookFile {
  const fail = (what: string): never => {
    throw new NotebookFormatError(`Cannot read ${path} as a notebook: ${what}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail(`it is not JSON (${(error as Error).message})`);
  }
  if (!isRecord(value)) return fail("it holds no object");
  if (value["nbformat"] !== 4) return fail(`its format is ${String(value["nbformat"])}, not 4; \`jupyter nbconvert --to notebook --inplace\` upgrades it`);
  if (!Array.isArray(value["cells"])) return fail("it has no cells");
  value["cells"].forEach((cell: unknown, index) => {
    if (!isRecord(cell) || typeof cell["cell_type"] !== "string" || !isText(cell["source"])) fail(`cell ${index + 1} has no type or source`);
    else if (cell["cell_type"] === "code" && !Array.isArray(cell["outputs"])) fail(`code cell ${index + 1} has no outputs`);
  });
  return {
    path,
    notebook: (isRecord(value["metadata"]) ? value : { ...value, metadata: {} }) as unknown as Notebook,
    indent: /^\{\r?\n([ \t]+)/.exec(text)?.[1] ?? 1,
    endsWithNewline: text.endsWith("\n"),
    cellLines: linesOf(text, /(?<!\\)"cell_type"\s*:/g),
  };
}

export function printNotebook(file: NotebookFile): string {
  return JSON.stringify(file.notebook, null, file.indent) + (file.endsWithNewline ? "\n" : "");
}

/** Source, stream text and MIME text are one string or a list of lines. */
export const joinLines = (text: string | readonly string[]): string => (typeof text === "string" ? text : text.join(""));

/** The lines of a text, each with its newline, as Jupyter saves it. */
export const splitLines = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** The text in a MIME bundle, which saves text as lines; undefined where that type is absent or is no text. */
export function mimeText(data: Readonly<Record<string, unknown>>, type: string): string | undefined {
  const value = data[type];
  return isText(value) ? joinLines(value) : undefined;
}

/** Text types as lists of lines, the rest as it is (nbformat's `split_lines`). */
export function splitMimeBundle(data: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isSplit = (type: string) => type.startsWith("text/") || type === "application/javascript" || type === "image/svg+xml";
  return Object.fromEntries(
    Object.entries(data)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([type, value]) => [type, isSplit(type) && typeof value === "string" ? splitLines(value) : value]),
  );
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string | readonly string[] =>
  typeof value === "string" || (Array.isArray(value) && value.every((line) => typeof line === "string"));

function linesOf(text: string, pattern: RegExp): number[] {
  const lines: number[] = [];
  let line = 1;
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    for (let at = text.indexOf("\n", from); at !== -1 && at < match.index; at = text.indexOf("\n", at + 1)) line++;
    from = match.index;
    lines.push(line);
  }
  return lines;
}
