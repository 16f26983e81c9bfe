/**
 * The front's side of the checker: when its process runs, what it was told, which questions wait. Nothing here ever holds up a
 * cell: a checker that is starting, busy, stuck or dead gives no answer, and that is all.
 *
 * T1 The checker knows the cells of this session in their order. A fresh process is told all of them again.
 * T2 A process that answers its next question for `STUCK_MS` with nothing is ended. A question at which two processes died is not asked again.
 */
import { fileURLToPath } from "node:url";
import type { CheckedCompletions, CheckedInspection, CheckerMessage, CheckerRequest } from "../check/check-protocol.ts";
import type { TypeDiagnostic } from "../check/type-diagnostic.ts";
import { type Clock, systemClock } from "./clock.ts";
import { CheckerProcess } from "./checker-process.ts";

export interface TypeCheckerOptions {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** For the user, once: the folder's tsconfig.json is broken, or types cannot be checked here. */
  readonly onNote: (text: string) => void;
  /** The checker's, where it is not the one that was built beside this. */
  readonly program?: string;
  readonly clock?: Clock;
}

export interface CheckedCell {
  readonly name: string;
  readonly code: string;
  /** False: its names are taken and nothing is said of it. */
  readonly reports: boolean;
  /** It runs only when it is right. */
  readonly onlyRunsRight: boolean;
}

type Question = Omit<Extract<CheckerRequest, { type: "complete" }>, "id"> | Omit<Extract<CheckerRequest, { type: "inspect" }>, "id"> | ({ readonly type: "check" } & CheckedCell);

type Named = readonly (readonly [name: string, kind: string])[];

interface Asked {
  readonly question: Question;
  answer: ((message: CheckerMessage | undefined) => void) | undefined;
  /** Processes that died while this was their next question. */
  deaths: number;
}

/** Longer than any check of a sane program, a first import of a large package among them; and than any answer about code that is being written. */
const STUCK_MS = { check: 60_000, complete: 5000, inspect: 5000 } as const;
const MOST_DEATHS = 3;
/** Older cells than these are forgotten by a fresh process. */
const MOST_REMEMBERED = 5000;

export class TypeChecker {
  readonly #options: TypeCheckerOptions;
  #process: CheckerProcess | undefined;
  #isReady = false;
  #isClosed = false;
  #lastId = 0;
  /** Asked of the running process and not answered, oldest first. */
  readonly #waiting = new Map<number, Asked>();
  /** T1. */
  #cells: Asked[] = [];
  readonly #names = new Map<string, string>();
  readonly #builtins = new Map<string, string>();
  #deathsInARow = 0;
  #cancelStuck: (() => void) | undefined;

  constructor(options: TypeCheckerOptions) {
    this.#options = options;
  }

