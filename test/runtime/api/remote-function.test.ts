import { resolve } from "node:path";
import { inspect } from "node:util";
import type { RemoteFunction } from "../../../runtime/api/remote-function.ts";
import { memoryRay } from "../../fixtures/memory-host.ts";

const errorOf = (run: () => unknown): Error => {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("It threw nothing");
};

describe("a remote function", () => {
  test("runs as a task and gives a ref at once (row 17)", async () => {
    const { ray } = memoryRay();
    const square = ray.remote((x: number) => x * x);
    const refs = [0, 1, 2, 3].map((i) => square.remote(i));
    expect(await ray.get(refs)).toEqual([0, 1, 4, 9]);
  });

  test("gets the value of a top-level ref, and a ref inside an object as a ref", async () => {
    const { ray, host } = memoryRay();
    const ref = ray.put(20);
    const add = ray.remote((a: number, b: number) => a + b);
    expect(await ray.get(add.remote(ref, 1))).toBe(21);
    const inside = ray.remote(async ({ r }: { r: typeof ref }) => `${r.id === ref.id} ${await ray.get(r)}`);
    expect(await ray.get(inside.remote({ r: ref }))).toBe("true 20");
    expect(host.memory.log).toHaveLength(2);
  });

  test("cannot be called directly, and says how (row 16)", () => {
    const { ray } = memoryRay();
    const task = ray.remote(function square(x: number) { return x * x; }) as never as (...args: unknown[]) => void;
    expect(() => task(2)).toThrow(new TypeError('Remote function "square" cannot be called directly: write square.remote(2)'));
    expect(() => task("a", null, 1n)).toThrow('write square.remote("a", null, 1n)');
    expect(() => task({})).toThrow("write square.remote(…)");
    expect(() => task()).toThrow("write square.remote()");
    expect(() => (ray.remote((x: number) => x) as never as (x: number) => void)(2)).toThrow('Remote function "anonymous" cannot be called directly: write f.remote(2)');
  });

  test("is called by its option, its own name, else by its cell", () => {
    const { ray, host } = memoryRay();
    host.cell = "In[3]";
    const names = (): unknown[] => host.memory.log.map(({ options }) => (options as { name: string }).name);
    ray.remote(function own() {}).remote();
    ray.remote(() => 1).remote();
    ray.remote(function own() {}, { name: "chosen" }).remote();
    ray.remote(function own() {}).options({ name: "later" }).remote();
    expect(names()).toEqual(["own", "In[3]#0", "chosen", "later"]);
    expect(inspect(ray.remote(function own() {}))).toBe("RemoteFunction(own)");
    host.cell = undefined;
    expect(inspect(ray.remote(() => 1))).toBe("RemoteFunction(anonymous)");
  });

  test("says the cell that submits, not the one that made it", () => {
    const { ray, host } = memoryRay();
    host.cell = "In[1]";
    const task = ray.remote(function f() {});
    task.remote();
    host.cell = "In[2]";
    task.remote();
    host.cell = undefined;
    task.remote();
    expect(host.memory.log.map(({ options }) => (options as { origin?: string }).origin)).toEqual(["In[1]", "In[2]", undefined]);
  });

  test("has Ray's defaults, and options make a copy (row 20)", () => {
    const { ray, host } = memoryRay();
    const task = ray.remote(function f() { return [1, 2]; });
    task.options({ numCpus: 0.5, resources: { gpu: 1 }, maxRetries: -1, numReturns: 2 }).remote();
    task.remote();
    expect(host.memory.log.map(({ options }) => options)).toEqual([
      { name: "f", resources: { CPU: 0.5, gpu: 1 }, maxRetries: -1, numReturns: 2 },
      { name: "f", resources: { CPU: 1 }, maxRetries: 3, numReturns: 1 },
    ]);
  });

  test("takes its options first, too", async () => {
    const { ray, host } = memoryRay();
    const f = ray.remote({ numCpus: 2 })((x: number) => x + 1);
    expect(await ray.get(f.remote(1))).toBe(2);
    expect(host.memory.log[0]?.options).toMatchObject({ resources: { CPU: 2 } });
  });

  test("gives as many refs as numReturns says", async () => {
    const { ray } = memoryRay();
    const pair = ray.remote((x: number): [number, string] => [x, `${x}`], { numReturns: 2 });
    const [a, b] = pair.remote(7);
    expect([await ray.get(a), await ray.get(b)]).toEqual([7, "7"]);
    expect(ray.remote(() => undefined, { numReturns: 0 }).remote()).toBeUndefined();
  });

  test("throws the error of its task, which names the original as its cause", async () => {
    const { ray } = memoryRay();
    const fail = ray.remote(() => { throw new RangeError("bad"); });
    const error: unknown = await ray.get(fail.remote()).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ray.exceptions.RayTaskError);
    expect(ray.isRayError(error) && (error.cause as Error).name).toBe("RangeError");
  });

  test("ships again on each submission, so that an edit is never stale", () => {
    const { ray, host } = memoryRay();
    const task = ray.remote(function f() {});
    task.remote();
    task.remote();
    expect(host.boundNames).toEqual(["f", "f"]);
  });

  test("is rebuilt from what it ships as", async () => {
    const { ray, revive } = memoryRay();
    const task = ray.remote(function f(x: number) { return x + 1; }, { numCpus: 0 }) as never as Record<symbol, () => { singleton: "remote-function"; args: unknown[] }>;
    const shipped = task[Symbol.for("ray-ts.ship")]!();
    const again = revive[shipped.singleton](...shipped.args) as RemoteFunction<[number], number>;
    expect(await ray.get(again.remote(1))).toBe(2);
    expect(inspect(again)).toBe("RemoteFunction(f)");
  });
});

