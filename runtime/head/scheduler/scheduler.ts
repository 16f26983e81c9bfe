/**
 * Who runs what on one machine: leases, worker processes, actors, names, resources. Events in, commands out; no I/O, no
 * clock, no random numbers, so that a run can be repeated and every rule below be checked after every event.
 *
 * Resources
 *  R1  What is available is the total less what leases, actors and ending processes hold; CPU that waiting tasks lent is available.
 *  R2  Running work holds no more than the total, but for CPU that was lent and taken again.
 * Leases
 *  L1  A lease is in the table, at its client and at its worker, or nowhere; a worker has one at most,
 *      and nobody one on itself.
 *  L2  A demand's `held` counts its leases; it is listed while it wants something.
 *  L3  No worker is idle while a demand that it may serve has room; no process is lacking that may be started and would be used.
 *  L4  Nobody gets a second lease of a shape while somebody who waits for that shape has none and could be given
 *      the same worker.
 *  L5  Who is not a client holds no lease, wants nothing and owns no living actor that ends with it.
 *  L6  No worker waits for tasks that it could run itself, with its CPU free for them, when no process takes them or will.
 * Workers
 *  W1  The idle list, the counts of task workers, waiting tasks and light leases agree with the workers' states.
 *  W2  A process is started only up to the CPUs + waiting tasks + living actors + leases of less than one CPU + idle
 *      workers that wait for tasks which their last task left behind + idle workers of other environments, as many as there
 *      are CPUs or as cannot be ended; for what a task worker could run itself only up to two a CPU + living actors.
 *  W3  A retired worker gets no more work, and ends as soon as it has none and nobody misses it.
 * Environments
 *  E1  A worker runs work of its own environment only.
 *  E2  What somebody wants or runs is in an environment that is known; nothing runs or starts in one that is not ready.
 *  E3  Nobody waits for a process whose place an idle worker of another environment holds that could be ended.
 * Placement groups
 *  G1  A group holds all of its bundles or nothing; its own resources are there, with its totals, while it holds them.
 *  G2  A group that could have its resources does not wait.
 *  G3  Nothing waits for a removed group or has a lease or actor in it; what it reserved is held until the last process of it has
 *      ended, and no longer.
 * Actors
 *  A1  An actor has a process or waits for one or is dead; its process is its alone.
 *  A2  A name leads to the living actor that has it, and each named living actor is led to.
 *  A3  An actor that holds nothing never waits for resources; one that could have its resources or a process does not wait.
 */
import type { Bundle, PlacementStrategy } from "../../engine/placement.ts";
import type { ActorId, JobId, ProcessName } from "../../ids.ts";
import { actorAlive, actorFailed, actorKilled, actorWanted, placeActors } from "./actors.ts";
import { environmentFailed } from "./broken-environments.ts";
import { clientJoined, clientLeft } from "./clients.ts";
import { environmentReady, environmentWanted, forgetUnused } from "./environments.ts";
import { dropLostWork, finishRemovals, groupRemoved, groupWanted, placeGroups, sumOf } from "./groups.ts";
import { assertInvariants } from "./invariants.ts";
import { grantLeases, leaseReturned, leasesWanted } from "./leases.ts";
import { noticeStarved } from "./notices.ts";
import { permitOwnWork } from "./own-work.ts";
import { endIdleWorkers, endRetired, startWorkers } from "./placement.ts";
import { recallLeases, reserve } from "./recall.ts";
import { wholeCpus } from "./resources.ts";
import type { SchedulerCommand, SchedulerEvent } from "./scheduler-messages.ts";
import { SchedulerState, nameKey } from "./scheduler-state.ts";
import { actorSnapshot, resourcesSnapshot, snapshotOf, workerSnapshot, type ActorSnapshot, type Changes, type Snapshot } from "./snapshot.ts";
import { SchedulerError } from "./story.ts";
import { workerBlocked, workerExited, workerHoldsObjects, workerIdle, workerRetired, workerStarted, workerStartFailed, workerUnblocked } from "./workers.ts";

export class Scheduler {
  readonly #state: SchedulerState;

  /** Tests pass a state with a broken guard. */
  constructor(state: SchedulerState = new SchedulerState()) {
    this.#state = state;
  }

  /** Throws SchedulerError on an event that nobody may send; the state is then no worse than before it. */
  handle(event: SchedulerEvent): SchedulerCommand[] {
    const state = this.#state;
    state.commands = [];
    state.now = Math.max(state.now, event.at);
    state.event = event.type;
    if (!state.hasStarted && event.type !== "cluster-started") throw new SchedulerError(`Cannot handle ${event.type} before cluster-started`);
    dispatch(state, event);
    endRetired(state);
    giveWork(state);
    startWorkers(state);
    permitOwnWork(state);
    recallLeases(state);
    return state.commands;
  }