  /** It can answer now; before that it is not waited for. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Does nothing when it runs, or has died too often to be of use. */
  start(): void {
    if (this.#process !== undefined || this.#isClosed || this.#deathsInARow >= MOST_DEATHS) return;
    // built beside every program: dist/checker.js
    const { folder, env, program = fileURLToPath(new URL("./checker.js", import.meta.url)) } = this.#options;
    const child: CheckerProcess = new CheckerProcess({ folder, env, program, onMessage: (message) => this.#onMessage(message), onEnd: (reason) => this.#onEnd(child, reason) });
    this.#process = child;
    if (this.#names.size > 0) child.send({ type: "learn", names: [...this.#names] });
    for (const cell of this.#cells) this.#send(child, cell); // T1
    this.#watch();
  }

  /** The next cell of the session. Undefined: it is no TypeScript, or there is nobody to ask. */
  async check(cell: CheckedCell): Promise<readonly TypeDiagnostic[] | undefined> {
    const asked: Asked = { question: { type: "check", ...cell }, answer: undefined, deaths: 0 };
    this.#cells.push(asked);
    if (this.#cells.length > MOST_REMEMBERED) this.#cells.shift();
    const message = await this.#ask(asked);
    if (message?.type !== "checked") return undefined;
    for (const note of message.notes) this.#options.onNote(note);
    return message.diagnostics;
  }

  /** Undefined when it gives no answer in time. */
  async complete(code: string, cursor: number, timeoutMs: number): Promise<CheckedCompletions | undefined> {
    const message = await this.#askWithin({ type: "complete", code, cursor }, timeoutMs);
    return message?.type === "completed" ? message : undefined;
  }

  async inspect(code: string, cursor: number, detail: 0 | 1, timeoutMs: number): Promise<CheckedInspection | undefined> {
    const message = await this.#askWithin({ type: "inspect", code, cursor, detail }, timeoutMs);
    return message?.type === "inspected" ? message.found : undefined;
  }

  /** Names that the session has. */
  learn(names: Named, builtins: Named): void {
    for (const [name, kind] of names) this.#names.set(name, kind);
    for (const [name, kind] of builtins) this.#builtins.set(name, kind);
    // TypeScript has its own of JavaScript's and Node's
    if (names.length > 0) this.#process?.send({ type: "learn", names });
  }

  hasName(name: string): boolean {
    return this.#names.has(name) || this.#builtins.has(name);
  }

  /** What is known of the session's names without asking anybody. */
  get names(): Iterable<readonly [name: string, kind: string]> {
    return new Map([...this.#builtins, ...this.#names]);
  }

  /** The session is a new one. */
  reset(): void {
    this.#cells = [];
    this.#names.clear();
    this.#process?.send({ type: "reset" });
  }

  async end(): Promise<void> {
    this.#isClosed = true;
    this.#cancelStuck?.();
    const ended = this.#process?.end();
    this.#giveUpAll();
    await ended;
  }

  #ask(asked: Asked): Promise<CheckerMessage | undefined> {
    return new Promise((resolve) => {
      asked.answer = resolve;
      if (this.#process !== undefined) this.#send(this.#process, asked);
      else if (this.#isClosed || this.#deathsInARow >= MOST_DEATHS) resolve(undefined);
    });
  }

  async #askWithin(question: Question, timeoutMs: number): Promise<CheckerMessage | undefined> {
    if (!this.#isReady) return undefined;
    const asked: Asked = { question, answer: undefined, deaths: 0 };
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), timeoutMs);
      void this.#ask(asked).then((message) => {
        clearTimeout(timer);
        resolve(message);
      });
    });
  }

  #send(child: CheckerProcess, asked: Asked): void {
    const id = ++this.#lastId;
    this.#waiting.set(id, asked);
    // a cell that was answered for has nothing more to report
    const question = asked.question.type === "check" ? { ...asked.question, reports: asked.question.reports && asked.answer !== undefined } : asked.question;
    child.send({ ...question, id });
    if (this.#waiting.size === 1) this.#watch();
  }

  #onMessage(message: CheckerMessage): void {
    this.#watch();
    if (message.type === "ready") {
      this.#isReady = true;
      return;
    }
    this.#deathsInARow = 0;
    const asked = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    this.#answer(asked, message);
  }

  #onEnd(child: CheckerProcess, reason: string): void {
    if (this.#process !== child || this.#isClosed) return;
    this.#process = undefined;
    this.#isReady = false;
    const [next] = this.#waiting.values();
    if (next !== undefined && ++next.deaths > 1) { // T2
      this.#answer(next, undefined);
      this.#cells = this.#cells.filter((cell) => cell !== next);
    }
    for (const asked of this.#waiting.values()) if (asked.question.type !== "check") this.#answer(asked, undefined);
    this.#waiting.clear();
    this.#deathsInARow += 1;
    if (this.#deathsInARow < MOST_DEATHS) return this.start();
    this.#cancelStuck?.();
    this.#options.onNote(`Types are not checked any more: the checker ended ${MOST_DEATHS} times (${reason.split("\n").at(-1) ?? ""}).`);
    this.#giveUpAll();
  }

  #answer(asked: Asked | undefined, message: CheckerMessage | undefined): void {
    const answer = asked?.answer;
    if (asked !== undefined) asked.answer = undefined;
    answer?.(message);
  }

  #giveUpAll(): void {
    for (const asked of [...this.#waiting.values(), ...this.#cells]) this.#answer(asked, undefined);
    this.#waiting.clear();
  }

  /** T2: from now on a sign of life is due, if anything is. */
  #watch(): void {
    this.#cancelStuck?.();
    if (this.#process === undefined || (this.#isReady && this.#waiting.size === 0)) return;
    const [next] = this.#waiting.values();
    const limitMs = STUCK_MS[this.#isReady ? (next?.question.type ?? "check") : "check"];
    this.#cancelStuck = (this.#options.clock ?? systemClock).after(limitMs, () => void this.#process?.end());
  }
}
