/** What the head remembers of whoever is connected, and of each actor. */
import type { ProcessName } from "../ids.ts";
import type { ActorWanted, FromHead } from "../wire/message.ts";

export interface Client {
  readonly kind: "driver" | "front" | "worker";
  readonly job: string;
  readonly namespace: string;
  readonly pid: number;
  readonly isOwner: boolean;
}

export interface ActorRecord {
  readonly wanted: ActorWanted;
  readonly parts: readonly Buffer[];
  readonly owner: ProcessName;
  readonly job: string;
  readonly watchers: Set<ProcessName>;
  state: FromHead & { type: "actor-state" };
  constructorFailure?: string | undefined;
  /** How many processes it had before the one that it has. */
  restarts?: number;
}
