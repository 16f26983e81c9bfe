/** What a process has measured and not yet said. Pure. */
import type { Measurement, MetricDelta, Tags } from "../engine/metrics.ts";

type Open = { -readonly [K in keyof MetricDelta]: MetricDelta[K] } & { buckets?: number[] };

export class MetricBook {
  private readonly open = new Map<string, Open>();

  get isEmpty(): boolean {
    return this.open.size === 0;
  }

  add({ value, ...measured }: Measurement): void {
    const key = seriesKey(measured.name, measured.tags);
    let delta = this.open.get(key);
    if (!delta) {
      delta = { ...measured, value: 0, ...(measured.boundaries ? { buckets: new Array<number>(measured.boundaries.length + 1).fill(0) } : {}) };
      this.open.set(key, delta);
    }
    delta.value = measured.kind === "gauge" ? value : delta.value + value;
    if (delta.buckets && measured.boundaries) addTo(delta.buckets, bucketOf(measured.boundaries, value), 1);
  }

  take(): MetricDelta[] {
    const deltas = [...this.open.values()];
    this.open.clear();
    return deltas;
  }
}

/** The same for the same tags in whatever order. */
export function seriesKey(name: string, tags: Tags): string {
  return JSON.stringify([name, ...Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/** A bucket holds what is at most its bound. */
function bucketOf(boundaries: readonly number[], value: number): number {
  const found = boundaries.findIndex((bound) => value <= bound);
  return found < 0 ? boundaries.length : found;
}

function addTo(buckets: number[], at: number, count: number): void {
  buckets[at] = (buckets[at] ?? 0) + count;
}
