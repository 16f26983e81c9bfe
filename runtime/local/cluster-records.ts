/** What this process can learn of its cluster: tables from the head, logs from their files; and what it measures. */
import { setTimeout } from "node:timers";
import type { LogInfo, LogLines, LogWanted } from "../engine/logs.ts";
import type { Measurement, MetricFamily } from "../engine/metrics.ts";
import { MetricBook } from "../metrics/metric-book.ts";
import type { ClusterRecords, StackRow } from "../engine/records.ts";
import type { StateAnswer, StateQuery, StateRows, StateTable } from "../engine/state.ts";
import { listLogs, readLog } from "../logs/read-logs.ts";
import type { ClusterAddress } from "../session/session-protocol.ts";
import type { ToHead } from "../wire/message.ts";

/** What is measured in a loop goes in batches. */
const BATCH_MS = 100;

export interface RecordSource {
  say(message: ToHead): void;
  address(): Promise<ClusterAddress>;
  ask(make: (reply: number) => ToHead): Promise<unknown>;
}

export class LocalRecords implements ClusterRecords {
  private readonly source: RecordSource;
  private readonly measured = new MetricBook();
  private measuredSentAt = 0;

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

  measure(measured: Measurement): void {
    const isFirst = this.measured.isEmpty;
    this.measured.add(measured);
    // the first after a quiet moment goes when the code that measured has let go: its task's result must not come long before it
    if (isFirst && Date.now() - this.measuredSentAt > BATCH_MS) queueMicrotask(() => this.flush());
    else if (isFirst) setTimeout(() => this.flush(), BATCH_MS).unref();
  }

  /** Says what was measured. */
  flush(): void {
    if (this.measured.isEmpty) return;
    this.measuredSentAt = Date.now();
    this.source.say({ type: "metrics", deltas: this.measured.take() });
  }

  async metrics(): Promise<readonly MetricFamily[]> {
    this.flush();
    return (await this.source.ask((reply) => ({ type: "metrics-sought", reply }))) as readonly MetricFamily[];
  }

  /** What was printed by now is in its log, and was given to who subscribed. */
  async upToDate(): Promise<void> {
    await this.source.ask((reply) => ({ type: "events-wanted", reply }));
  }
}
