/** The scheduler's state as others may see it: plain data, copied. */
import type { ActorId, JobId, ProcessName } from "../../ids.ts";
import type { ActorState } from "./scheduler-messages.ts";
import { holdingOf, publicState, type Actor, type SchedulerState, type Worker } from "./scheduler-state.ts";

export interface ResourcesSnapshot {
  readonly total: Readonly<Record<string, number>>;
  readonly available: Readonly<Record<string, number>>;
}

export interface WorkerSnapshot {
  readonly worker: ProcessName;
  readonly pid: number;
  /** An abandoned worker counts as leased; one that is ending as dead. */
  readonly state: "idle" | "leased" | "actor" | "dead";
  readonly isBlocked: boolean;
  readonly holdsObjects: boolean;
  /** Since when it is in that state. */
  readonly since: number;
  /** Whose work it does. */
  readonly job?: JobId;
  readonly client?: ProcessName;
  readonly actor?: ActorId;
}

export interface ActorSnapshot {
  readonly actor: ActorId;
  readonly className: string;
  readonly owner: ProcessName;
  readonly job: JobId;
  readonly name?: string;
  readonly namespace: string;
  readonly isDetached: boolean;
  readonly state: ActorState;
  readonly restarts: number;
  readonly worker?: ProcessName;
  readonly pid?: number;
  readonly cause?: string;
}

export interface Changes {
  readonly workers: readonly WorkerSnapshot[];
  readonly actors: readonly ActorSnapshot[];
  readonly resources: ResourcesSnapshot;
}

export interface Snapshot extends Changes {
  /** Processes that have not said hello. */
  readonly starting: number;
}

export function snapshotOf(state: SchedulerState): Snapshot {
  return {
    resources: resourcesSnapshot(state),
    workers: [...state.workers.values()].map(workerSnapshot),
    actors: [...state.actors.values()].map(actorSnapshot),
    starting: state.starting.size,
  };
}

export function resourcesSnapshot({ resources }: SchedulerState): ResourcesSnapshot {
  return { total: resources.snapshot(resources.total), available: resources.snapshot(resources.available) };
}

const SHOWN = { idle: "idle", leased: "leased", abandoned: "leased", actor: "actor", ending: "dead", gone: "dead" } as const;

export function workerSnapshot(worker: Worker): WorkerSnapshot {
  const { state } = worker;
  return {
    worker: worker.name, pid: worker.pid, state: SHOWN[state.kind], holdsObjects: worker.holdsObjects,
    isBlocked: holdingOf(worker)?.lent ?? false, since: worker.stateSince,
    ...(state.kind === "leased" ? { client: state.lease.client.name, job: state.lease.client.job } : {}),
    ...(state.kind === "actor" ? { actor: state.actor.id, job: state.actor.job } : {}),
  };
}

export function actorSnapshot(actor: Actor): ActorSnapshot {
  const { phase } = actor;
  return {
    actor: actor.id, className: actor.className, owner: actor.owner, job: actor.job, namespace: actor.namespace,
    isDetached: actor.isDetached, state: publicState(actor), restarts: actor.restarts,
    ...(actor.name === undefined ? {} : { name: actor.name }),
    ...("worker" in phase ? { worker: phase.worker.name, pid: phase.worker.pid } : {}),
    ...(phase.kind === "dead" ? { cause: phase.cause } : {}),
  };
}
