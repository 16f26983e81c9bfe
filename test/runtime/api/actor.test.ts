import { inspect } from "node:util";
import type { ActorHandle } from "../../../runtime/api/actor-handle.ts";
import { memoryRay, type MemoryHost } from "../../fixtures/memory-host.ts";
import { collect } from "../../fixtures/collect.ts";

class Counter {
  i = 0;
  arrow = (): number => this.i;
  constructor(start = 0) { this.i = start; }
  incr(by: number): number { return (this.i += by); }
  get(): number { return this.i; }
  get doubled(): number { return this.i * 2; }
  pair(): [number, number] { return [this.i, -this.i]; }
  async slow(by: number): Promise<number> {
    const before = this.i;
    await new Promise<void>((resolve) => setImmediate(resolve));
    return (this.i = before + by);
  }
  static make(): Counter { return new Counter(); }
  #hidden(): void {}
  useHidden(): void { this.#hidden(); }
}

const lastOptions = (host: MemoryHost): unknown => host.memory.log.at(-1)?.options;

describe("an actor", () => {
  test("keeps state, and runs its calls in order", async () => {
    const { ray } = memoryRay();
    const c = ray.remote(Counter).remote();
    for (let k = 0; k < 10; k++) c.incr.remote(1);
    expect(await ray.get(c.get.remote())).toBe(10);
    expect(await ray.get([c.slow.remote(1), c.slow.remote(1)])).toEqual([11, 12]);
  });

  test("gets refs at the top level of its constructor and calls as values", async () => {
    const { ray } = memoryRay();
    const c = ray.remote(Counter).remote(ray.put(5));
    expect(await ray.get(c.incr.remote(ray.put(2)))).toBe(7);
  });

  test("gives several refs by a method's options", async () => {
    const { ray } = memoryRay();
    const c = ray.remote(Counter).remote(3);
    const [a, b] = c.pair.options({ numReturns: 2 }).remote();
    expect([await ray.get(a), await ray.get(b)]).toEqual([3, -3]);
  });

  test("is ready when its constructor is through, and says why it never will be (row 79)", async () => {
    const { ray } = memoryRay();
    expect(await ray.get(ray.ready(ray.remote(Counter).remote()))).toBe(true);
    class Broken { constructor() { throw new Error("no disk"); } }
    const error = await ray.get(ray.ready(ray.remote(Broken).remote())).catch((caught: Error) => caught);
    expect(error).toBeInstanceOf(ray.exceptions.ActorDiedError);
  });

  test("can be killed", async () => {
    const { ray, host } = memoryRay();
    const c = ray.remote(Counter).remote();
    await ray.kill(c);
    expect(lastOptions(host)).toEqual({ noRestart: true });
    await expect(ray.get(c.get.remote())).rejects.toBeInstanceOf(ray.exceptions.ActorDiedError);
  });
});

describe("an actor class", () => {
  test("sends the methods of the prototype chain, and the options", () => {
    const { ray, host } = memoryRay();
    host.cell = "In[1]";
    class Child extends Counter { extra(): void {} override get(): number { return 0; } }
    ray.remote(Child, { numCpus: 1, resources: { gpu: 2 }, name: "n", namespace: "s", lifetime: "detached", maxConcurrency: 4 }).remote();
    expect(lastOptions(host)).toEqual({
      className: "Child", methods: ["extra", "get", "incr", "pair", "slow", "useHidden"], resources: { CPU: 1, gpu: 2 }, name: "n", namespace: "s", detached: true, maxConcurrency: 4, origin: "In[1]",
    });
    ray.remote(Counter).remote();
    expect(lastOptions(host)).toMatchObject({ resources: {}, detached: false, maxConcurrency: 1 });
    ray.remote(Counter).options({ numCpus: 0 }).remote();
    expect(lastOptions(host)).toMatchObject({ resources: { CPU: 0 } });
  });

  test("cannot be called or made with new", () => {
    const { ray } = memoryRay();
    const A = ray.remote(Counter) as never as { new (x: number): unknown; (x: number): unknown };
    expect(() => new A(1)).toThrow(new TypeError('Actor class "Counter" cannot be made with new: write Counter.remote(1)'));
    expect(() => A(1)).toThrow(new TypeError('Actor class "Counter" cannot be called directly: write Counter.remote(1)'));
    expect(inspect(A)).toBe("ActorClass(Counter)");
  });

  test("refuses a method called then", () => {
    const { ray } = memoryRay();
    expect(() => ray.remote(class Chain { then(): void {} })).toThrow('Cannot make an actor class of Chain: its method "then" would make every handle look like a promise');
  });

  test.each([
    [{ maxRetries: 1 }, 'ray.remote has no option "maxRetries"'],
    [{ maxRestarts: -2 }, 'ray.remote option "maxRestarts" must be a whole number of at least 0, or -1 for no limit; got -2'],
    [{ maxTaskRetries: 1 }, 'ray.remote option "maxTaskRetries" needs maxRestarts'],
    [{ lifetime: "forever" }, 'ray.remote option "lifetime" must be "detached" or left out; got "forever" (string)'],
    [{ maxConcurrency: 0 }, 'ray.remote option "maxConcurrency" must be a whole number of at least 1; got 0'],
    [{ getIfExists: 1, name: "x" }, 'ray.remote option "getIfExists" must be true or false; got 1 (number)'],
    [{ getIfExists: true }, 'ray.remote option "getIfExists" needs a name'],
    [{ namespace: "x" }, 'ray.remote option "namespace" needs a name'],
    [{ nmae: "x" }, 'did you mean "name"?'],
  ])("refuses %j", (options, message) => {
    const { ray } = memoryRay();
    expect(() => ray.remote(Counter, options as never)).toThrow(message);
    expect(() => ray.remote(Counter).options(options as never)).toThrow(message.replace("ray.remote", "Counter.options"));
  });

  test("is rebuilt from what it ships as", async () => {
    const { ray, revive } = memoryRay();
    const A = ray.remote(Counter) as never as Record<symbol, () => { singleton: "actor-class"; args: unknown[] }>;
    const shipped = A[Symbol.for("ray-ts.ship")]!();
    const again = revive[shipped.singleton](...shipped.args) as { remote(start: number): ActorHandle<Counter> };
    expect(await ray.get(again.remote(4).get.remote())).toBe(4);
  });
});

describe("a handle", () => {
  const { ray } = memoryRay();
  const c = ray.remote(Counter).remote();
  const loose = c as never as Record<string, unknown>;

  test("shows its class and id", () => {
    expect(inspect(c)).toMatch(/^ActorHandle\(Counter, d[0-9a-f]{8}-a2\)$/);
    expect(`${c}`).toBe(inspect(c));
    expect(Object.prototype.toString.call(c)).toBe("[object ActorHandle]");
    expect(inspect([c])).toBe(`[ ${inspect(c)} ]`);
  });

  test("names the nearest method when there is none of that name", () => {
    expect(() => loose["incrr"]).toThrow(new TypeError('Counter has no method "incrr"; did you mean "incr"?'));
    expect(() => loose["Get"]).toThrow('Counter has no method "Get"; did you mean "get"?');
    expect(() => loose["somethingElse"]).toThrow('Counter has no method "somethingElse" (it has incr, get, pair, slow, useHidden). A handle reaches methods only, not fields nor functions kept in fields');
    expect(() => loose["arrow"]).toThrow(TypeError);
    expect(() => loose["doubled"]).toThrow(TypeError);
  });

  test("has no fields to set", () => {
    expect(() => { loose["i"] = 5; }).toThrow(new TypeError('Cannot set "i" on a handle of Counter: the actor is in another process. Add a method to Counter that sets it'));
  });

  test("answers those who only ask what it is", async () => {
    expect(await (c as unknown)).toBe(c);
    expect(JSON.stringify({ c })).toBe('{"c":{}}');
    expect(loose["asymmetricMatch"]).toBeUndefined();
    expect(c).toBe(c);
    expect([c]).toContain(c);
    expect("nope" in loose).toBe(false);
    expect(Object.keys(c)).toEqual([]);
    expect(loose["hasOwnProperty"]).toBe(Object.prototype.hasOwnProperty);
  });

  test("keeps one object a method", () => {
    expect(c.incr).toBe(c.incr);
    expect(inspect(c.incr)).toBe("RemoteMethod(Counter.incr)");
    expect(ray.remote(Counter).remote().incr).not.toBe(c.incr);
  });

  test("says how to call a method", () => {
    const incr = c.incr as never as (x: number) => void;
    expect(() => incr(1)).toThrow(new TypeError('Actor method "Counter.incr" cannot be called directly: write handle.incr.remote(1)'));
    expect(() => c.incr.options({ numReturn: 1 } as never)).toThrow('incr.options has no option "numReturn"; did you mean "numReturns"? Its options: numReturns');
  });

  test("has no method that its class took from Object.prototype by name only", async () => {
    class Texts { toString(): string { return "texts"; } valueOf(): object { return [1]; } }
    const t = ray.remote(Texts).remote();
    expect(await ray.get(t.toString.remote())).toBe("texts");
    expect(`${t as unknown as string}`).toMatch(/^ActorHandle\(Texts/);
  });

  test("goes inside values, and calls the same actor there", async () => {
    const bump = ray.remote(async (h: ActorHandle<Counter>) => ray.get(h.incr.remote(1)));
    const before = await ray.get(c.get.remote());
    expect(await ray.get(bump.remote(c))).toBe(before + 1);
    expect(await ray.get(c.get.remote())).toBe(before + 1);
    expect(inspect(await ray.get(ray.put({ c })))).toContain(inspect(c));
  });

  test("is wanted by kill and ready", async () => {
    await expect(ray.kill(5 as never)).rejects.toThrow("ray.kill wants an actor's handle; got 5 (number)");
    await expect(ray.kill(ray.put(1) as never)).rejects.toThrow(/got ObjectRef\(.*\)\. To drop an object write ray\.free\(ref\)/);
    expect(() => ray.ready(ray.remote(Counter) as never)).toThrow('ray.ready wants an actor\'s handle; got function "Counter"');
  });
});

describe("the last handle", () => {
  test("ends the actor when it is disposed of", async () => {
    const { ray, host } = memoryRay();
    const c = ray.remote(Counter).remote();
    const [, id] = /, (.*)\)/.exec(inspect(c)) as unknown as [string, never];
    c[Symbol.dispose]();
    expect(host.memory.isAlive(id)).toBe(false);
    expect(() => c.get.remote()).toThrow(/Cannot call Counter\.get: ActorHandle\(.*\) was let go by `using`/);
    c[Symbol.dispose]();
  });

  test("ends the actor when it is collected, but not while a method of it is kept", async () => {
    const { ray, host } = memoryRay();
    const make = (): { id: never; get: ActorHandle<Counter>["get"] } => {
      const c = ray.remote(Counter).remote();
      return { id: /, (.*)\)/.exec(inspect(c))?.[1] as never, get: c.get };
    };
    let made: { id: never; get: ActorHandle<Counter>["get"] | undefined } = make();
    const { id } = made;
    await collect();
    expect(host.memory.isAlive(id)).toBe(true);
    made = { id, get: undefined };
    await collect(() => !host.memory.isAlive(id));
    expect(host.memory.isAlive(id)).toBe(false);
  });

  test("of a detached actor does not end it", () => {
    const { ray, host } = memoryRay();
    const c = ray.remote(Counter, { lifetime: "detached", name: "d" }).remote();
    const id = /, (.*)\)/.exec(inspect(c))?.[1] as never;
    c[Symbol.dispose]();
    expect(host.memory.isAlive(id)).toBe(true);
  });
});

