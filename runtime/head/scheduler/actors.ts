/**
 * Actors: they wait for resources, then for a process, run their constructor, live, perhaps restart, and die.
 *
 * What an actor holds comes back when its process is gone, not when it is declared dead: until then the machine is busy.
 */
import type { DeathCode, SchedulerEvent } from "./scheduler-messages.ts";
import { wantEnvironment } from "./environments.ts";
import { DEAD_ACTORS_REMEMBERED, nameKey, type Actor, type SchedulerState, type Worker } from "./scheduler-state.ts";
import { announce, moveActor, moveWorker, workFor } from "./moves.ts";
import { noticeInfeasible } from "./notices.ts";
import { SchedulerError, Story } from "./story.ts";

type Event<T extends SchedulerEvent["type"]> = Extract<SchedulerEvent, { type: T }>;

const EARLY_KILLS_REMEMBERED = 1_000;

export function actorWanted(state: SchedulerState, event: Event<"actor-wanted">): void {
  if (state.actors.has(event.actor)) throw new SchedulerError(`Cannot make actor ${event.actor} twice. Its story:\n${state.actors.get(event.actor)?.story.tell()}`);
  const owner = state.client(event.owner);
  const existing = event.name === undefined ? undefined : state.names.get(nameKey(event.namespace, event.name));
  if (existing !== undefined && !state.earlyKills.has(event.actor)) {
    state.depart(event.actor);
    state.emit({ type: "reject-actor", actor: event.actor, owner: event.owner, code: "name-taken", existing: existing.id });
    return;
  }
  const actor = newActor(state, event);
  const earlyKill = state.earlyKills.get(actor.id);
  state.earlyKills.delete(actor.id);
  if (earlyKill !== undefined) return die(state, actor, earlyKill);
  const { group } = actor.shape;
  if (group !== undefined && state.departed.has(group)) return die(state, actor, `its placement group ${group} is gone: it was removed before`, "placement-group");
  if (owner === undefined && !actor.isDetached) return die(state, actor, `its owner ${actor.owner} ended before it could be made`);
  if (!actor.isDetached) owner?.actors.add(actor);
  if (actor.name !== undefined) state.names.set(nameKey(actor.namespace, actor.name), actor);
  if (!state.resources.isFeasible(actor.shape)) noticeInfeasible(state, actor);
  wantEnvironment(state, actor.env, { name: actor.owner, job: actor.job });
}

function newActor(state: SchedulerState, event: Event<"actor-wanted">): Actor {
  const actor: Actor = {
    id: event.actor, owner: event.owner, job: jobOf(state, event), className: event.className, name: event.name, namespace: event.namespace,
    shape: state.resources.intern(event.shape), env: event.env ?? "", isDetached: event.detached,
    outlivesJob: event.detached || (state.clients.get(event.owner)?.outlivesJob ?? false), maxRestarts: event.maxRestarts,
    restarts: 0, lastEnd: undefined, phase: { kind: "waiting-for-resources" }, announced: undefined, since: state.now, isNoticed: false, recalls: [], story: new Story(),
  };
  state.actors.set(actor.id, actor);
  state.waitingActors.push(actor);
  state.livingActors++;
  actor.story.record(state.now, state.event, actor.phase.kind);
  state.changedActors.add(actor);
  announce(state, actor);
  return actor;
}

/** What a worker makes belongs to the job that it works for, whatever it says. */
function jobOf(state: SchedulerState, event: Event<"actor-wanted">): Actor["job"] {
  const owner = state.clients.get(event.owner);
  return owner?.kind === "worker" ? owner.job : event.job;
}

export function actorAlive(state: SchedulerState, event: Event<"actor-alive">): void {
  const phase = actorOn(state, event.actor, event.worker)?.phase;
  if (phase === undefined || !("worker" in phase) || phase.kind === "stopping") return;
  moveActor(state, state.actors.get(event.actor) as Actor, { kind: "alive", worker: phase.worker, holding: phase.holding });
}

export function actorFailed(state: SchedulerState, event: Event<"actor-failed">): void {
  const actor = actorOn(state, event.actor, event.worker);
  if (actor !== undefined) endActor(state, actor, event.cause);
}

export function actorKilled(state: SchedulerState, event: Event<"actor-killed">): void {
  const actor = state.actors.get(event.actor);
  if (actor !== undefined) {
    if (event.noRestart || ("worker" in actor.phase && !mayRestart(actor))) endActor(state, actor, event.cause);
    else stopActor(state, actor, event.cause);
  } else if (!state.departed.has(event.actor) && event.noRestart) {
    // a handle may travel faster than the news of its actor
    state.earlyKills.set(event.actor, event.cause);
    if (state.earlyKills.size > EARLY_KILLS_REMEMBERED) state.earlyKills.delete(state.earlyKills.keys().next().value as Actor["id"]);
  }
}

