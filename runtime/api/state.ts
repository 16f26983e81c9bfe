/** `ray.state` and `ray.timeline`: what the cluster does, as rows. */
import { writeFile } from "node:fs/promises";
import type { ClusterRecords, StackRow } from "../engine/records.ts";
import type { MetricFamily } from "../engine/metrics.ts";
import type { LogInfo, LogLines } from "../engine/logs.ts";
import { summarize, unknownField, type SummaryRow, type SummaryTable } from "../engine/select-rows.ts";
import { FIELDS, type StateCondition, type StateOperator, type StateQuery, type StateRows, type StateTable } from "../engine/state.ts";
import { timelineOf, type TraceEvent } from "../engine/timeline.ts";
import { RayError } from "../errors.ts";
import { describeValue } from "./describe-value.ts";
import { drawnAs } from "./drawn-rows.ts";
import type { RayHost } from "./host.ts";
import { nearestName } from "../nearest-name.ts";
import { checkOptions, LOG_OPTIONS, STATE_OPTIONS, type LogOptions, type StateOptions } from "./options.ts";

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
  /** Sessions and scripts that work on the cluster. */
  drivers(options?: StateOptions): Promise<readonly StateRows["drivers"][]>;
  /** The row with this id, or undefined: an actor's id, a task's, a ref's, a worker's name or pid. @example await ray.state.get("actors", id) */
  get<T extends StateTable>(table: T, id: string | number): Promise<StateRows[T] | undefined>;
  /** Rows counted by name and state: of tasks by their name, of actors by class, of objects by place with their bytes. As `ray summary`. */
  summary(table: SummaryTable): Promise<readonly SummaryRow[]>;
  /**
   * Where the code of each worker is now, also of one in a synchronous loop: stopped for some milliseconds each, mapped to cells
   * and files. As `ray stack`.
   *
   * @example
   * for (const { name, stack } of await ray.state.stacks()) console.log(name, stack);
   */
  stacks(): Promise<readonly StackRow[]>;
  /** What `ray.util.metrics` measured in all processes, and what the cluster measures of itself. `ray-ts metrics` gives it as Prometheus' text. */
  metrics(): Promise<readonly MetricFamily[]>;
  /** What logs there are: one a worker, and the head's. */
  logs(): Promise<readonly LogInfo[]>;
  /**
   * What was printed, the newest 1,000 lines: of a worker by its pid or name, of an actor, of a task; of all without options.
   *
   * @example
   * console.log(await ray.state.getLog({ actor: "Counter", tail: 20 }));
   * @see https://docs.ray.io/en/latest/ray-observability/reference/doc/ray.util.state.get_log.html
   */
  getLog(options?: LogOptions): Promise<string>;
  /**
   * The same line by line, and what comes after, until you leave the loop.
   *
   * @example
   * for await (const line of ray.state.followLog({ id: pid })) if (line.includes("ready")) break;
   */
  followLog(options?: LogOptions): AsyncGenerator<string, void, undefined>;
}

const MOST_ROWS = 10_000;
const SUMMARIES: readonly SummaryTable[] = ["tasks", "actors", "objects", "workers"];
/** What a row is known by. */
const KEYS: { readonly [T in StateTable]: readonly string[] } = { tasks: ["task"], actors: ["actor"], objects: ["ref"], workers: ["worker", "pid"], nodes: ["nodeId"], drivers: ["driver", "pid"] };

/** Lines of the logs, in any case the newest of them. */
const USUAL_TAIL = 1000;

