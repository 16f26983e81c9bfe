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
  /** Controls of the session's code, `root` and what is in it. */
  | { readonly kind: "ui"; readonly root: string }
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

/** A method of an actor that hears of a control itself, also while a cell is busy. */
export interface BoundMethod {
  readonly actor: string;
  readonly className: string;
  readonly method: string;
}

/** What a control is set to; a button has nothing to be set to. */
export type UiValue = number | string | null;

/** What `ray.ui` makes, as everybody who draws it knows it. */
export type UiControl = { readonly id: string } & (
  | { readonly control: "button"; readonly label: string; readonly bound?: BoundMethod }
  | { readonly control: "slider"; readonly label: string; readonly min: number; readonly max: number; readonly step: number; readonly value: number; readonly bound?: BoundMethod }
  | { readonly control: "select"; readonly label: string; readonly options: readonly string[]; readonly value: string; readonly bound?: BoundMethod }
  | { readonly control: "text"; readonly label: string; readonly value: string; readonly placeholder: string; readonly bound?: BoundMethod }
  | { readonly control: "table"; readonly rows: readonly Readonly<Record<string, unknown>>[] }
  /** The last `keep` numbers; `watches`: of a field of an actor, which its process tells. */
  | { readonly control: "chart"; readonly label: string; readonly values: readonly number[]; readonly keep: number; readonly watches?: { readonly actor: string; readonly field: string } }
  /** Base64. */
  | { readonly control: "image"; readonly mime: string; readonly data: string; readonly alt: string }
  | { readonly control: "row" | "column"; readonly of: readonly ({ readonly text: string } | { readonly id: string })[] }
);

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
  /** Controls that are new or have changed; `values` are numbers that a chart gets. */
  | { readonly type: "ui"; readonly controls: readonly UiControl[] }
  | { readonly type: "ui-values"; readonly id: string; readonly values: readonly number[] }
  /** From here on the session's code takes what a client opens for this target, or does no longer. */
  | { readonly type: "comm-target"; readonly target: string; readonly isTaken: boolean };
