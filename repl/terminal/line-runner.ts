/** Runs lines one after another in a front and prints what they put out: what the REPL, a pipe and a shown notebook share. */
import type { TypeCheckMode } from "../../runtime/check/type-diagnostic.ts";
import type { CellRequest, CellResult, Front, FrontOptions } from "../../runtime/front/front.ts";
import type { Printer } from "./printer.ts";

export interface LineRunnerOptions {
  readonly createFront: (options: FrontOptions) => Front;
  readonly folder: string;
  readonly printer: Printer;
  readonly typeCheck: TypeCheckMode;
}

export class LineRunner {
  readonly front: Front;
  /** Answers what a running line asks the user; set by who has a keyboard. */
  onInput: (request: { prompt: string; password: boolean }) => Promise<string | undefined> = async () => undefined;
  readonly #printer: Printer;
  readonly #kept: string[] = [];
  #count = 0;
  #isRunning = false;

  constructor({ createFront, folder, printer, typeCheck }: LineRunnerOptions) {
    this.#printer = printer;
    this.front = createFront({ folder, typeCheck, onOutput: (output) => printer.output(output), onInput: (request) => this.onInput(request) });
  }

  /** Lines that ran without an error, oldest first. */
  get kept(): readonly string[] {
    return this.#kept;
  }

  /** The name of the next line: `In[3]`. */
  get nextName(): string {
    return `In[${this.#count + 1}]`;
  }

  /** Runs the next line, `In[3]`. An error is printed. */
  async run(code: string): Promise<CellResult> {
    const name = this.nextName;
    this.#count++;
    const result = await this.#execute({ code, name });
    if (result.error) this.#printer.error(result.error);
    else this.#kept.push(code);
    return result;
  }

  /** Runs a file's text: its last value is not shown, and `process.exit` in it is no error. */
  async runScript(code: string, name: string): Promise<CellResult> {
    const result = await this.#execute({ code, name, silent: true, checksTypes: true, mayHaveMagics: false });
    if (result.error && result.exitCode === undefined) this.#printer.error(result.error);
    return result;
  }

  /** Stops the running line and keeps the session's state; a second time, when that did not help, the front offers a restart. */
  interrupt(): void {
    if (this.#isRunning) this.front.interrupt();
  }

  async #execute(request: CellRequest): Promise<CellResult> {
    this.#isRunning = true;
    try {
      return await this.front.execute(request);
    } finally {
      this.#isRunning = false;
    }
  }
}