export function makeState(host: RayHost): StateApi {
  const table = <T extends StateTable>(name: T) => async (options?: StateOptions) => read(host, name, queryOf(name, options));
  return {
    tasks: table("tasks"), actors: table("actors"), objects: table("objects"), workers: table("workers"), nodes: table("nodes"), drivers: table("drivers"),
    get: async (name, id) => getRow(host, name, id) as never,
    summary: async (name) => {
      if (!SUMMARIES.includes(name)) throw new TypeError(`ray.state.summary wants the name of a table, one of ${SUMMARIES.join(", ")}; got ${describeValue(name)}`);
      const counted = summarize(name, await read(host, name, { limit: MOST_ROWS }));
      return drawnAs(counted, { kind: "rows", title: `${name} by name`, rows: counted as never, total: counted.length });
    },
    stacks: async () => {
      const stacks = await recordsOf(host, "ray.state.stacks").stacks();
      return drawnAs(stacks, { kind: "rows", title: "stacks", rows: stacks as never, total: stacks.length });
    },
    metrics: async () => recordsOf(host, "ray.state.metrics").metrics(),
    logs: async () => recordsOf(host, "ray.state.logs").logs(),
    getLog: async (options) => {
      const lines = await readLog(host, options, "ray.state.getLog");
      lines.close();
      return lines.lines.join("\n");
    },
    followLog: async function* (options) {
      const lines = await readLog(host, options, "ray.state.followLog");
      try {
        yield* lines.lines;
        yield* lines.follow();
      } finally {
        lines.close();
      }
    },
  };
}

function queryOf(table: StateTable, options: StateOptions | undefined): StateQuery {
  const call = `ray.state.${table}`;
  const { filter = [], limit } = checkOptions(options, STATE_OPTIONS, call);
  const conditions = Array.isArray(filter) ? (filter as readonly (readonly [string, StateOperator, string])[]) : Object.entries(filter as Record<string, string>).map(([field, value]) => [field, "=", value] as const);
  const where = conditions.map(([field, operator, value]): StateCondition => ({ field, operator, value }));
  const unknown = unknownField(table, where);
  if (unknown !== undefined) {
    const nearest = nearestName(unknown, FIELDS[table]);
    throw new TypeError(`${call}: rows have no field ${JSON.stringify(unknown)}${nearest === undefined ? "" : `; did you mean ${JSON.stringify(nearest)}?`} Their fields: ${FIELDS[table].join(", ")}`);
  }
  return { where, ...(limit === undefined ? {} : { limit }) };
}

async function getRow(host: RayHost, table: StateTable, id: string | number): Promise<unknown> {
  if (!Object.hasOwn(KEYS, table)) throw new TypeError(`ray.state.get wants the name of a table, one of ${Object.keys(KEYS).join(", ")}; got ${describeValue(table)}`);
  const value = typeof id === "number" ? String(id) : id;
  if (typeof value !== "string" || value === "") throw new TypeError(`ray.state.get wants an id, a string; got ${describeValue(id)}`);
  for (const field of KEYS[table]) {
    const [row] = await read(host, table, { where: [{ field, operator: "=", value }], limit: 1 });
    if (row) return row;
  }
  return undefined;
}

function readLog(host: RayHost, options: LogOptions | undefined, call: string): Promise<LogLines> {
  const { id, actor, task, stream, tail = USUAL_TAIL } = checkOptions(options, LOG_OPTIONS, call);
  const wanted = Object.entries({ id: id === undefined ? undefined : String(id), actor, task, stream }).filter(([, value]) => value !== undefined);
  return recordsOf(host, call).readLog({ ...Object.fromEntries(wanted), tail });
}

async function read<T extends StateTable>(host: RayHost, table: T, query: StateQuery): Promise<readonly StateRows[T][]> {
  const { rows, total } = await recordsOf(host, `ray.state.${table}`).rows(table, query);
  return drawnAs(rows, { kind: "rows", title: table, rows: rows as never, total });
}

function recordsOf(host: RayHost, call: string): ClusterRecords {
  const { records, kind } = host.engine();
  if (!records) throw new RayError(`${call}: this engine (${kind}) keeps no tables and no logs`);
  return records;
}

/** The newest 10,000 tasks as a Chrome trace; written to the file if there is one. */
export async function timeline(host: RayHost, file: string | undefined): Promise<readonly TraceEvent[]> {
  if (file !== undefined && typeof file !== "string") throw new TypeError("ray.timeline wants the name of a file, or nothing");
  const events = timelineOf(await read(host, "tasks", { limit: MOST_ROWS }));
  if (file !== undefined) await writeFile(file, JSON.stringify(events));
  return drawnAs(events, { kind: "timeline" });
}
