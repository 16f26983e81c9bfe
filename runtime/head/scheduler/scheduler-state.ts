/**
 * Everything the scheduler knows, and the guards that decide what may happen. The files beside this one move it on.
 *
 * A process is in `starting` (by slot) until its hello, then in `workers` until its exit. An environment is in `environments` from
 * the first who wants it until nobody uses it. A lease is in `leases`, at its
 * client and at its worker, or nowhere. A demand is in `demands` while it wants something, at its client also while it
 * holds something. An actor is in `waitingActors` until it has a process; dead ones stay, capped, for whoever asks. A placement
 * group is in `groups` until what it reserved has come back.
 */
import type { Bundle, PlacementStrategy } from "../../engine/placement.ts";
import type { ActorId, JobId, LeaseId, PlacementGroupId, ProcessName } from "../../ids.ts";
import type { ActorState, DeathCode, EnvKey, SchedulerCommand, SlotId } from "./scheduler-messages.ts";
import { Resources, type Holding, type KnownShape } from "./resources.ts";
import { SchedulerError, type Story } from "./story.ts";

/** Leases under one CPU that get a process beyond the CPUs' own, for each CPU. */
export const LIGHT_PROCESSES_A_CPU = 4;
const DEPARTED_REMEMBERED = 10_000;
export const DEAD_ACTORS_REMEMBERED = 10_000;

export interface Client {
  readonly name: ProcessName;
  readonly kind: "driver" | "worker" | "front";
  /** A worker's is that of the work it had last. */
  job: JobId;
  readonly namespace: string;
  /** It works for a detached actor: what it makes does not end with the job. */
  outlivesJob: boolean;
  readonly leases: Set<Lease>;
  readonly demands: Map<string, Demand>;
  /** Living actors that end with it. */
  readonly actors: Set<Actor>;
  /** The number of the last grant to it. */
  served: number;
}

/** What processes of one environment have in common. */
export interface Environment {
  readonly key: EnvKey;
  /** False: it is being prepared. */
  isReady: boolean;
  /** In a row. */
  startFailures: number;
  startAgainAt: number;
}

/** What one client wants and holds of one shape in one environment. */
export interface Demand {
  readonly client: Client;
  readonly shape: KnownShape;
  readonly env: EnvKey;
  count: number;
  held: number;
  /** Since when it has nothing, or got nothing more. */
  since: number;
  isNoticed: boolean;
  /** Leases called back for it that have not come yet. */
  recalls: Lease[];
}

export interface Lease {
  readonly id: LeaseId;
  readonly client: Client;
  readonly demand: Demand;
  readonly worker: Worker;
  readonly holding: Holding;
  readonly granted: number;
  isRecalled: boolean;
}

export type WorkerState =
  | { readonly kind: "idle"; readonly since: number }
  | { readonly kind: "leased"; readonly lease: Lease }
  /** Its lease's client is gone; it may still run that client's task. */
  | { readonly kind: "abandoned"; readonly client: ProcessName; readonly holding: Holding }
  | { readonly kind: "actor"; readonly actor: Actor }
  /** Told to end. What its actor held is held until it has. */
  | { readonly kind: "ending"; readonly reason: string; readonly holding: Holding | undefined }
  | { readonly kind: "gone" };

export interface Worker {
  readonly name: ProcessName;
  readonly pid: number;
  readonly env: EnvKey;
  readonly startedAt: number;
  state: WorkerState;
  /** When it came into that state. */
  stateSince: number;
  holdsObjects: boolean;
  /** The number of its last wait. */
  wait: number;
  /** In that wait no other task may run in it. */
  isAlone: boolean;
  hasWorked: boolean;
  /** It takes no more work (W3). */
  isRetired: boolean;
  lastClient: Client | undefined;
  readonly story: Story;
}

export type ActorPhase =
  | { readonly kind: "waiting-for-resources" }
  | { readonly kind: "waiting-for-process"; readonly holding: Holding }
  | { readonly kind: "constructing"; readonly worker: Worker; readonly holding: Holding }
  | { readonly kind: "alive"; readonly worker: Worker; readonly holding: Holding }
  /** Its process was told to end; when it has, the actor restarts. */
  | { readonly kind: "stopping"; readonly worker: Worker; readonly holding: Holding }
  | { readonly kind: "dead"; readonly cause: string; readonly code: DeathCode | undefined };

