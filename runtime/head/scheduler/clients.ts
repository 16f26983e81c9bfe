/** Clients come and go; what one holds, wants and owns goes with it. */
import type { JobId, ProcessName } from "../../ids.ts";
import type { SchedulerEvent } from "./scheduler-messages.ts";
import { endActor } from "./actors.ts";
import { endGroupsOf } from "./groups.ts";
import { abandonLeases } from "./leases.ts";
import type { Client, SchedulerState } from "./scheduler-state.ts";
import { SchedulerError } from "./story.ts";

type Event<T extends SchedulerEvent["type"]> = Extract<SchedulerEvent, { type: T }>;

export function clientJoined(state: SchedulerState, event: Event<"client-joined">): void {
  if (event.kind === "worker") {
    state.worker(event.client);
    return;
  }
  if (state.clients.has(event.client)) throw new SchedulerError(`Cannot join ${event.kind} ${event.client} twice`);
  addClient(state, event.client, event.kind, event.job, event.namespace);
}

export function addClient(state: SchedulerState, name: ProcessName, kind: Client["kind"], job: JobId, namespace: string): void {
  state.clients.set(name, { name, kind, job, namespace, outlivesJob: false, leases: new Set(), demands: new Map(), actors: new Set(), served: 0 });
}

export function clientLeft(state: SchedulerState, event: Event<"client-left">): void {
  const client = state.client(event.client);
  if (client === undefined) return;
  if (client.kind === "worker") throw new SchedulerError(`Cannot handle client-left of worker ${client.name}: a worker leaves by worker-exited`);
  dropClient(state, client, `its ${client.kind} ${client.name} ended`);
  if (client.kind === "driver") endJob(state, client);
  state.emit({ type: "process-died", process: client.name });
}

/** Everything of a client that is gone, but for its own process (L5). */
export function dropClient(state: SchedulerState, client: Client, cause: string): void {
  state.clients.delete(client.name);
  state.depart(client.name);
  for (const actor of [...client.actors]) endActor(state, actor, cause);
  abandonLeases(state, client);
  endGroupsOf(state, (group) => group.endsWithOwner && group.owner === client.name, cause);
}

/** The last driver of a job takes the job's actors with it, but for detached ones and what those made. */
function endJob(state: SchedulerState, driver: Client): void {
  for (const other of state.clients.values()) if (other.kind === "driver" && other.job === driver.job) return;
  for (const actor of [...state.actors.values()]) {
    if (actor.job === driver.job && !actor.outlivesJob) endActor(state, actor, `its driver ${driver.name} ended`);
  }
  endGroupsOf(state, (group) => group.job === driver.job && !group.outlivesJob, `its driver ${driver.name} ended`);
}