  /** Of a client; a worker's is that of the work it had last. */
  jobOf(client: ProcessName): JobId {
    return this.#state.clients.get(client)?.job ?? ("" as JobId);
  }

  jobOfActor(actor: ActorId): JobId | undefined {
    return this.#state.actors.get(actor)?.job;
  }

  /** False: such a group can never be placed. */
  canBePlaced(bundles: readonly Bundle[], strategy: PlacementStrategy): boolean {
    return this.#state.canBePlaced({ bundles, strategy, shape: this.#state.resources.intern(sumOf(bundles)) });
  }

  /** The living actor of that name. */
  actorByName(name: string, namespace: string): ActorSnapshot | undefined {
    const actor = this.#state.names.get(nameKey(namespace, name));
    return actor === undefined ? undefined : actorSnapshot(actor);
  }

  /** The living named actors of one namespace, or of all. */
  listNamedActors(namespace?: string): { readonly name: string; readonly namespace: string }[] {
    return [...this.#state.names.values()]
      .filter((actor) => namespace === undefined || actor.namespace === namespace)
      .map((actor) => ({ name: actor.name as string, namespace: actor.namespace }));
  }

  /** Whether somebody has work under way, as far as leases and actors tell. */
  get isWorking(): boolean {
    return this.#state.leases.size + this.#state.livingActors > 0;
  }

  snapshot(): Snapshot {
    return snapshotOf(this.#state);
  }

  /** The workers and actors that changed since the last call, as they are now: for the rows that views fold. */
  takeChanges(): Changes {
    const { changedWorkers, changedActors } = this.#state;
    const changes = { workers: [...changedWorkers].map(workerSnapshot), actors: [...changedActors].map(actorSnapshot), resources: resourcesSnapshot(this.#state) };
    changedWorkers.clear();
    changedActors.clear();
    return changes;
  }

  /** Throws SchedulerError with the number of the first rule above that does not hold. */
  assertInvariants(): void {
    assertInvariants(this.#state);
  }
}

function dispatch(state: SchedulerState, event: SchedulerEvent): void {
  switch (event.type) {
    case "cluster-started": return start(state, event);
    case "client-joined": return clientJoined(state, event);
    case "client-left": return clientLeft(state, event);
    case "leases-wanted": return leasesWanted(state, event);
    case "env-wanted": return environmentWanted(state, event);
    case "env-ready": return environmentReady(state, event);
    case "env-failed": return environmentFailed(state, event);
    case "lease-returned": return leaseReturned(state, event);
    case "worker-blocked": return workerBlocked(state, event);
    case "worker-unblocked": return workerUnblocked(state, event);
    case "worker-started": return workerStarted(state, event);
    case "worker-start-failed": return workerStartFailed(state, event);
    case "worker-exited": return workerExited(state, event);
    case "worker-idle": return workerIdle(state, event);
    case "worker-retired": return workerRetired(state, event);
    case "worker-holds-objects": return workerHoldsObjects(state, event);
    case "actor-wanted": return actorWanted(state, event);
    case "actor-alive": return actorAlive(state, event);
    case "actor-failed": return actorFailed(state, event);
    case "actor-killed": return actorKilled(state, event);
    case "group-wanted": return groupWanted(state, event);
    case "group-removed": return groupRemoved(state, event);
    case "tick": return tick(state);
    default: throw new SchedulerError(`Cannot handle event ${JSON.stringify(event satisfies never)}: its type is unknown`);
  }
}

/** Groups and actors first: they hold for life and wait longest. What ends a reservation may make room for who was refused before it. */
function giveWork(state: SchedulerState): void {
  if (state.groups.size > 0) finishRemovals(state);
  for (;;) {
    const wasReserved = state.reservation !== undefined;
    const { takes } = state.resources;
    placeGroups(state);
    placeActors(state);
    grantLeases(state);
    if (!wasReserved || state.resources.takes === takes) return;
  }
}

function start(state: SchedulerState, event: Extract<SchedulerEvent, { type: "cluster-started" }>): void {
  if (state.hasStarted) throw new SchedulerError("Cannot start the cluster twice");
  state.hasStarted = true;
  state.resources.setTotals(event.resources);
  state.baseProcesses = Math.max(1, wholeCpus(state.resources));
  state.prestart = Math.min(event.prestart, state.baseProcesses);
  state.warmEnv = event.env ?? "";
}

function tick(state: SchedulerState): void {
  dropLostWork(state);
  reserve(state);
  noticeStarved(state);
  endIdleWorkers(state);
  forgetUnused(state);
}