export interface Actor {
  readonly id: ActorId;
  readonly owner: ProcessName;
  readonly job: JobId;
  readonly className: string;
  readonly shape: KnownShape;
  readonly env: EnvKey;
  readonly name: string | undefined;
  readonly namespace: string;
  readonly isDetached: boolean;
  readonly outlivesJob: boolean;
  readonly maxRestarts: number;
  restarts: number;
  /** Why its last process ended. */
  lastEnd: string | undefined;
  phase: ActorPhase;
  /** What the others were told last. */
  announced: ActorState | undefined;
  /** Since when it waits. */
  since: number;
  isNoticed: boolean;
  recalls: Lease[];
  readonly story: Story;
}

export type GroupPhase =
  | { readonly kind: "pending" }
  | { readonly kind: "created"; readonly holding: Holding }
  /** Removed; what runs in it is ending, and what it reserved is held until it has. */
  | { readonly kind: "removing"; readonly holding: Holding };

export interface Group {
  readonly id: PlacementGroupId;
  readonly owner: ProcessName;
  readonly job: JobId;
  readonly name: string | undefined;
  readonly namespace: string;
  readonly isDetached: boolean;
  /** It ends with its owner: an actor's process. */
  readonly endsWithOwner: boolean;
  readonly outlivesJob: boolean;
  readonly strategy: PlacementStrategy;
  readonly bundles: readonly Bundle[];
  /** All bundles together. */
  readonly shape: KnownShape;
  readonly env: "";
  phase: GroupPhase;
  since: number;
  isNoticed: boolean;
  recalls: Lease[];
}

/** Who waits for resources. */
export type Waiting = Demand | Actor | Group;

export class SchedulerState {
  hasStarted = false;
  now = 0;
  /** The type of the event being handled: it goes into the stories. */
  event = "nothing";
  commands: SchedulerCommand[] = [];

  readonly resources = new Resources();
  prestart = 0;
  /** Processes for tasks that the machine's CPUs are good for. */
  baseProcesses = 1;

  readonly clients = new Map<ProcessName, Client>();
  readonly leases = new Map<LeaseId, Lease>();
  grants = 0;
  readonly demands = new Set<Demand>();

  readonly environments = new Map<EnvKey, Environment>([["", { key: "", isReady: true, startFailures: 0, startAgainAt: 0 }]]);
  /** Of the processes that are kept ready. */
  warmEnv: EnvKey = "";

  readonly starting = new Map<SlotId, EnvKey>();
  slots = 0;
  readonly workers = new Map<ProcessName, Worker>();
  readonly idle: Worker[] = [];
  /** Idle, leased and abandoned workers. */
  taskWorkers = 0;
  /** Leased and abandoned workers whose task waits. */
  blocked = 0;
  /** Leases of less than one CPU. */
  lightLeases = 0;

  readonly actors = new Map<ActorId, Actor>();
  waitingActors: Actor[] = [];
  livingActors = 0;
  readonly deadActors: ActorId[] = [];
  readonly names = new Map<string, Actor>();
  /** Kills that overtook the actor's own news, with their cause. */
  readonly earlyKills = new Map<ActorId, string>();

  readonly groups = new Map<PlacementGroupId, Group>();
  readonly groupNames = new Map<string, Group>();
  /** Removals that overtook the group's own news, with their cause. */
  readonly earlyRemovals = new Map<PlacementGroupId, string>();

  /** Who has starved so long that nobody else gets what it lacks while running leases can give it. */
  reservation: Waiting | undefined;
  readonly departed = new Set<string>();
  readonly changedWorkers = new Set<Worker>();
  readonly changedActors = new Set<Actor>();

  // ---- guards: what may happen. The tests break one at a time and see its invariant named.

  /** True when `who` may have these resources now (R2). */
  hasRoomFor(shape: KnownShape, who: Waiting): boolean {
    if (!this.resources.fits(shape) || !this.isReady(who.env)) return false;
    return this.reservation === undefined || this.reservation === who || !this.resources.contends(shape, this.reservation.shape);
  }

  /** True when `a` is served before `b`: who holds fewer leases, then who waits longer for its turn (L4). */
  isBefore(a: Demand, b: Demand): boolean {
    if (a.held !== b.held) return a.held < b.held;
    if (a.client.leases.size !== b.client.leases.size) return a.client.leases.size < b.client.leases.size;
    return a.client.served < b.client.served;
  }

  /** True when that process is one for this work (E1, W3). */
  serves(worker: Worker, { env }: Demand | Actor): boolean {
    return worker.env === env && !worker.isRetired;
  }

  /** On one machine bundles cannot be on machines of their own. */
  canBePlaced({ strategy, bundles, shape }: Pick<Group, "strategy" | "bundles" | "shape">): boolean {
    return (strategy !== "STRICT_SPREAD" || bundles.length === 1) && this.resources.isFeasible(shape);
  }

