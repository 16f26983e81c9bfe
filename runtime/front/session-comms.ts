/**
 * The comms of the session's code, as the front must know them while the session is busy or gone: which are open, which
 * targets its code takes, which cell each belongs to, and what runs because of them. Pure.
 */
import type { CommMessage, Output } from "../session/output.ts";

export type CommOutput = Extract<Output, { type: "comm" | "comm-target" }>;

interface Belonging {
  readonly target: string;
  readonly cell: number;
}

/** What the code of older messages prints much later goes to the last cell. */
const REMEMBERED_RUNS = 1000;

export class SessionComms {
  readonly #open = new Map<string, Belonging>();
  readonly #targets = new Map<string, number>();
  /** Executions that a client's message started, and the cells that they belong to. */
  readonly #runs = new Map<number, number>();
  readonly #underWay = new Set<number>();
  readonly #waiting = new Map<number, () => void>();

  /** Comms that are open, with their targets. */
  get open(): ReadonlyMap<string, { readonly target: string }> {
    return this.#open;
  }

  /** Executions whose code may be in a loop. */
  get underWay(): readonly number[] {
    return [...this.#underWay];
  }

  /** The cell that an execution belongs to; a cell's own belongs to itself. */
  cellOf(execution: number): number {
    return this.#runs.get(execution) ?? execution;
  }

  /** Notes what the session's code says; gives the message that goes to clients, if one does. */
  said(output: CommOutput, cell: number): CommMessage | undefined {
    if (output.type === "comm-target") {
      if (output.isTaken) this.#targets.set(output.target, cell);
      else this.#targets.delete(output.target);
      return undefined;
    }
    const { message } = output;
    if (message.what === "open") this.#open.set(message.comm, { target: message.target ?? "", cell });
    if (message.what === "close") this.#open.delete(message.comm);
    return { ...message, buffers: message.buffers.map((base64) => Buffer.from(base64, "base64")) };
  }

  /** The cell whose code will hear what a client says; undefined when no code will. */
  heard({ what, comm, target = "" }: CommMessage): number | undefined {
    if (what !== "open") {
      const cell = this.#open.get(comm)?.cell;
      if (what === "close") this.#open.delete(comm);
      return cell;
    }
    const cell = this.#targets.get(target);
    if (cell !== undefined) this.#open.set(comm, { target, cell });
    return cell;
  }

  began(execution: number, cell: number): void {
    this.#underWay.add(execution);
    this.#runs.set(execution, cell);
    const oldest = this.#runs.keys().next();
    if (this.#runs.size > REMEMBERED_RUNS && !oldest.done) this.#runs.delete(oldest.value);
  }

  ended(execution: number): void {
    this.#underWay.delete(execution);
    this.#waiting.get(execution)?.();
    this.#waiting.delete(execution);
  }

  /** Resolves when the execution has ended, or the session is gone. */
  whenEnded(execution: number): Promise<void> {
    return new Promise((resolve) => { this.#waiting.set(execution, resolve); });
  }

  /** The session is gone: what clients are to hear of each comm, and in whose cell. */
  end(): { readonly message: CommMessage; readonly cell: number }[] {
    const closed = [...this.#open].map(([comm, { cell }]) => ({ message: { what: "close", comm, data: {}, metadata: {}, buffers: [] } as const, cell }));
    this.#open.clear();
    this.#targets.clear();
    for (const execution of [...this.#underWay]) this.ended(execution);
    return closed;
  }
}
