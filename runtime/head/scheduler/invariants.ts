/** The checks of the rules at the head of scheduler.ts. They count everything anew and trust no count kept elsewhere. */
import { isServable } from "./leases.ts";
import { isLeftToItself, isSelfServed, ownLimit, waitingServer } from "./own-work.ts";
import { isTaskWorker, isWaiting } from "./moves.ts";
import { amountOf, type Holding, type Resources } from "./resources.ts";
import { readGroupResource } from "../../engine/placement.ts";
import { LIGHT_PROCESSES_A_CPU, demandKey, holdingOf, nameKey, type Actor, type Demand, type SchedulerState } from "./scheduler-state.ts";
import { SchedulerError } from "./story.ts";

type Check = (rule: string, holds: boolean, found: () => string) => void;

export function assertInvariants(state: SchedulerState): void {
  const check: Check = (rule, holds, found) => {
    if (!holds) throw new SchedulerError(`Scheduler invariant ${rule} does not hold after ${state.event}: ${found()}`);
  };
  checkGroups(state, check);
  checkResources(state, check);
  checkLeases(state, check);
  checkShares(state, check);
  checkClients(state, check);
  checkWorkers(state, check);
  checkActors(state, check);
  checkEnvironments(state, check);
}

function holdings(state: SchedulerState): Holding[] {
  const held = [...state.workers.values()].map(holdingOf).filter((h) => h !== undefined);
  for (const { phase } of state.actors.values()) if (phase.kind === "waiting-for-process") held.push(phase.holding);
  for (const { phase } of state.groups.values()) if (phase.kind !== "pending") held.push(phase.holding);
  return held;
}

function checkResources(state: SchedulerState, check: Check): void {
  const { resources } = state;
  const all = holdings(state);
  resources.names.forEach((name, resource) => {
    const isCpu = resources.isCpu(resource);
    const isOut = (holding: Holding): boolean => !(holding.lent && isCpu);
    const sum = (some: Holding[]): number => some.reduce((total, { shape }) => total + amountOf(shape, resource), 0);
    const total = resources.total[resource] as number;
    const held = sum(all.filter(isOut));
    check("R1", resources.available[resource] === total - held, () => `${resources.available[resource]} of ${name} are available, ${total} less ${held} held should be`);
    const running = sum(all.filter((h) => h.by === "lease" && !h.lent));
    check("R1", resources.leased[resource] === running, () => `${resources.leased[resource]} of ${name} are counted as leased, ${running} are`);
    const granted = sum(all.filter((h) => isOut(h) && !(h.wasLent && isCpu)));
    check("R2", granted <= total, () => `${granted} of ${name} are granted out of ${total}`);
  });
}

function checkLeases(state: SchedulerState, check: Check): void {
  for (const lease of state.leases.values()) {
    const work = lease.worker.state;
    check("L1", work.kind === "leased" && work.lease === lease, () => `lease ${lease.id} is not at worker ${lease.worker.name}, which is ${work.kind}`);
    check("L1", lease.client.leases.has(lease), () => `lease ${lease.id} is not at its client ${lease.client.name}`);
    check("L1", lease.client.name !== lease.worker.name, () => `lease ${lease.id} lends ${lease.worker.name} to itself`);
    check("L5", state.clients.get(lease.client.name) === lease.client, () => `lease ${lease.id} belongs to ${lease.client.name}, which is gone`);
  }
  for (const { name, state: work } of state.workers.values()) {
    if (work.kind === "leased") check("L1", state.leases.get(work.lease.id) === work.lease, () => `worker ${name} has lease ${work.lease.id}, which is not in the table`);
  }
  for (const { name, leases, demands } of state.clients.values()) {
    for (const lease of leases) check("L1", state.leases.get(lease.id) === lease, () => `client ${name} has lease ${lease.id}, which is not in the table`);
    for (const demand of demands.values()) {
      const held = [...leases].filter((lease) => lease.demand === demand).length;
      check("L2", demand.held === held, () => `${name} counts ${demand.held} leases of ${demand.shape.key}, has ${held}`);
      check("L2", demand.count >= 0 && state.demands.has(demand) === demand.count > 0, () => `${name} wants ${demand.count} of ${demand.shape.key} but is ${state.demands.has(demand) ? "" : "not "}listed`);
      check("L2", demand.count > 0 || demand.held > 0, () => `${name} keeps an empty demand of ${demand.shape.key}`);
    }
  }
}

