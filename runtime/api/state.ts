/** `ray.state` and `ray.timeline`: what the cluster does, as rows. */
import { writeFile } from "node:fs/promises";
import type { StateQuery, StateRows, StateTable } from "../engine/state.ts";
import { timelineOf, type TraceEvent } from "../engine/timeline.ts";
import { RayError } from "../errors.ts";
import type { RayHost } from "./host.ts";
import { checkOptions, STATE_OPTIONS, type StateOptions } from "./options.ts";

/** Tables of the running cluster; the newest rows, oldest first. */
export interface StateApi {
  /** Tasks and actor calls. @example await ray.state.tasks({ filter: { state: "failed" } }) */
  tasks(options?: StateOptions): Promise<readonly StateRows["tasks"][]>;
  /** Actors, dead ones with the cause. */
  actors(options?: StateOptions): Promise<readonly StateRows["actors"][]>;
  /** Objects in shared memory and on disk, and those that a view shows; small values live with their owners and are not listed. */
  objects(options?: StateOptions): Promise<readonly StateRows["objects"][]>;
  /** Worker processes. */
  workers(options?: StateOptions): Promise<readonly StateRows["workers"][]>;
  /** Machines. */
  nodes(options?: StateOptions): Promise<readonly StateRows["nodes"][]>;
}

const MOST_TASKS = 10_000;

export function makeState(host: RayHost): StateApi {
  const table = <T extends StateTable>(name: T) => async (options?: StateOptions) => read(host, name, checkOptions(options, STATE_OPTIONS, `ray.state.${name}`) as StateQuery);
  return { tasks: table("tasks"), actors: table("actors"), objects: table("objects"), workers: table("workers"), nodes: table("nodes") };
}

async function read<T extends StateTable>(host: RayHost, table: T, query: StateQuery): Promise<readonly StateRows[T][]> {
  const engine = host.engine();
  if (!engine.readState) throw new RayError(`ray.state.${table}: this engine (${engine.kind}) keeps no tables`);
  return (await engine.readState(table, query)).rows;
}

/** The newest 10,000 tasks as a Chrome trace; written to the file if there is one. */
export async function timeline(host: RayHost, file: string | undefined): Promise<readonly TraceEvent[]> {
  if (file !== undefined && typeof file !== "string") throw new TypeError("ray.timeline wants the name of a file, or nothing");
  const events = timelineOf(await read(host, "tasks", { limit: MOST_TASKS }));
  if (file !== undefined) await writeFile(file, JSON.stringify(events));
  return events;
}
