/**
 * The control messages: everything that is not on a hot path. JSON, and for a few an ordered list of binary parts.
 * Types and the two functions that put them into records and take them out; README.md says who sends what and why.
 */
import type { ActorId, LeaseId, ObjectId, PlacementGroupId, ProcessKind, ProcessName } from "../ids.ts";
import type { CallDefaults } from "../engine/engine.ts";
import type { EngineEvent } from "../engine/events.ts";
import type { MetricDelta } from "../engine/metrics.ts";
import type { Placement, PlacementGroupSpec } from "../engine/placement.ts";
import type { KeyedEnv } from "../engine/runtime-env.ts";
import type { StateQuery, StateTable } from "../engine/state.ts";
import type { BlockAddress } from "../store/store.ts";
import { RecordType } from "./frame.ts";
import type { Lane } from "./lane.ts";
import { MESSAGE_FIELDS, messageFault, type Fields } from "./message-fields.ts";
import type { RecordReader } from "./record-reader.ts";

export type Shape = Readonly<Record<string, number>>;

/** First record on every connection, from the side that connected. */
export interface Hello { readonly type: "hello"; readonly token: string; readonly from: ProcessName; readonly kind: ProcessKind }

// ---- any process → head
export type ToHead =
  | { readonly type: "leases-wanted"; readonly shape: Shape; readonly env?: KeyedEnv; readonly count: number; readonly origin?: string }
  /** A driver whose work is going to be in that environment: it is prepared now. */
  | { readonly type: "env-wanted"; readonly env: KeyedEnv; readonly origin?: string }
  | { readonly type: "lease-returned"; readonly lease: LeaseId }
  /** The worker of that lease is to begin none of this client's tasks; answered by `tasks-halted`, unless the lease is broken. */
  | { readonly type: "take-back"; readonly lease: LeaseId; readonly worker: ProcessName }
  /** `wait` numbers the times when it was true; `isAlone`: no task may run beside the one that waits. */
  | { readonly type: "worker-blocked"; readonly isBlocked: boolean; readonly wait: number; readonly isAlone: boolean }
  | { readonly type: "worker-idle" }
  | { readonly type: "worker-ready"; readonly pid: number }
  /** It has run as many tasks as a function of them allows: it takes no more. */
  | { readonly type: "worker-retired" }
  | { readonly type: "worker-holds-objects"; readonly holds: boolean }
  | ActorWanted
  | GroupWanted
  | { readonly type: "group-removed"; readonly group: PlacementGroupId; readonly reply: number }
  /** Answered when the group is placed (null) or never will be (why). */
  | { readonly type: "group-awaited"; readonly group: PlacementGroupId; readonly reply: number }
  | { readonly type: "groups-sought"; readonly reply: number }
  | { readonly type: "actor-alive"; readonly actor: ActorId }
  | { readonly type: "actor-failed"; readonly actor: ActorId; readonly cause: string; readonly failure?: string }
  | { readonly type: "actor-killed"; readonly actor: ActorId; readonly noRestart: boolean; readonly cause: string; readonly reply?: number }
  | { readonly type: "actor-watched"; readonly actor: ActorId }
  /** Somebody looks at the actor: its process is to say how it is, this often while it changes; 0: no more. */
  | { readonly type: "actor-observed"; readonly actor: ActorId; readonly everyMs: number }
  /** The owner of tasks that somebody looks at is busy: workers are to tell what they run. */
  | { readonly type: "runs-wanted" }
  | { readonly type: "actor-sought"; readonly reply: number; readonly name: string; readonly namespace: string }
  | { readonly type: "named-actors-sought"; readonly reply: number; readonly namespace?: string }
  | { readonly type: "resources-sought"; readonly reply: number; readonly which: "total" | "available" }
  | { readonly type: "state-sought"; readonly reply: number; readonly table: StateTable; readonly query: StateQuery }
  /** What this process measured since the last time. */
  | { readonly type: "metrics"; readonly deltas: readonly MetricDelta[] }
  | { readonly type: "metrics-sought"; readonly reply: number }
  /** Where the code of each worker is now. */
  | { readonly type: "stacks-sought"; readonly reply: number }
  | { readonly type: "events"; readonly rows: readonly EngineEvent[] }
  /** Prints and notices of these jobs (of all if not given), or `only` them. */
  | { readonly type: "subscribe"; readonly isOn: boolean; readonly jobs?: readonly string[]; readonly only?: "prints" }
  /** Rows with a number were read: more of their kind may come. */
  | { readonly type: "rows-read"; readonly batch: number }
  /** What a driver wants to see of what its work prints. */
  | { readonly type: "prints-chosen"; readonly job: string; readonly isOn: boolean; readonly dedup: boolean }
  /** A subscriber wants what has happened up to now; answered behind the rows. */
  | { readonly type: "events-wanted"; readonly reply: number }
  /** What this process's blocks take, what its segments hold, and the grant that is in force; `storedBytes`: of all blocks written so far; `missedBytes`: the largest object that did not fit. */
  | { readonly type: "store-used"; readonly usedBytes: number; readonly heldBytes: number; readonly spilledBytes: number; readonly grantBytes: number; readonly storedBytes: number; readonly missedBytes: number }
  /** The answer to `collect`, behind `store-used`: own objects that could move to disk, and when the oldest of them was used. */
  | { readonly type: "collected"; readonly round: number; readonly spillableBytes: number; readonly oldestAt: number }
  /** A worker may be in a loop with it: the head reaches its watch thread. `call` is the number of the call (worker/client-number.ts). */
  | { readonly type: "task-cancelled"; readonly worker: ProcessName; readonly call: number; readonly force: boolean };

