/**
 * Writes what cells put out to a terminal or a pipe. It owns the knowledge of what the last lines are: output that ends
 * without a newline gets one before anything of ours, and live views are drawn again in place while nothing stands below them.
 * In a pipe a view is written once, and a progress bar at each tenth of its way.
 */
import type { FrontOutput } from "../../runtime/front/front.ts";
import type { MimeBundle, OutputError } from "../../runtime/session/output.ts";
import type { TextFace } from "../../runtime/views/render-text.ts";
import { cutTo, textWidth } from "../../runtime/views/text-width.ts";
import { BottomViews, type PromptLine } from "./bottom-views.ts";
import { linesOf, snapshotOf, tenthsOf } from "./view-lines.ts";

export interface TextSink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

export interface PrinterOptions {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Paints an error; as it is, where standard error has no colour. */
  readonly paintError: (text: string) => string;
  /** Paints parts of views; as they are, where standard output has no colour. */
  readonly paint: TextFace["paint"];
}

const PIPE_COLUMNS = 240;
const USUAL_SCREEN = { columns: 80, rows: 24 };
/** What else should stay in sight above and below a view. */
const ROWS_AROUND = 4;

export class Printer {
  readonly #options: PrinterOptions;
  readonly #views = new BottomViews();
  /** Of progress bars in a pipe: the last tenth that was written. */
  readonly #tenths = new Map<string, number>();
  #atLineStart = true;
  #prompt: PromptLine | undefined;

  constructor(options: PrinterOptions) {
    this.#options = options;
  }

  output(output: FrontOutput): void {
    switch (output.type) {
      case "stream":
        return output.name === "stdout" ? this.#write(this.#options.stdout, output.text) : this.#write(this.#options.stderr, output.text);
      case "result":
        return this.#show(output.displayId, output.data);
      case "display":
        return output.update ? this.#update(output.displayId, output.data) : this.#show(output.displayId, output.data);
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
    this.#views.clear();
    this.#atLineStart = true;
  }

  #show(displayId: string | undefined, data: MimeBundle): void {
    const lines = this.#linesOf(data);
    this.endLine();
    this.#put(this.#options.stdout, `${lines.join("\n")}\n`);
    // of what wraps the rows are not ours to count
    if (displayId === undefined || lines.some((line) => textWidth(line) > this.#columns)) return this.#views.clear();
    this.#views.add(displayId, lines);
    const tenths = tenthsOf(data);
    if (tenths !== undefined) this.#tenths.set(displayId, tenths);
  }

  #update(displayId: string | undefined, data: MimeBundle): void {
    if (displayId === undefined) return;
    if (this.#options.stdout.isTTY === true) this.#redraw(displayId, this.#linesOf(data).map((line) => cutTo(line, this.#columns)));
    else this.#tellTenth(displayId, data);
  }

  #redraw(displayId: string, lines: readonly string[]): void {
    const { stdout } = this.#options;
    const prompt = this.#prompt;
    const promptRows = prompt?.rows() ?? 0;
    const redrawn = this.#views.redrawn(displayId, lines, stdout.rows ?? USUAL_SCREEN.rows, prompt);
    if (redrawn === undefined) return;
    stdout.write(redrawn.text);
    if (redrawn.isPromptGone) this.#restore(promptRows);
  }

  #tellTenth(displayId: string, data: MimeBundle): void {
    const before = this.#tenths.get(displayId);
    const now = tenthsOf(data);
    if (before === undefined || now === undefined) return;
    const isOver = snapshotOf(data)?.isSettled === true;
    if (now <= before && !isOver) return;
    this.#tenths.set(displayId, now);
    if (isOver) this.#tenths.delete(displayId);
    this.#line(this.#linesOf(data).join("\n"));
  }

  /** How wide a row may be so that no terminal wraps it; a pipe's reader may do so itself. */
  get #columns(): number {
    const { isTTY, columns } = this.#options.stdout;
    return isTTY === true ? (columns ?? USUAL_SCREEN.columns) - 1 : PIPE_COLUMNS;
  }

  #linesOf(data: MimeBundle): readonly string[] {
    const { stdout, paint } = this.#options;
    const columns = this.#columns;
    const lines = linesOf(data, { columns, paint, now: Date.now() });
    if (stdout.isTTY !== true || snapshotOf(data) === undefined) return lines;
    const most = Math.max(1, (stdout.rows ?? USUAL_SCREEN.rows) - ROWS_AROUND);
    const shown = lines.length > most ? [...lines.slice(0, most - 1), `… ${lines.length - most + 1} more lines`] : lines;
    return shown.map((line) => cutTo(line, columns));
  }

  #line(text: string): void {
    this.endLine();
    if (text !== "") this.#write(this.#options.stdout, text + (text.endsWith("\n") ? "" : "\n"));
  }

  #write(sink: TextSink, text: string): void {
    if (text === "") return;
    this.#views.clear();
    this.#put(sink, text);
  }

  #put(sink: TextSink, text: string): void {
    if (this.#prompt !== undefined) return this.#putAbove(this.#prompt, sink, text);
    this.#atLineStart = text.endsWith("\n");
    sink.write(text);
  }

  /** What a timer of an earlier line prints while the user types. */
  #putAbove(prompt: PromptLine, sink: TextSink, text: string): void {
    const rows = prompt.rows();
    this.#options.stdout.write((rows > 0 ? `\x1b[${rows}A` : "") + "\r\x1b[J");
    sink.write(text.endsWith("\n") ? text : text + "\n");
    this.#restore(rows);
  }

  #restore(promptRows: number): void {
    this.#options.stdout.write("\n".repeat(promptRows));
    this.#prompt?.redraw();
  }
}