test("ray and its members ship as those of the process where they arrive", () => {
  const { ray } = memoryRay();
  const there = memoryRay();
  const shipped = (value: object): unknown => {
    const { singleton, args } = (value as Record<symbol, () => { singleton: "ray"; args: unknown[] }>)[Symbol.for("ray-ts.ship")]!();
    return there.revive[singleton](...args);
  };
  expect(shipped(ray)).toBe(there.ray);
  expect(shipped(ray.get)).toBe(there.ray.get);
  expect(shipped(ray.display.html)).toBe(there.ray.display.html);
});

test("an environment goes to the engine whole: absolute paths, packages one by one, and is kept where the function arrives", () => {
  const { ray, host, revive } = memoryRay();
  const task = ray.remote(() => 1, { runtimeEnv: { envVars: { A: "1" }, workingDir: "test", npm: ["ms@2", "./local.tgz", "named@file:pkg"] } });
  const whole = { envVars: { A: "1" }, workingDir: resolve("test"), npm: { packages: ["ms@2", `file:${resolve("local.tgz")}`, `named@file:${resolve("pkg")}`], ignoreScripts: true } };
  task.remote();
  const { singleton, args } = (task as never as Record<symbol, () => { singleton: "remote-function"; args: unknown[] }>)[Symbol.for("ray-ts.ship")]!();
  (revive[singleton](...args) as RemoteFunction<[], number>).remote();
  task.options({ runtimeEnv: { envVars: { B: "2" } } }).remote();
  expect(host.memory.log.map(({ options }) => (options as { runtimeEnv: unknown }).runtimeEnv)).toEqual([whole, whole, { envVars: { B: "2" } }]);
});

