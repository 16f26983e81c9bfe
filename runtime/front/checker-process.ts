/**
 * One checker process: started, asked, ended. It leads a process group of its own, in which TypeScript's server is too, so that both
 * go at once. What becomes of unanswered questions is for `type-checker.ts`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import type { CheckerMessage, CheckerOrder } from "../check/check-protocol.ts";

export interface CheckerProcessOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly program: string;
  readonly onMessage: (message: CheckerMessage) => void;
  /** Once; `reason` is its last words, or how it ended. */
  readonly onEnd: (reason: string) => void;
}

/** Of what it wrote to standard error. */
const LAST_WORDS = 2000;

export class CheckerProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #lastWords = "";

  constructor({ folder, env, program, onMessage, onEnd }: CheckerProcessOptions) {
    const { JPY_PARENT_PID: _ofTheFront, NODE_OPTIONS: _ofCells, ...inherited } = env;
    this.#child = spawn(process.execPath, ["--max-semi-space-size=4", program], {
      cwd: folder,
      env: inherited,
      detached: true,
      windowsHide: true,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => { this.#lastWords = (this.#lastWords + text).slice(-LAST_WORDS); });
    this.#child.on("message", (message: CheckerMessage) => onMessage(message));
    this.#ended = new Promise((resolve) => {
      const end = (how: string): void => {
        this.#kill();
        resolve();
        onEnd(this.#lastWords.trim() || how);
      };
      this.#child.once("error", (error) => { if (this.#child.pid === undefined) end(error.message); });
      this.#child.once("exit", (code, signal) => end(signal === null ? `exit code ${code}` : signal));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  send(order: CheckerOrder): void {
    // a closed channel means that the process is ending, which `onEnd` tells
    if (this.#child.connected) this.#child.send(order, () => undefined);
  }

  /** It keeps nothing that would have to be saved. */
  end(): Promise<void> {
    this.#kill();
    return this.#ended;
  }

  #kill(): void {
    const { pid } = this.#child;
    if (pid === undefined) return;
    if (process.platform === "win32") return void this.#child.kill("SIGKILL");
    try {
      process.kill(-pid, "SIGKILL");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // the group is empty; macOS says EPERM where only zombies are left
      if (code !== "ESRCH" && code !== "EPERM") throw error;
    }
  }
}
