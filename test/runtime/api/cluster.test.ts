import { inspect } from "node:util";
import { memoryRay } from "../../fixtures/memory-host.ts";

describe("ray.init", () => {
  test("starts a cluster once, whoever asks first", async () => {
    const { ray, host } = memoryRay();
    expect(ray.isInitialized()).toBe(false);
    const [a, b] = await Promise.all([ray.init({ numCpus: 4 }), ray.init({ numCpus: 4 })]);
    expect(a).toBe(b);
    expect(host.starts).toEqual([{ numCpus: 4 }]);
    expect(ray.isInitialized()).toBe(true);
    expect(a).toMatchObject({ numCpus: 4, namespace: "default", address: "/run/memory", jobId: "j1", nodeId: "n1", resources: { CPU: 4 } });
    expect(inspect(a)).toBe('RayContext(4 CPUs, namespace "default", address "/run/memory")');
  });

  test("gives the same context to the same or fewer options (row 5)", async () => {
    const { ray } = memoryRay();
    const context = await ray.init({ numCpus: 4, resources: { gpu: 1 }, objectStoreMemory: 5e8, namespace: "mine" });
    expect(await ray.init({ numCpus: 4, resources: { gpu: 1 }, objectStoreMemory: 5e8, namespace: "mine" })).toBe(context);
    expect(await ray.init()).toBe(context);
  });

  test("throws for other options, and names what differs and the way out (row 5)", async () => {
    const { ray } = memoryRay();
    await ray.init({ numCpus: 4 });
    await expect(ray.init({ numCpus: 8, namespace: "other" })).rejects.toThrow(
      'ray.init: a cluster is running already, and its numCpus is 4, not 8; its namespace is "default", not "other". Leave these options out to use it as it is, or end it first: await ray.shutdown()',
    );
    await expect(ray.init({ resources: { gpu: 1 } })).rejects.toThrow("its resources.gpu is 0, not 1");
    await expect(ray.init({ runtimeEnv: { envVars: { A: "1" } } })).rejects.toThrow("its runtimeEnv is not given. Leave");
  });

  test("has the environment of the whole job, which is compared like the rest", async () => {
    const { ray } = memoryRay();
    const context = await ray.init({ runtimeEnv: { envVars: { A: "1", B: "2" } } });
    expect(ray.getRuntimeContext().runtimeEnv).toEqual({ envVars: { A: "1", B: "2" } });
    expect(await ray.init({ runtimeEnv: { envVars: { B: "2", A: "1" } } })).toBe(context);
    await expect(ray.init({ runtimeEnv: { envVars: { A: "1" } } })).rejects.toThrow("its runtimeEnv has another envVars. Leave");
  });

  test("compares with the cluster that a remote call started", async () => {
    const { ray } = memoryRay();
    ray.put(1);
    expect(await ray.init({ numCpus: 2 })).toBe(await ray.init());
    await expect(ray.init({ numCpus: 3 })).rejects.toThrow("its numCpus is 2, not 3");
  });

  test("can be tried again after it failed", async () => {
    const { ray } = memoryRay();
    await expect(ray.init({ numCpus: 2000 })).rejects.toThrow("The head did not start");
    expect(ray.isInitialized()).toBe(false);
    expect((await ray.init({ numCpus: 1 })).numCpus).toBe(1);
  });

  test.each([
    [{ num_cpus: 2 }, 'ray.init has no option "num_cpus"; did you mean "numCpus"? Its options: address, numCpus, numGpus, memory, resources, objectStoreMemory, objectStoreDisk, objectSpillingDirectory, namespace'],
    [{ numCpus: "4" }, 'ray.init option "numCpus" must be a number of at least 0; got "4" (string)'],
    [{ objectStoreMemory: 0 }, 'ray.init option "objectStoreMemory" must be a number of bytes, more than 0; got 0'],
  ])("refuses %j", async (options, message) => {
    const { ray, host } = memoryRay();
    await expect(ray.init(options as never)).rejects.toThrow(message);
    expect(host.starts).toEqual([]);
  });
});