function checkShares(state: SchedulerState, check: Check): void {
  const servable = [...state.demands].filter((demand) => state.hasRoomFor(demand.shape, demand));
  check("L3", !servable.some((demand) => isServable(state, demand)), () => `worker ${state.idle[0]?.name} is idle while ${servable[0]?.client.name} wants ${servable[0]?.shape.key}`);
  const mayStart = ({ env }: Demand): boolean => state.processes < state.processLimitIn(env, 0) && state.starting.size === 0 && !state.isStartDelayed(env);
  const lacking = servable.find((demand) => mayStart(demand) && (!isSelfServed(state, demand) || state.processes < ownLimit(state)));
  check("L3", lacking === undefined, () => `no process starts while ${lacking?.client.name} wants ${lacking?.shape.key}`);
  const stuck = servable.find((demand) => {
    const server = waitingServer(state, demand);
    return server !== undefined && isLeftToItself(state, demand, server);
  });
  check("L6", stuck === undefined, () => `${stuck?.client.name} waits for ${stuck?.shape.key}, which it could run itself`);
  const grantedLater = new Map<Demand, number>();
  for (const command of [...state.commands].reverse()) {
    const demand = command.type === "grant-lease" ? state.leases.get(command.lease)?.demand : undefined;
    if (command.type !== "grant-lease" || demand === undefined) continue;
    const later = grantedLater.get(demand) ?? 0;
    grantedLater.set(demand, later + 1);
    if (demand.held - later < 2) continue;
    const passedOver = [...state.demands].find((other) => other.shape === demand.shape && other.env === demand.env && other.held === 0 && other.client.name !== command.worker);
    check("L4", passedOver === undefined, () => `${command.client} has ${demand.held} leases of ${demand.shape.key} while ${passedOver?.client.name} waits for its first`);
  }
}

function checkClients(state: SchedulerState, check: Check): void {
  for (const { client, shape, env } of state.demands) {
    check("L5", state.clients.get(client.name)?.demands.get(demandKey(shape, env))?.shape === shape, () => `${client.name} is gone but wants ${shape.key}`);
  }
  const known = new Set<Actor>();
  for (const client of state.clients.values()) for (const actor of client.actors) {
    known.add(actor);
    check("L5", actor.phase.kind !== "dead" && !actor.isDetached && actor.owner === client.name, () => `${client.name} owns actor ${actor.id}, which is ${actor.phase.kind} and ${actor.owner}'s`);
  }
  for (const actor of living(state)) check("L5", known.has(actor) === !actor.isDetached, () => `${actor.phase.kind} actor ${actor.id} and its owner ${actor.owner} do not know each other`);
}

const living = (state: SchedulerState): Actor[] => [...state.actors.values()].filter(({ phase }) => phase.kind !== "dead");

