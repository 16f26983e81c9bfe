/** A program at a pseudo-terminal (util-linux's `script`), driven by what it shows: no test waits for a time. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";

/** True where `script` is the one of util-linux, which takes a command. */
export const hasPseudoTerminal = spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;

export class PseudoTerminal {
  readonly #child: ChildProcess;
  readonly exited: Promise<number | null>;
  #raw = "";
  #read = 0;
  #wake = () => {};

  constructor(command: readonly string[], options: { cwd: string; env?: NodeJS.ProcessEnv }) {
    const quoted = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const env = { ...process.env, TERM: "xterm", ...options.env };
    this.#child = spawn("script", ["--quiet", "--flush", "--return", "--command", `stty cols 100 rows 40; exec ${quoted}`, "/dev/null"], { cwd: options.cwd, env, stdio: ["pipe", "pipe", "inherit"] });
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#raw += text;
      this.#wake();
    });
    this.exited = new Promise((resolve) => this.#child.once("close", (code) => {
      this.#wake();
      resolve(code);
    }));
  }

  type(text: string): void {
    this.#child.stdin!.write(text);
  }

  /** Without what moves the cursor and clears lines; a sequence that is not whole yet does not count. */
  get #shown(): string {
    return this.#raw.replace(/\x1b\[[0-9;?]*[A-Za-z]|\x1b(\[[0-9;?]*)?$/g, "");
  }

  /** What was shown up to the pattern, from where the last call ended. */
  async until(pattern: RegExp, timeoutMs = 20_000): Promise<string> {
    const deadline = setTimeout(() => this.#wake(), timeoutMs);
    const startMs = Date.now();
    try {
      for (;;) {
        const rest = this.#shown.slice(this.#read);
        const match = pattern.exec(rest);
        if (match !== null) {
          this.#read += match.index + match[0].length;
          return rest.slice(0, match.index + match[0].length);
        }
        if (Date.now() - startMs >= timeoutMs || this.#child.exitCode !== null) throw new Error(`Waited for ${pattern}, saw ${JSON.stringify(rest)}`);
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      clearTimeout(deadline);
    }
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill("SIGKILL");
  }
}
