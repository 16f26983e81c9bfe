/** Controls of this session's code and its front: out through the output pipe, so that they keep their place among outputs; in as orders. */
import type { UiPort } from "../api/host.ts";
import type { Executions } from "./execution.ts";
import type { Output, UiControl, UiValue } from "./output.ts";
import type { OutputPipe } from "./output-pipe.ts";
import type { Uncut } from "./uncut-engine.ts";

export interface SessionUiParts {
  readonly executions: Executions;
  readonly pipe: Pick<OutputPipe, "output" | "lastExecution">;
  readonly uncut: Uncut;
}

export class SessionUi implements UiPort {
  readonly #parts: SessionUiParts;
  #touched: ((id: string, value: UiValue) => unknown) | undefined;

  constructor(parts: SessionUiParts) {
    this.#parts = parts;
  }

  put(controls: readonly UiControl[]): void {
    this.#say({ type: "ui", controls });
  }

  push(id: string, values: readonly number[]): void {
    // what is no number in JSON is a gap in the curve
    this.#say({ type: "ui-values", id, values });
  }

  hear(touched: (id: string, value: UiValue) => unknown): void {
    this.#touched = touched;
  }

  /** Runs what the session's code does about it. */
  touched(id: string, value: UiValue): void {
    this.#touched?.(id, value);
  }

  #say(output: Output): void {
    const { executions, pipe, uncut } = this.#parts;
    uncut.enterRuntime(); // half a message would spoil the next one
    try {
      pipe.output(executions.receiving?.id ?? pipe.lastExecution, output);
    } finally {
      uncut.leaveRuntime();
    }
  }
}
