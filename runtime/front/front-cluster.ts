/**
 * The front's cluster: one head, opened when a session first wants it, kept over the sessions' lives, forgotten when it
 * died so that the next want starts another.
 */
import type { EngineEvent } from "../engine/events.ts";
import { type EventSubscription, subscribeToHead } from "../local/event-subscription.ts";
import { type HeadProcess, openHead, takeOverHead } from "../local/head-process.ts";
import { attachTo } from "../local/standing-cluster.ts";
import { newProcessName } from "../ids.ts";
import type { ClusterAddress, ClusterOptions } from "../session/session-protocol.ts";

export interface FrontClusterOptions {
  readonly takeoverKey: string | undefined;
  /** Where the workers run: what cells import resolves there too. */
  readonly folder: string;
  readonly onEvents: (rows: readonly EngineEvent[]) => void;
  /** A head is there, perhaps another one. */
  readonly onOpened: () => void;
  /** The head ended and nobody had asked it to. */
  readonly onDied: (reason: string) => void;
}

interface OpenCluster {
  readonly head: HeadProcess;
  readonly events: EventSubscription;
}

/** How long a restarted front may take to come back for the cluster. */
const KEEP_MS = 30_000;
/** A head that is stopped must not stop cells from ending. */
const UP_TO_DATE_MS = 1000;

/** Undefined when it takes too long. */
function withinLimit<T>(work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), UP_TO_DATE_MS);
    work.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}

export class FrontCluster {
  readonly #options: FrontClusterOptions;
  /** On a standing cluster, of all sessions of this front. */
  readonly #ownNamespace = newProcessName("front");
  /** Of its sessions. */
  readonly #jobs = new Set<string>();
  #isJoined = false;
  #open: Promise<OpenCluster> | undefined;
  #events: EventSubscription | undefined;
  #headPid: number | undefined;
  #takingOver: Promise<void> | undefined;

  constructor(options: FrontClusterOptions) {
    this.#options = options;
  }

  get headPid(): number | undefined {
    return this.#open === undefined ? undefined : this.#headPid;
  }

  /** What work of others prints on a cluster that was joined is theirs to see. */
  concerns(row: EngineEvent): boolean {
    const job = "job" in row ? row.job : undefined;
    return !this.#isJoined || !job || this.#jobs.has(job);
  }

  /** The cluster there is, when that is known: it may be one from before. */
  async current(): Promise<{ readonly address: ClusterAddress; readonly job: string } | undefined> {
    await this.#takingOver;
    const open = await this.#open?.catch(() => undefined); // whoever wanted it was told that it did not start
    return open && { address: open.head.address, job: this.jobs.at(-1) ?? "" };
  }

  /** What the work of the sessions so far is known by. */
  get jobs(): readonly string[] {
    return [...this.#jobs];
  }

  /** Says it to the head, if there is one. */
  say(message: Parameters<EventSubscription["say"]>[0]): void {
    this.#events?.say(message);
  }

  /** Resolves when `onEvents` has been given what the head knows now; at once while there is none, or one that only starts. */
  async upToDate(): Promise<void> {
    if (this.#events === undefined) return;
    await withinLimit(this.#events.upToDate());
  }

  /** Takes over the cluster that the front before this one left, which waits for a while only; starts none. */
  takeOver(): void {
    const { takeoverKey } = this.#options;
    if (takeoverKey === undefined || this.#takingOver !== undefined) return;
    this.#takingOver = takeOverHead(takeoverKey).then(
      (head) => { if (head !== undefined) this.#hold(this.#join(head)); },
      () => undefined, // one that cannot be taken over is replaced by the first want
    );
  }

  /** The cluster there is, else the one at the address asked for, else a new one with these options. */
  async want(options: ClusterOptions, job: string): Promise<ClusterAddress> {
    if (!this.#jobs.has(job)) {
      this.#jobs.add(job);
      if (this.#isJoined) this.#events?.wantPrintsOf([...this.#jobs]);
    }
    await this.#takingOver;
    await this.#noticeDeath();
    const { head } = await (this.#open ?? this.#hold(this.#start(options)));
    if (options.address !== undefined && head.isOwned) throw new Error(`ray.init: a cluster is running already, which is this session's own, so the one at ${JSON.stringify(options.address)} cannot be joined. End it first: await ray.shutdown()`);
    return options.namespace === undefined || head.isOwned ? head.address : { ...head.address, namespace: options.namespace };
  }

  /** Ends the cluster; gives the address that it had. */
  async end(how: { readonly keep: boolean }): Promise<ClusterAddress | undefined> {
    await this.#takingOver;
    const opening = this.#open;
    this.#open = this.#events = undefined;
    const open = await opening?.catch(() => undefined); // whoever wanted it was told that it did not start
    if (open === undefined) return undefined;
    await open.events.close();
    await open.head.close(how.keep && this.#options.takeoverKey !== undefined ? { keepMs: KEEP_MS } : {});
    return open.head.address;
  }

  /** A session may hear of a head's death before us and want the next one at once: it must not be given the dead one. */
  async #noticeDeath(): Promise<void> {
    const events = this.#events;
    if (events === undefined || (await withinLimit(events.upToDate())) !== false) return;
    if (this.#events === events) this.#open = this.#events = undefined;
  }

  /** Keeps the cluster until it dies. */
  #hold(opening: Promise<OpenCluster>): Promise<OpenCluster> {
    this.#open = opening;
    const forget = (): boolean => {
      const isCurrent = this.#open === opening;
      if (isCurrent) this.#open = this.#events = undefined;
      return isCurrent;
    };
    const follow = async ({ head, events }: OpenCluster): Promise<void> => {
      if (this.#open === opening) [this.#events, this.#headPid] = [events, head.isOwned ? head.address.headPid : undefined];
      this.#options.onOpened();
      const reason = await head.died;
      const wasCurrent = forget();
      await events.close();
      if (wasCurrent) this.#options.onDied(reason);
    };
    opening.then(follow, forget);
    return opening;
  }

  async #start(cluster: ClusterOptions): Promise<OpenCluster> {
    const { takeoverKey, folder } = this.#options;
    this.#isJoined = cluster.address !== undefined;
    if (cluster.address !== undefined) return this.#join(await attachTo(cluster.address, cluster.namespace ?? this.#ownNamespace));
    return this.#join(await openHead({ cluster, kind: "front", folder, ...(takeoverKey === undefined ? {} : { takeoverKey }) }));
  }

  async #join(head: HeadProcess): Promise<OpenCluster> {
    try {
      // before the session may submit: no print and no state of its work is missed
      const events = await subscribeToHead(head.address, this.#options.onEvents, head.isOwned ? undefined : [...this.#jobs]);
      // and the first view of the cluster shows it, not nothing
      await withinLimit(events.upToDate());
      return { head, events };
    } catch (error) {
      await head.close();
      throw error;
    }
  }
}
