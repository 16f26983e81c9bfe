/**
 * What the scheduler says to people: work that can never run, at once; work that starves behind somebody who will not
 * give way soon, after two seconds. Once for each shape of a client (or actor) until it is satisfied.
 */
import type { JobId, ProcessName } from "../../ids.ts";
import { amountOf, describeAmount, inUnits } from "./resources.ts";
import { holdingOf, type Actor, type Demand, type Group, type SchedulerState, type Waiting } from "./scheduler-state.ts";

const STARVED_AFTER_MS = 2_000;
/** A program that fails to start once may be lucky the next time; from here on somebody should know. */
export const START_FAILURES_TOLERATED = 3;

export function noticeInfeasible(state: SchedulerState, who: Demand | Actor): void {
  if (!who.isNoticed) sayInfeasible(state, who, "run. Ask for less in its options");
}

export function noticeUnplaceable(state: SchedulerState, group: Group): void {
  if (state.resources.isFeasible(group.shape)) {
    return notice(state, group, "error", `${subject(group)} for ${group.bundles.length} bundles on machines of their own (STRICT_SPREAD), but the cluster is one machine: it can never be placed. Use "SPREAD" or "PACK"`);
  }
  sayInfeasible(state, group, "be placed. Ask for less in its bundles");
}

function sayInfeasible(state: SchedulerState, who: Waiting, never: string): void {
  const { resources } = state;
  const missing = who.shape.amounts.filter(({ resource, amount }) => amount > (resources.total[resource] as number));
  const asked = missing.map(({ resource, amount }) => describeAmount(nameOf(state, resource), amount)).join(", ");
  const has = missing.map(({ resource }) => describeAmount(nameOf(state, resource), resources.total[resource] as number)).join(", ");
  const wayOut = missing.map(({ resource, amount }) => initOption(nameOf(state, resource), inUnits(amount))).join(", ");
  notice(state, who, "error", `${subject(who)} for ${asked}, but the cluster has ${has} in all: it can never ${never}, or start the cluster with more: ray.init({ ${wayOut} })`);
}

/** Told on each tick. */
export function noticeStarved(state: SchedulerState): void {
  for (const group of state.groups.values()) if (group.phase.kind === "pending" && state.canBePlaced(group)) noticeIfStarved(state, group, group.job);
  for (const actor of state.waitingActors) if (actor.phase.kind === "waiting-for-resources") noticeIfStarved(state, actor, actor.job);
  for (const demand of state.demands) if (demand.held === 0) noticeIfStarved(state, demand, demand.client.job);
}

export function noticeStartFailure(state: SchedulerState, attempts: number, cause: string): void {
  if (attempts !== START_FAILURES_TOLERATED) return;
  const text = `Worker processes cannot start (${attempts} attempts in a row): ${cause}. They are tried again, less and less often`;
  for (const client of state.clients.values()) {
    if (client.kind === "driver") state.emit({ type: "notice", client: client.name, job: client.job, level: "error", text });
  }
}

function noticeIfStarved(state: SchedulerState, who: Waiting, job: JobId): void {
  if (who.isNoticed || state.now - who.since < STARVED_AFTER_MS || !state.resources.isFeasible(who.shape)) return;
  for (const { resource } of state.resources.lacking(who.shape)) {
    const holders = holdersOf(state, resource);
    // a task behind other tasks of its own job is a queue, not starvation
    if ("client" in who && !holders.some(({ isActor, job: other }) => isActor || other !== job)) continue;
    const name = nameOf(state, resource);
    const held = [...countBy(holders.map(({ label }) => label))].map(([label, n]) => (n > 1 ? `${label} (${n} times)` : label)).join(", ");
    const seconds = Math.floor((state.now - who.since) / 1000);
    const total = state.resources.total[resource] as number;
    const free = Math.max(0, state.resources.available[resource] as number);
    notice(state, who, "warning", `${subject(who)} for ${describeAmount(name, amountOf(who.shape, resource))} and has waited ${seconds} s: ${inUnits(free)} of ${describeAmount(name, total)} is free, the rest is held by ${held}. ${wayOut(state, who, resource, holders)}`);
    return;
  }
}

interface Holder {
  readonly label: string;
  /** It holds for life. */
  readonly isActor: boolean;
  readonly isGroup?: boolean;
  readonly job: JobId | undefined;
}

function wayOut(state: SchedulerState, who: Waiting, resource: number, holders: readonly Holder[]): string {
  const more = `start the cluster with more: ray.init({ ${initOption(nameOf(state, resource), inUnits((state.resources.total[resource] as number) + amountOf(who.shape, resource)))} })`;
  if (who.shape.group !== undefined) return "It runs when they are done or ended; a group with larger bundles has room for more";
  const submitter = "client" in who ? state.workers.get(who.client.name) : undefined;
  if (submitter && holdingOf(submitter)?.shape.group !== undefined) return "What submits it runs in a placement group: with captureChildTasks: true there it runs in the group too";
  if (holders.some(({ isGroup }) => isGroup)) return `Remove a group with ray.util.removePlacementGroup(group), or ${more}`;
  return holders.some(({ isActor }) => isActor) ? `End an actor with ray.kill(handle), or ${more}` : `It runs when they are done; to have both at once ${more}`;
}

function holdersOf(state: SchedulerState, resource: number): Holder[] {
  const holders: Holder[] = [];
  for (const group of state.groups.values()) {
    if (group.phase.kind !== "pending" && amountOf(group.shape, resource) > 0) holders.push({ label: `placement group ${group.name ?? group.id}`, isActor: true, isGroup: true, job: group.job });
  }
  for (const worker of state.workers.values()) {
    const holding = holdingOf(worker);
    if (holding === undefined || holding.lent || amountOf(holding.shape, resource) === 0) continue;
    const work = worker.state;
    if (work.kind === "actor") holders.push({ label: `actor ${work.actor.name ?? work.actor.className}`, isActor: true, job: work.actor.job });
    else if (work.kind === "leased") holders.push({ label: `tasks of ${work.lease.client.name}`, isActor: false, job: work.lease.client.job });
    else holders.push({ label: `process ${worker.pid}, which is ending`, isActor: false, job: undefined });
  }
  for (const actor of state.waitingActors) {
    if (actor.phase.kind === "waiting-for-process" && amountOf(actor.shape, resource) > 0) holders.push({ label: `actor ${actor.name ?? actor.className}`, isActor: true, job: actor.job });
  }
  return holders;
}

function notice(state: SchedulerState, who: Waiting, level: "warning" | "error", text: string): void {
  who.isNoticed = true;
  const [client, job]: [ProcessName, JobId] = "client" in who ? [who.client.name, who.client.job] : [who.owner, who.job];
  state.emit({ type: "notice", client, job, level, text });
}

function subject(who: Waiting): string {
  if ("bundles" in who) return `Placement group ${who.name ?? who.id} asks`;
  if (!("client" in who)) return `Actor ${who.name ?? who.className} asks`;
  return who.count === 1 ? "A task asks" : `Each of ${who.count} tasks asks`;
}

function initOption(name: string, amount: number): string {
  if (name === "CPU") return `numCpus: ${Math.ceil(amount)}`;
  if (name === "GPU") return `numGpus: ${Math.ceil(amount)}`;
  if (name === "memory") return `memory: ${amount}`;
  return `resources: { ${JSON.stringify(name)}: ${amount} }`;
}

function countBy(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

const nameOf = (state: SchedulerState, resource: number): string => state.resources.names[resource] as string;
