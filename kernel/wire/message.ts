/**
 * A Jupyter message, and the names that the protocol gives to its parts.
 * https://jupyter-client.readthedocs.io/en/latest/messaging.html, "General Message Format".
 */

export const PROTOCOL_VERSION = "5.5";

export interface MessageHeader {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly username: string;
  readonly session: string;
  /** ISO 8601. */
  readonly date: string;
  readonly version: string;
  /** Which shell a request is for; the main one's without it. */
  readonly subshell_id?: unknown;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export interface Message {
  /** On a Router socket: who asked, so that the reply finds its way. On iopub: the topic. */
  readonly identities: readonly Uint8Array[];
  readonly header: MessageHeader;
  /** Kept as the client sent it, fields of later protocol versions included; `{}` when nothing caused the message. */
  readonly parentHeader: MessageHeader | JsonObject;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
  readonly buffers: readonly Uint8Array[];
}

/** Sockets on which requests come and replies go. */
export type RequestChannel = "shell" | "control" | "stdin";
