/** The REPL at a terminal: line editing by node:readline, lines joined until the parser says they are whole. */
import { createInterface, type Interface } from "node:readline";
import { isCommand } from "./chunks.ts";
import { runDotCommand } from "./dot-commands.ts";
import { HISTORY_LINES, type History } from "./history.ts";
import { Keys } from "./keys.ts";
import type { LineRunner } from "./line-runner.ts";
import { readPassword } from "./password.ts";
import type { Printer } from "./printer.ts";

const PROMPT = "> ";
const CONTINUED = "... ";
const LEAVE_HINT = "(Ctrl-D or .exit leaves)";

export interface TerminalOptions {
  readonly runner: LineRunner;
  readonly printer: Printer;
  readonly history: History;
}

/** Resolves when the user leaves. */
export function interact(options: TerminalOptions): Promise<void> {
  return new Promise((resolve) => new Interactive(options, resolve).prompt());
}

class Interactive {
  readonly #options: TerminalOptions;
  readonly #keys: Keys;
  readonly #readline: Interface;
  /** Lines of the unfinished input, each with its newline. */
  #begun = "";
  #wasInterruptedAtPrompt = false;
  /** Ends the question of the running line without an answer. */
  #endQuestion: (() => void) | undefined;

  constructor(options: TerminalOptions, onLeave: () => void) {
    this.#options = options;
    this.#keys = new Keys(process.stdin, { onInterrupt: () => options.runner.interrupt(), onEnd: () => this.#readline.close() });
    this.#readline = createInterface({
      input: this.#keys as unknown as NodeJS.ReadableStream,
      output: process.stdout,
      terminal: true,
      prompt: PROMPT,
      history: options.history.load().reverse(),
      historySize: HISTORY_LINES,
      removeHistoryDuplicates: true,
      completer: (line: string, done: (error: Error | null, result?: [string[], string]) => void) => {
        this.#complete(line).then((result) => done(null, result), done);
      },
    });
    this.#readline.on("line", (line) => void this.#enter(line));
    this.#readline.on("SIGINT", () => this.#interruptAtPrompt());
    this.#readline.on("history", (lines: string[]) => this.#endQuestion && lines.shift());
    this.#readline.once("close", () => {
      this.#keys.close();
      options.printer.promptLeft();
      process.stdout.write("\n");
      onLeave();
    });
    options.runner.onInput = (request) => this.#ask(request);
  }

  prompt(): void {
    const { printer } = this.#options;
    printer.endLine();
    this.#readline.setPrompt(this.#begun === "" ? PROMPT : CONTINUED);
    this.#readline.prompt();
    printer.promptShown({
      rows: () => this.#readline.getCursorPos().rows,
      column: () => this.#readline.getCursorPos().cols,
      redraw: () => this.#readline.prompt(true),
    });
    this.#keys.open();
  }

  async #enter(line: string): Promise<void> {
    const { runner, printer, history } = this.#options;
    this.#wasInterruptedAtPrompt = false;
    this.#keys.shut();
    printer.promptLeft();
    history.add(line);
    if (this.#begun === "" && isCommand(line)) {
      if ((await runDotCommand(line, this.#options)).leave) return this.#readline.close();
      return this.prompt();
    }
    const code = this.#begun + line;
    if (code.trim() === "") return this.prompt();
    this.#begun = runner.front.isComplete(code).status === "incomplete" ? code + "\n" : "";
    if (this.#begun === "") await runner.run(code);
    this.prompt();
  }

  #interruptAtPrompt(): void {
    if (this.#endQuestion) {
      this.#endQuestion();
      return this.#options.runner.interrupt();
    }
    const hadText = this.#readline.line !== "" || this.#begun !== "";
    this.#begun = "";
    this.#readline.write(null, { ctrl: true, name: "e" });
    this.#readline.write(null, { ctrl: true, name: "u" });
    this.#options.printer.promptLeft();
    process.stdout.write("^C\n" + (hadText && !this.#wasInterruptedAtPrompt ? "" : LEAVE_HINT + "\n"));
    this.#wasInterruptedAtPrompt = true;
    this.prompt();
  }

  async #complete(line: string): Promise<[string[], string]> {
    const code = this.#begun + line;
    const { matches, start, statement } = await this.#options.runner.front.complete(code, code.length);
    const imported = matches.some(({ importLine }) => importLine !== undefined);
    if (!imported) return [matches.map(({ text }) => text), code.slice(start)];
    // an import goes before its statement, which is to be on this line
    if (statement < this.#begun.length) return [[], ""];
    return [matches.map(({ text, importLine }) => `${importLine} ${code.slice(statement, start)}${text}`), code.slice(statement)];
  }

  /** The running line asks the user. */
  async #ask({ prompt, password }: { prompt: string; password: boolean }): Promise<string | undefined> {
    this.#options.printer.endLine();
    if (password) return readPassword(prompt, this.#keys, () => this.#options.runner.interrupt());
    const question = new AbortController();
    try {
      return await new Promise<string | undefined>((resolve) => {
        this.#endQuestion = () => {
          question.abort();
          process.stdout.write("\n");
          resolve(undefined);
        };
        this.#readline.question(prompt, { signal: question.signal }, resolve);
        this.#keys.open();
      });
    } finally {
      this.#keys.shut();
      this.#endQuestion = undefined;
      this.#options.printer.promptLeft();
    }
  }
}
