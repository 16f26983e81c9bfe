/**
 * The front's cluster: one head, opened when a session first wants it, kept over the sessions' lives, forgotten when it
 * died so that the next want starts another.
 */
import type { EngineEvent } from "../engine/events.ts";
import { type EventSubscription, subscribeToHead } from "../local/event-subscription.ts";
import { type HeadProcess, openHead } from "../local/head-process.ts";
import type { ClusterAddress, ClusterOptions } from "../session/session-protocol.ts";

export interface FrontClusterOptions {
  readonly takeoverKey: string | undefined;
  readonly onEvents: (rows: readonly EngineEvent[]) => void;
  /** The head ended and nobody had asked it to. */
  readonly onDied: (reason: string) => void;
}

interface OpenCluster {
  readonly head: HeadProcess;
  readonly events: EventSubscription;
}

/** How long a restarted front may take to come back for the cluster. */
const KEEP_MS = 30_000;

export class FrontCluster {
  readonly #options: FrontClusterOptions;
  #open: Promise<OpenCluster> | undefined;

  constructor(options: FrontClusterOptions) {
    this.#options = options;
  }

  /** The cluster there is, else a new one with these options. */
  async want(options: ClusterOptions): Promise<ClusterAddress> {
    const { head } = await (this.#open ??= this.#start(options));
    return head.address;
  }

  /** Ends the cluster; gives the address that it had. */
  async end(how: { readonly keep: boolean }): Promise<ClusterAddress | undefined> {
    const opening = this.#open;
    this.#open = undefined;
    if (opening === undefined) return undefined;
    const open = await opening.catch(() => undefined); // whoever wanted it was told that it did not start
    if (open === undefined) return undefined;
    await open.events.close();
    await open.head.close(how.keep && this.#options.takeoverKey !== undefined ? { keepMs: KEEP_MS } : {});
    return open.head.address;
  }

  #start(cluster: ClusterOptions): Promise<OpenCluster> {
    const opening = this.#openHead(cluster);
    const forget = (): boolean => {
      const isCurrent = this.#open === opening;
      if (isCurrent) this.#open = undefined;
      return isCurrent;
    };
    opening.then(
      ({ head, events }) => head.died.then((reason) => {
        void events.close();
        if (forget()) this.#options.onDied(reason);
      }),
      forget,
    );
    return opening;
  }

  async #openHead(cluster: ClusterOptions): Promise<OpenCluster> {
    const { takeoverKey, onEvents } = this.#options;
    const head = await openHead({ cluster, kind: "front", ...(takeoverKey === undefined ? {} : { takeoverKey }) });
    try {
      // before the session may submit: no print and no state of its work is missed
      return { head, events: await subscribeToHead(head.address, onEvents) };
    } catch (error) {
      await head.close();
      throw error;
    }
  }
}
