/**
 * What the head keeps of each actor besides the scheduler's state: its class and arguments until it is dead, who wants to hear of it,
 * and what it died of. Owns: the records, capped. Does not own: where actors run (the scheduler says).
 */
import type { ActorInfo } from "../engine/engine.ts";
import type { ActorRow, EngineEvent } from "../engine/events.ts";
import type { KeyedEnv } from "../engine/runtime-env.ts";
import { ownerOf, type ActorId, type JobId, type ProcessName } from "../ids.ts";
import type { ActorWanted, FromHead, ToHead } from "../wire/message.ts";
import { Observers } from "./observers.ts";
import type { ActorRecord, Client } from "./records.ts";
import { actorRow, detachedNotice } from "./rows.ts";
import type { SchedulerCommand, UntimedEvent } from "./scheduler/scheduler-messages.ts";

/** Dead actors are remembered for the cause of their death. */
const MOST_ACTORS = 10_000;
/** A handle may travel faster than the news of its actor: so long whoever asks for it waits for that. */
const LATEST_NEWS_MS = 10_000;

type Said<T extends ToHead["type"]> = Extract<ToHead, { type: T }>;
type Command<T extends SchedulerCommand["type"]> = Extract<SchedulerCommand, { type: T }>;

export interface ActorBookShell {
  readonly isPersistent: boolean;
  readonly namespace: string;
  client(name: ProcessName): Client | undefined;
  now(): number;
  /** True for every process of the cluster that lives. */
  isThere(name: ProcessName): boolean;
  /** For a worker that made the actor the scheduler knows whose work it did. */
  jobOf(actor: ActorId): string | undefined;
  pidOf(worker: ProcessName): number | undefined;
  /** Who held what, when that worker was ended a moment ago because memory ran out. */
  memoryEnd(worker: ProcessName | undefined): string | undefined;
  tell(to: ProcessName, message: FromHead, parts?: readonly Uint8Array[]): void;
  handle(event: UntimedEvent): void;
  /** The environment's key. */
  env(keyed: KeyedEnv | undefined, origin: string | undefined): string;
  push(rows: readonly EngineEvent[]): void;
}

export class ActorBook {
  private readonly shell: ActorBookShell;
  private readonly records = new Map<ActorId, ActorRecord>();
  private readonly observers = new Observers();
  private readonly early = new Map<ActorId, { readonly watchers: Set<ProcessName>; readonly since: number }>();

  constructor(shell: ActorBookShell) {
    this.shell = shell;
  }

  wantedOf(actor: ActorId): ActorWanted | undefined {
    return this.records.get(actor)?.wanted;
  }

  rows(): ActorRow[] {
    return [...this.records.values()].map(actorRow);
  }

  /** The class of the living actor in that process. */
  classIn(pid: number): string | undefined {
    return this.rows().find((row) => row.pid === pid && row.state === "alive")?.className;
  }

  // ---- what owners and actors say

  wanted(owner: ProcessName, asked: ActorWanted, parts: Buffer[]): void {
    const { shell } = this;
    const client = shell.client(owner);
    // whoever asked before it was connected does not know the cluster's namespace
    const wanted = { ...asked, namespace: asked.namespace || (client?.namespace ?? shell.namespace) };
    const job = client?.job ?? "";
    this.records.set(wanted.actor, { wanted, parts, owner, job, watchers: new Set([owner, ...(this.early.get(wanted.actor)?.watchers ?? [])]), state: { type: "actor-state", actor: wanted.actor, state: "pending" } });
    this.early.delete(wanted.actor);
    if (shell.isPersistent && wanted.detached && wanted.isDefaultNamespace) shell.push([detachedNotice(wanted, job || owner)]);
    const { actor, className, shape, name, namespace, detached, maxRestarts } = wanted;
    shell.handle({ type: "actor-wanted", actor, owner, job: job as JobId, className, shape, env: shell.env(wanted.env, wanted.origin), ...(name === undefined ? {} : { name }), namespace, detached, maxRestarts });
  }

  failed(from: ProcessName, { type, actor, cause, failure }: Said<"actor-failed">): void {
    const record = this.records.get(actor);
    if (record) record.constructorFailure = failure;
    this.shell.handle({ type, actor, cause, worker: from });
  }

  killed(from: ProcessName, { actor, noRestart, cause, reply }: Said<"actor-killed">): void {
    // a kill may come before the wish for the actor: the scheduler remembers it
    if (this.records.get(actor)?.state.state !== "dead") this.shell.handle({ type: "actor-killed", actor, noRestart, cause });
    if (reply !== undefined) this.shell.tell(from, { type: "answer", reply, value: null });
  }

  watched(from: ProcessName, actor: ActorId): void {
    const record = this.records.get(actor);
    if (!record) return this.watchedEarly(from, actor);
    record.watchers.add(from);
    this.shell.tell(from, record.state);
  }

