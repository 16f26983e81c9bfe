/** What the state tables and the timeline tell, in a script and by the commands. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { Sandbox, type Finished } from "../fixtures/sandbox.ts";

let sandbox: Sandbox;
beforeEach(() => { sandbox = new Sandbox(); });
afterEach(async () => {
  await cli("stop", "--force");
  await sandbox.close();
}, 30_000);

const cli = (...args: string[]): Promise<Finished> => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;

const work = `import ray from "ray-ts";
  const square = ray.remote(function square(x) { return x * x; });
  const bad = ray.remote(function bad() { throw new RangeError("no"); });
  class Counter { i = 0; incr() { return ++this.i; } }
  const c = ray.remote(Counter).remote();
  await ray.get([square.remote(1), square.remote(2), c.incr.remote()]);
  await ray.get(bad.remote()).catch(() => undefined);
  const kept = ray.put(new Float64Array(100_000));
`;

test("ray.state has tasks, actors, objects and workers, filtered and limited, and ray.timeline a trace of them, without any subscriber (rows 15, 101, 102)", async () => {
  const told = (await sandbox.scriptValue(`${work}
    const trace = await ray.timeline("trace.json");
    report({
      names: (await ray.state.tasks()).map((task) => task.name).sort(),
      failed: (await ray.state.tasks({ filter: { state: "failed" } })).map((task) => [task.name, task.error !== undefined]),
      actor: (await ray.state.actors({ filter: { className: "Counter" } }))[0].state,
      big: (await ray.state.objects()).some((object) => object.sizeBytes >= 800_000 && object.state === "ready"),
      one: (await ray.state.tasks({ limit: 1 })).length,
      workers: (await ray.state.workers()).length > 0,
      nodes: (await ray.state.nodes()).length,
      large: (await ray.state.objects({ filter: [["sizeBytes", ">", 100_000], ["state", "!=", "error"]] })).length,
      summary: (await ray.state.summary("tasks")).find((row) => row.name === "square"),
      got: (await ray.state.get("actors", (await ray.state.actors())[0].actor)).className,
      drivers: (await ray.state.drivers()).map((driver) => driver.pid === process.pid),
      nothing: (await ray.state.get("tasks", "d1-t1")) === undefined,
      misspelt: await ray.state.tasks({ filter: { stat: "failed" } }).catch((error) => error.message),
      runs: trace.filter((event) => event.ph === "X").map((event) => event.name),
      spans: [...new Set(trace.map((event) => event.cat).filter(Boolean))].sort(),
      driverIsUs: trace.find((event) => event.cat === "driver").pid === process.pid,
      refused: await ray.state.tasks({ filter: 3 }).catch((error) => error.message),
    });
    console.error(String(kept));
    process.exit(0);`)) as Record<string, unknown>;
  expect(told).toMatchObject({ names: ["Counter.incr", "bad", "square", "square"], failed: [["bad", true]], actor: "alive", big: true, one: 1, workers: true, nodes: 1, large: 1, summary: { name: "square", total: 2, states: { finished: 2 } }, got: "Counter", drivers: [true], nothing: true, misspelt: expect.stringContaining('did you mean "state"?'), spans: ["driver", "queue", "run", "transfer"], driverIsUs: true, refused: expect.stringContaining("must be an object of fields") });
  expect(told["runs"]).toEqual(expect.arrayContaining(["bad", "square"]));
  expect(JSON.parse(readFileSync(join(sandbox.folder, "trace.json"), "utf8"))).toEqual(expect.arrayContaining([expect.objectContaining({ ph: "M" }), expect.objectContaining({ ph: "b", name: "queue" })]));
}, 30_000);

test("ray-ts list, summary, memory and timeline tell of the standing cluster; without one they say how to start it (rows 101, 103, 107)", async () => {
  expect(await cli("list", "tasks")).toMatchObject({ code: 1, stderr: expect.stringContaining("ray-ts start") });
  await cli("start", "--num-cpus", "2");
  await sandbox.script(`${work} await ray.shutdown();`, { RAY_TS_ADDRESS: "auto" });
  expect(JSON.parse((await cli("list", "tasks", "--filter", "state=failed", "--json")).stdout)).toMatchObject([{ name: "bad" }]);
  expect((await cli("list", "actors")).stdout).toMatch(/className[\s\S]*Counter .*dead/);
  expect(await cli("list", "nonsense")).toMatchObject({ code: 2 });
  expect((await cli("summary", "tasks")).stdout).toMatch(/^square +2/m);
  expect((await cli("summary", "actors")).stdout).toMatch(/^Counter +1 +1/m);
  const [{ task }] = JSON.parse((await cli("list", "tasks", "--filter", "name=square", "attempt<1", "--json")).stdout) as [{ task: string }];
  expect(JSON.parse((await cli("get", "tasks", task)).stdout)).toMatchObject({ task, name: "square" });
  expect(await cli("get", "actors", "nobody")).toMatchObject({ code: 1, stderr: expect.stringContaining("no nobody among the actors") });
  expect(await cli("list", "tasks", "--filter", "stat=failed")).toMatchObject({ code: 1, stderr: expect.stringContaining("no field") });
  expect(await cli("list", "tasks", "--filter", "failed")).toMatchObject({ code: 2 });
  expect(JSON.parse((await cli("list", "nodes", "--json")).stdout)).toHaveLength(1);
  expect((await cli("memory")).stdout).toContain("in use");
  expect((await cli("timeline", "t.json")).stdout).toContain("tasks");
  expect(JSON.parse(readFileSync(join(sandbox.folder, "t.json"), "utf8"))).toEqual(expect.arrayContaining([expect.objectContaining({ ph: "X", name: "square" })]));
  await cli("stop");
}, 60_000);
