/** The head's events for a front: a connection of its own, so that views go on while a session is busy. */
import type { EngineEvent } from "../engine/events.ts";
import { newProcessName, type JobId } from "../ids.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import type { ToHead } from "../wire/message.ts";
import { Connection } from "./connection.ts";

export interface EventSubscription {
  /** Prints and notices of these jobs from now on, where there are those of others. */
  wantPrintsOf(jobs: readonly string[]): void;
  say(message: ToHead): void;
  /** Resolves with true when `onEvents` has been given what the head knows now, with false when the head has ended. */
  upToDate(): Promise<boolean>;
  close(): Promise<void>;
}

/** `onEvents` gets the state so far first, then what changes, a batch each 50 ms at most. `jobs` undefined: prints of everybody. */
export async function subscribeToHead(address: ClusterAddress, onEvents: (rows: readonly EngineEvent[]) => void, jobs?: readonly string[]): Promise<EventSubscription> {
  const waiting = new Map<number, (isThere: boolean) => void>();
  let lastReply = 0;
  let hasEnded = false;
  const end = (): void => {
    hasEnded = true;
    for (const resolve of waiting.values()) resolve(false);
  };
  const connection = new Connection({
    self: newProcessName("front"),
    kind: "front",
    job: "" as JobId,
    joinsLiveness: true,
    connect: () => Promise.resolve(address),
    onMessage: (_from, message) => {
      if (message.type === "rows") {
        onEvents(message.rows);
        if (message.batch !== undefined) connection.sayToHead({ type: "rows-read", batch: message.batch });
      }
      if (message.type === "answer") {
        waiting.get(message.reply)?.(true);
        waiting.delete(message.reply);
      }
    },
    onRecord: () => undefined,
    onConnected: () => undefined,
    onEnded: end, // the head's owner is told by its own connection
    onRefused: () => undefined,
  });
  const subscribe = (to: readonly string[] | undefined): void => connection.sayToHead({ type: "subscribe", isOn: true, ...(to === undefined ? {} : { jobs: to }) });
  subscribe(jobs);
  await connection.connected;
  return {
    wantPrintsOf: subscribe,
    say: (message) => connection.sayToHead(message),
    upToDate: () => new Promise((resolve) => {
      if (hasEnded) return resolve(false);
      waiting.set(++lastReply, resolve);
      connection.sayToHead({ type: "events-wanted", reply: lastReply });
    }),
    close: () => {
      end();
      return connection.close();
    },
  };
}