  observed(from: ProcessName, { actor, everyMs }: Said<"actor-observed">): void {
    this.observers.set(from, actor, everyMs);
    this.tellObserved(actor);
  }

  /** Whoever looked at actors is gone. */
  observerLeft(name: ProcessName): void {
    for (const actor of this.observers.left(name)) this.tellObserved(actor);
  }

  private tellObserved(actor: ActorId): void {
    const state = this.records.get(actor)?.state;
    if (state?.state === "alive" && state.worker) this.shell.tell(state.worker, { type: "observe-actor", everyMs: this.observers.everyMs(actor) });
  }

  private watchedEarly(from: ProcessName, actor: ActorId): void {
    const known = this.early.get(actor);
    if (known) known.watchers.add(from);
    else this.early.set(actor, { watchers: new Set([from]), since: this.shell.now() });
    this.dropLate();
  }

  /** On each tick: no news comes of an actor whose owner is gone, or that ended long ago. */
  dropLate(): void {
    for (const [actor, { watchers, since }] of this.early) {
      if (this.shell.isThere(ownerOf(actor)) && this.shell.now() - since < LATEST_NEWS_MS) continue;
      this.early.delete(actor);
      for (const watcher of watchers) this.shell.tell(watcher, { type: "actor-state", actor, state: "dead", cause: "the cluster does not know it: it ended long ago, or is of another cluster" });
    }
  }

  /** For a handle by name; null when it is not known. */
  info(actor: ActorId | undefined): ActorInfo | null {
    const wanted = actor === undefined ? undefined : this.wantedOf(actor);
    if (!wanted) return null;
    const { className, methods, name, namespace, callDefaults, handleRef } = wanted;
    return { actor: wanted.actor, className, methods, ...(name === undefined ? {} : { name }), namespace, ...(callDefaults ? { callDefaults } : {}), ...(handleRef ? { handleRef } : {}) };
  }

  // ---- what the scheduler decides

  /** What its process is told, and what prints are called. */
  placed({ actor, restarts }: Command<"place-actor">): { readonly message: FromHead & { type: "become-actor" }; readonly parts: readonly Buffer[] } | undefined {
    const record = this.records.get(actor);
    if (!record) return undefined;
    record.restarts = restarts;
    const { owner, job, wanted, parts } = record;
    return { message: { type: "become-actor", owner, job: job || (this.shell.jobOf(actor) ?? ""), restarts, wanted }, parts };
  }

  onState({ actor, state, worker, cause, code }: Command<"actor-state">): void {
    const record = this.records.get(actor);
    if (!record) return;
    const pid = worker && this.shell.pidOf(worker);
    const memory = state === "dead" ? this.shell.memoryEnd(record.state.worker) : undefined;
    this.changed(record, {
      state,
      ...(worker ? { worker } : {}),
      ...(pid ? { pid } : {}),
      ...(cause !== undefined ? { cause: memory === undefined ? cause : `${cause}. ${memory}` } : {}),
      ...(memory === undefined ? (code === undefined ? {} : { code }) : { code: "out-of-memory" }),
      ...(state === "dead" && record.constructorFailure !== undefined ? { failure: record.constructorFailure } : {}),
    });
  }

  rejected({ actor, existing }: Command<"reject-actor">): void {
    const record = this.records.get(actor);
    if (!record) return;
    const { wanted, owner } = record;
    if (wanted.getIfExists) {
      this.records.delete(actor);
      return this.shell.tell(owner, { type: "actor-state", actor, state: "pending", code: "exists", existing });
    }
    this.changed(record, { state: "dead", code: "name-taken", cause: `The name "${wanted.name}" (namespace="${wanted.namespace}") is already taken by a living actor. Use another name, ray.getActor("${wanted.name}"), or getIfExists: true` });
  }

  private changed(record: ActorRecord, news: Omit<ActorRecord["state"], "type" | "actor">): void {
    record.state = { type: "actor-state", actor: record.wanted.actor, ...news };
    for (const watcher of record.watchers) this.shell.tell(watcher, record.state);
    this.shell.push([actorRow(record)]);
    if (news.state === "alive" && this.observers.everyMs(record.wanted.actor) > 0) this.tellObserved(record.wanted.actor);
    if (news.state !== "dead") return;
    // the cause is kept for later calls; the code and the arguments are not
    this.records.set(record.wanted.actor, { ...record, parts: [] });
    this.forgetOldest();
  }

  private forgetOldest(): void {
    if (this.records.size <= MOST_ACTORS) return;
    for (const [id, { state }] of this.records) {
      if (state.state === "dead") this.records.delete(id);
      if (this.records.size <= MOST_ACTORS) return;
    }
  }
}
