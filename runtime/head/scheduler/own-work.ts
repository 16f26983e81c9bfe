/**
 * Workers that wait for tasks which they submitted. While there are few processes such a task gets one of its own; beyond
 * that its submitter runs it meanwhile, so that nested tasks need no process for each that waits.
 */
import { amountOf, type Holding } from "./resources.ts";
import type { Demand, SchedulerState, Worker } from "./scheduler-state.ts";

/** Up to so many processes a CPU, what a waiting worker submitted is worth a process. */
const PROCESSES_A_CPU = 2;

/** Gives workers that wait their CPU back for tasks of their own, where no idle process and no new one takes those (L6). */
export function permitOwnWork(state: SchedulerState): void {
  if (state.blocked === 0 || state.demands.size === 0) return;
  for (const demand of state.demands) {
    const worker = waitingServer(state, demand);
    if (worker !== undefined && isLeftToItself(state, demand, worker)) permit(state, worker);
  }
}

function permit(state: SchedulerState, worker: Worker): void {
  state.blocked--;
  state.resources.reclaim(leaseHolding(worker) as Holding);
  state.emit({ type: "run-own", worker: worker.name, wait: worker.wait });
}

/** The worker that wants these leases, waits, and could run the tasks itself. */
export function waitingServer(state: SchedulerState, demand: Demand): Worker | undefined {
  const worker = isSelfServed(state, demand) ? state.workers.get(demand.client.name) : undefined;
  return worker !== undefined && leaseHolding(worker)?.lent === true ? worker : undefined;
}

/** No process is going to come, and the worker's CPU is there. */
export function isLeftToItself(state: SchedulerState, demand: Demand, worker: Worker): boolean {
  const { shape } = leaseHolding(worker) as Holding;
  if (state.startingIn(demand.env) > 0 || !state.hasRoomFor(shape, demand)) return false;
  return state.processes >= ownLimit(state) || state.processes >= state.processLimitIn(demand.env, 0) || state.isStartDelayed(demand.env);
}

/** True for what a worker with a task wants for tasks that could run in its own process: they need no more than its CPU and its environment. */
export function isSelfServed(state: SchedulerState, demand: Demand): boolean {
  const { client, shape } = demand;
  const worker = state.workers.get(client.name);
  const holding = worker && !worker.isAlone && state.serves(worker, demand) ? leaseHolding(worker) : undefined;
  return holding !== undefined && shape.isCpuOnly && shape.amounts.every(({ resource, amount }) => amount <= amountOf(holding.shape, resource));
}

/** How many processes may run before workers serve themselves. */
export const ownLimit = (state: SchedulerState): number => PROCESSES_A_CPU * state.baseProcesses + state.livingActors;

const leaseHolding = (worker: Worker): Holding | undefined => (worker.state.kind === "leased" ? worker.state.lease.holding : undefined);
