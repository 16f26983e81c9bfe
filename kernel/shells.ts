/**
 * The main shell and its subshells (JEP 91): each runs its requests in order, beside the others, and counts for itself. All share
 * one session, so a subshell's cell goes on when the main one's awaits, and the other way round.
 * https://jupyter.org/enhancement-proposals/91-kernel-subshells/kernel-subshells.html
 */
import { randomUUID } from "node:crypto";
import { ExecutionQueue } from "./execution-queue.ts";
import type { Message } from "./wire/message.ts";

export class Shell {
  /** Undefined for the main one. */
  readonly id: string | undefined;
  readonly queue: ExecutionQueue;
  /** Whose entries in the history it calls session 0; undefined for the kernel's own. */
  readonly historySession: string | undefined;
  /** Cells that stored history so far: the `n` of the last `In[n]`. */
  executionCount = 0;
  /** The request whose cell runs. */
  running: Message | undefined;
  readonly #label: string;

  constructor(id: string | undefined, label: string, afterArrivals: () => Promise<void>) {
    this.id = id;
    this.historySession = id;
    this.#label = label;
    this.queue = new ExecutionQueue(afterArrivals);
  }

  /** What the cell with this number is called: `In[3]`, in the second subshell `In[s2.3]`. */
  cellName(count: number | "*"): string {
    return `In[${this.#label}${count}]`;
  }
}

export class Shells {
  readonly main: Shell;
  readonly #afterArrivals: () => Promise<void>;
  readonly #children = new Map<string, Shell>();
  #made = 0;

  /** `afterArrivals` resolves when requests that have reached the process are in their queues. */
  constructor(afterArrivals: () => Promise<void>) {
    this.#afterArrivals = afterArrivals;
    this.main = new Shell(undefined, "", afterArrivals);
  }

  get isBusy(): boolean {
    return [this.main, ...this.#children.values()].some(({ running }) => running !== undefined);
  }

  get ids(): string[] {
    return [...this.#children.keys()];
  }

  create(): string {
    const id = randomUUID();
    this.#children.set(id, new Shell(id, `s${++this.#made}.`, this.#afterArrivals));
    return id;
  }

  /** A cell that runs there ends as it would; those that wait are aborted. Throws for an unknown id. */
  delete(id: unknown): void {
    const shell = this.#child(id);
    this.#children.delete(shell.id as string);
    shell.queue.abortWaiting();
  }

  /** The shell that a request is for. Throws when it names one that is not there. */
  of(request: Message): Shell {
    const id = request.header.subshell_id;
    return id === undefined || id === null ? this.main : this.#child(id);
  }

  #child(id: unknown): Shell {
    const shell = typeof id === "string" ? this.#children.get(id) : undefined;
    if (shell === undefined) throw new UnknownSubshellError(`There is no subshell ${JSON.stringify(id)}: it was deleted, or is another kernel's. Make one with a create_subshell_request.`);
    return shell;
  }
}

export class UnknownSubshellError extends Error {
  override readonly name = "UnknownSubshellError";
}
