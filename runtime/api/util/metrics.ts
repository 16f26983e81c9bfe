/** `ray.util.metrics`: what users measure in tasks, actors and drivers, summed by the cluster. */
import { inspect } from "node:util";
import type { MetricDefinition, MetricKind, Tags } from "../../engine/metrics.ts";
import { describeValue } from "../describe-value.ts";
import type { Home } from "../home.ts";
import { checkOptions } from "../options.ts";
import { SHIP, type Shipped } from "../shippable.ts";

export interface MetricOptions<K extends string = string> {
  /** What it measures, for who reads it. */
  readonly description?: string | undefined;
  /** The tags that each value has. */
  readonly tagKeys?: readonly K[] | undefined;
}

export interface HistogramOptions<K extends string = string> extends MetricOptions<K> {
  /** Upper bounds of its buckets, ascending. */
  readonly boundaries: readonly number[];
}

type TagsOf<K extends string> = [K] extends [never] ? { readonly [name: string]: never } : { readonly [N in K]?: string };

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const TAG = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Before the names of the cluster's own. */
const RESERVED = "ts_";

/** What a metric of each kind has. */
export abstract class Metric<K extends string = string> {
  readonly #home: Home;
  readonly #definition: MetricDefinition;
  readonly #tagKeys: readonly string[];
  #defaultTags: Tags = {};

  constructor(home: Home, kind: MetricKind, name: string, { description = "", tagKeys = [], boundaries }: MetricOptions & { readonly boundaries?: readonly number[] }) {
    const where = `new ray.util.metrics.${kindName(kind)}`;
    if (typeof name !== "string" || !NAME.test(name)) throw new TypeError(`${where} wants a name of letters, digits, "_" and ":" that begins with no digit; got ${describeValue(name)}`);
    if (name.startsWith(RESERVED)) throw new TypeError(`${where}: names that begin with "${RESERVED}" are the cluster's own; got ${JSON.stringify(name)}`);
    for (const key of tagKeys) checkTagKey(key, kind, where);
    this.#home = home;
    this.#definition = { name, kind, description, ...(boundaries ? { boundaries } : {}) };
    this.#tagKeys = [...tagKeys];
  }

