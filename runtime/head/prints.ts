/**
 * What a worker prints, cut into whole lines with the task that printed them. Marks in the worker's own stdout and stderr say
 * which task follows: `ESC ] ray-ts;<nonce>;<json> BEL`. Pure.
 */
import { StringDecoder } from "node:string_decoder";

export interface PrintLabel {
  readonly name: string;
  readonly job: string;
  readonly origin?: string | undefined;
  /** Absent in what an actor's constructor prints. */
  readonly task?: string | undefined;
}

export interface Print {
  readonly stream: "stdout" | "stderr";
  readonly label: PrintLabel | undefined;
  /** One or more whole lines, without the last one's newline: a flood must not cost an object a line. */
  readonly text: string;
}

/** Lines longer than this are cut into several. */
const LONGEST_LINE = 64 * 1024;

export const printMark = (nonce: string, label: PrintLabel | undefined): string => `\u001b]ray-ts;${nonce};${label ? JSON.stringify(label) : ""}\u0007`;

/** Undefined also for what is none: something else of the process wrote into the middle of a mark. */
function readLabel(text: string): PrintLabel | undefined {
  if (text === "") return undefined;
  try {
    const label = JSON.parse(text) as Partial<Record<keyof PrintLabel, unknown>> | null;
    const isWhole = typeof label === "object" && label !== null && typeof label.name === "string" && typeof label.job === "string";
    return isWhole ? (label as unknown as PrintLabel) : undefined;
  } catch {
    return undefined;
  }
}

export class PrintParser {
  private readonly decoder = new StringDecoder("utf8");
  private readonly opening: string;
  private readonly stream: "stdout" | "stderr";
  private readonly on: (print: Print) => void;
  private text = "";
  private line = "";
  private label: PrintLabel | undefined;

  constructor(nonce: string, stream: "stdout" | "stderr", on: (print: Print) => void) {
    this.opening = `\u001b]ray-ts;${nonce};`;
    this.stream = stream;
    this.on = on;
  }

  push(chunk: Buffer): void {
    this.text += this.decoder.write(chunk);
    for (;;) {
      const at = this.text.indexOf(this.opening);
      if (at < 0) break;
      const end = this.text.indexOf("\u0007", at);
      if (end < 0) break;
      this.plain(this.text.slice(0, at));
      const label = this.text.slice(at + this.opening.length, end);
      this.endLine();
      this.label = readLabel(label);
      this.text = this.text.slice(end + 1);
    }
    // a mark may be cut in two: what could be its beginning waits for the next chunk
    const escape = this.text.lastIndexOf("\u001b");
    const keepFrom = escape >= 0 && this.mayBecomeMark(this.text.slice(escape)) ? escape : this.text.length;
    this.plain(this.text.slice(0, keepFrom));
    this.text = this.text.slice(keepFrom);
  }

  private mayBecomeMark(rest: string): boolean {
    return this.opening.startsWith(rest) || rest.startsWith(this.opening);
  }

  private plain(text: string): void {
    if (text === "") return;
    const all = this.line + text;
    const end = all.lastIndexOf("\n");
    if (end >= 0) this.on({ stream: this.stream, label: this.label, text: all.slice(0, end) });
    this.line = all.slice(end + 1);
    while (this.line.length > LONGEST_LINE) {
      this.on({ stream: this.stream, label: this.label, text: this.line.slice(0, LONGEST_LINE) });
      this.line = this.line.slice(LONGEST_LINE);
    }
  }

  private endLine(): void {
    if (this.line === "") return;
    this.on({ stream: this.stream, label: this.label, text: this.line });
    this.line = "";
  }

  end(): void {
    this.plain(this.text + this.decoder.end());
    this.text = "";
    this.endLine();
  }
}
