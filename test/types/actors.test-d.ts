import ray, { type ActorClass, type ActorHandle, type HandleOf, type ObjectRef, type ObjectRefGenerator, type RemoteMethod } from "ray-ts";
import { expectType } from "./expect-type.ts";

class Counter {
  i = 0;
  private secret() { return 1; }
  protected inner() { return 1; }
  #hidden() { return this.secret() + this.inner(); }
  incr(by: number) { return (this.i += by); }
  get(): number { return this.#hidden(); }
  async load(url: string): Promise<string> { return url; }
  get doubled() { return this.i * 2; }
  pair(): [number, string] { return [1, ""]; }
  log(text: string, ...more: number[]): void {}
  over(x: number): number;
  over(x: string): string;
  over(x: unknown): unknown { return x; }
  first<T>(xs: T[]): T { return xs[0] as T; }
  merge(other: ActorHandle<Counter>): void {}
  [Symbol.iterator]() { return [][Symbol.iterator](); }
  static make() { return new Counter(); }
}

const RemoteCounter = ray.remote(Counter);
expectType<ActorClass<[], Counter>>()(RemoteCounter);
const c = RemoteCounter.remote();
expectType<ActorHandle<Counter>>()(c);
expectType<HandleOf<typeof RemoteCounter>>()(c);
expectType<RemoteMethod<(by: number) => number>>()(c.incr);
expectType<ObjectRef<number>>()(c.incr.remote(1));
expectType<ObjectRef<number>>()(c.incr.remote(ray.put(1)));
expectType<ObjectRef<string>>()(c.load.remote("x"));
expectType<ObjectRef<void>>()(c.log.remote("x", 1, 2));
expectType<ObjectRef<number>>()(c.over.remote(1));
expectType<ObjectRef<string>>()(c.over.remote("a"));
expectType<ObjectRef<unknown>>()(c.first.remote([1]));
expectType<[ObjectRef<number>, ObjectRef<string>]>()(c.pair.options({ numReturns: 2 }).remote());
expectType<ObjectRef<[number, string]>>()(c.pair.remote());
expectType<undefined>()(c.incr.options({ numReturns: 0 }).remote(1));
c.merge.remote(c);
c.merge.remote(RemoteCounter.remote());
c.merge.remote(ray.put(c));

// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
c.incr.remote("a");
// error TS2554: Expected 1 arguments, but got 0.
c.incr.remote();
// error TS2554: Expected 1 arguments, but got 2.
c.incr.remote(1, 2);
// error TS2349: This expression is not callable.
c.incr(1);
// error TS2339: Property 'nope' does not exist on type 'ActorHandle<Counter>'.
c.nope.remote();
// error TS2551: Property 'incrr' does not exist on type 'ActorHandle<Counter>'. Did you mean 'incr'?
c.incrr.remote(1);
// error TS2339: Property 'i' does not exist on type 'ActorHandle<Counter>'.
c.i;
// error TS2339: Property 'doubled' does not exist on type 'ActorHandle<Counter>'.
c.doubled;
// error TS2339: Property 'secret' does not exist on type 'ActorHandle<Counter>'.
c.secret;
// error TS2339: Property 'inner' does not exist on type 'ActorHandle<Counter>'.
c.inner;
// error TS2339: Property 'make' does not exist on type 'ActorHandle<Counter>'.
c.make;
// error TS2339: Property 'remote' does not exist on type 'Function'.
c.constructor.remote();
// error TS7053: Element implicitly has an 'any' type because expression of type 'unique symbol' can't be used to index type 'ActorHandle<Counter>'.
c[Symbol.iterator];
// error TS2769: Argument of type 'boolean' is not assignable to parameter of type 'Arg<string>'.
c.over.remote(true);
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
c.log.remote("x", "y");
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'Arg<string>'.
c.load.remote(1);
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'Arg<ActorHandle<Counter>>'.
c.merge.remote(1);
// error TS2322: Type '3' is not assignable to type '0 | 1 | 2 | undefined'. || Type '3' is not assignable to type '0 | 2 | 1 | undefined'.
c.pair.options({ numReturns: 3 });
// error TS2322: Type '2' is not assignable to type '0 | 1 | undefined'.
c.incr.options({ numReturns: 2 });
// error TS2353: Object literal may only specify known properties, and 'numCpus' does not exist in type 'MethodOptions<1>'.
c.incr.options({ numCpus: 2 });
// error TS2540: Cannot assign to 'incr' because it is a read-only property.
c.incr = c.incr;
// error TS2339: Property 'then' does not exist on type 'ActorHandle<Counter>'.
await c.then();
// error TS2351: This expression is not constructable.
new RemoteCounter();
// error TS2349: This expression is not callable.
RemoteCounter();
// error TS2554: Expected 0 arguments, but got 1.
RemoteCounter.remote(1);
// error TS2339: Property 'make' does not exist on type 'ActorClass<[], Counter>'.
RemoteCounter.make();

// constructors
class Store<T> {
  constructor(readonly name: string, private items: T[] = []) {}
  push(item: T): number { return this.items.push(item); }
}
const RemoteStore = ray.remote(Store<Date>);
expectType<ActorClass<[name: string, items?: Date[]], Store<Date>>>()(RemoteStore);
const store = RemoteStore.remote("a", [new Date()]);
expectType<ObjectRef<number>>()(store.push.remote(new Date()));
RemoteStore.remote(ray.put("a"), ray.put([new Date()]));
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'Arg<Date>'.
store.push.remote(1);
// error TS2554: Expected 1-2 arguments, but got 0.
RemoteStore.remote();
// error TS2322: Type 'number' is not assignable to type 'Date'.
RemoteStore.remote("a", [1]);
// error TS2339: Property 'name' does not exist on type 'ActorHandle<Store<Date>>'.
store.name;
class Either {
  constructor(x: number);
  constructor(x: string, y: Date);
  constructor(x: unknown, y?: unknown) {}
  m() {}
}
ray.remote(Either).remote(1);
ray.remote(Either).remote("a", new Date());
// error TS2345: Argument of type '["a"]' is not assignable to parameter of type 'Args<[x: number] | [x: string, y: Date]>'.
ray.remote(Either).remote("a");
abstract class Shape { abstract area(): number; }
class Square extends Shape { area() { return 1; } }
expectType<ObjectRef<number>>()(ray.remote(Square).remote().area.remote());
// error TS2339: Property 'remote' does not exist on type '"ray.remote wants a function, or a class that is not abstract and whose constructor is public"'.
ray.remote(Shape).remote();
class Single { private constructor() {} }
// error TS2339: Property 'remote' does not exist on type '"ray.remote wants a function, or a class that is not abstract and whose constructor is public"'.
ray.remote(Single).remote();

// inheritance and interfaces
class Child extends Counter { extra() { return true; } }
const child = ray.remote(Child).remote();
expectType<ObjectRef<boolean>>()(child.extra.remote());
expectType<ObjectRef<number>>()(child.incr.remote(1));
c.merge.remote(child);
interface Pingable { ping(): Promise<"pong">; readonly since: Date; callback?: () => void }
declare const pingable: ActorHandle<Pingable>;
expectType<ObjectRef<"pong">>()(pingable.ping.remote());
// error TS2339: Property 'since' does not exist on type 'ActorHandle<Pingable>'.
pingable.since;
// error TS2339: Property 'callback' does not exist on type 'ActorHandle<Pingable>'.
pingable.callback;

// handles as arguments
const bump = ray.remote(async (counter: ActorHandle<Counter>) => ray.get(counter.incr.remote(1)));
expectType<ObjectRef<number>>()(bump.remote(c));
bump.remote(ray.put(c));
bump.remote(child);
// error TS2345: Argument of type 'ActorHandle<Store<Date>>' is not assignable to parameter of type 'Arg<ActorHandle<Counter>>'.
bump.remote(store);
// error TS2345: Argument of type 'ActorClass<[], Counter>' is not assignable to parameter of type 'Arg<ActorHandle<Counter>>'.
bump.remote(RemoteCounter);
// error TS2345: Argument of type 'Counter' is not assignable to parameter of type 'Arg<ActorHandle<Counter>>'.
bump.remote(new Counter());

// by name
expectType<ActorHandle<Counter>>()(await ray.getActor<Counter>("counter"));
expectType<ObjectRef<number>>()((await ray.getActor<Counter>("counter", { namespace: "mine" })).incr.remote(1));
expectType<any>()(await ray.getActor("counter"));
declare const untyped: ActorHandle<any>;
untyped.anything?.remote(1, "a");
ray.kill(await ray.getActor("counter"));
// error TS2339: Property 'nope' does not exist on type 'ActorHandle<Counter>'.
(await ray.getActor<Counter>("counter")).nope;
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'string'.
ray.getActor(5);
// error TS2322: Type 'number' is not assignable to type 'string'.
ray.getActor("x", { namespace: 5 });

// options
expectType<ActorClass<[], Counter>>()(RemoteCounter.options({ name: "n", namespace: "s", lifetime: "detached", getIfExists: true, maxConcurrency: 4, numCpus: 1, resources: { gpu: 1 } }));
const NamedCounter = ray.remote(Counter, { name: "n" });
expectType<ActorClass<[], Counter>>()(NamedCounter);
expectType<ActorClass<[], Counter>>()(ray.remote({ maxConcurrency: 2 })(Counter));
// error TS2353: Object literal may only specify known properties, and 'numReturns' does not exist in type 'ActorOptions'.
ray.remote(Counter, { numReturns: 2 });
// error TS2322: Type '"forever"' is not assignable to type '"detached"'.
ray.remote(Counter, { lifetime: "forever" });
// error TS2561: Object literal may only specify known properties, but 'maxConcurency' does not exist in type 'ActorOptions'. Did you mean to write 'maxConcurrency'?
RemoteCounter.options({ maxConcurency: 2 });
// error TS2322: Type 'number' is not assignable to type 'string'.
RemoteCounter.options({ name: 5 });
expectType<ActorClass<[], Counter>>()(RemoteCounter.options({ maxRestarts: -1, maxTaskRetries: 2, maxPendingCalls: 10 }));
expectType<RemoteMethod<(by: number) => number>>()(c.incr.options({ maxTaskRetries: 3 }));
expectType<boolean>()(ray.getRuntimeContext().wasActorRestarted);
// error TS2322: Type 'string' is not assignable to type 'number'.
RemoteCounter.options({ maxRestarts: "always" });
// error TS2322: Type 'boolean' is not assignable to type 'number'.
c.incr.options({ maxTaskRetries: true });

// decorators cannot change a type
// error TS1270: Decorator function return type 'ActorClass<[], Decorated>' is not assignable to type 'void | typeof Decorated'.
@ray.remote
class Decorated {}
// error TS1270: Decorator function return type 'ActorClass<[], DecoratedToo>' is not assignable to type 'void | typeof DecoratedToo'.
@ray.remote({ numCpus: 1 })
class DecoratedToo {}

// ending
expectType<Promise<void>>()(ray.kill(c));
ray.kill(c, { noRestart: false });
expectType<ObjectRef<true>>()(ray.ready(c));
// error TS2741 || TS2345: Property '[handleBrand]' is missing in type 'ObjectRef<number>' but required in type 'AnyActorHandle'.
ray.kill(c.incr.remote(1));
// error TS2739 || TS2345: Type 'ActorClass<[], Counter>' is missing the following properties from type 'AnyActorHandle': [handleBrand], [Symbol.dispose]
ray.kill(RemoteCounter);
// error TS2561: Object literal may only specify known properties, but 'norestart' does not exist in type '{ readonly noRestart?: boolean | undefined; }'. Did you mean to write 'noRestart'?
ray.kill(c, { norestart: true });
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'AnyActorHandle'.
ray.ready(5);
expectType<Promise<void>>()(ray.terminate(c));
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'AnyActorHandle'.
ray.terminate(5);
expectType<ObjectRef<number>>()(ray.call(c, (self: Counter, by: number) => self.incr(by), 5));
expectType<ObjectRef<string>>()(ray.call(c, async (self: Counter) => self.load("x")));
ray.call(c, (self: Counter, by: number) => self.incr(by), ray.put(5));
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
ray.call(c, (self: Counter, by: number) => self.incr(by), "5");
expectType<never>()((() => { return ray.exitActor(); })());

// methods and groups
class Grouped {
  @ray.method({ concurrencyGroup: "io", maxTaskRetries: 2 }) load(url: string): string { return url; }
  // error TS2353: Object literal may only specify known properties, and 'numCpus' does not exist in type 'MethodDefaults'.
  @ray.method({ numCpus: 2 }) other(): void {}
}
const grouped = ray.remote(Grouped, { concurrencyGroups: { io: 2 } }).remote();
expectType<ObjectRef<string>>()(grouped.load.remote("x"));
expectType<RemoteMethod<(url: string) => string>>()(grouped.load.options({ concurrencyGroup: "io" }));
// error TS2322: Type 'string' is not assignable to type 'number'.
ray.remote(Grouped, { concurrencyGroups: { io: "two" } });
expectType<ActorClass<[], Counter>>()(RemoteCounter.options({ retryExceptions: [RangeError, class Own extends Error {}], maxTaskRetries: 1 }));
expectType<RemoteMethod<(by: number) => number>>()(c.incr.options({ retryExceptions: true, maxTaskRetries: 3 }));
class Tried { @ray.method({ retryExceptions: [TypeError], maxTaskRetries: 1 }) go(): void {} }
// error TS2322: Type 'string' is not assignable to type 'boolean | readonly ErrorClass[] | undefined'.
ray.remote(Tried, { retryExceptions: "RangeError" });
// error TS2322: Type 'DateConstructor' is not assignable to type 'ErrorClass'.
c.incr.options({ retryExceptions: [Date] });

// generators
class Feed {
  *numbers(n: number): Generator<number> { yield n; }
  async *texts(): AsyncGenerator<string, void> { yield "a"; }
  async promised(): Promise<number> { return 1; }
  @ray.method({ generatorBackpressure: 4 }) *held(): Generator<Promise<Date>> { yield Promise.resolve(new Date()); }
}
const feed = ray.remote(Feed).remote();
expectType<ObjectRefGenerator<number>>()(feed.numbers.remote(1));
expectType<ObjectRefGenerator<string>>()(feed.texts.remote());
expectType<ObjectRefGenerator<Date>>()(feed.held.remote());
expectType<ObjectRefGenerator<number>>()(feed.numbers.options({ generatorBackpressure: 2 }).remote(ray.put(1)));
expectType<ObjectRefGenerator<boolean>>()(ray.call(feed, function* (_: Feed, yes: boolean) { yield yes; }, true));
for await (const ref of feed.texts.remote()) expectType<string>()(await ray.get(ref));
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
feed.numbers.remote("1");
// error TS2322: Type 'string' is not assignable to type 'number'.
feed.numbers.options({ generatorBackpressure: "2" });
// error TS2769: No overload matches this call
await ray.get(feed.numbers.remote(1));

{
  using scoped = RemoteCounter.remote();
  scoped.incr.remote(1);
}
