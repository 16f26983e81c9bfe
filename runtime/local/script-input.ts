/** Asks whoever runs a script: a line of its stdin, from a terminal or a pipe. */
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { InputUnavailableError } from "../errors.ts";

export class ScriptInput {
  /** Lines of a pipe that came before they were asked for. */
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string | undefined) => void)[] = [];
  #reader: Interface | undefined;
  #hasEnded = false;

  async ask(prompt: string, password: boolean): Promise<string> {
    process.stderr.write(prompt);
    const line = password && process.stdin.isTTY ? await readHidden() : await this.#line();
    if (line === undefined) throw new InputUnavailableError(`Cannot ask ${JSON.stringify(prompt)}: stdin has ended. Give the script its answers, a line each, or run it at a terminal`);
    return line;
  }

  #line(): Promise<string | undefined> {
    const line = this.#lines.shift();
    if (line !== undefined || this.#hasEnded) return Promise.resolve(line);
    this.#reader ??= this.#open();
    holdScript(true);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #open(): Interface {
    const reader = createInterface({ input: process.stdin, terminal: false });
    reader.on("line", (line) => {
      const answer = this.#waiting.shift();
      if (answer === undefined) return void this.#lines.push(line);
      answer(line);
      // an open stdin must not keep the script from ending
      if (this.#waiting.length === 0) holdScript(false);
    });
    reader.on("close", () => {
      this.#hasEnded = true;
      for (const answer of this.#waiting.splice(0)) answer(undefined);
    });
    return reader;
  }
}

/** A file as stdin holds nothing. */
function holdScript(isHeld: boolean): void {
  const stdin = process.stdin as { ref?: () => void; unref?: () => void };
  if (isHeld) stdin.ref?.();
  else stdin.unref?.();
}

function readHidden(): Promise<string | undefined> {
  const reader = createInterface({ input: process.stdin, output: new Writable({ write: (_chunk, _encoding, done) => done() }), terminal: true });
  return new Promise((resolve) => {
    reader.on("close", () => resolve(undefined));
    reader.question("", (line) => {
      process.stderr.write("\n");
      resolve(line);
      reader.close();
    });
  });
}
