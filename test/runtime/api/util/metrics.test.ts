/** Row 93, ray.util.metrics: what the classes refuse, before anything is measured. */
import { Home } from "../../../../runtime/api/home.ts";
import { makeMetrics } from "../../../../runtime/api/util/metrics.ts";
import type { Measurement } from "../../../../runtime/engine/metrics.ts";

const measured: Measurement[] = [];
const { Counter, Gauge, Histogram } = makeMetrics(new Home({ engine: () => ({ records: { measure: (each: Measurement) => measured.push(each) } }) } as never, undefined as never));
beforeEach(() => { measured.length = 0; });

describe("row 93: ray.util.metrics", () => {
  test("a measurement has the default tags and its own", () => {
    const served = new Counter("served", { description: "d", tagKeys: ["route", "code"] }).setDefaultTags({ code: "200" });
    served.inc(1, { route: "/" });
    served.inc(2, { route: "/", code: "404" });
    expect(measured.map(({ tags, value }) => [tags, value])).toEqual([[{ code: "200", route: "/" }, 1], [{ code: "404", route: "/" }, 2]]);
    expect(served.info).toEqual({ name: "served", description: "d", tagKeys: ["route", "code"], defaultTags: { code: "200" } });
    new Gauge("length").set(-3);
    new Histogram("latency", { boundaries: [1, 2] }).observe(5);
    expect(measured.slice(2)).toMatchObject([{ kind: "gauge", value: -3 }, { kind: "histogram", boundaries: [1, 2], value: 5 }]);
  });

  const served = new Counter("requests", { tagKeys: ["route"] });
  test.each<[string, () => void, string]>([
    ["a tag without a value", () => served.inc(), 'requests.inc: no value for the tag "route"'],
    ["a tag that it does not have", () => served.inc(1, { rout: "/" } as never), 'requests.inc: "rout" is no tag of this metric; its tags: route'],
    ["a tag of a metric without tags", () => new Gauge("g1").set(1, { a: "b" } as never), "it has none. Name them when it is made"],
    ["a tag that is no string", () => served.inc(1, { route: 3 } as never), 'the tag "route" must be a string; got 3'],
    ["a counter that goes down", () => served.inc(-1, { route: "/" }), "wants a finite number above 0; got -1"],
    ["a value that is no number", () => new Gauge("g2").set("3" as never), "wants a finite number"],
    ["no number at all", () => new Gauge("g3").set(NaN), "wants a finite number"],
    ["a name with a space", () => new Counter("a b"), "wants a name of letters"],
    ["a name of the cluster's own", () => new Counter("ts_tasks"), "are the cluster's own"],
    ["a tag's name with a dash", () => new Counter("c1", { tagKeys: ["a-b"] }), "a tag's name has letters"],
    ["the buckets' own tag", () => new Histogram("h1", { boundaries: [1], tagKeys: ["le"] }), '"le" is the tag of a histogram'],
    ["no boundaries", () => new Histogram("h2", {} as never), 'wants "boundaries"'],
    ["boundaries that go down", () => new Histogram("h3", { boundaries: [2, 1] }), "in ascending order"],
    ["an unknown option", () => new Counter("c2", { tags: ["a"] } as never), 'has no option "tags"'],
    ["a name with another kind", () => new Gauge("requests"), '"requests" is a Counter already'],
  ])("%s is refused", (_what, make, message) => {
    expect(make).toThrow(message);
    expect(measured).toEqual([]);
  });
});
