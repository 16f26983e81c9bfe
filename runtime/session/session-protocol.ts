/**
 * Messages between a front (kernel, REPL, notebook test) and its session process, over the child's IPC channel
 * (`serialization: "advanced"`). What a cell prints and displays does not go here: it goes through the session's stdout
 * pipe with in-band marks (`output-marks.ts`), so that a crash loses nothing and order is kept.
 */
import type { RuntimeEnv } from "../engine/runtime-env.ts";
import type { MagicCall } from "../magics/magic.ts";
import type { CommMessage, MimeBundle, OutputError, UiValue, ViewDescriptor } from "./output.ts";

export interface ExecuteRequest {
  readonly type: "execute";
  readonly id: number;
  /** The shown name: `In[3]`. */
  readonly name: string;
  readonly code: string;
  /** The cell's magics, which are blank in `code`. */
  readonly magics?: readonly MagicCall[];
  /** The cell as it was written, where that is not `code`. */
  readonly written?: string;
  /** False: the value of the last expression is not shown, and nothing enters `_`. */
  readonly silent: boolean;
  readonly userExpressions: Readonly<Record<string, string>>;
  /** Cells of one lane run one after the other, those of different lanes beside each other; undefined is a lane too. */
  readonly lane?: string | undefined;
}

export type FrontMessage =
  | ExecuteRequest
  | { readonly type: "complete"; readonly id: number; readonly code: string; readonly cursor: number }
  | { readonly type: "inspect"; readonly id: number; readonly code: string; readonly cursor: number; readonly detail: 0 | 1 }
  /** A client says something on a comm. What the session's code does about it is execution `id`, known by the name of the cell that the comm belongs to. */
  | { readonly type: "comm"; readonly id: number; readonly name: string; readonly message: CommMessage }
  /** Somebody touched a control. What the session's code does about it is execution `id`, answered by `comm-handled`. */
  | { readonly type: "ui"; readonly id: number; readonly name: string; readonly control: string; readonly value: UiValue }
  /** Answered by `pong` as soon as the event loop turns. */
  | { readonly type: "ping" }
  | { readonly type: "cluster"; readonly id: number; readonly cluster: ClusterAddress | { readonly error: string } }
  | { readonly type: "cluster-died"; readonly reason: string }
  /** `refused`: why nobody can be asked. */
  | { readonly type: "input"; readonly id: number; readonly value: string | undefined; readonly refused?: string };

export type SessionMessage =
  | { readonly type: "ready"; readonly pid: number }
  | ExecuteReply
  /** Before a cell's reply: names that are new or have become something else, with what completion calls them. `builtins`: JavaScript's and Node's own, once. */
  | { readonly type: "names"; readonly names: readonly (readonly [name: string, kind: string])[]; readonly builtins: readonly (readonly [name: string, kind: string])[] }
  | { readonly type: "completed"; readonly id: number; readonly matches: readonly Completion[]; readonly start: number; readonly end: number }
  | ({ readonly type: "inspected"; readonly id: number } & SessionInspection)
  /** The session wants the front's cluster (first remote call, or `ray.init`). `options` are those of `ray.init`, checked; `job` is what its work is known by. */
  | { readonly type: "cluster-wanted"; readonly id: number; readonly options: ClusterOptions; readonly job: string }
  /** `ray.shutdown()`. Answered with `cluster`. */
  | { readonly type: "cluster-unwanted"; readonly id: number }
  /** `execution`: the cell that asks. */
  | { readonly type: "input-wanted"; readonly id: number; readonly execution: number; readonly prompt: string; readonly password: boolean }
  /** The code of that `comm` or `ui` message has run, apart from what it awaits. */
  | { readonly type: "comm-handled"; readonly id: number }
  | { readonly type: "pong" }
  | { readonly type: "exiting"; readonly code: number };

export interface ExecuteReply {
  readonly type: "executed";
  readonly id: number;
  readonly status: "ok" | "error";
  readonly error?: OutputError;
  readonly userExpressions?: Readonly<Record<string, { status: "ok"; data: MimeBundle; metadata: Record<string, unknown> } | { status: "error"; ename: string; evalue: string; traceback: string[] }>>;
  readonly interrupted: boolean;
  /** Variables that the cell made. */
  readonly declared?: readonly string[];
}

export interface SessionInspection {
  readonly found: boolean;
  /** All of it as text, where nobody knows more. */
  readonly data: MimeBundle;
  /** A look at a value that is no function. */
  readonly value?: string;
  /** Of a cell's function or class, as it was written. */
  readonly source?: { readonly text: string; readonly where: string };
}

export interface Completion {
  readonly text: string;
  /** `function`, `class`, `variable`, `property`, `method`, `keyword`, `module`. */
  readonly type: string;
}

/** Where a cluster is and the secret to join it. Travels by pipe or a 0600 file only, never argv. */
export interface ClusterAddress {
  /** The folder with the cluster's endpoints and its `cluster.json`. */
  readonly folder: string;
  readonly clusterId: string;
  readonly token: string;
  readonly headName: string;
  readonly headPid: number;
  readonly namespace: string;
  readonly nodeId: string;
  readonly resources: Readonly<Record<string, number>>;
  /** Bytes. */
  readonly objectStoreMemory: number;
  /** Bytes that objects may take on disk; if not given what the disk has. */
  readonly objectStoreDisk?: number;
  /** What this process may hold in shared memory from the beginning. */
  readonly grantedBytes?: number;
  readonly sharedMemoryFolder: string;
  readonly diskFolder: string;
  /** What its workers and its head print. */
  readonly logFolder: string;
  /** A standing cluster, which is not this front's or script's own. */
  readonly isJoined?: boolean;
}

/** Options of `ray.init`: those that shape a cluster, or the address of one that is there. */
export interface ClusterOptions {
  readonly address?: string;
  readonly numCpus?: number;
  readonly numGpus?: number;
  /** Bytes. */
  readonly memory?: number;
  readonly resources?: Readonly<Record<string, number>>;
  readonly objectStoreMemory?: number;
  /** Bytes that objects may take on disk. */
  readonly objectStoreDisk?: number;
  readonly objectSpillingDirectory?: string;
  readonly namespace?: string;
  /** Of the driver's whole job; paths are absolute. */
  readonly runtimeEnv?: RuntimeEnv;
  /** False: what workers print is in the logs alone. */
  readonly logToDriver?: boolean;
  /** Where metrics are served over HTTP, on loopback. */
  readonly metricsExportPort?: number;
}

export type { CommMessage, MimeBundle, OutputError, UiValue, ViewDescriptor };
