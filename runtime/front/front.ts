/**
 * A front's side of a session: it starts the session process, feeds it cells, reads its output in order, interrupts it,
 * replaces it when it died, owns the cluster's head and keeps live views up to date. The kernel, the REPL and notebook
 * tests are thin programs over this interface. It never runs user code.
 */
import type { TypeCheckMode } from "../check/type-diagnostic.ts";
import type { OpenInspector } from "../debug/inspector.ts";
import type { ExecuteReply } from "../session/session-protocol.ts";
import type { CommMessage, MimeBundle } from "../session/output.ts";
import type { JoinedCompletions } from "./join-completions.ts";
import type { FrontOutput } from "./front-output.ts";
import type { ViewRequest, ViewWatch } from "./view-desk.ts";
import type { ViewMessage } from "./view-watches.ts";

export type { FrontOutput };

export interface CellRequest {
  readonly code: string;
  /** `In[3]`. */
  readonly name: string;
  readonly silent?: boolean;
  /** Cells of one lane run one after the other; those of another lane run beside them, in the same session. */
  readonly lane?: string;
  /** False: a file's text, in which all is TypeScript. */
  readonly mayHaveMagics?: boolean;
  /** A silent cell's types are not checked, unless this says so. */
  readonly checksTypes?: boolean;
  readonly userExpressions?: Readonly<Record<string, string>>;
}

export interface CellResult extends Omit<ExecuteReply, "type" | "id"> {
  /** The session died in this cell; a fresh one has been started (its state is new, the cluster is the old one). */
  readonly sessionDied: boolean;
  /** What the cell gave to `process.exit`. */
  readonly exitCode?: number;
  /** What the cell is to hold from now on; only where the front fills cells. */
  readonly nextInput?: string;
}

export interface FrontOptions {
  /** Modules resolve from here; the session's working directory. */
  readonly folder: string;
  /** A key under which the cluster can be taken over by the next front (the connection file's path), or undefined. */
  readonly takeoverKey?: string;
  /** Every output of every cell, in order. `cell` is what `execute` returned for it as `cell`; late output names its own cell. */
  readonly onOutput: (output: FrontOutput, cell: number) => void;
  /** What a cell's code says on a comm, in order with the cell's outputs. */
  readonly onComm?: (message: CommMessage, cell: number) => void;
  /** The session asks the user; undefined when the user gave no answer. Rejects with the reason when nobody can be asked. */
  readonly onInput?: (request: { prompt: string; password: boolean }, cell: number) => Promise<string | undefined>;
  readonly env?: Readonly<Record<string, string>>;
  /** Cells are shown on a notebook's page: of what workers print a cell takes no more than a page holds. */
  readonly isPage?: boolean;
  /** Cells can be given another text, as `%load` does; elsewhere that text runs. */
  readonly fillsCells?: boolean;
  /** How cells' types are checked until a cell says `%typecheck`; `off` when left out. */
  readonly typeCheck?: TypeCheckMode;
}

export interface Front {
  /** Resolves when the session is ready for cells. */
  start(): Promise<void>;
  /** Runs a cell. Every output of the cell has been given to `onOutput` before this resolves. One at a time in each lane. */
  execute(request: CellRequest, started?: (cell: number) => void): Promise<CellResult>;
  /**
   * Stops the running cells and keeps the session's state. When none runs, it stops the code that a comm's message started. A second time, for a cell that the
   * first did not stop, offers to restart the session and does so after a while; a third time at once.
   */
  interrupt(): void;
  /** Whoever takes the output falls behind: the session waits at its next print until it is let go on. An interrupt lets it go on too. */
  holdOutput(isHeld: boolean): void;
  /** For a debugger: a line to V8's inspector of the session, whichever that is. One at a time. */
  readonly openInspector: OpenInspector;
  complete(code: string, cursor: number): Promise<JoinedCompletions>;
  inspect(code: string, cursor: number, detail: 0 | 1): Promise<{ found: boolean; data: MimeBundle }>;
  /** By the parser alone, also while a cell runs. */
  isComplete(code: string): { status: "complete" | "incomplete" | "invalid"; indent?: string };
  /** Resolves when what is wrong with the types of the cells so far has been put out; at once when nothing is checked. */
  typesSettled(): Promise<void>;
  /** Hands the session what a client says on a comm; false when none of its code takes that comm. */
  hearComm(message: CommMessage): boolean;
  /** Comms of the session's code that are open. */
  readonly comms: ReadonlyMap<string, { readonly target: string }>;
  /** A page looks at a view: `tell` hears what it shows and what changes in it. Undefined: nothing is known of that view, or no more. */
  watchView(request: ViewRequest, tell: (message: ViewMessage) => void): Promise<ViewWatch | undefined>;
  /** Ends the session. `keepCluster`: the head stays 30 s for the next front with the same takeover key. */
  close(options: { readonly keepCluster: boolean }): Promise<void>;
  readonly sessionPid: number | undefined;
  /** Of the front's own cluster, while there is one. */
  readonly headPid: number | undefined;
}