describe("ray.remote refuses", () => {
  const { ray } = memoryRay();
  const remote = ray.remote as (...args: unknown[]) => unknown;

  test.each([
    ["a number", 5, "ray.remote wants a function or a class; got 5 (number)"],
    ["nothing", undefined, "ray.remote wants a function or a class; got undefined"],
    ["a promise", Promise.resolve(1), "ray.remote wants a function or a class; got a Promise"],
    ["an array", [() => 1], "ray.remote wants a function or a class; got an array of 1"],
  ])("%s", (_, value, message) => {
    expect(() => remote(value)).toThrow(new TypeError(message));
  });

  test("what is remote already", () => {
    const task = ray.remote(function f() {});
    const A = ray.remote(class A {});
    expect(() => remote(task)).toThrow('ray.remote got "f", which is a remote function already: use it as it is, or f.options({ … })');
    expect(() => remote(A)).toThrow('ray.remote got "A", which is an actor class already');
  });

  test("numReturns of a generator", () => {
    expect(() => remote(function* numbers() { yield 1; }, { numReturns: 2 })).toThrow('numReturns is not for the generator "numbers"');
  });

  test("to be a decorator", () => {
    const context = { kind: "class", name: "Counter", addInitializer() {} };
    expect(() => remote(class Counter {}, context)).toThrow("@ray.remote cannot be a decorator: a decorator cannot change a type. Write const RemoteCounter = ray.remote(Counter)");
    expect(() => (remote({ numCpus: 1 }) as (...args: unknown[]) => void)(class Counter {}, context)).toThrow("@ray.remote(options) cannot be a decorator");
  });

  test.each<[string, object, string, typeof TypeError | typeof RangeError]>([
    ["an unknown option", { numCpu: 1 }, 'ray.remote has no option "numCpu"; did you mean "numCpus"? Its options: numCpus, numGpus, memory, resources, numReturns, maxRetries, retryExceptions, maxCalls, generatorBackpressure, name', TypeError],
    ["an option with no neighbour", { concurrencyGroups: {} }, 'ray.remote has no option "concurrencyGroups". Its options: numCpus,', TypeError],
    ["an unknown option that is undefined", { numGpu: undefined }, 'ray.remote has no option "numGpu"', TypeError],
    ["a wrong type", { numCpus: "2" }, 'ray.remote option "numCpus" must be a number of at least 0; got "2" (string)', TypeError],
    ["a value below the range", { numCpus: -1 }, 'ray.remote option "numCpus" must be a number of at least 0; got -1', RangeError],
    ["a finer amount than is counted", { numCpus: 0.00001 }, 'ray.remote option "numCpus" must have at most four places behind the point; got 0.00001', RangeError],
    ["NaN", { numCpus: NaN }, "got NaN", RangeError],
    ["half a return", { numReturns: 1.5 }, 'ray.remote option "numReturns" must be a whole number of at least 0; got 1.5', RangeError],
    ["a retried error that is no class", { retryExceptions: ["RangeError"] }, 'ray.remote option "retryExceptions" must be true, false or an array of error classes, like [RangeError]; got "RangeError"', TypeError],
    ["too few retries", { maxRetries: -2 }, 'ray.remote option "maxRetries" must be a whole number of at least 0, or -1 for no limit; got -2', RangeError],
    ["an empty name", { name: "" }, 'ray.remote option "name" must not be empty', RangeError],
    ["resources that are no object", { resources: 3 }, "must be an object of amounts by name, like { database: 1 }; got 3 (number)", TypeError],
    ["CPU as a resource", { resources: { CPU: 2 } }, 'must not hold "CPU": write numCpus: 2', TypeError],
    ["an unknown field of an environment", { runtimeEnv: { envVar: {} } }, 'ray.remote option "runtimeEnv" has no field "envVar"; did you mean "envVars"? Its fields: envVars, workingDir, npm', TypeError],
    ["Ray's field of an environment", { runtimeEnv: { pip: ["x"] } }, 'ray.remote option "runtimeEnv" has no field "pip"; did you mean "npm"?', TypeError],
    ["a variable that is no text", { runtimeEnv: { envVars: { DEBUG: 1 } } }, 'ray.remote option "runtimeEnv".envVars.DEBUG must be a string; got 1 (number). Write DEBUG: "1"', TypeError],
    ["a variable's name that cannot be", { runtimeEnv: { envVars: { "A=B": "" } } }, 'has the name "A=B", which no environment variable can have', TypeError],
    ["a folder that is not there", { runtimeEnv: { workingDir: "/no/such/folder" } }, 'ray.remote option "runtimeEnv".workingDir: there is no folder /no/such/folder', RangeError],
    ["a file for a folder", { runtimeEnv: { workingDir: "package.json" } }, "is a file, not a folder", RangeError],
    ["packages that are no array", { runtimeEnv: { npm: "ms" } }, 'ray.remote option "runtimeEnv".npm must be an object or an array of packages, like ["ms@2"]; got "ms" (string)', TypeError],
    ["an option of npm as a package", { runtimeEnv: { npm: ["--global"] } }, 'must hold packages as `npm install` takes them, like "ms@2"; got "--global" (string)', TypeError],
    ["an unknown strategy", { schedulingStrategy: "PACK" }, 'ray.remote option "schedulingStrategy" must be "DEFAULT", "SPREAD" or a place in a placement group, { placementGroup, bundleIndex, captureChildTasks }; got "PACK" (string)', TypeError],
    ["a resource that is no number", { resources: { gpu: "1" } }, 'ray.remote option "resources" "gpu" must be a number', TypeError],
  ])("%s", (_, options, message, ErrorClass) => {
    const error = errorOf(() => remote(() => 1, options));
    expect(error.message).toContain(message);
    expect(error).toBeInstanceOf(ErrorClass);
  });

  test("options that are no object", () => {
    expect(() => remote(() => 1, 5)).toThrow("ray.remote wants its options as an object; got 5 (number)");
  });
});
