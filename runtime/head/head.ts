/**
 * The head: the cluster's control plane. A shell around the pure scheduler: turns messages, deaths and time into events and
 * carries out its commands. Runs no user code. Owns: worker processes, what is known of clients and actors, the cluster's
 * files. Does not own: objects (their owners do), calls (they go direct).
 *
 * H1. Every death is told to everybody, and the dead process's files go.
 * H2. The head ends when its last owner (front or script) has left, unless it was asked to stay a while or for good.
 */
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "../engine/events.ts";
import type { JobId, ProcessName } from "../ids.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import { RecordType } from "../wire/frame.ts";
import { Links } from "../wire/links.ts";
import { serveLiveness, type LivenessHello, type LivenessNote, type LivenessServer, type LivenessWelcome } from "../wire/liveness.ts";
import { readMessage, writeMessage, type FromHead, type ToHead } from "../wire/message.ts";
import type { RecordReader } from "../wire/record-reader.ts";
import type { MetricDelta, MetricFamily } from "../engine/metrics.ts";
import { MetricTable } from "../metrics/metric-table.ts";
import { ActorBook } from "./actor-book.ts";
import { clusterMetrics } from "./cluster-metrics.ts";
import { Environments } from "./environments.ts";
import { EventHub } from "./event-hub.ts";
import { GroupBook } from "./group-book.ts";
import type { MemoryWatch } from "./memory/memory-watch.ts";
import { watchMemory } from "./memory/watch-cluster.ts";
import { exitText, withoutUsedUp, workerRow } from "./rows.ts";
import { takeStacks } from "./stacks.ts";
import { StateTables } from "./state-tables.ts";
import { PrintRoom } from "./print-room.ts";
import type { Client } from "./records.ts";
import { Scheduler } from "./scheduler/scheduler.ts";
import type { SchedulerCommand, UntimedEvent } from "./scheduler/scheduler-messages.ts";
import { SchedulerError } from "./scheduler/story.ts";
import { StoreDesk } from "./store-desk.ts";
import { WorkerPool } from "./worker-pool.ts";

const TICK_MS = 250;
const REPORT_MS = 50;

export interface HeadOptions {
  readonly address: ClusterAddress;
  readonly self: ProcessName;
  readonly prestart: number;
  /** The environment in which processes are kept ready, by its key. */
  readonly warmEnv: string;
  readonly folder: string;
  readonly isPersistent: boolean;
  readonly log: (text: string) => void;
  readonly onEnd: () => void;
}

export class Head {
  private readonly options: HeadOptions;
  private readonly scheduler = new Scheduler();
  private readonly links: Links;
  private readonly hub: EventHub;
  private readonly prints: PrintRoom;
  private readonly metrics = new MetricTable();
  private readonly store: StoreDesk;
  private readonly tables: StateTables;
  private readonly memory: MemoryWatch | undefined;
  private liveness: LivenessServer | undefined;
  private readonly clients = new Map<ProcessName, Client>();
  private readonly workers: WorkerPool;
  private readonly actors: ActorBook;
  private readonly groups: GroupBook;
  private readonly environments = new Environments({ answer: (event) => this.handle(event), say: (notice) => this.hub.push([notice]) });
  private readonly ticker: NodeJS.Timeout;
  private keepTimer: NodeJS.Timeout | undefined;
  private keepMs = 0;
  private isEnding = false;
  private resourcesSent = "";
  private reportTimer: NodeJS.Timeout | undefined;

