/**
 * The interface where code runs, as plain data: encoded values, and ids made by the driver, so that the public face
 * (`api/`) knows no engine. It is for submitting work and reading objects; it is not for compiling, encoding or drawing.
 *
 * Every method that makes a ref is synchronous: a loop that submits and never awaits still submits.
 */
import type { ActorId, ObjectId, PlacementGroupId, TaskId, JobId, ProcessName } from "../ids.ts";
import type { EngineEvent } from "./events.ts";
import type { Placement, PlacementGroupInfo, PlacementGroupRow, PlacementGroupSpec } from "./placement.ts";
import type { ClusterRecords } from "./records.ts";
import type { RuntimeEnv } from "./runtime-env.ts";

/** A value as bytes. `head` begins with the format's tag byte; `buffers` are the out-of-band byte ranges it points at. */
export interface Encoded {
  readonly head: Uint8Array;
  readonly buffers: readonly Uint8Array[];
  /** The object refs (of plain refs and of actor handles) inside the value, in the order in which `head` numbers them. */
  readonly refs: readonly ObjectId[];
  /** All of it in one piece, where it was made so (serialize/pack.ts). */
  readonly packed?: Uint8Array;
}

/** A function or class as bytes. `key` is content-addressed: the same key is the same code with the same captured values. */
export interface ShippedCode {
  readonly key: string;
  readonly value: Encoded;
  /** What the user calls it: shown in views, logs and errors. */
  readonly name: string;
}

/** Arguments encoded as one array; each top-level ref stands as `null` in it and is listed here. */
export interface TaskArgs {
  readonly value: Encoded;
  readonly topLevelRefs: readonly { readonly index: number; readonly ref: ObjectId }[];
}

export type RetryReasons = boolean | ((error: Encoded) => boolean | Promise<boolean>);

export interface TaskOptions {
  readonly name?: string;
  /** Logical amounts by resource name, `CPU` among them; a task's default is `{ CPU: 1 }`. */
  readonly resources: Readonly<Record<string, number>>;
  readonly numReturns: number;
  /** A generator: its one return ends with it, its items come through `streamOf`. At most so many are made ahead of who takes them. */
  readonly stream?: number;
  readonly maxRetries: number;
  /** Whether an error that the task threw is a reason to run it again, within `maxRetries`: every one, or those for which the function says so. */
  readonly retryExceptions?: RetryReasons;
  /** How often a worker runs the function before it is replaced by a new one; not given: any number. */
  readonly maxCalls?: number;
  /** Merged into that of the process which submits. */
  readonly runtimeEnv?: RuntimeEnv;
  /** `resources` are of that placement group's. */
  readonly placement?: Placement;
  /** The cell or file that submitted it: worker prints and late errors go there. */
  readonly origin?: string;
}

export interface ActorOptions {
  readonly className: string;
  readonly methods: readonly string[];
  /** Held for life; the default is `{}`: placed at once, holds nothing. */
  readonly resources: Readonly<Record<string, number>>;
  readonly name?: string;
  readonly namespace?: string;
  readonly detached: boolean;
  /** With `name`: if that name is taken, the id given back stands for the actor that has it. */
  readonly getIfExists?: boolean;
  readonly maxConcurrency: number;
  /** How often its process is replaced when it died; -1: always. */
  readonly maxRestarts?: number;
  /** How many calls of each group may overlap; `maxConcurrency` is for those of none. */
  readonly concurrencyGroups?: Readonly<Record<string, number>>;
  readonly callDefaults?: CallDefaults;
  /** Behind the constructor's arguments comes an object of error classes by method ("": the others): what `retryExceptions: "listed"` means. */
  readonly listsErrors?: boolean;
  readonly runtimeEnv?: RuntimeEnv;
  readonly placement?: Placement;
  readonly origin?: string;
}