/** A placement group: all its bundles at once. */
export interface GroupWanted extends PlacementGroupSpec {
  readonly type: "group-wanted";
  readonly group: PlacementGroupId;
  readonly namespace: string;
}

/** A value whose inline bytes travel as a part. */
export interface WireMeta {
  readonly refs: readonly string[];
  readonly block?: BlockAddress;
  readonly blockRef?: ObjectId;
}

/** Parts: the code's bytes, the arguments' bytes (both packed). Forwarded to the actor's worker as they are. */
export interface ActorWanted {
  readonly type: "actor-wanted";
  readonly actor: ActorId;
  readonly handleRef: ObjectId | undefined;
  readonly className: string;
  readonly methods: readonly string[];
  readonly shape: Shape;
  readonly env?: KeyedEnv;
  /** `shape` is of that placement group's resources. */
  readonly placement?: Placement;
  readonly name?: string;
  readonly namespace: string;
  /** The user named none: on a standing cluster nobody else would look there. */
  readonly isDefaultNamespace?: boolean;
  /** Where its code's imports resolve: the driver's folder. */
  readonly folder?: string;
  readonly detached: boolean;
  readonly getIfExists: boolean;
  readonly maxConcurrency: number;
  /** How often a new process takes the place of one that died; -1: always. */
  readonly maxRestarts: number;
  readonly concurrencyGroups?: Readonly<Record<string, number>>;
  readonly callDefaults?: CallDefaults;
  /** The last argument is not the constructor's but the class's list of error classes. */
  readonly listsErrors?: boolean;
  readonly codeKey: string;
  readonly code: WireMeta;
  readonly args: WireMeta;
  readonly topLevelRefs: readonly (readonly [index: number, ref: string])[];
  readonly lend: number;
  readonly origin?: string;
}

// ---- head → any process
export type FromHead =
  | { readonly type: "lease-granted"; readonly lease: LeaseId; readonly worker: ProcessName; readonly pid: number; readonly shape: Shape; readonly env?: string }
  /** What this client wants in that environment cannot be had: its leases are not wanted any more. */
  | { readonly type: "env-broken"; readonly env: string; readonly cause: string }
  /** That placement group was removed: what this client wants there cannot be had, and its leases there are over. */
  | { readonly type: "group-broken"; readonly group: PlacementGroupId; readonly cause: string }
  | { readonly type: "lease-recalled"; readonly lease: LeaseId }
  /** `begun`: the number of the call that began last (worker/client-number.ts); absent: it could not be told. */
  | { readonly type: "tasks-halted"; readonly lease: LeaseId; readonly worker: ProcessName; readonly begun?: number }
  /** `memory`: the worker was ended because memory ran out; who held what, and the way out. */
  | { readonly type: "lease-broken"; readonly lease: LeaseId; readonly worker: ProcessName; readonly cause: string; readonly memory?: string }
  | { readonly type: "process-died"; readonly process: ProcessName }
  | { readonly type: "actor-state"; readonly actor: ActorId; readonly state: "pending" | "alive" | "restarting" | "dead"; readonly worker?: ProcessName; readonly pid?: number; readonly cause?: string; readonly failure?: string; readonly code?: string; readonly existing?: ActorId }
  | { readonly type: "become-actor"; readonly owner: ProcessName; readonly job: string; readonly restarts: number; readonly wanted: ActorWanted }
  | { readonly type: "observe-actor"; readonly everyMs: number }
  | { readonly type: "tell-runs" }
  | { readonly type: "answer"; readonly reply: number; readonly value: unknown }
  | { readonly type: "rows"; readonly rows: readonly EngineEvent[]; readonly batch?: number }
  /** To a worker in that wait: no process comes for the tasks that it submitted; it may run them itself. */
  | { readonly type: "run-own"; readonly wait: number }
  /** The lease of this client on this worker is over because it died. */
  | { readonly type: "abandon-work"; readonly client: ProcessName }
  /** Answered by `store-used`, with it in force. */
  | { readonly type: "store-granted"; readonly bytes: number }
  /** The store fills up: collect garbage. */
  | { readonly type: "collect"; readonly round: number }
  /** Move own objects of so many bytes to disk, those used longest ago first. */
  | { readonly type: "spill"; readonly bytes: number };

