/** The lines entered in earlier REPLs, in a file of the user: the newest 1,000, oldest first, a line each. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

export const HISTORY_LINES = 1000;

/** `RAY_TS_REPL_HISTORY`, else a file in the folder that the platform has for such things. An empty variable: no file. */
export function historyPath(env: NodeJS.ProcessEnv = process.env, platform: NodeJS.Platform = process.platform): string | undefined {
  const named = env["RAY_TS_REPL_HISTORY"];
  if (named !== undefined) return named === "" ? undefined : named;
  if (platform === "win32") return join(env["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local"), "ray-ts", "repl-history");
  return join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "ray-ts", "repl-history");
}

export class History {
  readonly #path: string | undefined;
  #complain: (message: string) => void;

  /** `complain` hears once why lines cannot be kept. */
  constructor(path: string | undefined, complain: (message: string) => void) {
    this.#path = path;
    this.#complain = complain;
  }

  /** Oldest first. */
  load(): string[] {
    const path = this.#path;
    if (path === undefined) return [];
    return this.#try([], () => {
      if (!existsSync(path)) return [];
      const lines = readFileSync(path, "utf8").split("\n").filter((line) => line !== "");
      if (lines.length <= HISTORY_LINES) return lines;
      const newest = lines.slice(-HISTORY_LINES);
      // under another name first: two REPLs may end at once
      writeFileSync(`${path}.${process.pid}`, newest.join("\n") + "\n", { mode: 0o600 });
      renameSync(`${path}.${process.pid}`, path);
      return newest;
    });
  }

  /** Written at once: a REPL whose terminal is closed has lost nothing. */
  add(line: string): void {
    const path = this.#path;
    if (path === undefined || line.trim() === "") return;
    this.#try(undefined, () => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      appendFileSync(path, line + "\n", { mode: 0o600 });
    });
  }

  #try<T>(otherwise: T, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#complain(`History is not kept: ${(error as Error).message}`);
      this.#complain = () => {};
      return otherwise;
    }
  }
}