/** What the class says about calls of its actors; travels with every handle. */
export interface CallDefaults {
  readonly maxTaskRetries?: number;
  readonly retryExceptions?: boolean | "listed";
  /** Of one caller, -1: any number. */
  readonly maxPendingCalls?: number;
  readonly concurrencyGroups?: readonly string[];
  /** What `@ray.method` said, and which methods are generators. */
  readonly methods?: Readonly<Record<string, Partial<CallOptions>>>;
}

export interface CallOptions {
  readonly numReturns: number;
  /** As a task's. */
  readonly stream?: number;
  /** How often the call is sent again when the actor's process died and was replaced; -1: always. If not given what the class says, else 0. */
  readonly maxTaskRetries?: number;
  /** As a task's; "listed": the actor's process says whether an error is one. If not given what the class says. */
  readonly retryExceptions?: RetryReasons | "listed";
  readonly concurrencyGroup?: string;
  readonly origin?: string;
}

/** The items of a generator, in their order. One that threw has its error as last item. */
export interface ItemStream {
  /** The next item with one count; undefined when none is here. */
  take(): ObjectId | undefined;
  /** Nothing more comes and everything was taken. */
  readonly isFinished: boolean;
  /** Calls `ready` once, when `take` or `isFinished` may say something else. */
  whenMore(ready: () => void): void;
  /** The generator is to end, and items that were not taken go. */
  close(): void;
}

export interface CancelOptions {
  readonly force: boolean;
  /** What the task has submitted itself is cancelled too. */
  readonly recursive: boolean;
}

/** What a handle knows of its actor. `handleRef` is the counted object behind the handle; absent for one that counts nothing (detached, by name). */
export interface ActorInfo {
  readonly actor: ActorId;
  readonly className: string;
  readonly methods: readonly string[];
  readonly name?: string;
  readonly namespace?: string;
  readonly callDefaults?: CallDefaults;
  readonly handleRef?: ObjectId;
}

/** A value that is there. `error` true: `value` decodes to the error that `get` throws. */
export interface Resolved {
  readonly value: Encoded;
  readonly error: boolean;
}

export interface ClusterInfo {
  readonly address: string;
  readonly clusterId: string;
  readonly namespace: string;
  readonly jobId: JobId;
  readonly numCpus: number;
  readonly resources: Readonly<Record<string, number>>;
  readonly objectStoreMemory: number;
  readonly nodeId: string;
  readonly headPid: number;
  /** A cluster that was there before and is not ended by `close`. */
  readonly isJoined?: boolean;
}

/** Behind `ray.ready(handle)`, Ray's `__ray_ready__`: every actor has it. */
export const READY_METHOD = "__ray_ready__";
/** Behind `ray.terminate(handle)`: ends the actor in its turn. */
export const TERMINATE_METHOD = "__ray_terminate__";
/** Behind `ray.call(handle, fn, ...args)`: calls its first argument with the instance and the others. */
export const CALL_METHOD = "__ray_call__";

/** What a task or call will give: new objects of this engine's. */
export interface Returns {
  readonly ids: readonly ObjectId[];
  /** The count of the first; the others follow. 0: this engine does not count. */
  readonly first: number;
}

export interface Engine {
  readonly kind: "local" | "ray";
  /** This process's name in the cluster. */
  readonly process: ProcessName;
  readonly info: ClusterInfo | undefined;
  /** That of this process: a driver's is for the whole job. */
  readonly runtimeEnv: RuntimeEnv;

  connect(): Promise<ClusterInfo>;
  close(): Promise<void>;

  submitTask(code: ShippedCode, args: TaskArgs, options: TaskOptions): Returns;
  createActor(code: ShippedCode, args: TaskArgs, options: ActorOptions): ActorInfo;
  /** `READY_METHOD` is answered with `true` by the actor's process itself, once the constructor is through. */
  callActor(actor: ActorInfo, method: string, args: TaskArgs, options: CallOptions): Returns;
  getActor(name: string, namespace: string | undefined): Promise<ActorInfo | undefined>;
  /** The living named actors of one namespace, or of all. */
  namedActors(namespace: string | undefined): Promise<readonly { readonly name: string; readonly namespace: string }[]>;
  killActor(actor: ActorId, options: { readonly noRestart: boolean }): Promise<void>;