  get info(): { readonly name: string; readonly description: string; readonly tagKeys: readonly string[]; readonly defaultTags: Tags } {
    const { name, description } = this.#definition;
    return { name, description, tagKeys: this.#tagKeys, defaultTags: this.#defaultTags };
  }

  /** Values of tags for measurements that do not give them. In this process and where the metric is sent from here. */
  setDefaultTags(tags: TagsOf<K>): this {
    this.#check(tags, `${this.#definition.name}.setDefaultTags`);
    this.#defaultTags = { ...(tags as Tags) };
    return this;
  }

  /** @internal */
  protected measure(call: string, value: number, tags: TagsOf<K> | undefined): void {
    const where = `${this.#definition.name}.${call}`;
    if (typeof value !== "number" || !Number.isFinite(value)) throw new TypeError(`${where} wants a finite number; got ${describeValue(value)}`);
    this.#check(tags ?? {}, where);
    const all: Record<string, string> = { ...this.#defaultTags, ...(tags as Tags | undefined) };
    const missing = this.#tagKeys.filter((key) => all[key] === undefined);
    if (missing.length > 0) throw new TypeError(`${where}: no value for the tag ${missing.map((key) => JSON.stringify(key)).join(" and ")}. Give it with the call, or to all by setDefaultTags`);
    this.#home.host.engine().records?.measure({ ...this.#definition, tags: all, value });
  }

  #check(tags: object, where: string): void {
    if (typeof tags !== "object" || tags === null || Array.isArray(tags)) throw new TypeError(`${where} wants tags as an object, like { route: "/" }; got ${describeValue(tags)}`);
    for (const [key, value] of Object.entries(tags)) {
      if (!this.#tagKeys.includes(key)) throw new TypeError(`${where}: "${key}" is no tag of this metric; ${this.#tagKeys.length === 0 ? "it has none. Name them when it is made: { tagKeys: [" + JSON.stringify(key) + "] }" : `its tags: ${this.#tagKeys.join(", ")}`}`);
      if (typeof value !== "string") throw new TypeError(`${where}: the tag "${key}" must be a string; got ${describeValue(value)}`);
    }
  }

  /** A task that captures it has one that measures the same. */
  [SHIP](): Shipped {
    const { kind, name, description, boundaries } = this.#definition;
    return { singleton: "metric", args: [kind, name, { description, tagKeys: this.#tagKeys, ...(boundaries ? { boundaries } : {}) }, this.#defaultTags] };
  }

  [inspect.custom](): string {
    return `${kindName(this.#definition.kind)}(${this.#definition.name})`;
  }
}

export class Counter<K extends string = string> extends Metric<K> {
  /** By 1, or by a value above 0. */
  inc(value = 1, tags?: TagsOf<K>): void {
    if (typeof value === "number" && (value <= 0 || value === Infinity)) throw new RangeError(`${this.info.name}.inc wants a finite number above 0; got ${value}. For a value that goes down, use a Gauge`);
    this.measure("inc", value, tags);
  }
}

export class Gauge<K extends string = string> extends Metric<K> {
  /** Of all processes that set it with these tags the last one counts. */
  set(value: number, tags?: TagsOf<K>): void {
    this.measure("set", value, tags);
  }
}

export class Histogram<K extends string = string> extends Metric<K> {
  observe(value: number, tags?: TagsOf<K>): void {
    this.measure("observe", value, tags);
  }
}

export interface Metrics {
  /**
   * Goes up only.
   *
   * @example
   * const served = new ray.util.metrics.Counter("served", { description: "requests served", tagKeys: ["route"] });
   * const serve = ray.remote((route: string) => served.inc(1, { route }));
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.metrics.Counter.html
   */
  readonly Counter: new <const K extends string = never>(name: string, options?: MetricOptions<K>) => Counter<K>;
  /**
   * Goes up and down.
   *
   * @example
   * new ray.util.metrics.Gauge("queue_length").set(3);
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.metrics.Gauge.html
   */
  readonly Gauge: new <const K extends string = never>(name: string, options?: MetricOptions<K>) => Gauge<K>;
  /**
   * How values are distributed over buckets.
   *
   * @example
   * new ray.util.metrics.Histogram("latency_ms", { boundaries: [1, 10, 100] }).observe(12);
   * @see https://docs.ray.io/en/latest/ray-core/api/doc/ray.util.metrics.Histogram.html
   */
  readonly Histogram: new <const K extends string = never>(name: string, options: HistogramOptions<K>) => Histogram<K>;
}

export function makeMetrics(home: Home): Metrics {
  const known = new Map<string, MetricKind>();
  const claim = (kind: MetricKind, name: string): void => {
    const before = known.get(name) ?? kind;
    if (before !== kind) throw new TypeError(`new ray.util.metrics.${kindName(kind)}: ${JSON.stringify(name)} is a ${kindName(before)} already. Give it another name`);
    known.set(name, kind);
  };
  const made = {
    Counter: class extends Counter { constructor(name: string, options?: MetricOptions) { super(home, "counter", name, checkOptions(options, METRIC_OPTIONS, "new ray.util.metrics.Counter") as MetricOptions); claim("counter", name); } },
    Gauge: class extends Gauge { constructor(name: string, options?: MetricOptions) { super(home, "gauge", name, checkOptions(options, METRIC_OPTIONS, "new ray.util.metrics.Gauge") as MetricOptions); claim("gauge", name); } },
    Histogram: class extends Histogram { constructor(name: string, options: HistogramOptions) { super(home, "histogram", name, checkHistogram(options)); claim("histogram", name); } },
  };
  for (const [name, metric] of Object.entries(made)) Object.defineProperty(metric, "name", { value: name });
  return made as Metrics;
}

/** For `ship/`: the metric that came with a value. */
export function revivedMetric(metrics: Metrics, kind: MetricKind, name: string, options: HistogramOptions, defaultTags: Tags): Metric {
  const made = kind === "counter" ? new metrics.Counter(name, options as MetricOptions) : kind === "gauge" ? new metrics.Gauge(name, options as MetricOptions) : new metrics.Histogram(name, options);
  return (made as Metric).setDefaultTags(defaultTags);
}

const anyText = (value: unknown, where: string): void => {
  if (typeof value !== "string") throw new TypeError(`${where} must be a string; got ${describeValue(value)}`);
};
const listOfText = (value: unknown, where: string): void => {
  if (!Array.isArray(value) || !value.every((each) => typeof each === "string")) throw new TypeError(`${where} must be an array of strings; got ${describeValue(value)}`);
};
const ascending = (value: unknown, where: string): void => {
  const isFine = Array.isArray(value) && value.length > 0 && value.every((bound, i) => typeof bound === "number" && Number.isFinite(bound) && (i === 0 || bound > (value[i - 1] as number)));
  if (!isFine) throw new TypeError(`${where} must be numbers in ascending order, like [1, 10, 100]; got ${describeValue(value)}`);
};
const METRIC_OPTIONS = { description: anyText, tagKeys: listOfText };

function checkHistogram(options: HistogramOptions): HistogramOptions {
  const checked = checkOptions(options, { ...METRIC_OPTIONS, boundaries: ascending }, "new ray.util.metrics.Histogram") as HistogramOptions;
  if (checked.boundaries === undefined) throw new TypeError('new ray.util.metrics.Histogram wants "boundaries", the upper bounds of its buckets: { boundaries: [1, 10, 100] }');
  return { ...checked, boundaries: [...checked.boundaries] };
}

function checkTagKey(key: string, kind: MetricKind, where: string): void {
  if (!TAG.test(key) || key.startsWith("__")) throw new TypeError(`${where}: a tag's name has letters, digits and "_", begins with no digit and not with "__"; got ${JSON.stringify(key)}`);
  if (kind === "histogram" && key === "le") throw new TypeError(`${where}: "le" is the tag of a histogram's buckets; choose another name`);
}

const kindName = (kind: MetricKind): string => kind[0]?.toUpperCase() + kind.slice(1);
