/**
 * Placement groups: they wait for all their bundles at once, hold them until they are removed, and end what runs in them.
 *
 * What a group has reserved are resources of its own: work in it asks for those (engine/placement.ts), and waits when the group is
 * not placed yet. That work may be heard of before its group, whose news comes from another process.
 */
import type { Bundle } from "../../engine/placement.ts";
import { ownerOf, type PlacementGroupId } from "../../ids.ts";
import { endActor } from "./actors.ts";
import { revokeLease, revokeWork, setCount } from "./leases.ts";
import { noticeUnplaceable } from "./notices.ts";
import type { SchedulerEvent, Shape } from "./scheduler-messages.ts";
import { nameKey, type Client, type Group, type SchedulerState } from "./scheduler-state.ts";
import { SchedulerError } from "./story.ts";

type Event<T extends SchedulerEvent["type"]> = Extract<SchedulerEvent, { type: T }>;

/** So long work waits for the news of its group. */
const LATEST_NEWS_MS = 60_000;
const EARLY_REMOVALS_REMEMBERED = 1_000;

export function groupWanted(state: SchedulerState, event: Event<"group-wanted">): void {
  const { group: id, name, namespace } = event;
  if (state.groups.has(id)) throw new SchedulerError(`Cannot make placement group ${id} twice`);
  const owner = state.client(event.owner);
  const early = state.earlyRemovals.get(id);
  state.earlyRemovals.delete(id);
  if (state.departed.has(id)) return;
  if (early !== undefined) return endGroup(state, id, early);
  if (owner === undefined && !event.detached) return endGroup(state, id, `its owner ${event.owner} ended before it could be made`);
  if (name !== undefined && state.groupNames.has(nameKey(namespace, name))) return endGroup(state, id, `the name "${name}" (namespace="${namespace}") is already taken by another one`);
  const group = newGroup(state, event, owner);
  state.groups.set(id, group);
  if (name !== undefined) state.groupNames.set(nameKey(namespace, name), group);
  if (!state.canBePlaced(group)) noticeUnplaceable(state, group);
}

function newGroup(state: SchedulerState, event: Event<"group-wanted">, owner: Client | undefined): Group {
  const { group: id, name, namespace, strategy, bundles, detached } = event;
  return {
    id, owner: event.owner, job: owner?.kind === "worker" ? owner.job : event.job, name, namespace, strategy, bundles, isDetached: detached,
    endsWithOwner: !detached && state.workers.get(event.owner)?.state.kind === "actor", outlivesJob: detached || (owner?.outlivesJob ?? false),
    shape: state.resources.intern(sumOf(bundles)), env: "", phase: { kind: "pending" }, since: state.now, isNoticed: false, recalls: [],
  };
}

export function sumOf(bundles: readonly Bundle[]): Shape {
  const sum: Record<string, number> = {};
  for (const bundle of bundles) for (const [name, amount] of Object.entries(bundle)) sum[name] = (sum[name] ?? 0) + amount;
  return sum;
}

export function groupRemoved(state: SchedulerState, { group: id, cause }: Event<"group-removed">): void {
  if (state.groups.has(id)) return endGroup(state, id, cause);
  if (state.departed.has(id)) return;
  // a handle may travel faster than the news of its group
  if (state.clients.has(ownerOf(id))) state.earlyRemovals.set(id, cause);
  if (state.earlyRemovals.size > EARLY_REMOVALS_REMEMBERED) state.earlyRemovals.delete(state.earlyRemovals.keys().next().value as PlacementGroupId);
}

/** Gives pending groups their resources, all at once (G2). */
export function placeGroups(state: SchedulerState): void {
  for (const group of state.groups.values()) {
    if (group.phase.kind !== "pending" || !state.canBePlaced(group) || !state.hasRoomFor(group.shape, group)) continue;
    if (state.reservation === group) state.reservation = undefined;
    Object.assign(group, { recalls: [], isNoticed: false, phase: { kind: "created", holding: state.resources.take(group.shape, "group") } });
    state.resources.addGroup(group.id, group.bundles);
    state.emit({ type: "group-state", group: group.id, state: "created" });
  }
}

/** What removed groups reserved comes back when nothing of them runs any more (G3). */
export function finishRemovals(state: SchedulerState): void {
  for (const group of state.groups.values()) {
    if (group.phase.kind !== "removing" || !state.isEmptied(group)) continue;
    state.resources.giveBack(group.phase.holding);
    forget(state, group.id);
  }
}

/** The group is no more for anybody. */
export function endGroup(state: SchedulerState, id: PlacementGroupId, cause: string): void {
  const group = state.groups.get(id);
  if (group?.phase.kind === "removing") return;
  state.depart(id);
  const key = group?.name === undefined ? undefined : nameKey(group.namespace, group.name);
  if (key !== undefined && state.groupNames.get(key) === group) state.groupNames.delete(key);
  if (state.reservation === group) state.reservation = undefined;
  if (group?.phase.kind === "created") group.phase = { kind: "removing", holding: group.phase.holding };
  endWork(state, id, cause);
  if (group?.phase.kind !== "removing") forget(state, id);
  state.emit({ type: "group-state", group: id, state: "removed", cause });
}

function forget(state: SchedulerState, id: PlacementGroupId): void {
  state.groups.delete(id);
  state.resources.removeGroup(id);
}

/** Ends what runs in the group and fails what waits for it. Clients hear first why. */
function endWork(state: SchedulerState, id: PlacementGroupId, cause: string): void {
  const leases = [...state.leases.values()].filter(({ holding }) => holding.shape.group === id);
  const clients = new Set(leases.map(({ client }) => client));
  for (const demand of [...state.demands]) {
    if (demand.shape.group !== id) continue;
    clients.add(demand.client);
    setCount(state, demand, 0);
  }
  for (const { name } of clients) state.emit({ type: "group-broken", client: name, group: id, cause });
  const reason = `placement group ${id} was removed`;
  for (const lease of leases) revokeLease(state, lease, reason);
  for (const actor of [...state.actors.values()]) {
    if (actor.phase.kind !== "dead" && actor.shape.group === id) endActor(state, actor, `its placement group ${id} is gone: ${cause}`, "placement-group");
  }
  for (const worker of state.workers.values()) {
    const work = worker.state;
    if (work.kind === "abandoned" && work.holding.shape.group === id) revokeWork(state, worker, work.holding, reason);
  }
}

/** An owner's groups that end with it, and a job's when its last driver has gone. */
export function endGroupsOf(state: SchedulerState, isOver: (group: Group) => boolean, cause: string): void {
  for (const group of [...state.groups.values()]) if (isOver(group)) endGroup(state, group.id, cause);
}

/** True when that group is removed: nothing can run in it. */
export const isGroupOver = (state: SchedulerState, id: PlacementGroupId): boolean => state.departed.has(id);

/** On each tick: work that waits for a group of which no news will come. */
export function dropLostWork(state: SchedulerState): void {
  for (const { shape, since } of [...state.demands, ...state.waitingActors]) {
    const id = shape.group;
    if (id === undefined || state.groups.has(id) || state.departed.has(id)) continue;
    if (!state.clients.has(ownerOf(id)) || state.now - since > LATEST_NEWS_MS) endGroup(state, id, "nobody knows it: its owner has ended, or it was removed long ago");
  }
}
