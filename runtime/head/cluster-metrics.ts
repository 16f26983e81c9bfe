/** What the head itself measures of its cluster, beside what users measure. Pure. */
import type { MetricFamily, MetricKind, Tags } from "../engine/metrics.ts";
import type { ActorRow, ResourcesRow, WorkerRow } from "../engine/events.ts";
import type { Ended } from "./task-tally.ts";

export interface ClusterNow {
  readonly tasks: ReadonlyMap<string, Readonly<Ended>>;
  readonly workers: readonly WorkerRow[];
  readonly actors: readonly ActorRow[];
  readonly resources: ResourcesRow;
  readonly drivers: number;
}

export function clusterMetrics({ tasks, workers, actors, resources, drivers }: ClusterNow): MetricFamily[] {
  const { total, available, storeUsedBytes, storeTotalBytes, storeSpilledBytes } = resources;
  return [
    family("counter", "ts_tasks_total", "Tasks and actor calls that have ended, by name and how.", [...tasks].flatMap(([name, ended]) => (["finished", "failed"] as const).filter((state) => ended[state] > 0).map((state) => [{ name, state }, ended[state]] as const))),
    family("gauge", "ts_workers", "Worker processes by what they do.", counted(workers.map(({ state }) => state))),
    family("gauge", "ts_actors", "Actors by state.", counted(actors.map(({ state }) => state))),
    family("gauge", "ts_drivers", "Sessions and scripts that work on the cluster.", [[{}, drivers]]),
    family("gauge", "ts_resources_total", "What the cluster has of each resource.", Object.entries(total).map(([name, amount]) => [{ name }, amount])),
    family("gauge", "ts_resources_available", "What nobody holds of each resource.", Object.keys(total).map((name) => [{ name }, available[name] ?? 0])),
    family("gauge", "ts_object_store_bytes", "Shared memory for objects.", [[{}, storeTotalBytes]]),
    family("gauge", "ts_object_store_used_bytes", "Shared memory that objects hold.", [[{}, storeUsedBytes]]),
    family("gauge", "ts_object_store_spilled_bytes", "What objects hold on disk.", [[{}, storeSpilledBytes]]),
  ];
}

function family(kind: MetricKind, name: string, description: string, series: readonly (readonly [Tags, number])[]): MetricFamily {
  return { name, kind, description, exportedName: `ray_${name}`, series: series.map(([tags, value]) => ({ tags, value })) };
}

function counted(states: readonly string[]): [Tags, number][] {
  const counts = new Map<string, number>();
  for (const state of states) counts.set(state, (counts.get(state) ?? 0) + 1);
  return [...counts].map(([state, count]) => [{ state }, count]);
}
