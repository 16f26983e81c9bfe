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

export interface StateQuery {
  /** Rows whose fields have these values: `{ state: "failed" }`. */
  readonly filter?: Readonly<Record<string, string | number | boolean>>;
  /** The newest this many; 100 if not given, 10,000 at the most. */
  readonly limit?: number;
}

/** The newest rows that match, and how many there are in all. */
export interface StateAnswer<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}
