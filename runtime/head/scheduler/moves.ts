/**
 * The legal moves of workers and actors, one table each, and the only two functions that make them. They keep the idle
 * list and the counts (W1), write the story and mark what changed; they give no commands and touch no resources.
 */
import type { JobId } from "../../ids.ts";
import { publicState, type Actor, type ActorPhase, type SchedulerState, type Worker, type WorkerState } from "./scheduler-state.ts";
import { SchedulerError } from "./story.ts";

const WORKER_MOVES: Readonly<Record<WorkerState["kind"], readonly WorkerState["kind"][]>> = {
  idle: ["leased", "actor", "ending", "gone"],
  leased: ["idle", "abandoned", "ending", "gone"],
  abandoned: ["idle", "ending", "gone"],
  actor: ["ending", "gone"],
  ending: ["gone"],
  gone: [],
};

const ACTOR_MOVES: Readonly<Record<ActorPhase["kind"], readonly ActorPhase["kind"][]>> = {
  "waiting-for-resources": ["waiting-for-process", "dead"],
  "waiting-for-process": ["constructing", "dead"],
  constructing: ["alive", "stopping", "waiting-for-resources", "dead"],
  alive: ["stopping", "waiting-for-resources", "dead"],
  stopping: ["waiting-for-resources", "dead"],
  dead: [],
};

export function moveWorker(state: SchedulerState, worker: Worker, to: WorkerState): void {
  const from = worker.state;
  if (!WORKER_MOVES[from.kind].includes(to.kind)) throw illegalMove(state, `worker ${worker.name} (pid ${worker.pid})`, worker, from.kind, to.kind);
  if (from.kind === "idle") state.idle.splice(state.idle.indexOf(worker), 1);
  if (to.kind === "idle") state.idle.push(worker);
  if (isTaskWorker(from) && !isTaskWorker(to)) state.taskWorkers--;
  worker.state = to;
  worker.stateSince = state.now;
  worker.story.record(state.now, state.event, to.kind);
  state.changedWorkers.add(worker);
}

export function moveActor(state: SchedulerState, actor: Actor, to: ActorPhase): void {
  const from = actor.phase;
  if (!ACTOR_MOVES[from.kind].includes(to.kind)) throw illegalMove(state, `actor ${actor.className} (${actor.id})`, actor, from.kind, to.kind);
  if (isWaiting(from) && !isWaiting(to)) state.waitingActors.splice(state.waitingActors.indexOf(actor), 1);
  if (!isWaiting(from) && isWaiting(to)) state.waitingActors.push(actor);
  if (to.kind === "dead") state.livingActors--;
  actor.phase = to;
  actor.story.record(state.now, state.event, to.kind);
  state.changedActors.add(actor);
  if (actor.announced !== publicState(actor)) announce(state, actor);
}

/** What this worker submits from now on belongs to that job. */
export function workFor(state: SchedulerState, worker: Worker, job: JobId, outlivesJob: boolean): void {
  worker.hasWorked = true;
  const client = state.clients.get(worker.name);
  if (client === undefined) return;
  client.job = job;
  client.outlivesJob = outlivesJob;
}

/** Tells the actor's state to everybody. */
export function announce(state: SchedulerState, actor: Actor): void {
  const { phase } = actor;
  actor.announced = publicState(actor);
  state.emit({
    type: "actor-state", actor: actor.id, state: actor.announced, restarts: actor.restarts,
    ...("worker" in phase && phase.kind !== "stopping" ? { worker: phase.worker.name } : {}),
    ...(phase.kind === "dead" && phase.code !== undefined ? { code: phase.code } : {}),
    ...(phase.kind === "dead" ? { cause: phase.cause } : actor.announced === "restarting" && actor.lastEnd !== undefined ? { cause: actor.lastEnd } : {}),
  });
}

export const isWaiting = (phase: ActorPhase): boolean => phase.kind === "waiting-for-resources" || phase.kind === "waiting-for-process";
export const isTaskWorker = (state: WorkerState): boolean => state.kind === "idle" || state.kind === "leased" || state.kind === "abandoned";

function illegalMove(state: SchedulerState, what: string, thing: Worker | Actor, from: string, to: string): SchedulerError {
  return new SchedulerError(`Cannot handle ${state.event}: ${what} cannot go from ${from} to ${to}. Its story:\n${thing.story.tell()}`);
}
