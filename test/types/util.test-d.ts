import ray, { type ActorPool, type ObjectRef, type Queue } from "ray-ts";
import { expectType } from "./expect-type.ts";

class Doubler {
  double(v: number): number { return v * 2; }
}
const Remote = ray.remote(Doubler);
const actors = [Remote.remote(), Remote.remote()];

const pool = new ray.util.ActorPool(actors);
expectType<ActorPool<(typeof actors)[number]>>()(pool);
for await (const v of pool.map((actor, v: number) => actor.double.remote(v), [1, 2])) expectType<number>()(v);
for await (const v of pool.mapUnordered((actor, v: number) => actor.double.remote(v), [1, 2])) expectType<number>()(v);
pool.submit((actor, v: number) => actor.double.remote(v), 1);
expectType<number>()(await pool.getNext<number>({ timeoutMs: 10, ignoreIfTimedout: true }));
expectType<unknown>()(await pool.getNextUnordered());
pool.push(Remote.remote());

const queue = new ray.util.Queue<string>({ maxsize: 2, actorOptions: { name: "jobs" } });
expectType<Queue<string>>()(queue);
await queue.put("a", { block: false });
expectType<string>()(await queue.get({ timeoutMs: 5 }));
expectType<string[]>()(await queue.getNowaitBatch(2));
expectType<number>()(await queue.size());
const produce = ray.remote((queue: Queue<string>) => queue.put("b"));
expectType<ObjectRef<void>>()(produce.remote(queue));

const square = ray.remote((x: number) => x * x);
for await (const ref of ray.util.asCompleted([square.remote(1)])) expectType<ObjectRef<number>>()(ref);
for await (const v of ray.util.mapUnordered(square, [1, 2], { backpressureSize: 5 })) expectType<number>()(v);

expectType<string[]>()(await ray.util.listNamedActors());
expectType<{ readonly name: string; readonly namespace: string }[]>()(await ray.util.listNamedActors({ allNamespaces: true }));
expectType<boolean>()(new ray.exceptions.Empty("") instanceof ray.exceptions.RayError);

// error TS2345: Argument of type 'number' is not assignable to parameter of type 'string'.
await queue.put(1);
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
pool.submit((actor, v: string) => actor.double.remote(v), "a");
// error TS2345 || TS2322: 'string[]' is not assignable to parameter of type 'Iterable<Arg<number>>' || Type 'string' is not assignable to type 'number'.
ray.util.mapUnordered(square, ["a"]);
// error TS2345 || TS2322: 'number[]' is not assignable to parameter of type 'Iterable<ObjectRef<any>>' || Type 'number' is not assignable to type 'ObjectRef<any>'.
ray.util.asCompleted([1]);

const workers = new ray.util.Pool({ processes: 2, initializer: (n: number) => n, initargs: [1] });
expectType<number[]>()(await workers.map(async (x: number) => x * x, [1, 2]));
expectType<string[]>()(await workers.starmap((a: string, b: number) => a.repeat(b), [["a", 1]]));
for await (const v of workers.imapUnordered((x: number) => `${x}`, [1])) expectType<string>()(v);
expectType<boolean>()(ray.util.inspectSerializability(square, "square").ok);
ray.util.registerSerializer(Doubler, { serialize: (d) => d.double(1), deserialize: (_: number) => new Doubler() });

const served = new ray.util.metrics.Counter("served", { description: "requests", tagKeys: ["route", "code"] });
served.setDefaultTags({ code: "200" }).inc(1, { route: "/" });
served.inc();
new ray.util.metrics.Gauge("length").set(3);
new ray.util.metrics.Histogram("latency", { boundaries: [1, 10] }).observe(2.5);
expectType<readonly string[]>()(served.info.tagKeys);
expectType<string | undefined>()((await ray.state.metrics())[0]?.exportedName);
expectType<string>()(await ray.state.getLog({ actor: "Counter", tail: 10, stream: "stderr" }));
for await (const line of ray.state.followLog({ id: 4657 })) expectType<string>()(line);
expectType<string | undefined>()((await ray.state.stacks())[0]?.stack);
await ray.init({ logToDriver: false, metricsExportPort: 8080 });

// error TS2561: 'rout' does not exist
served.inc(1, { rout: "/" });
// error TS2322: Type 'string' is not assignable to type 'never'
new ray.util.metrics.Gauge("length").set(3, { route: "/" });
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'number'.
served.inc("1");
// error TS2554: Expected 2 arguments, but got 1.
new ray.util.metrics.Histogram("latency");
// error TS2820 || TS2322: Type '"both"' is not assignable
await ray.state.getLog({ stream: "both" });