// ---- between owners, borrowers and executors
export type BetweenPeers =
  | { readonly type: "borrow"; readonly refs: readonly (readonly [id: ObjectId, seq: number])[] }
  | { readonly type: "borrow-acked"; readonly refs: readonly (readonly [id: ObjectId, seq: number])[] }
  | { readonly type: "unborrow"; readonly refs: readonly ObjectId[] }
  | { readonly type: "lend-done"; readonly lend: number; readonly kept: readonly ObjectId[] }
  /** `lost`: the block that the asker was told, and could not read. */
  | { readonly type: "fetch"; readonly ref: ObjectId; readonly lost?: BlockAddress }
  /** Parts: the packed bytes of an inline value. */
  | FetchedObject
  /** To the owner of a ref, from a process that only has the ref. */
  | { readonly type: "cancel"; readonly ref: ObjectId; readonly force: boolean; readonly recursive: boolean }
  /** To the executor of a task or call; its result follows in every case. */
  | { readonly type: "cancel-task"; readonly seq: number; readonly force: boolean; readonly recursive: boolean }
  /** To the executor of a generator: so many items were taken; or it is to end. */
  | { readonly type: "items-taken"; readonly seq: number; readonly taken: number; readonly isClosed: boolean }
  /** `isRetired`: the worker takes no more tasks at all. */
  | { readonly type: "tasks-returned"; readonly tasks: readonly number[]; readonly isRetired?: boolean }
  /** To a worker, behind tasks that were taken back: what comes from here on runs. */
  | { readonly type: "resume-tasks" }
  | { readonly type: "free-blocks"; readonly blocks: readonly BlockAddress[] }
  /** To their writer: their files are gone. They are free, and nothing more goes into those files. */
  | { readonly type: "blocks-lost"; readonly blocks: readonly BlockAddress[] }
  /** An owner asks who holds its objects whether it reads their blocks; the answer has those that it does not. */
  | { readonly type: "views-sought"; readonly refs: readonly ObjectId[] }
  | { readonly type: "views-told"; readonly unread: readonly ObjectId[] }
  /** To the owner: `ray.free` of these. */
  | { readonly type: "free"; readonly refs: readonly ObjectId[] }
  /** To who holds the object: what was in the block `from` is in `block` now; absent: nowhere, it was freed. Answered by `move-cleared` when nothing here uses the old one any more. */
  | { readonly type: "moved"; readonly ref: ObjectId; readonly move: number; readonly from: BlockAddress; readonly block?: BlockAddress }
  | { readonly type: "move-cleared"; readonly ref: ObjectId; readonly move: number };

export interface FetchedObject {
  readonly type: "fetched";
  readonly ref: ObjectId;
  readonly error: boolean;
  readonly block?: BlockAddress;
  /** The object whose life the block has: `ref` itself, or one it stands for. */
  readonly blockRef?: ObjectId;
  readonly refs: readonly string[];
  readonly lend: number;
  /** Set when the owner does not know the object (any more). */
  readonly lost?: string;
}

export type Message = Hello | ToHead | FromHead | BetweenPeers;

/** Every message is checked where it is read: one without a line in message-fields.ts does not compile. */
MESSAGE_FIELDS satisfies Readonly<Record<Message["type"], Fields>>;

export function writeMessage(lane: Lane, message: Message, parts: readonly Uint8Array[] = []): void {
  lane.write(RecordType.message, (writer) => {
    writer.text(JSON.stringify(message));
    for (const part of parts) writer.bytes(part);
  });
}

/** The message and its binary parts, copied out of the frame. */
export function readMessage(reader: RecordReader): { message: Message; parts: Buffer[] } {
  const message = reader.json(messageFault);
  const parts: Buffer[] = [];
  while (!reader.isAtEnd) parts.push(Buffer.from(reader.bytes()));
  return { message: message as Message, parts };
}