  constructor(options: HeadOptions) {
    this.options = options;
    const { address, self } = options;
    this.links = new Links({ self, kind: "head", folder: address.folder, token: address.token, onRecord: this.onRecord, onRefused: options.log });
    this.hub = new EventHub((to, rows, batch) => this.tell(to, { type: "rows", rows, ...(batch === undefined ? {} : { batch }) }));
    this.prints = new PrintRoom({ logFolder: address.logFolder, log: options.log, push: (rows) => this.hub.push(rows) });
    this.store = new StoreDesk({ totalBytes: address.objectStoreMemory, folder: address.sharedMemoryFolder, tell: (to, message) => this.tell(to, message) });
    this.workers = new WorkerPool({
      address,
      folder: options.folder,
      prints: this.prints,
      env: (key) => this.environments.of(key),
      grantedBytes: (name) => this.store.joined(name, false),
      memoryDeath: (name, isKilled) => this.memory?.ended(name, isKilled),
      handle: (event) => this.handle(event),
      silence: (name) => this.hub.unsubscribe(name),
      died: (name) => this.processDied(name),
      forget: (name) => this.store.forget(name),
    });
    this.actors = new ActorBook({
      isPersistent: options.isPersistent,
      namespace: address.namespace,
      client: (name) => this.clients.get(name),
      now: Date.now,
      isThere: (name) => this.clients.has(name) || this.workers.has(name),
      jobOf: (actor) => this.scheduler.jobOfActor(actor),
      pidOf: (worker) => this.workers.get(worker)?.pid,
      memoryEnd: (worker) => (worker !== undefined && this.workers.ended?.worker === worker ? this.workers.ended.memory : undefined),
      tell: (to, message, parts) => this.tell(to, message, parts),
      handle: (event) => this.handle(event),
      env: (keyed, origin) => this.environments.learn(keyed, origin),
      push: (rows) => this.hub.push(rows),
    });
    this.groups = new GroupBook({
      namespace: address.namespace,
      nodeId: address.nodeId,
      client: (name) => this.clients.get(name),
      jobOf: (owner) => this.scheduler.jobOf(owner),
      isInfeasible: ({ bundles, strategy }) => !this.scheduler.canBePlaced(bundles, strategy),
      tell: (to, message) => this.tell(to, message),
      handle: (event) => this.handle(event),
    });
    this.tables = new StateTables({
      workers: () => this.scheduler.snapshot().workers.map(workerRow),
      actors: () => this.actors.rows(),
      nodes: () => [{ ...this.resourcesRow(), type: "node", nodeId: address.nodeId, alive: true }],
      drivers: () => [...this.clients].filter(([, { kind }]) => kind === "driver").map(([driver, { job, namespace, pid }]) => ({ type: "driver", driver, job: job as JobId, namespace, pid })),
    }, (name) => (this.workers.get(name) ?? this.clients.get(name))?.pid);
    this.memory = watchMemory({
      work: () => ({ snapshot: this.scheduler.snapshot(), running: this.tables.running(), wanted: (actor) => this.actors.wantedOf(actor) }),
      clients: () => [...this.clients.values()],
      kill: (worker) => this.workers.get(worker)?.kill(),
      say: (notice) => this.hub.push([notice]),
      log: options.log,
    });
    this.ticker = setInterval(() => {
      this.handle({ type: "tick" });
      this.actors.dropLate();
      this.memory?.tick(this.scheduler.isWorking);
      this.prints.tick();
      this.store.look();
    }, TICK_MS);
  }

  async open(): Promise<void> {
    const { address, prestart } = this.options;
    await this.links.open();
    this.links.receive();
    this.liveness = await serveLiveness({ folder: address.folder, token: address.token, onJoin: this.onJoin, onNote: this.onNote, onLeave: this.onLeave, onRefused: this.options.log });
    this.handle({ type: "cluster-started", resources: address.resources, prestart, env: this.options.warmEnv });
  }

  // ---- clients come and go

  private readonly onJoin = (hello: LivenessHello): LivenessWelcome => {
    this.clients.set(hello.name, hello);
    if (hello.isOwner) {
      this.keepMs = 0;
      clearTimeout(this.keepTimer);
    }
    if (hello.kind !== "driver") return {};
    this.handle({ type: "client-joined", client: hello.name, kind: hello.kind, job: hello.job as JobId, namespace: hello.namespace });
    return { grantedBytes: this.store.joined(hello.name, true) };
  };

