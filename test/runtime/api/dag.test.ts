import type { RemoteFunction } from "../../../runtime/api/remote-function.ts";
import { memoryRay } from "../../fixtures/memory-host.ts";

class Counter {
  n: number;
  constructor(start: number) { this.n = start; }
  inc(by: number) { return (this.n += by); }
}

function graphs() {
  const { ray, host } = memoryRay();
  const submitted = (): number => host.memory.log.filter(({ call }) => call === "submitTask").length;
  return { ray, submitted, add: ray.remote(function add(a: number, b: number) { return a + b; }), input: new ray.dag.InputNode<number>() };
}

describe("a bound task", () => {
  test("runs when it is executed, each time anew, with what it depends on (row 111)", async () => {
    const { ray, submitted, add } = graphs();
    const node = add.bind(add.bind(1, 2), ray.put(3));
    expect(submitted()).toBe(0);
    expect(await ray.get(node.execute())).toBe(6);
    expect(await ray.get(node.execute())).toBe(6);
    expect(submitted()).toBe(4);
  });

  test("that two others need is submitted once an execution", async () => {
    const { ray, submitted, add } = graphs();
    const shared = add.bind(1, 1);
    const graph = new ray.dag.MultiOutputNode([add.bind(shared, 1), add.bind(shared, 2), shared]);
    expect(await ray.get(graph.execute())).toEqual([3, 4, 2]);
    expect(submitted()).toBe(3);
  });

  test("takes nodes inside arrays and plain objects as refs, as .remote takes refs there", async () => {
    const { ray, add } = graphs();
    const look = ray.remote(async (given: { list: unknown[]; same: object }) => given);
    const same = { x: [1] };
    const given = await ray.get(look.bind({ list: [add.bind(1, 1), 5], same }).execute());
    expect([await ray.get(given.list[0] as never), given.list[1], given.same]).toEqual([2, 5, same]);
  });

  test("keeps the options of its function", () => {
    const { ray, add } = graphs();
    const { host } = memoryRay();
    expect(host.starts).toEqual([]);
    expect(String(add.options({ name: "plus" }).bind(1, ray.dag as never))).toMatch(/^plus\(1, /);
  });

  test("is rebuilt where its function arrives, and cannot be sent itself", () => {
    const { add, ray } = graphs();
    const { revive } = memoryRay();
    const shipped = (add as never as Record<symbol, () => { singleton: "remote-function"; args: unknown[] }>)[Symbol.for("ray-ts.ship")]!();
    expect(String((revive[shipped.singleton](...shipped.args) as RemoteFunction<[number, number], number>).bind(1, 2))).toBe("add(1, 2)");
    const node = ray.remote(function plus(a: number) { return a; }).bind(1) as never as Record<symbol, () => unknown>;
    expect(() => node[Symbol.for("ray-ts.ship")]!()).toThrow("A node of a graph cannot be sent: plus(1) has not run. Write .execute(…) and pass what that gives, or .bind(…) where it is passed");
  });
});

describe("an InputNode", () => {
  test("stands for what the graph is executed with, for several values, and for parts of it", async () => {
    const { ray, add, input } = graphs();
    const graph = add.bind(add.bind(input, 1), input);
    expect(await Promise.all([10, 20].map((x) => ray.get(graph.execute(x))))).toEqual([21, 41]);
    const both = new ray.dag.InputNode<[number, number]>();
    expect(await ray.get(add.bind(both[0], both[1]).execute(3, 4))).toBe(7);
    expect(await ray.get(add.bind(both[0], both[1]).execute([3, 4]))).toBe(7);
    const parts = new ray.dag.InputNode<{ a: { b: number }; execute: number }>();
    expect(await ray.get(add.bind(parts.a.b, parts.at("execute")).execute({ a: { b: 5 }, execute: 6 }))).toBe(11);
    expect(await ray.get(add.bind(input, ray.put(1)).execute(ray.put(2)))).toBe(3);
    expect(input.execute(5)).toBe(5);
  });

  test("wants a value, and says which part is not there", () => {
    const { ray, add, input } = graphs();
    expect(() => add.bind(input, 1).execute()).toThrow("This graph has an InputNode and was executed without a value: write node.execute(value)");
    const parts = new ray.dag.InputNode<any>();
    expect(() => add.bind(parts.a.b, 1).execute({})).toThrow("InputNode.a.b: the graph was executed with a plain object, which has no such part");
  });
});

describe("a bound actor", () => {
  test("is made anew by each execution; its calls run in the order in which they were bound (row 111)", async () => {
    const { ray, add, input } = graphs();
    const counter = ray.remote(Counter).bind(input);
    const [one, two] = [counter.inc.bind(1), counter.inc.bind(2)];
    const graph = new ray.dag.MultiOutputNode([two, one]);
    expect(await ray.get(graph.execute(10))).toEqual([13, 11]);
    expect(await ray.get(graph.execute(20))).toEqual([23, 21]);
    expect(await ray.get(add.bind(counter.inc.bind(3), 0).execute(1))).toBe(7);
    expect(String(counter.execute(1))).toMatch(/^ActorHandle\(Counter, /);
  });

  test("that is there already keeps its state", async () => {
    const { ray } = graphs();
    const node = ray.remote(Counter).remote(100).inc.bind(1);
    expect([await ray.get(node.execute()), await ray.get(node.execute())]).toEqual([101, 102]);
  });

  test("has the class's methods alone", () => {
    const { ray } = graphs();
    const counter = ray.remote(Counter).bind(1);
    expect(() => (counter as never as { incr: unknown }).incr).toThrow(new TypeError('Counter has no method "incr"; did you mean "inc"?'));
    expect((counter as { then?: unknown }).then).toBeUndefined();
  });
});

test("several outputs are an array of nodes", () => {
  const { ray, add } = graphs();
  expect(() => new ray.dag.MultiOutputNode(add.bind(1, 2) as never)).toThrow("MultiOutputNode wants an array of nodes, like [f.bind(1), g.bind(2)]; got a CallNode");
});
