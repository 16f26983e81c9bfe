/**
 * Magics in a front: it finds them in a cell's text, and does what is the front's (a fresh session, how types are checked, a file's
 * text) before the cell runs. What is left goes to the session with the cell.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { isTypeCheckMode, TYPE_CHECK_MODES, type TypeCheckMode } from "../check/type-diagnostic.ts";
import { type MagicCall, magicNamed } from "../magics/magic.ts";
import { type ReadCell, readMagics } from "../magics/read-magics.ts";
import type { OutputError } from "../session/output.ts";
import type { CellRequest } from "./front.ts";

/** A cell as the session and the checker are to have it. */
export interface ReadRequest extends CellRequest {
  readonly magics: readonly MagicCall[];
  /** As it was written. */
  readonly written: string;
  /** What the cell is to hold from now on. */
  readonly nextInput?: string;
}

export interface FrontMagicsParts {
  readonly folder: string;
  /** Cells can be given another text. */
  readonly fillsCells: boolean;
  /** Whether the session has such a name. */
  readonly hasName: (name: string) => boolean;
  /** Undefined: which mode it is. */
  readonly typeCheck: (mode: TypeCheckMode | undefined) => TypeCheckMode;
  readonly reset: () => Promise<void>;
  readonly print: (text: string, cell: number) => void;
}

const MEANING: Readonly<Record<TypeCheckMode, string>> = {
  warn: "cells run, and their type errors show under them",
  error: "a cell with type errors does not run",
  off: "types are not checked",
};
/** What every session has, before its first report. */
const SESSION_NAMES = new Set(["ray", "ObjectRef", "require", "prompt", "Out", "_"]);

class UsageError extends Error {}

export class FrontMagics {
  readonly #parts: FrontMagicsParts;

  constructor(parts: FrontMagicsParts) {
    this.#parts = parts;
  }

  /** What of a text is TypeScript, and what magics are in it. */
  readonly read = (code: string): ReadCell => readMagics(code, (name) => this.#parts.hasName(name) || SESSION_NAMES.has(name) || name in globalThis);

  /** Does what is to be done before the cell runs. Gives the cell, or why it cannot run. */
  async begin(request: CellRequest, cell: number): Promise<ReadRequest | OutputError> {
    const { code, magics, problem }: ReadCell = request.mayHaveMagics === false ? { code: request.code, magics: [] } : this.read(request.code);
    const isOurs = ({ name, wantsHelp }: MagicCall): boolean => !wantsHelp && magicNamed(name)?.place === "front";
    try {
      if (problem !== undefined) throw new UsageError(problem);
      let begun: ReadRequest = { ...request, code, magics: magics.filter((call) => !isOurs(call)), written: request.code };
      for (const call of magics.filter(isOurs)) begun = { ...begun, ...(await this.#run(call, cell)) };
      return begun;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return { ename: "UsageError", evalue: error.message, traceback: [`UsageError: ${error.message}`] };
    }
  }

  async #run({ name, text }: MagicCall, cell: number): Promise<Partial<ReadRequest>> {
    if (name === "typecheck") this.#typeCheck(text, cell);
    else if (name === "reset") await this.#reset(text, cell);
    else return this.#load(text);
    return {};
  }

  #typeCheck(text: string, cell: number): void {
    if (text !== "" && !isTypeCheckMode(text)) throw new UsageError(`%typecheck ${text}: there is no such mode. It is one of ${TYPE_CHECK_MODES.join(", ")}.`);
    const mode = this.#parts.typeCheck(text === "" ? undefined : (text as TypeCheckMode));
    this.#parts.print(`%typecheck ${mode}: ${MEANING[mode]}\n`, cell);
  }

  async #reset(text: string, cell: number): Promise<void> {
    // `-f` is how IPython is told not to ask
    if (text !== "" && text !== "-f") throw new UsageError(`%reset ${text}: write %reset.`);
    await this.#parts.reset();
    this.#parts.print("A fresh session: no variables, no modules, no timers. The cluster and its detached actors are kept.\n", cell);
  }

  async #load(text: string): Promise<Partial<ReadRequest>> {
    const path = text.replace(/^(["'])(.*)\1$/, "$2");
    if (path === "") throw new UsageError("%load needs a file: %load work.ts");
    const loaded = await readFile(resolve(this.#parts.folder, path), "utf8").catch((error: Error) => {
      throw new UsageError(`%load ${path} from ${this.#parts.folder}: ${error.message}`);
    });
    return this.#parts.fillsCells ? { nextInput: `// %load ${path}\n${loaded}` } : { code: loaded, written: loaded };
  }
}
