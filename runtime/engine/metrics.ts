/** Metrics as plain data: what a process measured, and what the head knows of all. */

export type MetricKind = "counter" | "gauge" | "histogram";
export type Tags = Readonly<Record<string, string>>;

export interface MetricDefinition {
  readonly name: string;
  readonly kind: MetricKind;
  readonly description: string;
  /** Upper bounds of a histogram's buckets, ascending; the last one, infinity, is not among them. */
  readonly boundaries?: readonly number[];
}

/** One measurement: how much more of a counter, the value of a gauge, an observation of a histogram. */
export interface Measurement extends MetricDefinition {
  readonly tags: Tags;
  readonly value: number;
}

/** What one process measured since it said so last, of one metric with one set of tags. */
export interface MetricDelta extends MetricDefinition {
  readonly tags: Tags;
  /** More of a counter; a gauge's value now; the sum of a histogram's observations. */
  readonly value: number;
  /** Observations by bucket, the one to infinity last. */
  readonly buckets?: readonly number[];
}

export interface MetricFamily extends MetricDefinition {
  /** Under this name it is in the text. */
  readonly exportedName: string;
  readonly series: readonly { readonly tags: Tags; readonly value: number; readonly buckets?: readonly number[] }[];
}
