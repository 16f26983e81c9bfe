/**
 * What the head can tell of the cluster when it is asked: tasks and objects by a fold of what their owners report, kept whether
 * or not somebody subscribed, and bounded as views are; workers, actors and drivers as the head itself knows them.
 */
import type { EngineEvent, TaskRow } from "../engine/events.ts";
import { selectRows } from "../engine/select-rows.ts";
import type { StateAnswer, StateQuery, StateRows, StateTable } from "../engine/state.ts";
import type { ProcessName } from "../ids.ts";
import { applyEvents, isEnded } from "../views/apply-events.ts";
import { TaskTally } from "./task-tally.ts";
import { createViewState } from "../views/view-state.ts";

/** Of a worker or a driver. Owners of actor calls know the process by its name alone. */
export type PidOf = (worker: ProcessName) => number | undefined;
export type OwnTables = { readonly [T in Exclude<StateTable, "tasks" | "objects">]: () => readonly StateRows[T][] };

export class StateTables {
  private readonly state = createViewState();
  readonly tally = new TaskTally();
  private readonly own: OwnTables;

  private readonly pidOf: PidOf;

  constructor(own: OwnTables, pidOf: PidOf) {
    this.own = own;
    this.pidOf = pidOf;
  }

  apply(rows: readonly EngineEvent[]): void {
    for (const row of rows) this.tally.count(row, row.type === "task" ? this.state.tasks.get(row.task) : undefined);
    applyEvents(this.state, rows.map((row) => this.withPid(row)));
  }

  private withPid(row: EngineEvent): EngineEvent {
    if (row.type !== "task") return row;
    const pid = row.pid ?? (row.worker === undefined ? undefined : this.pidOf(row.worker));
    const ownerPid = this.pidOf(row.owner);
    return { ...row, ...(pid === undefined ? {} : { pid }), ...(ownerPid === undefined ? {} : { ownerPid }) };
  }

  /** What it owned and had not finished ends with it: it cannot report that any more. */
  processDied(owner: ProcessName, at: number): void {
    const failed: EngineEvent[] = [];
    for (const task of this.state.tasks.values()) {
      if (task.owner === owner && !isEnded(task)) failed.push({ ...task, state: "failed", finishedAt: at, error: `OwnerDiedError: its owner ${owner} ended` });
    }
    this.apply(failed);
    for (const ref of this.state.objects.keys()) if (ref.startsWith(owner + "-")) this.state.objects.delete(ref);
  }

  /** What each worker runs of others' tasks, as far as it is known: after thousands in a tenth of a second only counts come. */
  running(): Map<ProcessName, TaskRow> {
    const newest = new Map<ProcessName, TaskRow>();
    for (const task of this.state.tasks.values()) {
      if (task.state !== "running" || task.worker === undefined || task.owner === task.worker) continue;
      const other = newest.get(task.worker);
      if (!other || (task.startedAt ?? 0) > (other.startedAt ?? 0)) newest.set(task.worker, task);
    }
    return newest;
  }

  answer(table: StateTable, query: StateQuery): StateAnswer<StateRows[StateTable]> {
    return selectRows(this.rows(table), query);
  }

  private rows(table: StateTable): readonly StateRows[StateTable][] {
    switch (table) {
      case "tasks": return [...this.state.tasks.values()];
      case "objects": return [...this.state.objects.values()].filter(({ state }) => state !== "freed");
      default: return this.own[table]();
    }
  }
}
