/** How many tasks have ended, by name and how. Pure. */
import type { EngineEvent, TaskRow } from "../engine/events.ts";
import { isEnded } from "../views/apply-events.ts";

/** Names made up in a loop must not fill memory: the rest is counted together. */
const MOST_NAMES = 1000;
const REST = "(others)";

export interface Ended {
  finished: number;
  failed: number;
}

export class TaskTally {
  readonly byName = new Map<string, Ended>();

  /** `before`: what was known of the task until now. */
  count(row: EngineEvent, before: TaskRow | undefined): void {
    if (row.type === "task-counts") this.add(row.name, row.finished, row.failed);
    else if (row.type === "task" && isEnded(row) && !(before && isEnded(before))) this.add(row.name, row.state === "finished" ? 1 : 0, row.state === "failed" ? 1 : 0);
  }

  private add(name: string, finished: number, failed: number): void {
    const under = this.byName.has(name) || this.byName.size < MOST_NAMES ? name : REST;
    const ended = this.byName.get(under) ?? { finished: 0, failed: 0 };
    ended.finished += finished;
    ended.failed += failed;
    this.byName.set(under, ended);
  }
}
