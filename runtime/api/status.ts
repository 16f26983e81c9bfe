/** `ray.status()`: what the cluster has and does, in a moment's words; as a cell's value a live view. */
import { inspect } from "node:util";
import type { Engine } from "../engine/engine.ts";
import { summarize } from "../engine/select-rows.ts";
import type { RayHost } from "./host.ts";

/** The cluster at the moment it was asked. As a cell's value it shows as a live view of the cluster. */
export interface ClusterStatus {
  /** Totals by resource name, and what nobody holds. */
  readonly total: Readonly<Record<string, number>>;
  readonly available: Readonly<Record<string, number>>;
  /** Worker processes. */
  readonly workers: number;
  /** Living actors. */
  readonly actors: number;
  /** Tasks and calls by their state: `{ running: 2, finished: 40 }`. */
  readonly tasks: Readonly<Record<string, number>>;
}

const MOST_ROWS = 10_000;

export class StatusText implements ClusterStatus {
  readonly total: Readonly<Record<string, number>>;
  readonly available: Readonly<Record<string, number>>;
  readonly workers: number;
  readonly actors: number;
  readonly tasks: Readonly<Record<string, number>>;

  constructor({ total, available, workers, actors, tasks }: ClusterStatus) {
    this.total = total;
    this.available = available;
    this.workers = workers;
    this.actors = actors;
    this.tasks = tasks;
  }

  [inspect.custom](): string {
    const resources = Object.entries(this.total).map(([name, amount]) => `  ${amountText(name, amount - (this.available[name] ?? 0))} of ${amountText(name, amount)} ${name}`);
    const tasks = Object.entries(this.tasks).map(([state, count]) => `${count} ${state}`);
    return ["Ray cluster", ...resources, `  ${this.workers} workers, ${this.actors} actors`, `  tasks: ${tasks.length === 0 ? "none" : tasks.join(", ")}`].join("\n");
  }
}

/** Bytes are told in gigabytes. */
const amountText = (name: string, amount: number): string => (/memory/.test(name) ? `${(amount / 1e9).toFixed(1)} GB` : String(Math.round(amount * 1e4) / 1e4));

export async function status(host: RayHost): Promise<ClusterStatus> {
  const engine = host.engine();
  await engine.connect();
  const [total, available] = await Promise.all([engine.resources("total"), engine.resources("available")]);
  return new StatusText({ total, available, ...(await countsOf(engine)) });
}

async function countsOf({ records }: Engine): Promise<Pick<ClusterStatus, "workers" | "actors" | "tasks">> {
  if (!records) return { workers: 0, actors: 0, tasks: {} };
  const [workers, actors, tasks] = await Promise.all([records.rows("workers", { limit: 0 }), records.rows("actors", { where: [{ field: "state", operator: "!=", value: "dead" }], limit: 0 }), records.rows("tasks", { limit: MOST_ROWS })]);
  const counts: Record<string, number> = {};
  for (const { states } of summarize("tasks", tasks.rows)) for (const [state, count] of Object.entries(states)) counts[state] = (counts[state] ?? 0) + count;
  return { workers: workers.total, actors: actors.total, tasks: counts };
}
