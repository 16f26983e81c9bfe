/** What an engine can tell of its cluster beyond values: tables, logs, stacks, metrics. */
import type { ProcessName } from "../ids.ts";
import type { LogInfo, LogLines, LogWanted } from "./logs.ts";
import type { Measurement, MetricFamily } from "./metrics.ts";
import type { StateAnswer, StateQuery, StateRows, StateTable } from "./state.ts";

/** Where a worker's code is now. */
export interface StackRow {
  readonly worker: ProcessName;
  readonly pid: number;
  /** The actor that the process is. */
  readonly actor?: string;
  readonly state: "idle" | "running" | "waiting" | "native" | "silent";
  /** The task or call that it runs, or whose `await` it waits in. */
  readonly name?: string;
  readonly task?: string;
  /** Frames in terms of cells and files, one a line; empty when no JavaScript runs. */
  readonly stack: string;
}

export interface ClusterRecords {
  rows<T extends StateTable>(table: T, query: StateQuery): Promise<StateAnswer<StateRows[T]>>;
  logs(): Promise<readonly LogInfo[]>;
  readLog(wanted: LogWanted): Promise<LogLines>;
  stacks(): Promise<readonly StackRow[]>;
  measure(measured: Measurement): void;
  metrics(): Promise<readonly MetricFamily[]>;
}