  private readonly onNote = (_name: ProcessName, note: LivenessNote): void => {
    if (note.note === "keep") this.keepMs = note.keepMs;
    else this.end("asked to");
  };

  private readonly onLeave = (name: ProcessName): void => {
    const client = this.clients.get(name);
    if (!client || this.isEnding) return;
    this.clients.delete(name);
    this.hub.unsubscribe(name);
    this.actors.observerLeft(name);
    if (client.kind === "driver") {
      this.handle({ type: "client-left", client: name });
      this.prints.driverLeft(client.job);
    }
    this.processDied(name);
    if (client.isOwner) this.endWithoutOwner(); // H2
  };

  /** Ends now, or when the time to keep it is over, unless an owner is here. */
  endWithoutOwner(): void {
    if (this.options.isPersistent || [...this.clients.values()].some(({ isOwner }) => isOwner)) return;
    clearTimeout(this.keepTimer);
    if (this.keepMs === 0) return this.end("its owner ended");
    this.keepTimer = setTimeout(() => this.end("nobody took it over"), this.keepMs);
  }

  /** H1. */
  private processDied(name: ProcessName): void {
    this.links.drop(name);
    this.groups.clientLeft(name);
    this.store.forget(name);
    this.tables.processDied(name, Date.now());
    const { sharedMemoryFolder, diskFolder } = this.options.address;
    for (const folder of [sharedMemoryFolder, diskFolder]) {
      for (const file of readdirSync(folder)) if (file.startsWith(name + ".")) rmSync(join(folder, file), { force: true });
    }
    rmSync(join(this.options.address.folder, name), { force: true });
    for (const to of [...this.workers.names(), ...this.clients.keys()]) if (to !== name) this.tell(to, { type: "process-died", process: name });
  }

  // ---- messages

  private tell(to: ProcessName, message: FromHead, parts: readonly Uint8Array[] = []): void {
    if (this.clients.has(to) || this.workers.get(to)?.isReady) writeMessage(this.links.to(to), message, parts);
  }

  private readonly onRecord = (from: ProcessName, type: number, reader: RecordReader): void => {
    if (type !== RecordType.message) return this.options.log(`Record type ${type} from ${from} is not for the head`);
    const { message, parts } = readMessage(reader);
    this.onMessage(from, message as ToHead, parts);
  };

  private takeBack(client: ProcessName, { lease, worker }: Extract<ToHead, { type: "take-back" }>): void {
    void this.workers.get(worker)?.halt(client).then((begun) => this.tell(client, { type: "tasks-halted", lease, worker, ...(begun === undefined ? {} : { begun }) }));
  }

