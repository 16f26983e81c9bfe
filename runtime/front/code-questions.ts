/**
 * Questions about code while it is written: what could stand at the cursor, what a name is. TypeScript and the session are asked at
 * once; neither is waited for where the other's answer will do, for the session may be in a loop and the checker starting.
 */
import { isComplete, type Completeness } from "../compile/is-complete.ts";
import { completeMagics, describeMagic } from "../magics/complete-magics.ts";
import type { ReadCell } from "../magics/read-magics.ts";
import type { MimeBundle } from "../session/output.ts";
import type { FrontMessage, SessionInspection, SessionMessage } from "../session/session-protocol.ts";
import { elapsed, systemClock } from "./clock.ts";
import { completePath } from "./complete-path.ts";
import { type JoinedCompletions, joinCompletions } from "./join-completions.ts";
import { joinInspection } from "./join-inspection.ts";
import { PendingRequests } from "./pending-requests.ts";
import type { TypeChecker } from "./type-checker.ts";

/** A session that runs a synchronous loop answers no question. */
const ANSWER_MS = 1000;
/** How long the session may take where its answer only adds to what is known without it, and where nothing is. */
const VALUES_MS = 20;
const ONLY_VALUES_MS = 250;
/** How long TypeScript may take. */
const TYPES_MS = 1000;

type Completed = Extract<SessionMessage, { type: "completed" }>;

export interface CodeQuestionsParts {
  readonly folder: string;
  readonly checker: TypeChecker;
  /** What of a text is TypeScript. */
  readonly read: (code: string) => ReadCell;
  /** False when there is no session that could hear it. */
  readonly ask: (message: FrontMessage) => boolean;
}

export class CodeQuestions {
  readonly #parts: CodeQuestionsParts;
  readonly #completions = new PendingRequests<Completed>();
  readonly #inspections = new PendingRequests<SessionInspection>();

  constructor(parts: CodeQuestionsParts) {
    this.#parts = parts;
  }

  async complete(text: string, cursor: number): Promise<JoinedCompletions> {
    const { checker, ask, read } = this.#parts;
    const { code, magics } = read(text);
    const ofMagics = completeMagics(text, cursor, magics);
    if (ofMagics !== undefined) {
      const { start, end, path } = ofMagics;
      const paths = path === undefined ? [] : completePath(path, this.#parts.folder).map((found) => ({ text: found, type: "path" }));
      return { matches: [...ofMagics.matches, ...paths], start, end, statement: start };
    }
    checker.start();
    const values = this.#completions.ask((id) => { if (!ask({ type: "complete", id, code, cursor })) this.#completions.answer(id, undefined); }, ANSWER_MS);
    const patience = elapsed(VALUES_MS, systemClock);
    const checked = await checker.complete(code, cursor, TYPES_MS);
    const known = joinCompletions(code, cursor, { checked, session: undefined, names: checker.names });
    const limit = known.matches.length > 0 ? patience : checked === undefined ? values : elapsed(ONLY_VALUES_MS, systemClock);
    const session = await Promise.race([values, limit]);
    return session === undefined ? known : joinCompletions(code, cursor, { checked, session, names: [] });
  }

  async inspect(text: string, cursor: number, detail: 0 | 1): Promise<{ readonly found: boolean; readonly data: MimeBundle }> {
    const { checker, ask, read } = this.#parts;
    const { code, magics } = read(text);
    const help = describeMagic(cursor, magics);
    if (help !== undefined) return { found: true, data: { "text/plain": help } };
    checker.start();
    const values = this.#inspections.ask((id) => { if (!ask({ type: "inspect", id, code, cursor, detail })) this.#inspections.answer(id, undefined); }, ANSWER_MS);
    const patience = elapsed(VALUES_MS, systemClock);
    const checked = await checker.inspect(code, cursor, detail, TYPES_MS);
    return joinInspection(checked, await (checked === undefined ? values : Promise.race([values, patience])), detail);
  }

  /** By the parser alone. A cell that is to be repeated and has nothing in it is waited for. */
  isComplete(text: string): Completeness {
    const { code, magics } = this.#parts.read(text);
    if (code.trim() === "" && magics.some(({ isCell, wantsHelp }) => isCell && !wantsHelp)) return { status: "incomplete", indent: "" };
    return isComplete(code);
  }

  answered(message: Extract<SessionMessage, { type: "completed" | "inspected" }>): void {
    if (message.type === "completed") this.#completions.answer(message.id, message);
    else this.#inspections.answer(message.id, message);
  }

  /** The session is gone. */
  giveUp(): void {
    this.#completions.answerAll(undefined);
    this.#inspections.answerAll(undefined);
  }
}
