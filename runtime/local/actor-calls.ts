/**
 * Calls from this process to actors. Owns: what is known of each actor (where, alive or dead) and the calls not yet sent.
 *
 * C1. Calls to one actor leave in the order in which they were made; one whose dependency is missing holds back the later ones.
 * C2. As soon as the actor's worker is known calls are sent there, also before its constructor has run: it queues them.
 * C3. When the actor died, calls without a result fail with ActorDiedError and the cause.
 * C4. When it restarts they fail with ActorUnavailableError, or wait in their order to be sent again if they have a retry left.
 * C5. A call that threw what its options name (`retryExceptions`) is sent again, before those not sent yet; no other call is sent twice.
 */
import { clearTimeout, setTimeout } from "node:timers";
import type { ActorInfo, Encoded } from "../engine/engine.ts";
import { ActorAlreadyExistsError, ActorDiedError, ActorPlacementGroupRemovedError, ActorUnavailableError, OutOfMemoryError, PendingCallsLimitExceededError, RayError, RuntimeEnvSetupError } from "../errors.ts";
import type { ActorId, ProcessName } from "../ids.ts";
import type { FromHead, ToHead } from "../wire/message.ts";
import { failureOf } from "./constructor-failure.ts";
import type { Submission } from "./submission.ts";
import { SentTasks } from "./sent-tasks.ts";
import type { Task } from "./task.ts";

type ActorNews = Extract<FromHead, { type: "actor-state" }>;

type Place =
  | { readonly state: "unknown" }
  | { readonly state: "placed"; readonly worker: ProcessName }
  | { readonly state: "restarting" }
  | { readonly state: "dead"; readonly error: RayError };

interface Actor {
  readonly id: ActorId;
  /** "" while it is known by news only. */
  className: string;
  place: Place;
  /** Created with getIfExists while that name was taken: calls go to the other one. */
  standIn: ActorId | undefined;
  queue: Task[];
  readonly inFlight: SentTasks<Task>;
  isWatched: boolean;
  onPlaced: (() => void)[] | undefined;
}

export interface ActorCallsShell {
  readonly submission: Submission;
  sayToHead(message: ToHead): void;
  readonly decode: (value: Encoded) => unknown;
}

export class ActorCalls {
  private readonly actors = new Map<ActorId, Actor>();
  private readonly shell: ActorCallsShell;

  constructor(shell: ActorCallsShell) {
    this.shell = shell;
  }

  private actor(id: ActorId, className: string): Actor {
    const known = this.actors.get(id);
    if (known) {
      if (known.className === "") known.className = className;
      return known;
    }
    const actor: Actor = { id, className, place: { state: "unknown" }, standIn: undefined, queue: [], inFlight: new SentTasks(), isWatched: false, onPlaced: undefined };
    this.actors.set(id, actor);
    return actor;
  }

  /** The head tells the creator without being asked. */
  created(id: ActorId, className: string): void {
    this.actor(id, className).isWatched = true;
  }

  /** A message said where the actor is. */
  learned(id: ActorId, worker: ProcessName): void {
    const actor = this.actor(id, "");
    if (actor.place.state === "unknown") actor.place = { state: "placed", worker };
    this.watch(actor);
  }

  /** Where it is, for whoever gets its handle next. */
  workerOf(id: ActorId): ProcessName | undefined {
    const place = this.actors.get(id)?.place;
    return place?.state === "placed" ? place.worker : undefined;
  }

  /** Asks the head, before the first call: a busy task could not ask later. */
  expect(id: ActorId, className: string): void {
    this.watch(this.actor(id, className));
  }

  /** Resolves when the actor has a process or is dead, or after a moment: a task that got a handle then starts anyway. */
  located(id: ActorId, mostMs: number): Promise<void> {
    const actor = this.actor(id, "");
    if (actor.place.state !== "unknown") return Promise.resolve();
    this.watch(actor);
    return new Promise((done) => {
      const timer = setTimeout(done, mostMs);
      (actor.onPlaced ??= []).push(() => {
        clearTimeout(timer);
        done();
      });
    });
  }

  private placed(actor: Actor): void {
    const waiting = actor.onPlaced;
    actor.onPlaced = undefined;
    if (waiting) for (const done of waiting) done();
  }

  private watch(actor: Actor): void {
    if (actor.isWatched) return;
    actor.isWatched = true;
    this.shell.sayToHead({ type: "actor-watched", actor: actor.id });
  }

  call(id: ActorId, className: string, task: Task): void {
    let actor = this.actor(id, className);
    if (actor.standIn) actor = this.actor(actor.standIn, className);
    this.watch(actor);
    actor.queue.push(task);
    this.shell.submission.begin(task, () => this.pump(actor));
    if (task.isSettled) this.pump(actor); // its dependency had failed: the later ones may go
  }

  private pump(actor: Actor): void {
    const { place } = actor;
    if (place.state === "dead") return this.failQueue(actor, place.error);
    if (place.state !== "placed") return;
    let sent = 0;
    for (const task of actor.queue) {
      if (!task.isSettled && this.awaitsAgain(actor, task)) break;
      if (!task.isSettled) {
        if (task.missing > 0) break; // C1
        actor.inFlight.add(task);
        this.shell.submission.sendTo(task, place.worker);
      }
      sent++;
    }
    if (sent > 0) actor.queue.splice(0, sent);
  }

