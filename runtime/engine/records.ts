/** What an engine can tell of its cluster beyond values: tables, logs. */
import type { LogInfo, LogLines, LogWanted } from "./logs.ts";
import type { StateAnswer, StateQuery, StateRows, StateTable } from "./state.ts";

export interface ClusterRecords {
  rows<T extends StateTable>(table: T, query: StateQuery): Promise<StateAnswer<StateRows[T]>>;
  logs(): Promise<readonly LogInfo[]>;
  readLog(wanted: LogWanted): Promise<LogLines>;
}
