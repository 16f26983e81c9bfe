/**
 * Leases called back when others starve, and the reservation that keeps what comes back for who starved longest.
 *
 * Only a running lease is worth calling back: it comes at the next task boundary. What actors hold does not come back,
 * and a task that waits may wait for the very one that starves.
 */
import type { Client, Group, Lease, SchedulerState, Waiting } from "./scheduler-state.ts";
import { amountOf } from "./resources.ts";

/** A client with nothing gets its turn from one that holds a single lease after this time; an unequal share is called back at once. */
const TURN_MS = 100;
const RESERVE_AFTER_MS = 1_000;
/** Looking at each lease for each demand is for ticks when there are many of both. */
const PAIRS_AT_ONCE = 2_000;

export function recallLeases(state: SchedulerState): void {
  if (state.leases.size === 0 || (state.waitingActors.length === 0 && state.demands.size === 0 && state.groups.size === 0)) return;
  if (state.event !== "tick" && state.leases.size * (state.demands.size + state.waitingActors.length + state.groups.size) > PAIRS_AT_ONCE) return;
  for (const group of state.groups.values()) if (isWaiting(state, group)) recallFor(state, group);
  for (const actor of state.waitingActors) if (actor.phase.kind === "waiting-for-resources") recallFor(state, actor);
  for (const demand of state.demands) if (demand.held < state.leases.size) recallFor(state, demand);
}

/** Called on each tick: who waits for resources that running leases hold, and waited longest, gets them next. */
export function reserve(state: SchedulerState): void {
  if (state.reservation !== undefined && state.resources.isReclaimable(state.reservation.shape)) return;
  state.reservation = undefined;
  for (const who of waitingForResources(state)) {
    if (state.now - who.since < RESERVE_AFTER_MS || !state.isReady(who.env) || !state.resources.isReclaimable(who.shape)) continue;
    if (state.reservation === undefined || who.since < state.reservation.since) state.reservation = who;
  }
}

function* waitingForResources(state: SchedulerState): Generator<Waiting> {
  for (const group of state.groups.values()) if (isWaiting(state, group)) yield group;
  for (const actor of state.waitingActors) if (actor.phase.kind === "waiting-for-resources") yield actor;
  for (const demand of state.demands) if (demand.held === 0 && !state.resources.fits(demand.shape)) yield demand;
}

const isWaiting = (state: SchedulerState, group: Group): boolean => group.phase.kind === "pending" && state.canBePlaced(group);

function recallFor(state: SchedulerState, who: Waiting): void {
  if (!state.isReady(who.env) || !state.resources.isReclaimable(who.shape)) return;
  const lacking = state.resources.lacking(who.shape);
  if (lacking.length === 0) return;
  who.recalls = who.recalls.filter((lease) => state.leases.has(lease.id) && !lease.holding.lent);
  for (const { resource, amount } of lacking) {
    let missing = amount - who.recalls.reduce((sum, lease) => sum + amountOf(lease.holding.shape, resource), 0);
    while (missing > 0) {
      const lease = leaseToRecall(state, who, resource);
      if (lease === undefined) return;
      lease.isRecalled = true;
      who.recalls.push(lease);
      missing -= amountOf(lease.holding.shape, resource);
      state.emit({ type: "recall-lease", client: lease.client.name, lease: lease.id });
    }
  }
}

/** The oldest usable lease of the client that holds most of them, if that is more than its share. */
function leaseToRecall(state: SchedulerState, who: Waiting, resource: number): Lease | undefined {
  let most: Lease[] = [];
  for (const leases of usableLeases(state, who, resource).values()) if (leases.length > most.length) most = leases;
  if (most.length === 0 || most.length < leastHeldByVictim(state, who)) return undefined;
  return most.reduce((oldest, lease) => (lease.granted < oldest.granted ? lease : oldest));
}

/** From how many leases on a client has more than its share, seen from who waits. */
function leastHeldByVictim(state: SchedulerState, who: Waiting): number {
  if (!("client" in who)) return 1;
  return who.held === 0 && state.now - who.since >= TURN_MS ? 1 : who.held + 2;
}

function usableLeases(state: SchedulerState, who: Waiting, resource: number): Map<Client, Lease[]> {
  const found = new Map<Client, Lease[]>();
  for (const lease of state.leases.values()) {
    if (lease.isRecalled || lease.holding.lent || amountOf(lease.holding.shape, resource) === 0 || lease.demand === who) continue;
    const leases = found.get(lease.client);
    if (leases === undefined) found.set(lease.client, [lease]);
    else leases.push(lease);
  }
  return found;
}