/** Gives waiting actors their resources and, where there is an idle worker, their process (A3). */
export function placeActors(state: SchedulerState): void {
  for (const actor of [...state.waitingActors]) {
    if (actor.phase.kind === "waiting-for-resources") {
      if (!state.hasRoomFor(actor.shape, actor)) continue;
      if (state.reservation === actor) state.reservation = undefined;
      actor.recalls = [];
      actor.isNoticed = false;
      moveActor(state, actor, { kind: "waiting-for-process", holding: state.resources.take(actor.shape, "actor") });
    }
    // the process ends with the actor
    const worker = state.idle.findLast((idle) => state.isDisposable(idle) && state.serves(idle, actor));
    if (worker !== undefined) place(state, actor, worker);
  }
}

function place(state: SchedulerState, actor: Actor, worker: Worker): void {
  const { holding } = actor.phase as Extract<Actor["phase"], { kind: "waiting-for-process" }>;
  workFor(state, worker, actor.job, actor.outlivesJob);
  moveWorker(state, worker, { kind: "actor", actor });
  moveActor(state, actor, { kind: "constructing", worker, holding });
  state.emit({ type: "place-actor", actor: actor.id, worker: worker.name, restarts: actor.restarts });
}

/** The actor is dead from here on; its process is told to end. */
export function endActor(state: SchedulerState, actor: Actor, cause: string, code?: DeathCode): void {
  const { phase } = actor;
  if (phase.kind === "dead") return;
  if (phase.kind === "waiting-for-process") state.resources.giveBack(phase.holding);
  if ("worker" in phase) {
    const reason = `actor ${actor.className} (${actor.id}): ${cause}`;
    moveWorker(state, phase.worker, { kind: "ending", reason, holding: phase.holding });
    if (phase.kind !== "stopping") state.emit({ type: "kill-worker", worker: phase.worker.name, reason });
  }
  die(state, actor, cause, code);
}

/** Ends the process only; an actor that has none yet goes on waiting. */
function stopActor(state: SchedulerState, actor: Actor, cause: string): void {
  const { phase } = actor;
  if (phase.kind !== "alive" && phase.kind !== "constructing") return;
  actor.lastEnd = cause;
  moveActor(state, actor, { kind: "stopping", worker: phase.worker, holding: phase.holding });
  state.emit({ type: "kill-worker", worker: phase.worker.name, reason: `actor ${actor.className} (${actor.id}) restarts: ${cause}` });
}

/** The actor's process is gone, told to or not. */
export function actorProcessGone(state: SchedulerState, actor: Actor, how: string): void {
  const { phase } = actor;
  if (!("worker" in phase)) throw new SchedulerError(`Cannot end the process of actor ${actor.id}: it has none. Its story:\n${actor.story.tell()}`);
  state.resources.giveBack(phase.holding);
  if (!mayRestart(actor)) return die(state, actor, `its process ${how}`);
  actor.restarts++;
  actor.lastEnd = phase.kind === "stopping" ? actor.lastEnd : `its process ${how}`;
  actor.since = state.now;
  moveActor(state, actor, { kind: "waiting-for-resources" });
}

function die(state: SchedulerState, actor: Actor, cause: string, code?: DeathCode): void {
  moveActor(state, actor, { kind: "dead", cause, code });
  state.clients.get(actor.owner)?.actors.delete(actor);
  const key = actor.name === undefined ? undefined : nameKey(actor.namespace, actor.name);
  if (key !== undefined && state.names.get(key) === actor) state.names.delete(key);
  if (state.reservation === actor) state.reservation = undefined;
  actor.recalls = [];
  state.deadActors.push(actor.id);
  if (state.deadActors.length > DEAD_ACTORS_REMEMBERED) forgetOldest(state);
}

function forgetOldest(state: SchedulerState): void {
  const oldest = state.deadActors.shift() as Actor["id"];
  state.actors.delete(oldest);
  state.depart(oldest);
}

const mayRestart = (actor: Actor): boolean => actor.maxRestarts < 0 || actor.restarts < actor.maxRestarts;

/** The actor if this worker is its process now; undefined when the news is late. */
function actorOn(state: SchedulerState, id: Actor["id"], worker: Worker["name"]): Actor | undefined {
  const actor = state.actors.get(id);
  if (actor === undefined && !state.departed.has(id)) throw new SchedulerError(`Cannot handle ${state.event}: no actor ${id} has ever been here`);
  return actor !== undefined && "worker" in actor.phase && actor.phase.worker.name === worker ? actor : undefined;
}
