/**
 * What goes into the scheduler and what comes out of it. The shell (sockets, processes) turns what happens into events,
 * hands them to `Scheduler.handle` one at a time and carries out the commands it gets back, in their order.
 *
 * - A process that the scheduler wants is a `slot` until it has said hello; then it has the name that the shell gave it.
 * - Every event carries `at`, milliseconds since the epoch; the scheduler has no other clock.
 * - Events of one process arrive in its order, those of two processes in any order. So news about a process, lease or
 *   actor that is already gone is ignored; news about one that never was is an error.
 */
import type { Bundle, PlacementStrategy } from "../../engine/placement.ts";
import type { ActorId, JobId, LeaseId, PlacementGroupId, ProcessName } from "../../ids.ts";

/** Amounts by resource name: `{ CPU: 1, GPU: 0.5 }`. Zero and absent mean the same. */
export type Shape = Readonly<Record<string, number>>;
export type SlotId = number;
/** What tells runtime environments apart; "" is the plain one, which needs no preparing. */
export type EnvKey = string;
/** Why an actor is dead, where its callers get an error of that kind. */
export type DeathCode = "runtime-env" | "placement-group";
export type ActorState = "pending" | "alive" | "restarting" | "dead";

type EventBody =
  /** First of all. `resources` are the machine's totals; `prestart` task workers are kept ready, in the environment `env`. */
  | { readonly type: "cluster-started"; readonly resources: Shape; readonly prestart: number; readonly env?: EnvKey }
  /** Somebody who may want leases and actors. Workers are clients from `worker-started` on; joining one again changes nothing. */
  | { readonly type: "client-joined"; readonly client: ProcessName; readonly kind: "driver" | "worker" | "front"; readonly job: JobId; readonly namespace: string }
  /** A driver or front closed or died. The death of a worker is `worker-exited`. */
  | { readonly type: "client-left"; readonly client: ProcessName }
  /**
   * How many leases of that shape the client could use now beyond those it holds. Replaces the earlier number, 0 cancels;
   * each grant lowers it by one. A grant that crossed a lower number on its way is answered by `lease-returned`.
   */
  | { readonly type: "leases-wanted"; readonly client: ProcessName; readonly shape: Shape; readonly env?: EnvKey; readonly count: number }
  /** The client is going to need that environment: it is prepared now. */
  | { readonly type: "env-wanted"; readonly client: ProcessName; readonly env: EnvKey }
  /** Answers to `prepare-env`. */
  | { readonly type: "env-ready"; readonly env: EnvKey }
  | { readonly type: "env-failed"; readonly env: EnvKey; readonly cause: string }
  /** The client has no work for the lease's worker any more; the worker runs nothing. */
  | { readonly type: "lease-returned"; readonly lease: LeaseId }
  /** The worker's task or actor call waits in get or wait, for the `wait`th time: its CPU goes back meanwhile. Repeating it changes nothing. `isAlone`: no other task may run in it meanwhile. */
  | { readonly type: "worker-blocked"; readonly worker: ProcessName; readonly wait: number; readonly isAlone: boolean }
  | { readonly type: "worker-unblocked"; readonly worker: ProcessName }
  /** The process of a slot said hello. It is idle, and a client. */
  | { readonly type: "worker-started"; readonly slot: SlotId; readonly worker: ProcessName; readonly pid: number }
  /** The process of a slot could not be spawned, or ended or stayed silent before its hello. */
  | { readonly type: "worker-start-failed"; readonly slot: SlotId; readonly cause: string }
  /** `cause`: `was ended because …`, where more is known than code and signal. */
  | { readonly type: "worker-exited"; readonly worker: ProcessName; readonly code: number | null; readonly signal: string | null; readonly cause?: string }
  /** Answer to `abandon-work` by a worker that ran nothing of that client. */
  | { readonly type: "worker-idle"; readonly worker: ProcessName }
  /** The worker has run as many tasks as a function of them allows (`maxCalls`): it takes no more, and ends when nobody misses it. */
  | { readonly type: "worker-retired"; readonly worker: ProcessName }
  /** True: the worker owns objects that others may read; it is not ended for idleness. */
  | { readonly type: "worker-holds-objects"; readonly worker: ProcessName; readonly holds: boolean }
  | {
      readonly type: "actor-wanted"; readonly actor: ActorId; readonly owner: ProcessName; readonly job: JobId; readonly className: string;
      /** Held for life, whatever the actor does. `{}` holds nothing and is placed at once. */
      readonly shape: Shape;
      readonly env?: EnvKey;
      readonly name?: string; readonly namespace: string; readonly detached: boolean;
      /** -1: as often as it dies. */
      readonly maxRestarts: number;
    }
  /** The constructor returned. */
  | { readonly type: "actor-alive"; readonly actor: ActorId; readonly worker: ProcessName }
  /** The constructor threw: the actor is dead, without restart. */
  | { readonly type: "actor-failed"; readonly actor: ActorId; readonly worker: ProcessName; readonly cause: string }
  /** `ray.kill`, the last handle gone, `ray.exitActor`. `noRestart` false: the process ends and the actor restarts if it may. */
  | { readonly type: "actor-killed"; readonly actor: ActorId; readonly noRestart: boolean; readonly cause: string }
  /** All bundles at once, or nothing. A name is one of a kind in its namespace. */
  | {
      readonly type: "group-wanted"; readonly group: PlacementGroupId; readonly owner: ProcessName; readonly job: JobId;
      readonly bundles: readonly Bundle[]; readonly strategy: PlacementStrategy; readonly name?: string; readonly namespace: string; readonly detached: boolean;
    }
  /** What runs in it ends, what waits for it fails, what it reserved comes back. */
  | { readonly type: "group-removed"; readonly group: PlacementGroupId; readonly cause: string }
  /** About four a second. Ends idle workers, speaks of starvation, tries failed starts again. */
  | { readonly type: "tick" };

