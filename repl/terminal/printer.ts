/**
 * Writes what cells put out to a terminal or a pipe. It owns the knowledge of what the last line is: output that ends
 * without a newline gets one before anything of ours, and a live view is redrawn in place only while it is the last thing.
 */
import type { FrontOutput } from "../../runtime/front/front.ts";
import type { MimeBundle, OutputError } from "../../runtime/session/output.ts";

export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface PrinterOptions {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Paints an error; as it is, where standard error has no colour. */
  readonly paintError: (text: string) => string;
}

/** A live view that is the last thing printed, of one line. */
interface LastView {
  readonly displayId: string;
  readonly text: string;
}

/** The terminal's line editor, which stands below what was printed. */
export interface PromptLine {
  /** How many rows below the prompt's first row the cursor is. */
  rows(): number;
  column(): number;
  /** Draws the prompt and what was typed again; it first goes up by `rows()`. */
  redraw(): void;
}

export class Printer {
  readonly #options: PrinterOptions;
  #atLineStart = true;
  #lastView: LastView | undefined;
  #prompt: PromptLine | undefined;

  constructor(options: PrinterOptions) {
    this.#options = options;
  }

  output(output: FrontOutput): void {
    switch (output.type) {
      case "stream":
        return output.name === "stdout" ? this.#write(this.#options.stdout, output.text) : this.#write(this.#options.stderr, output.text);
      case "result":
        return this.#show(output.displayId, textOf(output.data));
      case "display":
        return output.update ? this.#redraw(output.displayId, textOf(output.data)) : this.#show(output.displayId, textOf(output.data));
      case "clear":
        return; // what a terminal has shown stays
    }
  }

  error(error: OutputError): void {
    const text = error.traceback.length > 0 ? error.traceback.join("\n") : `${error.ename}: ${error.evalue}`;
    this.endLine();
    this.#write(this.#options.stderr, this.#options.paintError(text) + "\n");
  }

  /** A line of ours, on standard output. */
  say(text: string): void {
    this.#line(text);
  }

  /** Starts a new line unless the last output ended with one. */
  endLine(): void {
    if (!this.#atLineStart) this.#write(this.#options.stdout, "\n");
  }

  /** From now on output goes above the prompt. */
  promptShown(prompt: PromptLine): void {
    this.#prompt = prompt;
  }

  /** A line was entered: nothing above it is redrawn any more. */
  promptLeft(): void {
    this.#prompt = undefined;
    this.#lastView = undefined;
    this.#atLineStart = true;
  }

  #show(displayId: string | undefined, text: string): void {
    this.#line(text);
    if (displayId !== undefined && !text.includes("\n")) this.#lastView = { displayId, text };
  }

  #redraw(displayId: string | undefined, text: string): void {
    const { stdout } = this.#options;
    const last = this.#lastView;
    const columns = stdout.columns ?? 80;
    if (stdout.isTTY !== true || last === undefined || last.displayId !== displayId || last.text === text) return;
    if (last.text.length >= columns || text.includes("\n")) return; // it wraps: its rows are not ours to count
    const shown = text.length < columns ? text : text.slice(0, columns - 2) + "…";
    const down = 1 + (this.#prompt?.rows() ?? 0);
    const column = this.#prompt?.column() ?? 0;
    stdout.write(`\x1b[${down}A\r\x1b[2K${shown}\x1b[${down}B\r` + (column > 0 ? `\x1b[${column}C` : ""));
    this.#lastView = { displayId: last.displayId, text: shown };
  }

  #line(text: string): void {
    this.endLine();
    if (text !== "") this.#write(this.#options.stdout, text + (text.endsWith("\n") ? "" : "\n"));
  }

  #write(sink: TextSink, text: string): void {
    if (text === "") return;
    this.#lastView = undefined;
    if (this.#prompt !== undefined) return this.#writeAbove(this.#prompt, sink, text);
    this.#atLineStart = text.endsWith("\n");
    sink.write(text);
  }

  /** What a timer of an earlier line prints while the user types. */
  #writeAbove(prompt: PromptLine, sink: TextSink, text: string): void {
    const rows = prompt.rows();
    this.#options.stdout.write((rows > 0 ? `\x1b[${rows}A` : "") + "\r\x1b[J");
    sink.write(text.endsWith("\n") ? text : text + "\n");
    this.#options.stdout.write("\n".repeat(rows));
    prompt.redraw();
  }
}

/** What a bundle is in a terminal: its text, else the types it has. */
function textOf(data: MimeBundle): string {
  const text = data["text/plain"] ?? data["text/markdown"];
  if (typeof text === "string") return text;
  const types = Object.keys(data);
  return types.length === 0 ? "" : `<${types.join(", ")}>`;
}
