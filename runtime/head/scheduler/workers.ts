/** Worker processes: their start, their waits, their end. Which ones there should be is decided in placement.ts. */
import type { JobId, ProcessName } from "../../ids.ts";
import type { EnvKey, SchedulerEvent } from "./scheduler-messages.ts";
import { actorProcessGone } from "./actors.ts";
import { addClient, dropClient } from "./clients.ts";
import { breakLease, freeHolding } from "./leases.ts";
import { moveWorker } from "./moves.ts";
import { START_FAILURES_TOLERATED, noticeStartFailure } from "./notices.ts";
import { startsFail } from "./broken-environments.ts";
import { holdingOf, type Client, type Environment, type SchedulerState, type Worker } from "./scheduler-state.ts";
import { SchedulerError, Story } from "./story.ts";

type Event<T extends SchedulerEvent["type"]> = Extract<SchedulerEvent, { type: T }>;

/** A worker that ends so soon, without any work, did not really start. */
const STILLBORN_MS = 1_000;
const RETRY_FIRST_MS = 100;
const RETRY_LAST_MS = 10_000;

export function workerStarted(state: SchedulerState, event: Event<"worker-started">): void {
  const env = state.starting.get(event.slot);
  if (env === undefined) throw new SchedulerError(`Cannot start worker ${event.worker} in slot ${event.slot}: no process was asked for there`);
  if (state.clients.has(event.worker)) throw new SchedulerError(`Cannot start worker ${event.worker} twice. Its story:\n${state.workers.get(event.worker)?.story.tell()}`);
  const worker: Worker = {
    name: event.worker, pid: event.pid, env, startedAt: state.now, state: { kind: "idle", since: state.now }, stateSince: state.now,
    holdsObjects: false, wait: 0, isAlone: false, hasWorked: false, isRetired: false, lastClient: undefined, story: new Story(),
  };
  state.starting.delete(event.slot);
  worker.story.record(state.now, state.event, "idle");
  state.workers.set(worker.name, worker);
  state.idle.push(worker);
  state.taskWorkers++;
  state.changedWorkers.add(worker);
  addClient(state, worker.name, "worker", "" as JobId, "");
}

export function workerStartFailed(state: SchedulerState, event: Event<"worker-start-failed">): void {
  const env = state.starting.get(event.slot);
  if (env === undefined) throw new SchedulerError(`Cannot fail the start of slot ${event.slot}: no process was asked for there`);
  state.starting.delete(event.slot);
  startFailed(state, env, event.cause);
}

export function workerExited(state: SchedulerState, event: Event<"worker-exited">): void {
  const worker = state.worker(event.worker);
  if (worker === undefined) return;
  const how = `w${worker.name.slice(1)} (pid ${worker.pid}) ${event.cause ?? (event.signal === null ? `ended with exit code ${event.code}` : `was killed by ${event.signal}`)}`;
  const work = worker.state;
  moveWorker(state, worker, { kind: "gone" });
  state.workers.delete(worker.name);
  if (work.kind === "leased") breakLease(state, work.lease, event.code, event.signal);
  if (work.kind === "abandoned") freeHolding(state, work.holding);
  if (work.kind === "actor") actorProcessGone(state, work.actor, how);
  if (work.kind === "ending" && work.holding !== undefined) state.resources.giveBack(work.holding);
  dropClient(state, state.clients.get(worker.name) as Client, ownersEnd(work, how));
  state.emit({ type: "process-died", process: worker.name });
  const environment = state.environments.get(worker.env);
  if (worker.hasWorked && environment !== undefined) environment.startFailures = 0;
  else if (work.kind === "idle" && state.now - worker.startedAt < STILLBORN_MS) startFailed(state, worker.env, `worker ${how} at once`);
}

/** What its actors' users are told. */
function ownersEnd(work: Worker["state"], how: string): string {
  if (work.kind === "ending") return `its owner is gone, ${work.reason}`;
  if (work.kind === "actor") return `its owner is gone, actor ${work.actor.className} (${work.actor.id}): its process ${how}`;
  return `its owner, worker ${how}`;
}

export function workerBlocked(state: SchedulerState, event: Event<"worker-blocked">): void {
  const holding = workingHolding(state, event.worker);
  if (holding === undefined) return;
  Object.assign(state.worker(event.worker) as Worker, { wait: event.wait, isAlone: event.isAlone });
  if (holding.lent) return;
  if (holding.by === "lease") state.blocked++;
  state.resources.lend(holding);
}

export function workerUnblocked(state: SchedulerState, event: Event<"worker-unblocked">): void {
  const holding = workingHolding(state, event.worker);
  if (holding === undefined || !holding.lent) return;
  if (holding.by === "lease") state.blocked--;
  state.resources.reclaim(holding);
}

/** The worker had nothing of the client that is gone. */
export function workerIdle(state: SchedulerState, event: Event<"worker-idle">): void {
  const worker = state.worker(event.worker);
  if (worker === undefined) return;
  const work = worker.state;
  if (work.kind === "ending") return; // it was told to end meanwhile
  if (work.kind !== "abandoned") throw new SchedulerError(`Cannot handle worker-idle: worker ${worker.name} is ${work.kind}, nobody asked it. Its story:\n${worker.story.tell()}`);
  moveWorker(state, worker, { kind: "idle", since: state.now });
  freeHolding(state, work.holding);
}

/** Its lease is called back; without one it ends by itself (placement.ts). */
export function workerRetired(state: SchedulerState, event: Event<"worker-retired">): void {
  const worker = state.worker(event.worker);
  if (worker === undefined) return;
  worker.isRetired = true;
  if (worker.state.kind !== "leased" || worker.state.lease.isRecalled) return;
  const { lease } = worker.state;
  lease.isRecalled = true;
  state.emit({ type: "recall-lease", client: lease.client.name, lease: lease.id });
}

export function workerHoldsObjects(state: SchedulerState, event: Event<"worker-holds-objects">): void {
  const worker = state.worker(event.worker);
  if (worker === undefined) return;
  worker.holdsObjects = event.holds;
}

/** What the worker's task or call holds. A worker between two tasks holds nothing: that news is late. */
function workingHolding(state: SchedulerState, name: ProcessName) {
  const worker = state.worker(name);
  return worker === undefined || worker.state.kind === "ending" ? undefined : holdingOf(worker);
}

function startFailed(state: SchedulerState, env: EnvKey, cause: string): void {
  const environment = state.environments.get(env) as Environment;
  environment.startFailures++;
  environment.startAgainAt = state.now + Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** (environment.startFailures - 1));
  if (env === "") noticeStartFailure(state, environment.startFailures, cause);
  else if (environment.startFailures >= START_FAILURES_TOLERATED) startsFail(state, environment, cause);
}
