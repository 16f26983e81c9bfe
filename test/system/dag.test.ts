/** Lazy graphs on a real cluster: in scripts and in cells. */
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close(), 30_000);

test("in cells a graph of tasks and actors runs at each execution; a node shows what it is (row 111)", async () => {
  const front = new FrontProcess(sandbox);
  try {
    await front.cell("const { InputNode, MultiOutputNode } = ray.dag; const square = ray.remote((x: number) => x * x); const add = ray.remote((a: number, b: number) => a + b);");
    await front.cell("class Counter { n: number; constructor(n: number) { this.n = n; } incr(by: number) { return (this.n += by); } }\nconst input = new InputNode<number>(); const counter = ray.remote(Counter).bind(input); const graph = add.bind(square.bind(input), counter.incr.bind(1));");
    const cell = await front.cell("await Promise.all([3, 4].map((x) => ray.get(graph.execute(x))))");
    expect([cell.error, cell.text]).toEqual([undefined, "[ 13, 21 ]"]);
    expect((await front.cell("graph")).text).toBe("add(square(InputNode), Counter(InputNode).incr(1))");
    expect((await front.cell("await ray.get(new MultiOutputNode([square.bind(input), square.bind(3)]).execute(2))")).text).toBe("[ 4, 9 ]");
    // a graph made inside a task
    expect((await front.cell("await ray.get(ray.remote(async () => ray.get(add.bind(square.bind(2), 1).execute())).remote())")).text).toBe("5");
    expect((await front.cell("add.remote(square.bind(1) as never, 2)")).error).toMatch(/A node of a graph cannot be sent: square\(1\) has not run/);
  } finally {
    await front.close();
  }
}, 60_000);