describe("ray.getActor", () => {
  test("gives the handle of a named actor, with its methods", async () => {
    const { ray } = memoryRay();
    const c = ray.remote(Counter, { name: "shared" }).remote(8);
    const again = await ray.getActor<Counter>("shared");
    expect(await ray.get(again.incr.remote(1))).toBe(9);
    expect(inspect(again)).toBe(inspect(c));
  });

  test("rejects for a name that nobody has", async () => {
    const { ray } = memoryRay();
    await ray.init();
    await expect(ray.getActor("nobody")).rejects.toThrow('There is no actor named "nobody" in namespace "default"');
    await expect(ray.getActor("nobody", { namespace: "x" })).rejects.toBeInstanceOf(ray.exceptions.ActorNotFoundError);
    await expect(ray.getActor(5 as never)).rejects.toThrow("ray.getActor wants the actor's name, a string; got 5 (number)");
    await expect(ray.getActor("a", { nmespace: "x" } as never)).rejects.toThrow('did you mean "namespace"?');
  });

  test("getIfExists gives the actor that has the name", async () => {
    const { ray } = memoryRay();
    const options = { name: "one", getIfExists: true };
    const a = ray.remote(Counter, options).remote(1);
    const b = ray.remote(Counter, options).remote(100);
    expect(inspect(b)).toBe(inspect(a));
    const c = ray.remote(Counter, { name: "one" }).remote();
    await expect(ray.get(c.get.remote())).rejects.toBeInstanceOf(ray.exceptions.ActorAlreadyExistsError);
  });
});
