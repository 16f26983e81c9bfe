/**
 * A one-way, ordered channel of records to one peer. `links.ts` gives one over ZeroMQ; a shared-memory lane can stand in
 * its place between two processes of one machine, with the same records and framing.
 *
 * Never blocks, never throws for a dead peer (the head says who died), never overtakes.
 */
import type { RecordWriter } from "./record-writer.ts";

export interface Lane {
  /** Appends one record: `fill` writes its payload, of `value`. It leaves at once after a quiet moment, else with the next flush. */
  write<T = undefined>(type: number, fill: (writer: RecordWriter, value: T) => void, value?: T): void;
  /** Everything written leaves now. */
  flush(): void;
}