  /** True when nothing of a removed group runs any more: what it reserved may come back (G3). */
  isEmptied(group: Group): boolean {
    for (const worker of this.workers.values()) if (holdingOf(worker)?.shape.group === group.id) return false;
    return !this.waitingActors.some(({ phase }) => phase.kind === "waiting-for-process" && phase.holding.shape.group === group.id);
  }

  /** How many processes may be running or starting, when `light` more leases of less than one CPU are about to be granted (W2). */
  processLimit(light: number): number {
    const beyondCpus = Math.min(LIGHT_PROCESSES_A_CPU * this.baseProcesses, this.lightLeases + light);
    return this.baseProcesses + this.blocked + this.livingActors + this.idleClients() + beyondCpus;
  }

  /** Workers without work that wait for tasks which their last one left behind: they cannot run those themselves. */
  idleClients(): number {
    return this.idle.reduce((n, { name }) => ((this.clients.get(name)?.demands.size ?? 0) > 0 ? n + 1 : n), 0);
  }

  /** As `processLimit`, for starts in that environment: idle processes of others stay beside them as long as they are few, or cannot be ended. */
  processLimitIn(env: EnvKey, light: number): number {
    const elsewhere = this.idle.filter((worker) => worker.env !== env || worker.isRetired);
    const kept = Math.max(Math.min(this.baseProcesses, elsewhere.length), elsewhere.filter((worker) => !this.isDisposable(worker)).length);
    return this.processLimit(light) + kept;
  }

  /** True when nobody misses the worker's process: no objects, no actors, no tasks that an earlier task of it left behind. */
  isDisposable(worker: Worker): boolean {
    if (worker.holdsObjects) return false;
    const client = this.clients.get(worker.name);
    return client === undefined || (client.actors.size === 0 && client.demands.size === 0);
  }

  isReady(env: EnvKey): boolean {
    return this.environments.get(env)?.isReady === true;
  }

  /** True when processes of that environment failed to start a moment ago. */
  isStartDelayed(env: EnvKey): boolean {
    return this.now < (this.environments.get(env)?.startAgainAt ?? 0);
  }

  startingIn(env: EnvKey): number {
    let n = 0;
    for (const other of this.starting.values()) if (other === env) n++;
    return n;
  }

  // ---- looking things up. Undefined: it is gone, and the news of it late.

  client(name: ProcessName): Client | undefined {
    return this.clients.get(name) ?? this.#late("process", name);
  }

  worker(name: ProcessName): Worker | undefined {
    return this.workers.get(name) ?? this.#late("worker", name);
  }

  lease(id: LeaseId): Lease | undefined {
    return this.leases.get(id) ?? (leaseNumber(id) <= this.grants ? undefined : this.#late("lease", id));
  }

  get processes(): number {
    return this.workers.size + this.starting.size;
  }

  emit(command: SchedulerCommand): void {
    this.commands.push(command);
  }

  /** Remembers the name of a process, an actor or a group that is gone, for a while. */
  depart(name: ProcessName | ActorId | PlacementGroupId): void {
    this.departed.add(name);
    if (this.departed.size > DEPARTED_REMEMBERED) this.departed.delete(this.departed.values().next().value as string);
  }

  #late(kind: string, name: string): undefined {
    if (this.departed.has(name)) return undefined;
    throw new SchedulerError(`Cannot handle ${this.event}: no ${kind} "${name}" has ever been here`);
  }
}

/** `l` and the number of the grant, in base 36. */
export const leaseId = (grant: number): LeaseId => ("l" + grant.toString(36)) as LeaseId;
const leaseNumber = (id: LeaseId): number => {
  const number = /^l[0-9a-z]+$/.test(id) ? Number.parseInt(id.slice(1), 36) : Number.NaN;
  return Number.isNaN(number) ? Number.POSITIVE_INFINITY : number;
};

export const demandKey = (shape: KnownShape, env: EnvKey): string => (env === "" ? shape.key : `${shape.key}\0\0${env}`);

export const nameKey = (namespace: string, name: string): string => `${namespace}\0${name}`;

/** The actor's state as everybody else knows it. */
export function publicState(actor: Actor): ActorState {
  switch (actor.phase.kind) {
    case "alive": return "alive";
    case "dead": return "dead";
    case "stopping": return "restarting";
    default: return actor.restarts > 0 ? "restarting" : "pending";
  }
}

/** What the worker's work holds, or undefined when it has none. */
export function holdingOf(worker: Worker): Holding | undefined {
  switch (worker.state.kind) {
    case "leased": return worker.state.lease.holding;
    case "abandoned": case "ending": return worker.state.holding;
    case "actor": return "holding" in worker.state.actor.phase ? worker.state.actor.phase.holding : undefined;
    default: return undefined;
  }
}
