/** Which processes there should be: enough for what could run now, a few kept warm, none for long without work. */
import { moveWorker } from "./moves.ts";
import { isSelfServed, ownLimit } from "./own-work.ts";
import type { EnvKey } from "./scheduler-messages.ts";
import type { Demand, SchedulerState, Worker } from "./scheduler-state.ts";

const IDLE_MS = 10_000;
/** Processes that start at the same time only slow each other down beyond this many a CPU. */
const STARTS_A_CPU = 2;

/** What is being decided: what is free besides the processes decided on already, and how many more may start. */
interface Round {
  free: number[];
  startable: number;
  /** Leases of less than one CPU among those that processes are started for. */
  light: number;
}

/** What would be used in one environment if there were processes. */
interface Wanted {
  actors: number;
  leases: number;
}

/** Starts a process for each actor and each lease that waits for nothing else, then those that `prestart` lacks, then for what clients could do without. */
export function startWorkers(state: SchedulerState): void {
  const startable = STARTS_A_CPU * state.baseProcesses - state.starting.size;
  const isQuiet = state.demands.size === 0 && state.waitingActors.length === 0 && state.taskWorkers + state.starting.size >= state.prestart;
  if (startable <= 0 || isQuiet) return;
  const wanted = new Map<EnvKey, Wanted>();
  for (const { phase, env } of state.waitingActors) if (phase.kind === "waiting-for-process") wantedIn(wanted, env).actors++;
  for (const { env } of state.demands) wantedIn(wanted, env);
  wantedIn(wanted, state.warmEnv); // last, where nobody waits in it
  const round: Round = { free: [...state.resources.available], startable, light: 0 };
  const selfServed = new Set([...state.demands].filter((demand) => isSelfServed(state, demand)));
  for (const isLast of [false, true]) {
    const demands = [...state.demands].filter((demand) => selfServed.has(demand) === isLast);
    if (isLast && demands.length === 0) return;
    for (const [env, of] of wanted) if (state.isReady(env) && !state.isStartDelayed(env)) startIn(state, env, of, demands, isLast, round);
  }
}

function wantedIn(wanted: Map<EnvKey, Wanted>, env: EnvKey): Wanted {
  let of = wanted.get(env);
  if (of === undefined) wanted.set(env, (of = { actors: 0, leases: 0 }));
  return of;
}

/** `isSelfServed`: the demands are those of clients that could run their tasks themselves. */
function startIn(state: SchedulerState, env: EnvKey, wanted: Wanted, demands: readonly Demand[], isSelfServed: boolean, round: Round): void {
  const starting = state.startingIn(env);
  const free = [...round.free];
  const { light } = round;
  countGrantable(state, env, wanted, demands, round.startable + starting, round);
  const lacking = wanted.actors + wanted.leases - starting;
  const most = isSelfServed || env !== state.warmEnv ? lacking : Math.max(lacking, warmWanted(state, wanted.actors, starting));
  if (most <= 0) return;
  const room = Math.max(0, state.processLimitIn(env, round.light) - state.processes);
  const started = Math.min(most, room, round.startable, isSelfServed ? Math.max(0, ownLimit(state) - state.processes) : Infinity);
  for (let n = started; n > 0; n--) {
    const slot = ++state.slots;
    state.starting.set(slot, env);
    state.emit({ type: "start-worker", slot, env });
  }
  round.startable -= started;
  if (!isSelfServed && lacking > room) makeRoom(state, env, lacking - room);
  // whoever cannot start keeps nobody else from it
  if (started === 0 && starting === 0) Object.assign(round, { free, light });
}

/** How many leases, up to `most`, the free resources would do for if there were processes. */
function countGrantable(state: SchedulerState, env: EnvKey, wanted: Wanted, demands: readonly Demand[], most: number, round: Round): void {
  for (const demand of demands) {
    const { shape } = demand;
    if (demand.env !== env || !state.hasRoomFor(shape, demand)) continue;
    let n = Math.min(demand.count, most - wanted.leases);
    for (const { resource, amount } of shape.amounts) n = Math.min(n, Math.max(0, Math.floor((round.free[resource] as number) / amount)));
    for (const { resource, amount } of shape.amounts) round.free[resource] = (round.free[resource] as number) - n * amount;
    wanted.leases += n;
    if (shape.isLight) round.light += n;
  }
}

/** Ends idle processes of other environments, those that are idle for the longest time first (E3). */
function makeRoom(state: SchedulerState, env: EnvKey, most: number): void {
  let ending = 0;
  for (const worker of state.workers.values()) if (worker.state.kind === "ending") ending++;
  const others = state.idle.filter((worker) => worker.env !== env && state.isDisposable(worker)).sort(byIdleTime);
  for (const worker of others.slice(0, Math.max(0, most - ending))) end(state, worker, "its place is needed for work in another runtime environment");
}

/** Task workers that are lacking, when somebody waits for one or the machine has nothing else to do. */
function warmWanted(state: SchedulerState, forActors: number, starting: number): number {
  if (state.demands.size === 0 && state.waitingActors.length === 0 && state.leases.size > 0) return 0;
  return state.prestart - state.taskWorkers - Math.max(0, starting - forActors);
}

/** Ends task workers beyond `prestart` (and beyond one) that were idle for long and that nobody needs for their objects. */
export function endIdleWorkers(state: SchedulerState): void {
  let spare = state.taskWorkers - Math.max(1, state.prestart);
  if (spare <= 0) return;
  const longest = state.idle.filter((worker) => state.isDisposable(worker) && state.now - worker.stateSince >= IDLE_MS).sort(byIdleTime);
  for (const worker of longest) {
    if (spare-- <= 0) return;
    end(state, worker, `idle for ${Math.floor((state.now - worker.stateSince) / 1000)} s`);
  }
}

/** W3. */
export function endRetired(state: SchedulerState): void {
  for (const worker of [...state.idle]) if (worker.isRetired && state.isDisposable(worker)) end(state, worker, "it has run as many tasks as maxCalls allows");
}

const byIdleTime = (a: Worker, b: Worker): number => a.stateSince - b.stateSince;

function end(state: SchedulerState, worker: Worker, reason: string): void {
  moveWorker(state, worker, { kind: "ending", reason, holding: undefined });
  state.emit({ type: "kill-worker", worker: worker.name, reason });
}