  /** The items of the generator whose task or call returned `ref`, which was made last. */
  streamOf(ref: ObjectId): ItemStream | undefined;
  /** Ends the task or call that makes `ref` as cancelled, if it has not ended; nothing for every other ref. `force` kills its worker: a TypeError for a call of an actor. */
  cancel(ref: ObjectId, options: CancelOptions): void;

  put(value: Encoded): ObjectId;
  /**
   * The value if it is in reach now without waiting; the same call later may give it. Never throws for a failed task: that is
   * `error: true`. Here and below `count` is the object's as `Returns` gave it, by which it is found quickest; 0: not known.
   */
  peek(ref: ObjectId, count?: number): Resolved | undefined;
  /** `peek` would give something. */
  isReady(ref: ObjectId, count?: number): boolean;
  /** Calls `ready` once for each of the refs (never synchronously) when `peek` has something to give. Returns a function that forgets the wait. */
  whenReady(refs: readonly ObjectId[], ready: (index: number, isError: boolean) => void, counts?: readonly number[]): () => void;

  /**
   * One more / one less handle in this process. A ref that `submitTask`, `put`, `callActor` or `createActor` (its handleRef)
   * returned begins with one; for each ref and handle that is decoded from a value the face calls `retain` itself.
   */
  retain(ref: ObjectId): void;
  release(ref: ObjectId, count?: number): void;
  /** Frees the value now; later reads get ObjectLostError. */
  free(refs: readonly ObjectId[]): void;

  /** A get or wait of the code that runs now begins: a worker whose calls all wait gives its CPU back. Call what it returns when it has ended. */
  beginWait(): () => void;

  /** Somebody looks at these refs: each change of theirs is reported one by one, with a preview. */
  watch?(refs: readonly ObjectId[]): void;

  resources(which: "total" | "available"): Promise<Record<string, number>>;
  nodes(): Promise<readonly NodeInfo[]>;
  /** Where the engine has them. */
  readonly placementGroups?: PlacementGroups | undefined;
  /** Tables and logs, where the engine keeps them. */
  readonly records?: ClusterRecords | undefined;
  /** `only` the prints and notices of this driver's work, where that is all that is wanted. */
  subscribe(on: (event: EngineEvent) => void, only?: "prints"): () => void;
}

export interface PlacementGroups {
  /** At once: the id is this process's. */
  create(spec: PlacementGroupSpec): PlacementGroupInfo;
  /** Resolves when nothing more begins in it. */
  remove(id: PlacementGroupId): Promise<void>;
  /** A new object: `value` when the group is placed, an error when it never will be. */
  ready(id: PlacementGroupId, value: Encoded): ObjectId;
  /** True when it is placed within that time; throws when it never will be. */
  waitFor(id: PlacementGroupId, timeoutMs: number): Promise<boolean>;
  /** Those that there are, and the last removed ones. */
  rows(): Promise<readonly PlacementGroupRow[]>;
}

export interface NodeInfo {
  readonly nodeId: string;
  readonly hostname: string;
  readonly alive: boolean;
  readonly resources: Readonly<Record<string, number>>;
}

/** What code inside a task can ask about itself. */
export interface TaskContext {
  /** Of the actor whose code runs: a handle that counts nothing. */
  readonly actorInfo?: ActorInfo | undefined;
  /** Absent in an actor's constructor. */
  readonly task?: TaskId;
  readonly taskName: string;
  readonly actor?: ActorId;
  readonly wasActorRestarted?: boolean;
  readonly signal: AbortSignal;
  readonly assignedResources: Readonly<Record<string, number>>;
  readonly placement?: Placement | undefined;
  readonly namespace: string;
  readonly jobId: JobId;
}
