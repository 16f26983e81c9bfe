/** Row 93, ray.util.metrics: adding up over processes, and the text that Prometheus reads. */
import type { Measurement } from "../../../runtime/engine/metrics.ts";
import { MetricBook } from "../../../runtime/metrics/metric-book.ts";
import { MetricTable } from "../../../runtime/metrics/metric-table.ts";
import { prometheusText } from "../../../runtime/metrics/prometheus.ts";
import { parseExposition } from "../../fixtures/exposition.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const counter = (value: number, tags: Record<string, string> = {}): Measurement => ({ name: "served", kind: "counter", description: "requests", tags, value });
const gauge = (value: number): Measurement => ({ name: "length", kind: "gauge", description: "", tags: {}, value });
const latency = (value: number): Measurement => ({ name: "latency", kind: "histogram", description: "ms", boundaries: [1, 10], tags: {}, value });

function told(...processes: (readonly Measurement[])[]): ReturnType<typeof parseExposition> {
  const table = new MetricTable();
  for (const measured of processes) {
    const book = new MetricBook();
    for (const each of measured) book.add(each);
    expect(table.apply(book.take())).toEqual([]);
    expect(book.isEmpty).toBe(true);
  }
  return parseExposition(prometheusText(table.list()));
}

describe("row 93: ray.util.metrics", () => {
  test("counters of all processes add up by their tags, in whatever order these are given", () => {
    const { samples, types, help } = told([counter(1, { a: "1", b: "2" }), counter(2, { b: "2", a: "1" })], [counter(4, { a: "1", b: "2" }), counter(8, { a: "3", b: "2" })]);
    expect(samples).toEqual([{ name: "ray_served_total", labels: { a: "1", b: "2" }, value: 7 }, { name: "ray_served_total", labels: { a: "3", b: "2" }, value: 8 }]);
    expect([types.get("ray_served_total"), help.get("ray_served_total")]).toEqual(["counter", "requests"]);
  });

  test("of a gauge the value set last counts", () => {
    expect(told([gauge(1), gauge(5)], [gauge(3)]).samples).toEqual([{ name: "ray_length", labels: {}, value: 3 }]);
  });

  test("a histogram's buckets hold all up to their bound, and its sum and count agree", () => {
    const { samples, types } = told([latency(0.5), latency(1), latency(2)], [latency(100)]);
    expect(samples.map(({ name, labels, value }) => [name, labels["le"], value])).toEqual([
      ["ray_latency_bucket", "1", 2], ["ray_latency_bucket", "10", 3], ["ray_latency_bucket", "+Inf", 4], ["ray_latency_sum", undefined, 103.5], ["ray_latency_count", undefined, 4],
    ]);
    expect(types.get("ray_latency")).toBe("histogram");
  });

  test("any text in a tag or a description survives the format (500 seeded texts)", () => {
    const random = seededRandom(3);
    const pieces = ["\\", "\"", "\n", "n", "{", "}", ",", "=", " ", "é", "平", "#", "\\n"];
    for (let i = 0; i < 500; i++) {
      const text = Array.from({ length: random(12) }, () => pieces[random(pieces.length)]).join("");
      const { samples, help } = told([{ ...counter(1, { tag: text, other: "x" }), description: `d${text}` }]);
      expect(samples[0]?.labels["tag"]).toBe(text);
      expect(help.get("ray_served_total")).toBe(`d${text}`);
    }
  });

  test("what is of another kind, has other bounds or too many tags is refused, and said once", () => {
    const table = new MetricTable();
    const apply = (...measured: Measurement[]): string[] => {
      const book = new MetricBook();
      for (const each of measured) book.add(each);
      return table.apply(book.take());
    };
    apply(counter(1), latency(1));
    expect(apply({ ...gauge(1), name: "served" })).toEqual([expect.stringContaining("is a counter in one process and a gauge in another")]);
    expect(apply({ ...gauge(1), name: "served" })).toEqual([]);
    expect(apply({ ...latency(1), boundaries: [5] })).toEqual([expect.stringContaining("other boundaries")]);
    expect(apply(...Array.from({ length: 10_050 }, (_, i) => counter(1, { id: String(i) })))).toEqual([expect.stringContaining("more than 10,000 combinations")]);
    expect(parseExposition(prometheusText(table.list())).samples.filter(({ name }) => name === "ray_served_total")).toHaveLength(9999);
  });
});
