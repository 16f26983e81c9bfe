/** What this process can learn of its cluster: tables from the head, logs from their files. */
import type { LogInfo, LogLines, LogWanted } from "../engine/logs.ts";
import type { ClusterRecords, StackRow } from "../engine/records.ts";
import type { StateAnswer, StateQuery, StateRows, StateTable } from "../engine/state.ts";
import { listLogs, readLog } from "../logs/read-logs.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import type { ToHead } from "../wire/message.ts";

export interface RecordSource {
  address(): Promise<ClusterAddress>;
  ask(make: (reply: number) => ToHead): Promise<unknown>;
}

export class LocalRecords implements ClusterRecords {
  private readonly source: RecordSource;

  constructor(source: RecordSource) {
    this.source = source;
  }

  async rows<T extends StateTable>(table: T, query: StateQuery): Promise<StateAnswer<StateRows[T]>> {
    return (await this.source.ask((reply) => ({ type: "state-sought", reply, table, query }))) as StateAnswer<StateRows[T]>;
  }

  async logs(): Promise<readonly LogInfo[]> {
    return listLogs((await this.source.address()).logFolder);
  }

  async readLog(wanted: LogWanted): Promise<LogLines> {
    const { logFolder } = await this.source.address();
    await this.upToDate();
    return readLog(logFolder, wanted);
  }

  async stacks(): Promise<readonly StackRow[]> {
    return (await this.source.ask((reply) => ({ type: "stacks-sought", reply }))) as readonly StackRow[];
  }

  /** What was printed by now is in its log, and was given to who subscribed. */
  async upToDate(): Promise<void> {
    await this.source.ask((reply) => ({ type: "events-wanted", reply }));
  }
}
