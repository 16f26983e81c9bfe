/**
 * What the scheduler says to people: work that can never run, at once; work that starves behind somebody who will not
 * give way soon, after two seconds. Once for each shape of a client (or actor) until it is satisfied.
 */
import type { JobId, ProcessName } from "../../ids.ts";
import { amountOf, describeAmount, inUnits } from "./resources.ts";
import { holdingOf, type Actor, type Demand, type SchedulerState } from "./scheduler-state.ts";

const STARVED_AFTER_MS = 2_000;
/** A program that fails to start once may be lucky the next time; from here on somebody should know. */
export const START_FAILURES_TOLERATED = 3;

export function noticeInfeasible(state: SchedulerState, who: Demand | Actor): void {
  if (who.isNoticed) return;
  const { resources } = state;
  const missing = who.shape.amounts.filter(({ resource, amount }) => amount > (resources.total[resource] as number));
  const asked = missing.map(({ resource, amount }) => describeAmount(nameOf(state, resource), amount)).join(", ");
  const has = missing.map(({ resource }) => describeAmount(nameOf(state, resource), resources.total[resource] as number)).join(", ");
  const wayOut = missing.map(({ resource, amount }) => initOption(nameOf(state, resource), inUnits(amount))).join(", ");
  notice(state, who, "error", `${subject(who)} for ${asked}, but the cluster has ${has} in all: it can never run. Ask for less in its options, or start the cluster with more: ray.init({ ${wayOut} })`);
}

/** Told on each tick. */
export function noticeStarved(state: SchedulerState): void {
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

function noticeIfStarved(state: SchedulerState, who: Demand | Actor, job: JobId): void {
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
    const wayOut = holders.some(({ isActor }) => isActor) ? "End an actor with ray.kill(handle), or start" : "It runs when they are done; to have both at once start";
    const more = initOption(name, inUnits(total + amountOf(who.shape, resource)));
    notice(state, who, "warning", `${subject(who)} for ${describeAmount(name, amountOf(who.shape, resource))} and has waited ${seconds} s: ${inUnits(free)} of ${describeAmount(name, total)} is free, the rest is held by ${held}. ${wayOut} the cluster with more: ray.init({ ${more} })`);
    return;
  }
}

function holdersOf(state: SchedulerState, resource: number): { label: string; isActor: boolean; job: JobId | undefined }[] {
  const holders = [];
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

function notice(state: SchedulerState, who: Demand | Actor, level: "warning" | "error", text: string): void {
  who.isNoticed = true;
  const [client, job]: [ProcessName, JobId] = "client" in who ? [who.client.name, who.client.job] : [who.owner, who.job];
  state.emit({ type: "notice", client, job, level, text });
}

function subject(who: Demand | Actor): string {
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