describe("ray.shutdown", () => {
  test("ends the cluster, and does nothing without one (row 6)", async () => {
    const { ray } = memoryRay();
    await ray.shutdown();
    await ray.init({ numCpus: 1 });
    await ray.shutdown();
    expect(ray.isInitialized()).toBe(false);
    expect((await ray.init({ numCpus: 3 })).numCpus).toBe(3);
  });

  test("comes with the end of an `await using` block, for that cluster only (row 8)", async () => {
    const { ray } = memoryRay();
    const context = await ray.init();
    await context[Symbol.asyncDispose]();
    expect(ray.isInitialized()).toBe(false);
    await ray.init();
    await context[Symbol.asyncDispose]();
    expect(ray.isInitialized()).toBe(true);
  });

  test("lets an init that comes meanwhile wait", async () => {
    const { ray, host } = memoryRay();
    await ray.init({ numCpus: 1 });
    const ended = ray.shutdown();
    expect((await ray.init({ numCpus: 2 })).numCpus).toBe(2);
    await ended;
    expect(host.starts).toHaveLength(2);
  });

  test("rejects what still waits, and makes old refs and handles say so", async () => {
    const { ray } = memoryRay();
    const never = ray.remote(() => new Promise<number>(() => undefined));
    const ref = never.remote();
    const handle = ray.remote(class A { m(): void {} }).remote();
    const got = ray.get(ref);
    const waited = ray.wait([ref]);
    const ended = ray.shutdown();
    await expect(got).rejects.toThrow("ray.shutdown() ended the cluster while this call waited for an object");
    await expect(waited).rejects.toThrow("ray.shutdown() ended the cluster");
    await ended;
    await expect(ray.get(ref)).rejects.toThrow(`Cannot get ${ref}: its cluster is gone, and its objects with it. Make the object again`);
    expect(() => handle.m.remote()).toThrow(/Cannot call A\.m: the cluster of ActorHandle\(A, .*\) is gone/);
    const task = ray.remote(function f(x: unknown) { return x; });
    task.remote(1);
    expect(() => task.remote(ref)).toThrow(`Cannot pass ${ref} to f: its cluster is gone`);
    expect(() => task.remote([ref])).toThrow(`Cannot pass ${ref}: its cluster is gone`);
    ref[Symbol.dispose]();
  });

  test("is not for tasks", async () => {
    const { ray } = memoryRay();
    const end = ray.remote(() => ray.shutdown());
    await expect(ray.get(end.remote())).rejects.toThrow("ray.shutdown() was called inside a task or an actor");
  });
});

describe("what the cluster is", () => {
  test("nodes and resources", async () => {
    const { ray } = memoryRay();
    await ray.init({ numCpus: 3, resources: { gpu: 1 } });
    expect(await ray.clusterResources()).toEqual({ CPU: 3, gpu: 1 });
    expect(await ray.availableResources()).toEqual({ CPU: 2 });
    expect(await ray.nodes()).toEqual([{ nodeId: "n1", hostname: "here", alive: true, resources: { CPU: 3, gpu: 1 } }]);
  });

  test("the runtime context of a driver and of a task (row 12)", async () => {
    const { ray } = memoryRay();
    expect(ray.getRuntimeContext()).toMatchObject({ jobId: undefined, taskId: undefined, isCanceled: false });
    await ray.init();
    expect(ray.getRuntimeContext()).toMatchObject({ jobId: "j1", nodeId: "n1", namespace: "default", taskId: undefined, actorId: undefined, assignedResources: {} });
    const task = ray.remote(function ask() {
      const { taskName, taskId, assignedResources, isCanceled, signal } = ray.getRuntimeContext();
      return { taskName, hasId: taskId !== undefined, assignedResources, isCanceled, aborted: signal.aborted };
    });
    expect(await ray.get(task.remote())).toEqual({ taskName: "ask", hasId: true, assignedResources: { CPU: 1 }, isCanceled: false, aborted: false });
  });
});
