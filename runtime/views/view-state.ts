/**
 * What a front knows of its cluster: the fold of the head's events that every view is drawn from. `apply-events.ts` alone
 * changes it. It is for drawing, so it may forget: above the caps the oldest finished tasks go and only their count stays.
 */
import type { ActorRow, ObjectRow, ResourcesRow, TaskRow, WorkerRow } from "../engine/events.ts";
import type { ActorId, ObjectId, ProcessName, TaskId } from "../ids.ts";
import type { UiControl } from "../session/output.ts";
import type { ActorModel } from "./actor-model.ts";
import type { KnownRef, RefModel } from "./known-ref.ts";
import { Prints } from "./prints.ts";
import { Rates } from "./rates.ts";
import type { DrawnRow } from "./paged-table.ts";

export const MOST_FINISHED_TASKS = 100_000;
export const MOST_RUNS = 20_000;
export const MOST_NAMES = 1000;
/** Objects without a task (`ray.put`), tasks whose end was only counted, dead actors and workers. */
export const MOST_OTHERS = 100_000;

export interface CallCounts {
  done: number;
  failed: number;
  running: number;
  waiting: number;
}

export interface ViewState {
  readonly objects: Map<ObjectId, ObjectRow>;
  readonly tasks: Map<TaskId, TaskRow>;
  readonly taskOfRef: Map<ObjectId, TaskId>;
  /** What workers say of tasks whose owners have not told of their end. */
  readonly runs: Map<TaskId, TaskRow>;
  /** In the order in which they finished. */
  readonly finishedTasks: Set<TaskId>;
  readonly actors: Map<ActorId, ActorRow>;
  readonly callsOfActor: Map<ActorId, CallCounts>;
  /** Of actors that somebody looks at. */
  readonly actorModels: Map<ActorId, ActorModel>;
  /** Tasks and calls by their names. */
  readonly tallies: Map<string, CallCounts>;
  /** Tasks and calls that ended. */
  readonly rates: Rates;
  readonly prints: Prints;
  /** Controls of `ray.ui`, and those whose session has ended. */
  readonly ui: Map<string, UiControl>;
  readonly uiEnded: Set<string>;
  /** The cell or file that submitted work last. */
  lastOrigin: string | undefined;
  readonly workers: Map<ProcessName, WorkerRow>;
  resources: ResourcesRow | undefined;
  /** Tasks that ended since the front began, those that came as bare counts among them. */
  finished: number;
  failed: number;
  /** Finished tasks that are counted but no longer known one by one. */
  droppedTasks: number;
  /** The time of the latest event. */
  latestAt: number;
  /** What was worked out before and holds as long as its rows do: views of hundreds of refs are drawn many times a second. */
  readonly known: {
    readonly refs: WeakMap<object, KnownRef>;
    readonly rows: WeakMap<RefModel, DrawnRow>;
    /** In a list of refs, the place of one that was not complete when somebody looked. */
    readonly incomplete: WeakMap<readonly string[], number>;
  };
}

export function createViewState(): ViewState {
  return {
    objects: new Map(), tasks: new Map(), taskOfRef: new Map(), runs: new Map(), finishedTasks: new Set(), actors: new Map(), callsOfActor: new Map(), workers: new Map(),
    actorModels: new Map(), tallies: new Map(), rates: new Rates(), prints: new Prints(), ui: new Map(), uiEnded: new Set(), lastOrigin: undefined,
    resources: undefined, finished: 0, failed: 0, droppedTasks: 0, latestAt: 0,
    known: { refs: new WeakMap(), rows: new WeakMap(), incomplete: new WeakMap() },
  };
}
