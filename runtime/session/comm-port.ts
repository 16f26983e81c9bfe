/** Comms between this session's code and its front: out through the output pipe, so that they keep their place among outputs; in as orders. */
import type { CommPort } from "../api/host.ts";
import type { Executions } from "./execution.ts";
import type { CommMessage } from "./output.ts";
import type { OutputPipe } from "./output-pipe.ts";
import type { Uncut } from "./uncut-engine.ts";

export interface SessionCommsParts {
  readonly executions: Executions;
  readonly pipe: Pick<OutputPipe, "output" | "lastExecution">;
  readonly uncut: Uncut;
}

export class SessionComms implements CommPort {
  readonly #parts: SessionCommsParts;
  #heard: ((message: CommMessage) => void) | undefined;

  constructor(parts: SessionCommsParts) {
    this.#parts = parts;
  }

  post(message: CommMessage): void {
    const buffers = message.buffers.map((bytes) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"));
    this.#put({ type: "comm", message: { ...message, buffers } });
  }

  take(target: string, isTaken: boolean): void {
    this.#put({ type: "comm-target", target, isTaken });
  }

  hear(heard: (message: CommMessage) => void): void {
    this.#heard = heard;
  }

  /** A client's message: runs what the session's code does about it. */
  receive(message: CommMessage): void {
    this.#heard?.(message);
  }

  #put(output: Parameters<OutputPipe["output"]>[1]): void {
    const { executions, pipe, uncut } = this.#parts;
    uncut.enterRuntime(); // half a message would spoil the next one
    try {
      pipe.output(executions.receiving?.id ?? pipe.lastExecution, output);
    } finally {
      uncut.leaveRuntime();
    }
  }
}
