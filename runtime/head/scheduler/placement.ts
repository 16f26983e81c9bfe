/** Which processes there should be: enough for what could run now, a few kept warm, none for long without work. */
import { isDisposable } from "./actors.ts";
import { moveWorker } from "./moves.ts";
import { isSelfServed, ownLimit } from "./own-work.ts";
import type { SchedulerState, Worker } from "./scheduler-state.ts";

const IDLE_MS = 10_000;
/** Processes that start at the same time only slow each other down beyond this many a CPU. */
const STARTS_A_CPU = 2;

/** Starts a process for each actor and each lease that waits for nothing else, then those that `prestart` lacks. */
export function startWorkers(state: SchedulerState): void {
  if (state.now < state.startAgainAt) return;
  const startable = STARTS_A_CPU * state.baseProcesses - state.starting.size;
  if (startable <= 0) return;
  const forActors = state.waitingActors.reduce((n, { phase }) => (phase.kind === "waiting-for-process" ? n + 1 : n), 0);
  const leases = state.demands.size === 0 ? NONE : grantable(state, startable + state.starting.size);
  const others = Math.max(forActors + leases.count - leases.selfServed - state.starting.size, warmWanted(state, forActors));
  const all = Math.max(forActors + leases.count - state.starting.size, others);
  if (all <= 0) return;
  const room = state.processLimit(leases.light) - state.processes;
  const wanted = Math.max(Math.min(others, room), Math.min(all, room, ownLimit(state) - state.processes));
  for (let n = Math.min(wanted, startable); n > 0; n--) {
    const slot = ++state.slots;
    state.starting.add(slot);
    state.emit({ type: "start-worker", slot });
  }
}

const NONE = { count: 0, light: 0, selfServed: 0 };

/** How many leases, up to `most`, the free resources would do for if there were processes; the last are those that their clients could do without. */
function grantable(state: SchedulerState, most: number): { count: number; light: number; selfServed: number } {
  const { resources } = state;
  const found = { count: 0, light: 0, selfServed: 0 };
  const free = [...resources.available];
  const selfServed = [...state.demands].filter((demand) => isSelfServed(state, demand));
  const last = new Set(selfServed);
  for (const demand of [...[...state.demands].filter((demand) => !last.has(demand)), ...selfServed]) {
    const { shape, count } = demand;
    if (!state.hasRoomFor(shape, demand)) continue;
    let n = Math.min(count, most - found.count);
    for (const { resource, amount } of shape.amounts) n = Math.min(n, Math.max(0, Math.floor((free[resource] as number) / amount)));
    for (const { resource, amount } of shape.amounts) free[resource] = (free[resource] as number) - n * amount;
    found.count += n;
    if (last.has(demand)) found.selfServed += n;
    if (shape.isLight) found.light += n;
  }
  return found;
}

/** Task workers that are lacking, when somebody waits for one or the machine has nothing else to do. */
function warmWanted(state: SchedulerState, forActors: number): number {
  if (state.demands.size === 0 && state.waitingActors.length === 0 && state.leases.size > 0) return 0;
  return state.prestart - state.taskWorkers - Math.max(0, state.starting.size - forActors);
}

/** Ends task workers beyond `prestart` (and beyond one) that were idle for long and that nobody needs for their objects. */
export function endIdleWorkers(state: SchedulerState): void {
  let spare = state.taskWorkers - Math.max(1, state.prestart);
  if (spare <= 0) return;
  const idleSince = (worker: Worker): number => (worker.state.kind === "idle" ? worker.state.since : Number.POSITIVE_INFINITY);
  const longest = state.idle.filter((w) => isDisposable(state, w) && state.now - idleSince(w) >= IDLE_MS).sort((a, b) => idleSince(a) - idleSince(b));
  for (const worker of longest) {
    if (spare-- <= 0) return;
    const reason = `idle for ${Math.floor((state.now - idleSince(worker)) / 1000)} s`;
    moveWorker(state, worker, { kind: "ending", reason, holding: undefined });
    state.emit({ type: "kill-worker", worker: worker.name, reason });
  }
}
