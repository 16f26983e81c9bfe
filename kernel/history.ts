/**
 * The kernel's history on disk: JSON lines, appended by every kernel of the user, read when a client asks.
 *
 * A line is `{"session": ID, "started": DATE}` or `{"session": ID, "line": 3, "input": …, "output": …}`. Sessions have no
 * number of their own: it is their place among the file's session lines, so kernels that start at once cannot take the same.
 */
import { randomUUID } from "node:crypto";
import { appendFileSync, chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { matchesGlob } from "./glob.ts";

export interface HistoryEntry {
  readonly session: number;
  readonly line: number;
  readonly input: string;
  readonly output: string | null;
}

const TRIM_ABOVE_BYTES = 8 << 20;
const OUTPUT_CHARACTERS = 4096;

export function defaultHistoryFile(env: NodeJS.ProcessEnv): string {
  if (env["RAY_TS_HISTORY"]) return env["RAY_TS_HISTORY"];
  return join(env["XDG_STATE_HOME"] || join(homedir(), ".local", "state"), "ray-ts", "history");
}

export class History {
  readonly #file: string;
  readonly #log: (text: string) => void;
  readonly #session: string = randomUUID();
  #isBroken = false;

  constructor(file: string, log: (text: string) => void) {
    this.#file = file;
    this.#log = log;
    this.#try("begin", () => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      trim(file);
      appendLine(file, { session: this.#session, started: new Date().toISOString() });
      // cells may hold secrets
      chmodSync(file, 0o600);
    });
  }

  /** `session`: a subshell's, which has lines of its own. */
  append(line: number, input: string, output: string | undefined, session = this.#session): void {
    this.#try("write", () => appendLine(this.#file, { session, line, input, ...(output === undefined ? {} : { output: output.slice(0, OUTPUT_CHARACTERS) }) }));
  }

  tail(count: number): HistoryEntry[] {
    return count <= 0 ? [] : this.#read(this.#session).entries.slice(-count);
  }

  /** Session 0 is this one (or the subshell's `own`), -1 the one before; lines from `start` up to `stop`, without `stop`. */
  range(session: number, start: number, stop: number | undefined, own = this.#session): HistoryEntry[] {
    const { entries, current } = this.#read(own);
    const wanted = session <= 0 ? current + session : session;
    return entries
      .filter((entry) => entry.session === wanted && entry.line >= start && (stop === undefined || entry.line < stop))
      .map((entry) => (session === 0 ? { ...entry, session: 0 } : entry));
  }

  /** The last `count` inputs that match a glob pattern (`*`, `?`) as a whole; `unique` keeps the newest of equal ones. */
  search(pattern: string, count: number | undefined, unique: boolean): HistoryEntry[] {
    let found = this.#read(this.#session).entries.filter((entry) => matchesGlob(pattern, entry.input));
    if (unique) found = [...new Map(found.toReversed().map((entry) => [entry.input, entry] as const).toReversed()).values()].sort(byPlace);
    return count === undefined ? found : count <= 0 ? [] : found.slice(-count);
  }

  #read(own: string): { entries: HistoryEntry[]; current: number } {
    let text = "";
    this.#try("read", () => { text = readFileSync(this.#file, "utf8"); });
    const { entries, sessions } = parseHistory(text);
    return { entries, current: sessions.get(own) ?? sessions.size + 1 };
  }

  /** A kernel without a history file works; it says so once. */
  #try(what: string, act: () => void): void {
    if (this.#isBroken) return;
    try {
      act();
    } catch (error) {
      this.#isBroken = true;
      this.#log(`cannot ${what} the history ${this.#file}: ${(error as Error).message}. Set RAY_TS_HISTORY to a file that can be written.`);
    }
  }
}

export function parseHistory(text: string): { entries: HistoryEntry[]; sessions: Map<string, number> } {
  const sessions = new Map<string, number>();
  const entries: HistoryEntry[] = [];
  for (const row of text.split("\n")) {
    const found = parseRow(row);
    if (found === undefined) continue;
    const id = String(found["session"]);
    if (!sessions.has(id)) sessions.set(id, sessions.size + 1);
    if (typeof found["input"] !== "string" || typeof found["line"] !== "number") continue;
    const output = typeof found["output"] === "string" ? found["output"] : null;
    entries.push({ session: sessions.get(id) as number, line: found["line"], input: found["input"], output });
  }
  return { entries: entries.sort(byPlace), sessions };
}

/** A line cut by a crash or a full disk is passed over. */
function parseRow(row: string): Record<string, unknown> | undefined {
  if (row === "") return undefined;
  try {
    const value = JSON.parse(row) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const byPlace = (a: HistoryEntry, b: HistoryEntry): number => a.session - b.session || a.line - b.line;

function appendLine(file: string, row: object): void {
  appendFileSync(file, JSON.stringify(row) + "\n", { mode: 0o600 });
}

/** Keeps the newer half of a file that has grown long. */
function trim(file: string): void {
  const sizeBytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes <= TRIM_ABOVE_BYTES) return;
  const text = readFileSync(file, "utf8");
  const rest = text.slice(text.indexOf("\n", text.length >> 1) + 1);
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, rest, { mode: 0o600 });
  renameSync(temporary, file);
}
