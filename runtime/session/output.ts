/** What a cell can put out, knowing no front: the kernel turns these into Jupyter messages, the REPL into text. */

export type MimeBundle = Readonly<Record<string, unknown>>;

export interface OutputError {
  readonly ename: string;
  readonly evalue: string;
  /** Lines for a person, without colour codes; the last frames are those of cells, files and workers, never ours. */
  readonly traceback: readonly string[];
}

/** What a live view shows; the front's fold over the head's events keeps it up to date. */
export type ViewDescriptor =
  | { readonly kind: "object-ref"; readonly refs: readonly string[] }
  | { readonly kind: "object-refs"; readonly refs: readonly string[] }
  /** One bar over all of them; `startedAt`: when it was asked for. */
  | { readonly kind: "progress"; readonly refs: readonly string[]; readonly label?: string; readonly startedAt: number }
  | { readonly kind: "actor"; readonly actor: string; readonly className: string; readonly methods?: readonly string[] }
  | { readonly kind: "cluster" }
  /** Who ran what when, of a cell's work; without a cell of the last one that submitted any. */
  | { readonly kind: "timeline"; readonly cell?: string }
  /** Rows as a table; `total`: how many there are. They do not change any more. */
  | { readonly kind: "rows"; readonly title: string; readonly rows: readonly Readonly<Record<string, unknown>>[]; readonly total: number }
  /** An error and where it was thrown, each stack under its title. */
  | { readonly kind: "error"; readonly text: string; readonly where?: string; readonly stacks: readonly { readonly title: string; readonly stack: string }[] };

/**
 * What goes over a comm, either way. Buffers are bytes, or base64 where the message travels as JSON.
 * https://jupyter-client.readthedocs.io/en/latest/messaging.html, "Custom Messages".
 */
export interface CommMessage<Bytes = Uint8Array> {
  readonly what: "open" | "msg" | "close";
  readonly comm: string;
  /** Of an `open`. */
  readonly target?: string;
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Bytes[];
}

export type Output =
  | { readonly type: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | { readonly type: "display"; readonly data: MimeBundle; readonly metadata: Readonly<Record<string, unknown>>; readonly displayId?: string; readonly update: boolean }
  /** `snapshot` holds the rows known when it was shown (EngineEvent[]); `isResult`: it is the cell's value. */
  | { readonly type: "view"; readonly view: ViewDescriptor; readonly snapshot: readonly unknown[]; readonly displayId: string; readonly isResult: boolean }
  /** With a `displayId` it is a live view: later `display` outputs with `update` change it. */
  | { readonly type: "result"; readonly data: MimeBundle; readonly metadata: Readonly<Record<string, unknown>>; readonly displayId?: string }
  | { readonly type: "clear"; readonly wait: boolean }
  /** The session's code opens a comm, says something on it, or closes it. */
  | { readonly type: "comm"; readonly message: CommMessage<string> }
  /** From here on the session's code takes what a client opens for this target, or does no longer. */
  | { readonly type: "comm-target"; readonly target: string; readonly isTaken: boolean };
