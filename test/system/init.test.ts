/** How a cluster begins, what it was given, and what code can ask of where it runs. */
import { join } from "node:path";
import { distFolder } from "../fixtures/dist-folder.ts";
import { FrontProcess } from "../fixtures/front-process.ts";
import { Sandbox } from "../fixtures/sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close(), 30_000);

const run = (body: string, options = "{ numCpus: 1 }"): Promise<unknown> => sandbox.scriptValue(`import ray from "ray-ts"; await ray.init(${options});\n${body}\nawait ray.shutdown();`);

test("a cluster of one's own, with the sizes asked for, starts beside a standing one (row 2)", async () => {
  const cli = (...args: string[]) => sandbox.start([join(distFolder(), "cli.js"), ...args]).finished;
  await cli("start", "--num-cpus", "2");
  try {
    expect(await run(`report([(await ray.clusterResources()).CPU, (await ray.nodes()).length]);`, "{ numCpus: 3 }")).toEqual([3, 1]);
    expect(JSON.parse((await cli("status", "--json")).stdout)).toMatchObject({ drivers: [] });
  } finally {
    await cli("stop");
  }
}, 60_000);

test.each([
  ["ray.put", "const ref = ray.put(5); const value = await ray.get(ref);", 5],
  ["ray.getActor", `const value = await ray.getActor("nobody").catch((error) => error.name);`, "ActorNotFoundError"],
  ["an actor class", "const value = await ray.get(ray.remote(class { ok() { return 1; } }).remote().ok.remote());", 1],
  ["ray.util.Queue", "const queue = new ray.util.Queue(); await queue.put(7); const value = await queue.get();", 7],
  ["ray.clusterResources", "const value = typeof (await ray.clusterResources()).CPU;", "number"],
])("every first use starts a cluster: %s (row 3)", async (_, body, value) => {
  expect(await sandbox.scriptValue(`import ray from "ray-ts"; const before = ray.isInitialized(); ${body} report([before, ray.isInitialized(), value]); await ray.shutdown();`)).toEqual([false, true, value]);
});

test("address: local is a cluster of one's own, whatever the environment says (row 1)", async () => {
  expect(await sandbox.scriptValue(`
    import ray from "ray-ts";
    const { numCpus } = await ray.init({ address: "local", numCpus: 1 });
    const again = await ray.init({ address: "local" });
    const [{ hostname, alive }] = await ray.nodes();
    report([numCpus, again.numCpus, typeof hostname, alive]); await ray.shutdown();
  `, { RAY_TS_ADDRESS: "auto" })).toEqual([1, 1, "string", true]);
});

test("what init was given is what the cluster has (row 4)", async () => {
  expect(await run(`
    const total = await ray.clusterResources();
    const named = ray.remote(class Named {}, { name: "it" }).remote();
    await ray.get(ray.ready(named));
    report([total.CPU, total.db, total.object_store_memory, ray.getRuntimeContext().namespace, await ray.util.listNamedActors({ allNamespaces: true })]);
  `, `{ numCpus: 1.5, resources: { db: 2 }, objectStoreMemory: 123e6, namespace: "lab" }`)).toEqual([1.5, 2, 123e6, "lab", [{ name: "it", namespace: "lab" }]]);
});

