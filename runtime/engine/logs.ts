/** What can be read of the logs of a running cluster. */

export interface LogWanted {
  /** Of a worker (its name or pid), an actor or a task; `head`. */
  readonly id?: string;
  /** An actor's name, id or class. */
  readonly actor?: string;
  /** A task's name or id. */
  readonly task?: string;
  readonly stream?: "stdout" | "stderr";
  /** The newest so many lines; all if not given. */
  readonly tail?: number;
}

export interface LogLines {
  readonly lines: readonly string[];
  /** What comes after them. */
  follow(): AsyncGenerator<string, void, undefined>;
  close(): void;
}

/** One log: a worker's, or the head's. */
export interface LogInfo {
  /** A worker's name, or `head`. */
  readonly log: string;
  readonly pid?: number;
  readonly actor?: string;
  readonly className?: string;
  readonly actorName?: string;
  readonly namespace?: string;
  readonly sizeBytes: number;
}