  private onMessage(from: ProcessName, message: ToHead, parts: Buffer[]): void {
    switch (message.type) {
      case "leases-wanted": return this.handle({ type: message.type, client: from, shape: message.shape, count: message.count, env: this.environments.learn(message.env, message.origin) });
      case "env-wanted": return this.handle({ type: message.type, client: from, env: this.environments.learn(message.env, message.origin) });
      case "lease-returned": return this.handle(message);
      case "worker-blocked": return this.handle(message.isBlocked ? { type: "worker-blocked", worker: from, wait: message.wait, isAlone: message.isAlone } : { type: "worker-unblocked", worker: from });
      case "worker-retired": return this.handle({ type: "worker-retired", worker: from });
      case "worker-idle": return this.handle({ type: "worker-idle", worker: from });
      case "worker-holds-objects": return this.handle({ ...message, worker: from });
      case "worker-ready": return this.workers.saidHello(from, message.pid);
      case "actor-wanted": return this.actors.wanted(from, message, parts);
      case "group-wanted": return this.groups.wanted(from, message);
      case "group-removed": return this.groups.removed(from, message);
      case "group-awaited": return this.groups.awaited(from, message);
      case "groups-sought": return this.tell(from, { type: "answer", reply: message.reply, value: this.groups.rows() });
      case "actor-alive": return this.handle({ ...message, worker: from });
      case "actor-failed": return this.actors.failed(from, message);
      case "actor-killed": return this.actors.killed(from, message);
      case "actor-watched": return this.actors.watched(from, message.actor);
      case "actor-observed": return this.actors.observed(from, message);
      case "runs-wanted": return [...this.workers.names()].forEach((worker) => this.tell(worker, { type: "tell-runs" }));
      case "actor-sought": return this.tell(from, { type: "answer", reply: message.reply, value: this.actors.info(this.scheduler.actorByName(message.name, message.namespace)?.actor) });
      case "named-actors-sought": return this.tell(from, { type: "answer", reply: message.reply, value: this.scheduler.listNamedActors(message.namespace) });
      case "resources-sought": return this.tell(from, { type: "answer", reply: message.reply, value: withoutUsedUp(this.resources()[message.which]) });
      case "state-sought": return this.tell(from, { type: "answer", reply: message.reply, value: this.tables.answer(message.table, message.query) });
      case "stacks-sought": return void takeStacks(this.workers.values(), ({ pid }) => this.actors.classIn(pid)).then((value) => this.tell(from, { type: "answer", reply: message.reply, value }));
      case "metrics": return this.measured(message.deltas);
      case "metrics-sought": return this.tell(from, { type: "answer", reply: message.reply, value: this.metricFamilies() });
      case "events":
        this.tables.apply(message.rows);
        return this.hub.push(message.rows);
      case "store-used":
      case "collected": return this.store.onMessage(from, message);
      case "take-back": return this.takeBack(from, message);
      case "task-cancelled": return this.workers.get(message.worker)?.cancel(message.call, message.force);
      case "subscribe":
        if (!message.isOn) return this.hub.unsubscribe(from);
        return this.hub.subscribe(from, this.state(), message);
      case "rows-read": return this.hub.wasRead(from, message.batch);
      case "prints-chosen": return this.prints.choose(message.job, message);
      case "events-wanted": return void this.onEventsWanted(from, message.reply);
      default: return this.options.log(`Message ${(message as { type: string }).type} from ${from} is not for the head`);
    }
  }

  // ---- the scheduler's commands

  private handle(event: UntimedEvent): void {
    if (this.isEnding) return;
    let commands: SchedulerCommand[];
    try {
      commands = this.scheduler.handle({ ...event, at: Date.now() });
    } catch (error) {
      // an event that nobody may send (a confused or foreign client): refused, the state is what it was
      if (!(error instanceof SchedulerError)) throw error;
      return this.options.log(error.message);
    }
    for (const command of commands) this.obey(command);
    this.reportSoon();
  }

  private obey(command: SchedulerCommand): void {
    switch (command.type) {
      case "start-worker": return this.workers.start(command);
      case "prepare-env": return this.environments.prepare(command);
      case "env-broken": return this.tell(command.client, { type: "env-broken", env: command.env, cause: command.cause });
      case "group-state": return this.groups.onState(command);
      case "group-broken": return this.tell(command.client, { type: "group-broken", group: command.group, cause: command.cause });
      case "forget-env": return this.environments.forget(command.env);
      case "kill-worker": return this.workers.get(command.worker)?.kill();
      case "abandon-work":
        this.workers.get(command.worker)?.abandon(command.client);
        return this.tell(command.worker, { type: "abandon-work", client: command.client });
      case "grant-lease":
        return this.tell(command.client, { type: "lease-granted", lease: command.lease, worker: command.worker, pid: this.workers.get(command.worker)?.pid ?? 0, shape: command.shape, ...(command.env === "" ? {} : { env: command.env }) });
      case "run-own": return this.tell(command.worker, { type: "run-own", wait: command.wait });
      case "recall-lease": return this.tell(command.client, { type: "lease-recalled", lease: command.lease });
      case "lease-broken": return this.tell(command.client, { type: "lease-broken", lease: command.lease, worker: command.worker, cause: this.workers.ended?.cause ?? exitText(command.code, command.signal), ...(this.workers.ended?.memory === undefined ? {} : { memory: this.workers.ended.memory }) });
      case "place-actor": return this.placeActor(command);
      case "actor-state": return this.actors.onState(command);
      case "reject-actor": return this.actors.rejected(command);
      case "process-died": return; // told when the process's end was seen (H1)
      case "notice": return this.hub.push([{ type: "notice", level: command.level, text: command.text, job: command.job }]);
    }
  }

