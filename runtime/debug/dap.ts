/**
 * The Debug Adapter Protocol, as far as it is spoken here, with Jupyter's additions.
 * https://microsoft.github.io/debug-adapter-protocol/specification
 */

export type Arguments = Readonly<Record<string, unknown>>;
export type Body = Readonly<Record<string, unknown>>;

export interface DapResponse {
  readonly type: "response";
  readonly seq: number;
  readonly request_seq: number;
  readonly success: boolean;
  readonly command: string;
  readonly message?: string;
  readonly body?: Body;
}

export interface DapEvent {
  readonly type: "event";
  readonly seq: number;
  readonly event: string;
  readonly body?: Body;
}

export interface Source {
  readonly name: string;
  readonly path: string;
}

export interface StackFrame {
  readonly id: number;
  readonly name: string;
  readonly source: Source;
  readonly line: number;
  readonly column: number;
  readonly presentationHint?: "subtle";
}

export interface Scope {
  readonly name: string;
  readonly variablesReference: number;
  readonly expensive: boolean;
}

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly type?: string;
  /** 0: there is nothing inside. */
  readonly variablesReference: number;
  readonly evaluateName?: string;
  readonly namedVariables?: number;
  readonly indexedVariables?: number;
}

/** The main thread: the only one that runs cells. */
export const THREAD = { id: 1, name: "main" } as const;