/** One of the events above, with its time. */
export type SchedulerEvent = EventBody & { readonly at: number };
/** An event before the shell put the time on it. */
export type UntimedEvent = EventBody;

export type SchedulerCommand =
  /** Spawn a worker process in that environment; answer by `worker-started` or `worker-start-failed` with this slot. */
  | { readonly type: "start-worker"; readonly slot: SlotId; readonly env: EnvKey }
  /** Make what processes of that environment need; answer by `env-ready` or `env-failed`. `client` is who wanted it first. */
  | { readonly type: "prepare-env"; readonly env: EnvKey; readonly client: ProcessName; readonly job: JobId }
  /** What the client wanted in that environment cannot be had: its leases are not wanted any more. */
  | { readonly type: "env-broken"; readonly client: ProcessName; readonly env: EnvKey; readonly cause: string }
  /** Nobody uses that environment any more. */
  | { readonly type: "forget-env"; readonly env: EnvKey }
  /** End the process; `worker-exited` follows. */
  | { readonly type: "kill-worker"; readonly worker: ProcessName; readonly reason: string }
  /** Tell the worker that the client is gone: it ends itself if it runs that client's task, else it answers (`worker-idle`). */
  | { readonly type: "abandon-work"; readonly worker: ProcessName; readonly client: ProcessName }
  /** The worker is never the client's own process. */
  | { readonly type: "grant-lease"; readonly client: ProcessName; readonly lease: LeaseId; readonly worker: ProcessName; readonly shape: Shape; readonly env: EnvKey }
  /** The worker has its CPU back and may use it, instead of for its task in that wait, for tasks that it submitted: no process will come for them. */
  | { readonly type: "run-own"; readonly worker: ProcessName; readonly wait: number }
  /** Ask the client to return the lease at the next task boundary: others wait while it holds more than its share. Sent once a lease. */
  | { readonly type: "recall-lease"; readonly client: ProcessName; readonly lease: LeaseId }
  /** What the client wants in that placement group cannot be had: the group was removed. Its leases there are over too. */
  | { readonly type: "group-broken"; readonly client: ProcessName; readonly group: PlacementGroupId; readonly cause: string }
  /** For whoever waits for it. */
  | { readonly type: "group-state"; readonly group: PlacementGroupId; readonly state: "created" | "removed"; readonly cause?: string }
  /** The lease's worker died under it; the lease is over. */
  | { readonly type: "lease-broken"; readonly client: ProcessName; readonly lease: LeaseId; readonly worker: ProcessName; readonly code: number | null; readonly signal: string | null }
  /** Run the actor's constructor on this worker; answer by `actor-alive` or `actor-failed`. `restarts` 0: for the first time. */
  | { readonly type: "place-actor"; readonly actor: ActorId; readonly worker: ProcessName; readonly restarts: number }
  /** For the owner, for everybody with a handle, and for the views. Sent on each change; `worker` while the actor has a process. */
  | { readonly type: "actor-state"; readonly actor: ActorId; readonly state: ActorState; readonly worker?: ProcessName; readonly cause?: string; readonly code?: DeathCode; readonly restarts: number }
  /** The actor does not come to be. `existing` has the name in that namespace. */
  | { readonly type: "reject-actor"; readonly actor: ActorId; readonly owner: ProcessName; readonly code: "name-taken"; readonly existing: ActorId }
  /** Tell every process: counts and pins of this one go. */
  | { readonly type: "process-died"; readonly process: ProcessName }
  /** Something for the person behind `job` to read; `client` is who asked for what the text is about. */
  | { readonly type: "notice"; readonly client: ProcessName; readonly job: JobId; readonly level: "info" | "warning" | "error"; readonly text: string };
