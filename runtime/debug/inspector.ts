/** A line to V8's inspector of the session's main thread, as messages of its protocol. It works also while that thread is in a loop, or stopped. */

export interface InspectorCommand {
  readonly id: number;
  readonly method: string;
  readonly params: object;
}

export type InspectorMessage =
  | { readonly id: number; readonly result?: unknown; readonly error?: { readonly message: string } }
  | { readonly method: string; readonly params: unknown };

export interface InspectorEvents {
  readonly onMessage: (message: InspectorMessage) => void;
  /** A fresh session has taken the place of the one before: it knows of nothing that was asked. Its cells wait for this, for a while. */
  readonly onSession: () => Promise<void>;
}

export interface Inspector {
  send(command: InspectorCommand): void;
  /** Lets the main thread go on if it is stopped. */
  close(): void;
}

export type OpenInspector = (events: InspectorEvents) => Inspector;
