/**
 * A random but possible world around the scheduler: clients, processes and actors that do what such things do, in any
 * order, die at any moment and are heard of late. It keeps its own books from the commands alone and complains when a
 * command does not fit them.
 */
import { inGroup, type PlacementGroupInfo } from "../../../../runtime/engine/placement.ts";
import { placementGroupId, type ActorId, type JobId, type LeaseId, type PlacementGroupId, type ProcessName } from "../../../../runtime/ids.ts";
import type { SchedulerCommand, Shape, UntimedEvent } from "../../../../runtime/head/scheduler/scheduler-messages.ts";

export const SHAPES: readonly Shape[] = [{ CPU: 1 }, { CPU: 1 }, { CPU: 1 }, { CPU: 0.1 }, { CPU: 0.2 }, { CPU: 2 }, { CPU: 4 }, {}, { GPU: 1, CPU: 1 }, { GPU: 0.5 }, { CPU: 9 }, { Foo: 1 }];

/** Most work is in the plain environment. */
const ENVS: readonly string[] = ["", "", "", "", "", "", "e1", "e2", "e3", "e4", "e5"];

export function random(seed: number): (n: number) => number {
  let a = seed;
  return (n) => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

export class FuzzWorld {
  now = 1_000_000;
  readonly done = new Map<string, number>();
  readonly drivers = new Map<ProcessName, JobId>();
  readonly workers = new Map<ProcessName, { readonly env: string }>();
  readonly slots = new Map<number, string>();
  /** Environments by what the shell knows of them: those it was told to prepare and has not forgotten. */
  readonly envs = new Map<string, "preparing" | "ready">();
  readonly doomed = new Set<ProcessName>();
  readonly abandoned = new Set<ProcessName>();
  readonly busy = new Map<ProcessName, string>();
  readonly leases = new Map<LeaseId, { client: ProcessName; worker: ProcessName }>();
  readonly actors = new Map<ActorId, { worker: ProcessName | undefined; isAlive: boolean; isDetached: boolean; readonly env: string }>();
  readonly groups = new Map<PlacementGroupId, PlacementGroupInfo>();
  readonly gone = { workers: [] as ProcessName[], leases: [] as LeaseId[], actors: [] as ActorId[], drivers: [] as ProcessName[], groups: [] as PlacementGroupInfo[] };
  readonly #pick: (n: number) => number;
  #names = 0;
  /** Environments and groups are rare, so that tasks find their own like. */
  readonly #isPlain: boolean;

  /** `nesting` of the moves are tasks that submit tasks and wait for them. */
  constructor(seed: number, nesting = 0) {
    this.#pick = random(seed);
    this.#isPlain = nesting > 0;
    this.#moves = [...this.#moves, ...times(nesting, () => this.#nest()), ...times(nesting, () => this.#startSlot())];
  }

  /** The next event: one of the world's moves, by weight, that is possible now. */
  next(): UntimedEvent {
    this.now += this.#pick(20) === 0 ? this.#pick(3_000) : this.#pick(10);
    const next = this.#following.shift();
    if (next !== undefined) return next;
    for (;;) {
      const event = this.#moves[this.#pick(this.#moves.length)]?.();
      if (event !== undefined) return event;
    }
  }

  readonly #following: UntimedEvent[] = [];

  #moves: readonly (() => UntimedEvent | undefined)[] = [
    () => (this.drivers.size < 4 ? this.#joinDriver() : undefined),
    () => (this.#pick(20) === 0 ? this.#leaveDriver() : undefined),
    ...times(6, () => this.#want()),
    ...times(8, () => this.#returnLease()),
    ...times(4, () => this.#wait()),
    ...times(4, () => this.#startSlot()),
    ...times(3, () => this.#prepared()),
    () => (this.groups.size < 6 ? this.#wantGroup() : undefined),
    () => (this.#pick(3) === 0 ? this.#removeGroup() : undefined),
    () => (this.#pick(4) === 0 ? this.#exit(one(this.#pick, this.workers.keys())) : undefined),
    ...times(4, () => this.#exit(one(this.#pick, this.doomed))),
    ...times(3, () => this.#answerAbandon()),
    () => this.#retire(),
    () => this.#holdObjects(),
    ...times(2, () => this.#wantActor()),
    ...times(4, () => this.#answerActor()),
    ...times(2, () => this.#killActor()),
    () => this.#lateNews(),
    ...times(2, () => ({ type: "tick" }) as const),
  ];

  #joinDriver(): UntimedEvent {
    const client = this.#name("d") as ProcessName;
    const job = this.#name("job") as JobId;
    this.drivers.set(client, job);
    return { type: "client-joined", client, kind: "driver", job, namespace: "n" };
  }

  #leaveDriver(): UntimedEvent | undefined {
    const client = one(this.#pick, this.drivers.keys());
    return client === undefined ? undefined : this.leave(client);
  }

  leave(client: ProcessName): UntimedEvent {
    this.drivers.delete(client);
    this.gone.drivers.push(client);
    this.#dropLeases(client);
    return { type: "client-left", client };
  }

  #client(): ProcessName | undefined {
    return this.#pick(3) === 0 ? one(this.#pick, this.busy.keys()) : one(this.#pick, this.drivers.keys());
  }

  #want(): UntimedEvent | undefined {
    const client = this.#client();
    return client && { type: "leases-wanted", client, shape: this.#shape(), env: this.#env(), count: this.#pick(3) === 0 ? 0 : this.#pick(this.#pick(10) === 0 ? 60 : 6) };
  }

  /** Of the machine, of a group, or of one that is not known yet or no more. */
  #shape(): Shape {
    const group = this.#pick(4) === 0 ? (one(this.#pick, this.groups.values()) ?? this.#futureGroup()) : this.#pick(30) === 0 ? this.gone.groups.at(-1) : undefined;
    if (group === undefined) return one(this.#pick, SHAPES) as Shape;
    const bundleIndex = this.#pick(group.bundles.length);
    const asked = [{ CPU: 1 }, { CPU: 0.5 }, {}, group.bundles[bundleIndex]][this.#pick(4)] as Shape;
    return inGroup(asked, { group, ...(this.#pick(2) === 0 ? { bundleIndex } : {}) });
  }

  #futureGroup(): PlacementGroupInfo | undefined {
    const owner = one(this.#pick, this.drivers.keys());
    return owner && { id: placementGroupId(owner, this.#groups + 1), bundles: [{ CPU: 1 }], strategy: "PACK", detached: false };
  }

  #groups = 0;

  #wantGroup(): UntimedEvent | undefined {
    if (this.#isPlain && this.#pick(8) > 0) return undefined;
    const owner = this.#client();
    if (owner === undefined) return undefined;
    const bundles = Array.from({ length: 1 + this.#pick(3) }, () => one(this.#pick, [{ CPU: 1 }, { CPU: 0.5 }, { CPU: 2 }, { CPU: 1, GPU: 0.5 }, { GPU: 0.2 }, { CPU: 5 }]) as Shape);
    const detached = this.#pick(8) === 0;
    const info: PlacementGroupInfo = { id: placementGroupId(owner, ++this.#groups), bundles, strategy: this.#pick(8) === 0 ? "STRICT_SPREAD" : "PACK", detached };
    this.groups.set(info.id, info);
    const job = this.drivers.get(owner) ?? one(this.#pick, this.drivers.values()) ?? ("job" as JobId);
    return { type: "group-wanted", group: info.id, owner, job, bundles, strategy: info.strategy, namespace: "n", detached, ...(this.#pick(3) === 0 ? { name: `group${this.#pick(4)}` } : {}) };
  }

  #removeGroup(): UntimedEvent | undefined {
    const group = this.#pick(20) === 0 ? this.#futureGroup()?.id : this.#pick(20) === 0 ? this.gone.groups.at(-1)?.id : one(this.#pick, this.groups.keys());
    return group && { type: "group-removed", group, cause: "it was removed" };
  }

  #env(): string {
    return this.#isPlain && this.#pick(8) > 0 ? "" : (ENVS[this.#pick(ENVS.length)] as string);
  }

  #prepared(): UntimedEvent | undefined {
    const [env] = one(this.#pick, [...this.envs].filter(([, is]) => is === "preparing")) ?? [];
    const client = this.#client();
    if (env === undefined) return this.#pick(10) === 0 && client !== undefined ? { type: "env-wanted", client, env: this.#env() || "e1" } : undefined;
    if (this.#pick(8) === 0) return { type: "env-failed", env, cause: "no such package" };
    this.envs.set(env, "ready");
    return { type: "env-ready", env };
  }

  #returnLease(): UntimedEvent | undefined {
    const lease = one(this.#pick, this.leases.keys());
    if (lease === undefined) return undefined;
    this.#endLease(lease);
    return { type: "lease-returned", lease };
  }

  #wait(): UntimedEvent | undefined {
    const worker = one(this.#pick, this.workers.keys());
    return worker && (this.#pick(2) === 0 ? { type: "worker-blocked", worker, wait: this.now, isAlone: this.now % 5 === 0 } : { type: "worker-unblocked", worker });
  }

  #nest(): UntimedEvent | undefined {
    const worker = one(this.#pick, this.busy.keys());
    if (worker === undefined) return undefined;
    this.#following.push({ type: "worker-blocked", worker, wait: this.now, isAlone: this.now % 5 === 0 });
    const own = this.workers.get(worker)?.env ?? "";
    return { type: "leases-wanted", client: worker, shape: { CPU: 1 }, env: this.#pick(4) === 0 ? this.#env() : own, count: 1 + this.#pick(3) };
  }

  #startSlot(): UntimedEvent | undefined {
    const [slot, env] = one(this.#pick, this.slots) ?? [];
    if (slot === undefined || env === undefined) return undefined;
    this.slots.delete(slot);
    if (this.#pick(env === "e3" ? 2 : 12) === 0) return { type: "worker-start-failed", slot, cause: "no memory" };
    const worker = this.#name("w") as ProcessName;
    this.workers.set(worker, { env });
    return { type: "worker-started", slot, worker, pid: this.#names };
  }

  #exit(worker: ProcessName | undefined): UntimedEvent | undefined {
    return worker && this.exit(worker);
  }

  exit(worker: ProcessName): UntimedEvent {
    for (const books of [this.workers, this.doomed, this.abandoned]) books.delete(worker);
    this.busy.delete(worker);
    this.gone.workers.push(worker);
    this.#dropLeases(worker);
    for (const actor of this.actors.values()) if (actor.worker === worker) actor.worker = undefined;
    return this.#pick(2) === 0 ? { type: "worker-exited", worker, code: 1, signal: null } : { type: "worker-exited", worker, code: null, signal: "SIGKILL" };
  }

  #answerAbandon(): UntimedEvent | undefined {
    const worker = one(this.#pick, this.abandoned);
    if (worker === undefined) return undefined;
    if (this.#pick(2) === 0) return this.#exit(worker);
    this.abandoned.delete(worker);
    this.busy.delete(worker);
    return { type: "worker-idle", worker };
  }

  #retire(): UntimedEvent | undefined {
    const worker = one(this.#pick, this.workers.keys());
    if (worker === undefined || this.#pick(4) > 0) return undefined;
    this.#retired.add(worker);
    return { type: "worker-retired", worker };
  }

  readonly #retired = new Set<ProcessName>();

  #holdObjects(): UntimedEvent | undefined {
    const worker = one(this.#pick, this.workers.keys());
    return worker && { type: "worker-holds-objects", worker, holds: this.#pick(4) === 0 };
  }

  #wantActor(): UntimedEvent | undefined {
    const owner = this.#client();
    if (owner === undefined) return undefined;
    const actor = this.#name("a") as ActorId;
    const detached = this.#pick(8) === 0;
    const shape = this.#pick(2) === 0 ? {} : this.#shape();
    const env = this.#env();
    this.actors.set(actor, { worker: undefined, isAlive: false, isDetached: detached, env });
    const job = this.drivers.get(owner) ?? one(this.#pick, this.drivers.values()) ?? ("job" as JobId);
    return {
      type: "actor-wanted", actor, owner, job, className: "Counter", shape, env, namespace: "n", detached, maxRestarts: this.#pick(4) - 1,
      ...(this.#pick(2) === 0 ? { name: `name${this.#pick(5)}` } : {}),
    };
  }

  #answerActor(): UntimedEvent | undefined {
    const [actor, { worker }] = one(this.#pick, [...this.actors].filter(([, a]) => a.worker !== undefined && !a.isAlive)) ?? [undefined, { worker: undefined }];
    if (actor === undefined || worker === undefined) return undefined;
    const books = this.actors.get(actor);
    if (this.#pick(6) === 0) return { type: "actor-failed", actor, worker, cause: "bad" };
    if (books) books.isAlive = true;
    return { type: "actor-alive", actor, worker };
  }

  #killActor(): UntimedEvent | undefined {
    const early = this.#pick(30) === 0 ? (`a${this.#names + 1}` as ActorId) : undefined;
    const actor = early ?? one(this.#pick, this.actors.keys());
    return actor && { type: "actor-killed", actor, noRestart: this.#pick(3) > 0, cause: "killed" };
  }

  #lateNews(): UntimedEvent | undefined {
    const lease = this.gone.leases.at(-1);
    const worker = this.gone.workers.at(-1);
    const client = this.gone.drivers.at(-1);
    const actor = this.gone.actors.at(-1);
    const late: (UntimedEvent | undefined)[] = [
      lease && { type: "lease-returned", lease }, worker && { type: "worker-blocked", worker, wait: 1, isAlone: false }, worker && { type: "worker-idle", worker },
      worker && { type: "leases-wanted", client: worker, shape: { CPU: 1 }, count: 3 }, client && { type: "client-left", client },
      client && { type: "leases-wanted", client, shape: {}, count: 1 }, actor && { type: "actor-killed", actor, noRestart: true, cause: "again" },
      actor && worker && { type: "actor-alive", actor, worker },
    ];
    return late[this.#pick(late.length)];
  }

  /** Enters the commands into the books; throws when one cannot be carried out. */
  absorb(commands: readonly SchedulerCommand[]): void {
    for (const command of commands) {
      this.done.set(command.type, (this.done.get(command.type) ?? 0) + 1);
      this.#carryOut(command);
    }
  }

  #carryOut(command: SchedulerCommand): void {
    switch (command.type) {
      case "start-worker":
        if (!this.#isReady(command.env)) throw new Error(`a process starts in "${command.env}", which is not ready`);
        return void this.slots.set(command.slot, command.env);
      case "prepare-env":
        if (this.envs.has(command.env) || command.env === "") throw new Error(`"${command.env}" is prepared twice`);
        return void this.envs.set(command.env, "preparing");
      case "env-broken":
        if (!this.drivers.has(command.client) && !this.workers.has(command.client)) throw new Error(`${command.client} is gone and hears of "${command.env}"`);
        return;
      case "forget-env":
        if (!this.envs.delete(command.env)) throw new Error(`"${command.env}" is forgotten and was not known`);
        if ([...this.workers.values(), ...this.actors.values()].some(({ env }) => env === command.env) || [...this.slots.values()].includes(command.env)) throw new Error(`"${command.env}" is forgotten and used`);
        return;
      case "group-state":
        if (command.state === "created" && !this.groups.has(command.group)) throw new Error(`${command.group} is placed and not wanted`);
        if (command.state === "removed") this.#buryGroup(command.group);
        return;
      case "group-broken":
        if (!this.drivers.has(command.client) && !this.workers.has(command.client)) throw new Error(`${command.client} is gone and hears of ${command.group}`);
        return;
      case "grant-lease":
        this.#fits(command.worker, command.env, command.lease);
        this.#occupy(command.worker, command.lease);
        if (command.worker === command.client) throw new Error(`${command.client} gets a lease on itself`);
        if (!this.drivers.has(command.client) && !this.workers.has(command.client)) throw new Error(`${command.client} is gone and gets ${command.lease}`);
        return void this.leases.set(command.lease, command);
      case "abandon-work": return void this.abandoned.add(command.worker);
      case "recall-lease":
        if (!this.leases.has(command.lease)) throw new Error(`${command.lease} is called back and is not out`);
        return;
      case "lease-broken":
        if (this.leases.get(command.lease)?.client !== command.client) throw new Error(`${command.client} hears that ${command.lease} broke and does not have it`);
        return this.#endLease(command.lease);
      case "kill-worker":
        if (!this.workers.has(command.worker) || this.doomed.has(command.worker)) throw new Error(`${command.worker} is killed twice or gone`);
        return void this.doomed.add(command.worker);
      case "place-actor": return this.#place(command.actor, command.worker);
      case "actor-state": if (command.state === "dead") this.#buryActor(command.actor); return;
      case "reject-actor": return this.#buryActor(command.actor);
    }
  }

  #place(id: ActorId, worker: ProcessName): void {
    this.#occupy(worker, id);
    const actor = this.actors.get(id);
    if (actor) this.#fits(worker, actor.env, id);
    if (actor === undefined || actor.worker !== undefined) throw new Error(`${id} is placed twice or dead`);
    actor.worker = worker;
    actor.isAlive = false;
  }

  #isReady(env: string): boolean {
    return env === "" || this.envs.get(env) === "ready";
  }

  #fits(worker: ProcessName, env: string, work: string): void {
    const of = this.workers.get(worker)?.env;
    if (of !== env) throw new Error(`${worker} of environment "${of}" gets ${work} of "${env}"`);
  }

  #occupy(worker: ProcessName, work: string): void {
    if (this.#retired.has(worker)) throw new Error(`${worker} gets ${work} and is retired`);
    if (!this.workers.has(worker) || this.doomed.has(worker)) throw new Error(`${worker} gets ${work} and is ending or gone`);
    if (this.busy.has(worker)) throw new Error(`${worker} gets ${work} and has ${this.busy.get(worker)}`);
    this.busy.set(worker, work);
  }

  #buryGroup(id: PlacementGroupId): void {
    const group = this.groups.get(id);
    if (group) this.gone.groups.push(group);
    this.groups.delete(id);
  }

  #buryActor(id: ActorId): void {
    this.actors.delete(id);
    this.gone.actors.push(id);
  }

  #endLease(id: LeaseId): void {
    const lease = this.leases.get(id);
    if (lease !== undefined) this.busy.delete(lease.worker);
    this.leases.delete(id);
    this.gone.leases.push(id);
  }

  /** A client's leases end with it; their workers stay busy until they answer. */
  #dropLeases(client: ProcessName): void {
    for (const [id, lease] of this.leases) {
      if (lease.client !== client) continue;
      this.leases.delete(id);
      this.gone.leases.push(id);
    }
  }

  #name(letter: string): string {
    return letter + ++this.#names;
  }
}

const times = <T>(n: number, move: T): T[] => Array<T>(n).fill(move);

function one<T>(pick: (n: number) => number, things: Iterable<T>): T | undefined {
  const all = [...things];
  return all[pick(all.length)];
}
