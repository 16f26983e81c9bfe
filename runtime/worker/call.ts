/** One task or actor call as its executor sees it, from its arrival to its result. */
import type { CallMeta, TaskRecord } from "../wire/hot-records.ts";
import type { BlockingCall } from "./blocking.ts";
import type { CancellableCall } from "./cancellations.ts";

export interface Call extends CancellableCall, BlockingCall {
  readonly record: TaskRecord;
  readonly meta: CallMeta;
  /** Others may run beside it: code of the two is told apart by its asynchronous context. */
  isShared: boolean;
  /** Milliseconds since the epoch. */
  startedAt: number;
}