  private placeActor(command: Extract<SchedulerCommand, { type: "place-actor" }>): void {
    const placed = this.actors.placed(command);
    if (!placed) return;
    this.prints.becameActor(command.worker, placed.message.wanted);
    this.tell(command.worker, placed.message, placed.parts);
  }

  // ---- metrics

  private measured(deltas: readonly MetricDelta[]): void {
    for (const text of this.metrics.apply(deltas)) this.hub.push([{ type: "notice", level: "warning", text: `ray: ${text}` }]);
  }

  metricFamilies(): MetricFamily[] {
    const drivers = [...this.clients.values()].filter(({ kind }) => kind === "driver").length;
    const own = clusterMetrics({ tasks: this.tables.tally.byName, workers: this.scheduler.snapshot().workers.map(workerRow), actors: this.actors.rows(), resources: this.resourcesRow(), drivers });
    return [...own, ...this.metrics.list()];
  }

  // ---- what subscribers see

  private resources(): { total: Record<string, number>; available: Record<string, number> } {
    const { total, available } = this.scheduler.snapshot().resources;
    return { total: { ...total }, available: { ...available } };
  }

  /** Once a batch: a grant and its return a millisecond later need no rows. */
  private reportSoon(): void {
    if (this.hub.isHeard) this.reportTimer ??= setTimeout(() => this.reportChanges(), REPORT_MS);
  }

  private reportChanges(): void {
    this.reportTimer = undefined;
    const rows: EngineEvent[] = this.scheduler.takeChanges().workers.map(workerRow);
    const resources = this.resourcesRow();
    const text = JSON.stringify([resources.available, resources.storeUsedBytes, resources.storeSpilledBytes]);
    if (text !== this.resourcesSent) rows.push(resources);
    this.resourcesSent = text;
    this.hub.push(rows);
  }

  private resourcesRow(): Extract<EngineEvent, { type: "resources" }> {
    return { type: "resources", ...this.resources(), storeUsedBytes: this.store.usedBytes, storeTotalBytes: this.store.totalBytes, storeSpilledBytes: this.store.spilledBytes, at: Date.now() };
  }

  private async onEventsWanted(from: ProcessName, reply: number): Promise<void> {
    // what workers have printed by now lies in their pipes, and what owners have sent in our socket: the loop reads both once more
    for (let turn = 0; turn < 2; turn += 1) await new Promise<void>((next) => { setImmediate(next); });
    this.prints.flush();
    this.hub.flush();
    this.tell(from, { type: "answer", reply, value: null });
  }

  /** What a new subscriber must know of the time before. */
  private state(): EngineEvent[] {
    return [this.resourcesRow(), ...this.scheduler.snapshot().workers.map(workerRow), ...this.actors.rows()];
  }

  // ---- the end

  end(reason: string): void {
    if (this.isEnding) return;
    this.isEnding = true;
    this.options.log(`The head ends: ${reason}`);
    clearInterval(this.ticker);
    clearTimeout(this.keepTimer);
    clearTimeout(this.reportTimer);
    this.workers.killAll();
    this.environments.close();
    this.liveness?.close();
    void this.links.close().then(this.options.onEnd);
  }
}
