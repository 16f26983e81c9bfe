/**
 * Leases: what clients want, what they get, and how it ends.
 *
 * A lease ends in one of three ways: its client returns it (the worker is idle), its client is gone (the worker is
 * abandoned and keeps the resources until it answers or ends), or its worker is gone (the client hears `lease-broken`).
 */
import { groupOf } from "../../engine/placement.ts";
import type { EnvKey, SchedulerEvent } from "./scheduler-messages.ts";
import type { Holding, KnownShape } from "./resources.ts";
import { demandKey, leaseId, type Client, type Demand, type Lease, type SchedulerState, type Worker } from "./scheduler-state.ts";
import { wantEnvironment } from "./environments.ts";
import { moveWorker, workFor } from "./moves.ts";
import { noticeInfeasible } from "./notices.ts";
import { SchedulerError } from "./story.ts";

type Event<T extends SchedulerEvent["type"]> = Extract<SchedulerEvent, { type: T }>;

export function leasesWanted(state: SchedulerState, event: Event<"leases-wanted">): void {
  if (!Number.isSafeInteger(event.count) || event.count < 0) throw new SchedulerError(`Cannot want ${event.count} leases: a count is a whole number from 0`);
  const client = state.client(event.client);
  if (client === undefined) return;
  const group = groupOf(event.shape);
  if (group !== undefined && state.departed.has(group)) {
    if (event.count > 0) state.emit({ type: "group-broken", client: client.name, group, cause: "it was removed before" });
    return;
  }
  const shape = state.resources.intern(event.shape);
  const env = event.env ?? "";
  if (event.count > 0) wantEnvironment(state, env, client);
  const demand = client.demands.get(demandKey(shape, env)) ?? newDemand(state, client, shape, env);
  setCount(state, demand, event.count);
  if (demand.count > 0 && !state.resources.isFeasible(shape)) noticeInfeasible(state, demand);
}

export function leaseReturned(state: SchedulerState, event: Event<"lease-returned">): void {
  const lease = state.lease(event.lease);
  if (lease === undefined) return;
  forget(state, lease);
  freeHolding(state, lease.holding);
  moveWorker(state, lease.worker, { kind: "idle", since: state.now });
}

/** Gives idle workers to whoever is next, as long as one of them has room (L3). */
export function grantLeases(state: SchedulerState): void {
  while (state.idle.length > 0) {
    const demand = nextDemand(state);
    if (demand === undefined) return;
    grant(state, demand, idleWorkerFor(state, demand));
  }
}

/** The worker is gone, and the lease with it. */
export function breakLease(state: SchedulerState, lease: Lease, code: number | null, signal: string | null): void {
  forget(state, lease);
  freeHolding(state, lease.holding);
  state.emit({ type: "lease-broken", client: lease.client.name, lease: lease.id, worker: lease.worker.name, code, signal });
}

/** The lease is over, and its worker with it. */
export function revokeLease(state: SchedulerState, lease: Lease, reason: string): void {
  forget(state, lease);
  state.emit({ type: "lease-broken", client: lease.client.name, lease: lease.id, worker: lease.worker.name, code: null, signal: null });
  revokeWork(state, lease.worker, lease.holding, reason);
}

/** Ends a worker that has a task; what that holds is held until the process has ended. */
export function revokeWork(state: SchedulerState, worker: Worker, holding: Holding, reason: string): void {
  if (holding.lent) state.blocked--;
  if (holding.shape.isLight) state.lightLeases--;
  moveWorker(state, worker, { kind: "ending", reason, holding });
  state.emit({ type: "kill-worker", worker: worker.name, reason });
}

/** The client is gone: nothing more for it, and its workers must not go on for it. */
export function abandonLeases(state: SchedulerState, client: Client): void {
  for (const demand of [...client.demands.values()]) setCount(state, demand, 0);
  for (const lease of [...client.leases]) {
    forget(state, lease);
    moveWorker(state, lease.worker, { kind: "abandoned", client: client.name, holding: lease.holding });
    state.emit({ type: "abandon-work", worker: lease.worker.name, client: client.name });
  }
}

/** Gives back what a leased or abandoned worker's work held. */
export function freeHolding(state: SchedulerState, holding: Holding): void {
  if (holding.lent) state.blocked--;
  if (holding.shape.isLight) state.lightLeases--;
  state.resources.giveBack(holding);
}

function grant(state: SchedulerState, demand: Demand, worker: Worker): void {
  const { client, shape } = demand;
  const lease: Lease = {
    id: leaseId(++state.grants), client, demand, worker, granted: state.grants, isRecalled: false,
    holding: state.resources.take(shape, "lease"),
  };
  if (shape.isLight) state.lightLeases++;
  state.leases.set(lease.id, lease);
  client.leases.add(lease);
  client.served = state.grants;
  demand.held++;
  demand.since = state.now;
  demand.isNoticed = false;
  setCount(state, demand, demand.count - 1);
  if (state.reservation === demand) state.reservation = undefined;
  workFor(state, worker, client.job, client.outlivesJob);
  worker.lastClient = client;
  moveWorker(state, worker, { kind: "leased", lease });
  state.emit({ type: "grant-lease", client: client.name, lease: lease.id, worker: worker.name, shape: shape.spec, env: demand.env });
}

function nextDemand(state: SchedulerState): Demand | undefined {
  let next: Demand | undefined;
  for (const demand of state.demands) {
    if (next !== undefined && !state.isBefore(demand, next)) continue;
    if (isServable(state, demand) && state.hasRoomFor(demand.shape, demand)) next = demand;
  }
  return next;
}

/** The one that worked for this client before (it has its functions), else the one that was idle for the shortest time. */
function idleWorkerFor(state: SchedulerState, demand: Demand): Worker {
  const known = state.idle.findLast((worker) => worker.lastClient === demand.client && mayServe(state, worker, demand));
  return known ?? (state.idle.findLast((worker) => mayServe(state, worker, demand)) as Worker);
}

/** True when a worker of its environment is idle that is not the client itself. */
export function isServable(state: SchedulerState, demand: Demand): boolean {
  return state.idle.some((worker) => mayServe(state, worker, demand));
}

/** Nobody is lent its own process (L1), nor one of another environment (E1). */
const mayServe = (state: SchedulerState, worker: Worker, demand: Demand): boolean => worker.name !== demand.client.name && state.serves(worker, demand);

function newDemand(state: SchedulerState, client: Client, shape: KnownShape, env: EnvKey): Demand {
  const demand: Demand = { client, shape, env, count: 0, held: 0, since: state.now, isNoticed: false, recalls: [] };
  client.demands.set(demandKey(shape, env), demand);
  return demand;
}

export function setCount(state: SchedulerState, demand: Demand, count: number): void {
  if (demand.count === 0 && count > 0) demand.since = state.now;
  demand.count = count;
  if (count > 0) {
    state.demands.add(demand);
    return;
  }
  state.demands.delete(demand);
  demand.isNoticed = false;
  demand.recalls = [];
  if (state.reservation === demand) state.reservation = undefined;
  dropWhenDone(demand);
}

/** Takes the lease out of every table but its worker's. */
function forget(state: SchedulerState, lease: Lease): void {
  state.leases.delete(lease.id);
  lease.client.leases.delete(lease);
  lease.demand.held--;
  if (lease.demand.held === 0) lease.demand.since = state.now;
  dropWhenDone(lease.demand);
}

function dropWhenDone(demand: Demand): void {
  if (demand.count === 0 && demand.held === 0) demand.client.demands.delete(demandKey(demand.shape, demand.env));
}