function checkWorkers(state: SchedulerState, check: Check): void {
  const workers = [...state.workers.values()];
  const count = (rule: string, kept: number, what: string, counted: number): void => check(rule, kept === counted, () => `${kept} ${what} are counted, there are ${counted}`);
  count("W1", state.taskWorkers, "task workers", workers.filter(({ state: work }) => isTaskWorker(work)).length);
  count("W1", state.idle.length, "idle workers", workers.filter(({ state: work }) => work.kind === "idle").length);
  check("W3", !state.idle.some((worker) => worker.isRetired && state.isDisposable(worker)), () => "a retired worker is idle and does not end");
  check("W1", state.idle.every(({ state: work }) => work.kind === "idle"), () => "a worker in the idle list is not idle");
  const tasks = workers.filter(({ state: work }) => work.kind === "leased" || work.kind === "abandoned").map((worker) => holdingOf(worker) as Holding);
  count("W1", state.blocked, "waiting tasks", tasks.filter(({ lent }) => lent).length);
  count("W1", state.lightLeases, "light leases", tasks.filter(({ shape }) => shape.isLight).length);
  if (!state.commands.some(({ type }) => type === "start-worker")) return;
  const light = [...state.demands].reduce((n, { shape, count: wanted }) => (shape.isLight ? n + wanted : n), tasks.filter(({ shape }) => shape.isLight).length);
  const envs = state.commands.flatMap((command) => (command.type === "start-worker" ? [command.env] : []));
  // when the others were started, one that was told to end just now was still idle, and one that may run its own tasks still waited
  const told = state.commands.filter(({ type }) => type === "kill-worker" || type === "run-own").length;
  const elsewhere = Math.max(...envs.map((env) => keptElsewhere(state, env))) + told;
  const limit = state.baseProcesses + tasks.filter(({ lent }) => lent).length + living(state).length + state.idleClients() + Math.min(light, LIGHT_PROCESSES_A_CPU * state.baseProcesses) + elsewhere;
  check("W2", state.workers.size + state.starting.size <= limit, () => `${state.workers.size} processes and ${state.starting.size} starting, at most ${limit} may be`);
}

function checkActors(state: SchedulerState, check: Check): void {
  const actors = living(state);
  check("A1", state.livingActors === actors.length, () => `${state.livingActors} actors are counted as living`);
  const free = state.idle.filter((worker) => state.isDisposable(worker));
  const waiting = new Set(state.waitingActors);
  for (const { id, phase } of waiting) check("A1", isWaiting(phase), () => `actor ${id} is ${phase.kind} and among the waiting`);
  for (const actor of actors) {
    const { id, phase } = actor;
    if ("worker" in phase) check("A1", phase.worker.state.kind === "actor" && phase.worker.state.actor === actor, () => `actor ${id} is ${phase.kind} on worker ${phase.worker.name}, which is ${phase.worker.state.kind}`);
    check("A1", waiting.has(actor) === isWaiting(phase), () => `actor ${id} is ${phase.kind}, and its place among the waiting says otherwise`);
    if (actor.name !== undefined) check("A2", state.names.get(nameKey(actor.namespace, actor.name)) === actor, () => `the name "${actor.name}" does not lead to actor ${id}`);
    const one = free.find((worker) => state.serves(worker, actor));
    if (phase.kind === "waiting-for-resources") check("A3", (actor.shape.amounts.length > 0 || !state.isReady(actor.env)) && !state.hasRoomFor(actor.shape, actor), () => `actor ${id} waits for resources that are there`);
    if (phase.kind === "waiting-for-process") check("A3", one === undefined, () => `actor ${id} waits for a process while ${one?.name} is idle`);
  }
  for (const { name, state: work } of state.workers.values()) {
    if (work.kind === "actor") check("A1", "worker" in work.actor.phase && work.actor.phase.worker.name === name, () => `worker ${name} is the process of actor ${work.actor.id}, which is ${work.actor.phase.kind}`);
  }
  for (const actor of state.names.values()) check("A2", actor.phase.kind !== "dead" && state.actors.get(actor.id) === actor, () => `the name "${actor.name}" leads to a dead actor`);
}

/** Idle processes of other environments that one of this environment may start beside. */
function keptElsewhere(state: SchedulerState, env: string): number {
  const elsewhere = state.idle.filter((worker) => worker.env !== env || worker.isRetired);
  return Math.max(Math.min(state.baseProcesses, elsewhere.length), elsewhere.filter((worker) => !state.isDisposable(worker)).length);
}

