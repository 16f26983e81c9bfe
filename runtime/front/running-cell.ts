/**
 * The cell that runs, from its start to its result. Pure but for its promise.
 *
 * The result needs three things in any order: the session's reply, and the end mark on each output pipe.
 */
import type { Output, OutputError } from "../session/output.ts";
import type { ExecuteReply } from "../session/session-protocol.ts";
import type { CellResult } from "./front.ts";

const OUTPUT_PIPES = 2;

export class RunningCell {
  readonly id: number;
  readonly name: string;
  readonly result: Promise<CellResult>;
  /** Resolves when it is to stop. */
  readonly interrupted: Promise<undefined>;
  /** The session has the cell: its death is this cell's. */
  wasSent = false;
  isSettled = false;
  isInterrupted = false;
  #resolve: (result: CellResult) => void = () => undefined;
  #stop: (nothing: undefined) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #held: Output[] = [];
  #reply: ExecuteReply | undefined;
  #endedPipes = 0;

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.interrupted = new Promise((resolve) => { this.#stop = resolve; });
    // it may fail before anybody waits for it
    this.result.catch(() => undefined);
  }

  replied(reply: ExecuteReply): void {
    if (reply.id !== this.id) return;
    this.#reply = reply;
    this.#settleIfWhole();
  }

  outputEnded(execution: number): void {
    if (execution !== this.id) return;
    this.#endedPipes += 1;
    this.#settleIfWhole();
  }

  /** An output to be put out when the cell is done. */
  hold(output: Output): void {
    this.#held.push(output);
  }

  takeHeld(): readonly Output[] {
    return this.#held.splice(0);
  }

  /** True when the session is to be told: it has the cell. */
  interrupt(): boolean {
    this.isInterrupted = true;
    this.#stop(undefined);
    return this.wasSent;
  }

  stopBeforeStart(): void {
    const error = { ename: "InterruptedError", evalue: "Interrupted before it began", traceback: ["InterruptedError: Interrupted before it began"] };
    this.#settle({ status: "error", error, interrupted: true, sessionDied: false });
  }

  /** It does not run, for this reason. */
  refuse(error: OutputError): void {
    this.#settle({ status: "error", error, interrupted: false, sessionDied: false });
  }

  sessionDied(error: OutputError, exitCode?: number): void {
    this.#settle({ status: "error", error, interrupted: this.isInterrupted, sessionDied: true, ...(exitCode !== undefined && { exitCode }) });
  }

  fail(error: Error): void {
    this.isSettled = true;
    this.#reject(error);
  }

  #settleIfWhole(): void {
    if (this.#reply === undefined || this.#endedPipes < OUTPUT_PIPES) return;
    const { type: _type, id: _id, ...result } = this.#reply;
    this.#settle({ ...result, sessionDied: false });
  }

  #settle(result: CellResult): void {
    this.isSettled = true;
    this.#resolve(result);
  }
}