test("the runtime context of a driver, a task and an actor (row 12)", async () => {
  const seen = (await run(`
    const look = () => { const { signal, ...rest } = ray.getRuntimeContext(); return { ...rest, isCanceled: ray.getRuntimeContext().isCanceled, aborted: signal.aborted }; };
    const task = await ray.get(ray.remote(function peek() { return look(); }, { numCpus: 0.5 }).remote());
    const actor = ray.remote(class Peek { look() { return look(); } }, { resources: {}, numCpus: 0.25, name: "p" }).remote();
    report([look(), task, await ray.get(actor.look.remote())]);
  `)) as [Record<string, unknown>, Record<string, unknown>, Record<string, unknown>];
  const [driver, task, actor] = seen;
  expect(driver["taskId"]).toBeUndefined();
  expect(task).toMatchObject({ taskName: "peek", assignedResources: { CPU: 0.5 }, isCanceled: false, aborted: false, wasActorRestarted: false });
  expect(actor).toMatchObject({ taskName: "Peek.look", actorId: expect.any(String), assignedResources: { CPU: 0.25 } });
  for (const name of ["jobId", "nodeId", "namespace"]) expect(new Set(seen.map((each) => each[name])).size).toBe(1);
  // the actor may get the worker that the task has left
  for (const { workerId } of [task, actor] as { workerId?: unknown }[]) expect(workerId).not.toBe(driver["workerId"]);
  expect(task["taskId"]).toEqual(expect.any(String));
});

test("an actor knows its name and has a handle of itself, which does not keep it alive (row 12)", async () => {
  expect(await run(`
    class Node {
      async join(registry) { await ray.get(registry.add.remote(ray.getRuntimeContext().currentActor)); return ray.getRuntimeContext().actorName; }
      keep() { this.self = ray.getRuntimeContext().currentActor; return process.pid; }
      hello() { return "hello"; }
    }
    class Registry { members = []; add(member) { this.members.push(member); } async greet() { return ray.get(this.members.map((member) => member.hello.remote())); } }
    const registry = ray.remote(Registry).remote();
    let node = ray.remote(Node, { name: "one" }).remote();
    const seen = [await ray.get(node.join.remote(registry)), await ray.get(registry.greet.remote()), ray.getRuntimeContext().currentActor === undefined, "currentActor" in { ...ray.getRuntimeContext() }];
    const pid = await ray.get(node.keep.remote());
    node[Symbol.dispose]();
    while ((await ray.state.actors({ filter: { className: "Node" } }))[0].state !== "dead") await new Promise((turn) => setTimeout(turn, 5));
    report(seen);
  `)).toEqual(["one", ["hello"], true, false]);
});

test("ref.value() is the value; awaiting a ref gives the ref (row 48)", async () => {
  expect(await run(`
    const square = ray.remote((x) => x * x);
    const refs = [1, 2, 3].map((x) => square.remote(x));
    report([await Promise.all(refs.map((ref) => ref.value())), (await refs[0]) === refs[0], (await Promise.all(refs))[1] === refs[1]]);
  `)).toEqual([[1, 4, 9], true, true]);
});

test("every error class is in ray.exceptions and a named export, each with its code (row 85)", async () => {
  const told = (await sandbox.scriptValue(`
    import ray, * as named from "ray-ts";
    report(Object.entries(ray.exceptions).map(([name, Class]) => [name, named[name] === Class, Class.prototype instanceof Error, typeof Class.code, new Class("x") instanceof ray.exceptions.RayError]));
  `)) as [string, boolean, boolean, string, boolean][];
  const wanted = ["RayTaskError", "TaskCancelledError", "WorkerCrashedError", "ActorDiedError", "ActorUnavailableError", "GetTimeoutError", "ObjectLostError", "OwnerDiedError", "ObjectStoreFullError", "OutOfMemoryError", "PendingCallsLimitExceededError", "SerializationError", "CaptureError", "ActorAlreadyExistsError"];
  expect(told.map(([name]) => name)).toEqual(expect.arrayContaining(wanted));
  for (const [name, ...facts] of told) expect([name, ...facts]).toEqual([name, true, true, "string", true]);
});

describe("in a cell", () => {
  let front: FrontProcess;
  beforeAll(() => { front = new FrontProcess(sandbox); });
  afterAll(() => front.close());

  test("the context is a view of the cluster (row 8)", async () => {
    expect((await front.cell("await ray.init({ numCpus: 2 })")).text).toMatch(/^Ray cluster: 2 CPU/);
  });
});
