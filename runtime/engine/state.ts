/** What can be asked of a running cluster: tables of rows, as the head knows them when it is asked. */
import type { JobId, ProcessName } from "../ids.ts";
import type { ActorRow, ObjectRow, ResourcesRow, TaskRow, WorkerRow } from "./events.ts";

/** A session or script that works on the cluster. */
export interface DriverRow {
  readonly type: "driver";
  readonly driver: ProcessName;
  readonly job: JobId;
  readonly namespace: string;
  readonly pid: number;
}

/** A machine of the cluster: its amounts and its store. */
export interface NodeRow extends Omit<ResourcesRow, "type"> {
  readonly type: "node";
  readonly nodeId: string;
  readonly alive: boolean;
}

export interface StateRows {
  readonly tasks: TaskRow;
  readonly actors: ActorRow;
  readonly objects: ObjectRow;
  readonly workers: WorkerRow;
  readonly nodes: NodeRow;
  readonly drivers: DriverRow;
}

export type StateTable = keyof StateRows;

export type StateOperator = "=" | "!=" | "<" | "<=" | ">" | ">=";

export interface StateCondition {
  readonly field: string;
  readonly operator: StateOperator;
  readonly value: string | number | boolean;
}

/** What can be asked for by field. */
export const FIELDS: { readonly [T in StateTable]: readonly (keyof StateRows[T])[] } = {
  tasks: ["task", "name", "owner", "ownerPid", "state", "actor", "worker", "pid", "submittedAt", "sentAt", "startedAt", "finishedAt", "settledAt", "attempt", "maxRetries", "origin", "error"],
  actors: ["actor", "className", "name", "namespace", "state", "detached", "pid", "cause", "at"],
  objects: ["ref", "state", "sizeBytes", "place", "preview", "task", "at", "error"],
  workers: ["worker", "pid", "state", "at"],
  nodes: ["nodeId", "alive", "storeUsedBytes", "storeTotalBytes", "storeSpilledBytes", "at"],
  drivers: ["driver", "job", "namespace", "pid"],
};

export interface StateQuery {
  /** All of them hold. */
  readonly where?: readonly StateCondition[];
  /** The newest this many; 100 if not given, 10,000 at the most. */
  readonly limit?: number;
}

/** The newest rows that match, and how many there are in all. */
export interface StateAnswer<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}
