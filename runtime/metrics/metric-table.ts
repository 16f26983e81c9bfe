/**
 * The users' metrics of a cluster, summed over its processes: counters and histograms add up, of a gauge the value that was
 * set last counts. Pure.
 */
import type { MetricDefinition, MetricDelta, MetricFamily, Tags } from "../engine/metrics.ts";
import { seriesKey } from "./metric-book.ts";
import { exportedName } from "./prometheus.ts";

/** A tag with a value of its own for every task would fill memory. */
const MOST_SERIES = 10_000;

interface Series {
  readonly tags: Tags;
  value: number;
  buckets?: number[];
}

export class MetricTable {
  private readonly families = new Map<string, { readonly definition: MetricDefinition; readonly series: Map<string, Series> }>();
  private count = 0;
  private readonly refused = new Set<string>();

  /** Returns what is wrong, each fault once. */
  apply(deltas: readonly MetricDelta[]): string[] {
    return deltas.flatMap((delta) => this.add(delta) ?? []).filter((fault) => !this.refused.has(fault) && this.refused.add(fault));
  }

  private add({ tags, value, buckets, ...definition }: MetricDelta): string | undefined {
    let family = this.families.get(definition.name);
    if (!family) this.families.set(definition.name, (family = { definition, series: new Map() }));
    const fault = conflict(family.definition, definition);
    if (fault) return fault;
    const key = seriesKey("", tags);
    let series = family.series.get(key);
    if (!series) {
      if (this.count >= MOST_SERIES) return `Metrics have more than ${MOST_SERIES.toLocaleString("en-US")} combinations of tags: new ones are left out, ${JSON.stringify(definition.name)} among them. Use tags of few values`;
      this.count += 1;
      family.series.set(key, (series = { tags, value: 0, ...(buckets ? { buckets: buckets.map(() => 0) } : {}) }));
    }
    series.value = definition.kind === "gauge" ? value : series.value + value;
    buckets?.forEach((count, i) => { if (series.buckets) series.buckets[i] = (series.buckets[i] ?? 0) + count; });
    return undefined;
  }

  list(): MetricFamily[] {
    return [...this.families.values()].map(({ definition, series }) => ({ ...definition, exportedName: exportedName(definition), series: [...series.values()] }));
  }
}

function conflict(is: MetricDefinition, wanted: MetricDefinition): string | undefined {
  if (is.kind !== wanted.kind) return `Metric ${JSON.stringify(wanted.name)} is a ${is.kind} in one process and a ${wanted.kind} in another: only the ${is.kind} is kept. Give one of them another name`;
  if (JSON.stringify(is.boundaries) !== JSON.stringify(wanted.boundaries)) return `Histogram ${JSON.stringify(wanted.name)} has other boundaries in another process: only those with ${JSON.stringify(is.boundaries)} are kept`;
  return undefined;
}