  /** What it depends on was there, and is not any more. */
  private awaitsAgain(actor: Actor, task: Task): boolean {
    const { dependencies } = this.shell.submission;
    if (task.missing > 0 || dependencies.areThere(task)) return false;
    dependencies.await(task, () => this.pump(actor));
    return !task.isSettled;
  }

  /** A call that was not sent has ended: those behind it may go. */
  dropped(task: Task): void {
    const actor = task.actor && this.actors.get(task.actor);
    if (actor) this.pump(actor.standIn ? this.actor(actor.standIn, actor.className) : actor);
  }

  onResult(task: Task): void {
    const actor = task.actor ? this.actors.get(task.actor) : undefined;
    const called = actor?.standIn ? this.actors.get(actor.standIn) : actor;
    called?.inFlight.delete(task);
  }

  /** C5. */
  again(task: Task): void {
    const asked = this.actors.get(task.actor as ActorId);
    const actor = asked?.standIn ? this.actors.get(asked.standIn) : asked;
    if (!actor) return;
    const later = actor.queue.findIndex(({ seq }) => seq > task.seq);
    actor.queue.splice(later < 0 ? actor.queue.length : later, 0, task);
    this.pump(actor);
  }

  onNews(news: ActorNews): void {
    const actor = this.actor(news.actor, "");
    if (news.code === "exists" && news.existing) return this.standIn(actor, news.existing);
    if (news.state === "dead") return this.died(actor, this.deathError(actor, news));
    if (news.state === "restarting" && !news.worker) {
      return this.restarts(actor, news.cause ?? "its process ended");
    }
    if (!news.worker) return;
    if (actor.place.state === "placed" && actor.place.worker === news.worker) return;
    actor.place = { state: "placed", worker: news.worker };
    this.placed(actor);
    this.pump(actor);
  }

  private standIn(actor: Actor, existing: ActorId): void {
    actor.standIn = existing;
    const other = this.actor(existing, actor.className);
    this.watch(other);
    other.queue.push(...actor.queue);
    actor.queue = [];
    this.pump(other);
  }

  /** C4. */
  private restarts(actor: Actor, cause: string): void {
    if (actor.place.state === "restarting") return;
    actor.place = { state: "restarting" };
    const lost = [...actor.inFlight];
    actor.inFlight.clear();
    const again = lost.filter((task) => !task.isSettled && (task.maxRetries < 0 || task.attempt < task.maxRetries));
    for (const task of again) {
      task.attempt = Math.min(task.attempt + 1, MOST_COUNTED);
      task.cameBack();
    }
    actor.queue.unshift(...again);
    const error = new ActorUnavailableError(`${nameOf(actor)} is unavailable: ${cause}, and it is being restarted; this call may or may not have been executed. With maxTaskRetries such calls are sent again`);
    for (const task of lost) if (!again.includes(task)) this.shell.submission.failWith(task, error);
  }

  /** Throws when this process has as many calls without a result as the actor's class allows. */
  guardPending({ actor: id, className, callDefaults }: ActorInfo): void {
    const most = callDefaults?.maxPendingCalls ?? -1;
    if (most < 0) return;
    const asked = this.actors.get(id);
    const actor = asked?.standIn ? this.actors.get(asked.standIn) : asked;
    if (!actor || actor.queue.length + actor.inFlight.size < most) return;
    const pending = actor.inFlight.size + actor.queue.filter((task) => !task.isSettled).length;
    if (pending >= most) throw new PendingCallsLimitExceededError(`Actor ${className} (${id}) has ${pending} calls of this process without a result, and its maxPendingCalls is ${most}: await some of them first`);
  }

  private died(actor: Actor, error: RayError): void {
    if (actor.place.state === "dead") return;
    actor.place = { state: "dead", error };
    this.placed(actor);
    for (const task of actor.inFlight) this.shell.submission.failWith(task, error);
    actor.inFlight.clear();
    this.failQueue(actor, error);
  }

  private deathError(actor: Actor, news: ActorNews): RayError {
    const text = news.cause ?? "its process ended";
    if (news.code === "name-taken") return new ActorAlreadyExistsError(text);
    if (news.code === "placement-group") return new ActorPlacementGroupRemovedError(`${nameOf(actor)} is dead: ${text}`);
    if (news.code === "runtime-env") return new RuntimeEnvSetupError(`${nameOf(actor)} is dead: ${text}`);
    if (news.code === "out-of-memory") return new OutOfMemoryError(`${nameOf(actor)} is dead: ${text}`);
    const cause = news.failure === undefined ? undefined : failureOf(news.failure, this.shell.decode);
    return new ActorDiedError(`${nameOf(actor)} is dead: ${text}`, cause === undefined ? undefined : { cause });
  }

  private failQueue(actor: Actor, error: RayError): void {
    const queue = actor.queue;
    actor.queue = [];
    for (const task of queue) this.shell.submission.failWith(task, error);
  }

  /** The cluster is gone. */
  failAll(error: RayError): void {
    for (const actor of this.actors.values()) this.died(actor, error);
  }
}

const nameOf = (actor: Actor): string => `${actor.className ? `Actor ${actor.className}` : "The actor"} (${actor.id})`;
/** Attempts travel in a byte. */
const MOST_COUNTED = 255;