function checkEnvironments(state: SchedulerState, check: Check): void {
  const isKnown = (env: string): boolean => state.environments.has(env);
  for (const { name, env, state: work } of state.workers.values()) {
    const of = work.kind === "leased" ? work.lease.demand.env : work.kind === "actor" ? work.actor.env : env;
    check("E1", of === env, () => `worker ${name} of environment "${env}" runs work of "${of}"`);
    check("E2", state.isReady(env), () => `worker ${name} runs in environment "${env}", which is not ready`);
  }
  for (const env of state.starting.values()) check("E2", state.isReady(env), () => `a process starts in environment "${env}", which is not ready`);
  for (const { client, env } of state.demands) check("E2", isKnown(env), () => `${client.name} wants leases in environment "${env}", which nobody prepares`);
  for (const { id, env, phase } of living(state)) check("E2", isKnown(env), () => `${phase.kind} actor ${id} is in environment "${env}", which nobody prepares`);
  const isChanging = state.starting.size > 0 || [...state.workers.values()].some(({ state: work }) => work.kind === "ending");
  if (isChanging) return;
  for (const who of waitingForProcess(state)) {
    const blocking = state.processes >= state.processLimitIn(who.env, 0) && !state.isStartDelayed(who.env) ? state.idle.find((worker) => worker.env !== who.env && state.isDisposable(worker)) : undefined;
    check("E3", blocking === undefined, () => `${"client" in who ? who.client.name : who.id} waits for a process of environment "${who.env}" while ${blocking?.name} of "${blocking?.env}" is idle`);
  }
}

function* waitingForProcess(state: SchedulerState): Generator<Demand | Actor> {
  for (const actor of state.waitingActors) if (actor.phase.kind === "waiting-for-process") yield actor;
  for (const demand of state.demands) if (state.hasRoomFor(demand.shape, demand) && !isSelfServed(state, demand)) yield demand;
}

function checkGroups(state: SchedulerState, check: Check): void {
  const groups = [...state.groups.values()];
  for (const group of groups) {
    const { id, phase, name, namespace } = group;
    const has = totalsOf(state.resources, id);
    if (phase.kind !== "pending") {
      const bundles = group.bundles.map((bundle, i) => Object.entries(bundle).every(([resource, amount]) => has.get(`${resource} ${i}`) === amount)).every(Boolean);
      check("G1", bundles && phase.holding.shape === group.shape, () => `${phase.kind} group ${id} has ${JSON.stringify([...has])}, its bundles are ${JSON.stringify(group.bundles)}`);
    } else {
      check("G1", [...has.values()].every((amount) => amount === 0), () => `pending group ${id} has ${JSON.stringify([...has])}`);
      check("G2", !state.canBePlaced(group) || !state.hasRoomFor(group.shape, group), () => `group ${id} waits for resources that are there`);
    }
    check("G3", state.departed.has(id) === (phase.kind === "removing"), () => `${phase.kind} group ${id} is ${state.departed.has(id) ? "" : "not "}known to be gone`);
    if (phase.kind === "removing") check("G3", !state.isEmptied(group), () => `nothing of removed group ${id} runs any more, and it holds its resources`);
    if (name !== undefined && phase.kind !== "removing") check("G1", state.groupNames.get(nameKey(namespace, name)) === group, () => `the name "${name}" does not lead to group ${id}`);
  }
  for (const group of state.groupNames.values()) check("G1", state.groups.get(group.id) === group && group.phase.kind !== "removing", () => `the name "${group.name}" leads to a removed group`);
  const isGone = (id: string | undefined): boolean => id !== undefined && state.departed.has(id);
  for (const { client, shape } of state.demands) check("G3", !isGone(shape.group), () => `${client.name} wants ${shape.key} of a removed group`);
  for (const { id, holding } of state.leases.values()) check("G3", !isGone(holding.shape.group), () => `lease ${id} is in a removed group`);
  for (const { id, shape } of living(state)) check("G3", !isGone(shape.group), () => `actor ${id} is in a removed group`);
  for (const { shape } of holdings(state)) check("G3", shape.group === undefined || state.groups.has(shape.group), () => `${shape.key} of a group is held that has given its resources back`);
}

/** By resource and bundle, as users write amounts. */
function totalsOf(resources: Resources, id: string): Map<string, number> {
  const totals = new Map<string, number>();
  resources.names.forEach((name, i) => {
    const read = readGroupResource(name);
    if (read?.group === id) totals.set(read.bundle === undefined ? read.name : `${read.name} ${read.bundle}`, (resources.total[i] as number) / 1e4);
  });
  return totals;
}
