import ray, { GetTimeoutError, isRayError, ObjectRef, RayTaskError, type ObjectRefValue, type Progress, type RayContext, type RayError } from "ray-ts";
import { ray as named } from "ray-ts";
import { expectType, type Same } from "./expect-type.ts";

declare const n: ObjectRef<number>;
declare const s: ObjectRef<string>;

// get
expectType<number>()(await ray.get(n));
expectType<number>()(await n.value());
expectType<[number, string]>()(await ray.get([n, s]));
expectType<number[]>()(await ray.get([1, 2].map((i) => ray.put(i))));
expectType<[number, string]>()(await ray.get([n, s] as const));
expectType<(number | string)[]>()(await ray.get([n, s] as (ObjectRef<number> | ObjectRef<string>)[]));
expectType<[]>()(await ray.get([]));
expectType<number>()(await ray.get(n, { timeoutMs: 5, signal: AbortSignal.timeout(1) }));
expectType<number[]>()(await Promise.all([n, n].map((r) => r.value())));
declare const many: readonly ObjectRef<Date>[];
expectType<Date[]>()(await ray.get(many));
const [a, b] = await ray.get([n, s]);
expectType<number>()(a);
expectType<string>()(b);
// error TS2769: Argument of type 'number' is not assignable to parameter of type 'ObjectRef<unknown>'.
ray.get(5);
// error TS2769: Type 'number[]' is missing the following properties from type 'ObjectRef<unknown>': #private, id, value, [Symbol.dispose], [Symbol.toStringTag]
ray.get([1]);
// error TS2769: Type '(number | ObjectRef<number>)[]' is missing the following properties from type 'ObjectRef<unknown>': #private, id, value, [Symbol.dispose], [Symbol.toStringTag]
ray.get([n, 1]);
// error TS2769: Type 'Promise<number>' is missing the following properties from type 'ObjectRef<unknown>': #private, id, value, [Symbol.dispose]
ray.get(Promise.resolve(1));
// error TS2769: Object literal may only specify known properties, but 'timeout' does not exist in type 'GetOptions'. Did you mean to write 'timeoutMs'?
ray.get(n, { timeout: 5 });
// error TS2769: Type 'string' is not assignable to type 'number'.
ray.get(n, { timeoutMs: "5" });
// error TS2769: Object literal may only specify known properties, and 'numReturns' does not exist in type 'GetOptions'.
ray.get(n, { numReturns: 1 });
// error TS2554: Expected 1-2 arguments, but got 0.
ray.get();
// error TS2769: Type 'ObjectRef<string>' has no properties in common with type 'GetOptions'.
ray.get(n, s);
// error TS2322: Type 'number' is not assignable to type 'string'.
const wrong: string = await ray.get(n);
// error TS2339: Property 'toUpperCase' does not exist on type 'number'.
(await ray.get(n)).toUpperCase();
// error TS2322: Type '[number, string]' is not assignable to type '[number]'.
const one: [number] = await ray.get([n, s]);

// put
expectType<ObjectRef<number>>()(ray.put(5));
expectType<ObjectRef<string>>()(ray.put("a"));
expectType<ObjectRef<Float64Array>>()(ray.put<Float64Array>(new Float64Array(1)));
expectType<ObjectRef<{ a: number }>>()(ray.put({ a: 1 }));
expectType<ObjectRef<ObjectRef<number>[]>>()(ray.put([n]));
expectType<ObjectRef<number | undefined>>()(ray.put<number | undefined>(1));
// error TS2345: Argument of type 'ObjectRef<number>' is not assignable to parameter of type '"an ObjectRef is in the cluster already: use the ref itself"'.
ray.put(n);
// error TS2554: Expected 1 arguments, but got 0.
ray.put();
// error TS2554: Expected 1 arguments, but got 2.
ray.put(1, 2);

// wait
const [ready, pending] = await ray.wait([n, n], { numReturns: 2, timeoutMs: 1 });
expectType<ObjectRef<number>[]>()(ready);
expectType<ObjectRef<number>[]>()(pending);
expectType<[ready: (ObjectRef<number> | ObjectRef<string>)[], pending: (ObjectRef<number> | ObjectRef<string>)[]]>()(await ray.wait([n, s]));
ray.wait(many);
// error TS2740 || TS2345: Type 'ObjectRef<number>' is missing the following properties from type 'readonly ObjectRef<any>[]': length, concat, join, slice, and 26 more. || Argument of type 'ObjectRef<number>' is not assignable to parameter of type 'readonly ObjectRef<any>[]'.
ray.wait(n);
// error TS2322: Type 'number' is not assignable to type 'ObjectRef<any>'.
ray.wait([1]);
// error TS2561: Object literal may only specify known properties, but 'numReturn' does not exist in type 'WaitOptions'. Did you mean to write 'numReturns'?
ray.wait([n], { numReturn: 1 });
// error TS2322: Type 'string' is not assignable to type 'number'.
ray.wait([n], { numReturns: "1" });

// refs
expectType<string>()(n.id);
expectType<true>()(null! as Same<ObjectRefValue<typeof n>, number>);
ray.cancel(n);
expectType<void>()(ray.cancel(n, { force: true, recursive: false }));
// error TS2561 || TS2353: Object literal may only specify known properties, and 'forced' does not exist in type 'CancelOptions'. || Object literal may only specify known properties, but 'forced' does not exist in type 'CancelOptions'. Did you mean to write 'force'?
ray.cancel(n, { forced: true });
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'ObjectRef<any> | ObjectRefGenerator<any>'.
ray.cancel(1);
ray.free(n);
ray.free([n, s]);
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'ObjectRef<any> | readonly ObjectRef<any>[]'.
ray.free(1);
// error TS2673: Constructor of class 'ObjectRef<T>' is private and only accessible within the class declaration.
new ObjectRef();
// error TS2339: Property 'then' does not exist on type 'ObjectRef<number>'.
n.then;
// error TS2540: Cannot assign to 'id' because it is a read-only property.
n.id = "x";
// error TS2365: Operator '+' cannot be applied to types 'ObjectRef<number>' and 'number'.
n + 1;
// error TS2739: Type 'ObjectRef<number>' is missing the following properties from type 'Promise<number>': then, catch, finally
const notPromise: Promise<number> = n;
// error TS2739: Type '{ id: string; }' is missing the following properties from type 'ObjectRef<number>': #private, value, [Symbol.dispose], [Symbol.toStringTag]
const plain: ObjectRef<number> = { id: "x" };
const kept: ObjectRef<unknown> = n;
expectType<ObjectRef<number>>()(await n);
function show(x: unknown) { return x instanceof ObjectRef ? x.id : undefined; }
{
  using scoped = ray.put(1);
  scoped.value();
}

// the cluster
expectType<RayContext>()(await ray.init());
await ray.init({ numCpus: 4, resources: { gpu: 1 }, objectStoreMemory: 1e9, namespace: "mine" });
// error TS2561: Object literal may only specify known properties, but 'numCPUs' does not exist in type 'InitOptions'. Did you mean to write 'numCpus'?
ray.init({ numCPUs: 4 });
await ray.init({ address: "auto", namespace: "mine" });
expectType<string | undefined>()((await ray.state.tasks({ filter: { state: "failed" }, limit: 10 }))[0]?.error);
expectType<number | undefined>()((await ray.timeline("trace.json"))[0]?.pid);
// error TS2322: Type 'string' is not assignable to type 'number'.
ray.state.actors({ limit: "10" });
// error TS2322: Type 'number' is not assignable to type 'string'.
ray.init({ address: 6379 });
// error TS2322: Type 'string' is not assignable to type 'number'.
ray.init({ numCpus: "4" });
// error TS2559: Type '4' has no properties in common with type 'InitOptions'.
ray.init(4);
expectType<boolean>()(ray.isInitialized());
expectType<Promise<void>>()(ray.shutdown());
expectType<Record<string, number>>()(await ray.clusterResources());
expectType<number | undefined>()((await ray.availableResources()).CPU);
expectType<boolean | undefined>()((await ray.nodes())[0]?.alive);
expectType<AbortSignal>()(ray.getRuntimeContext().signal);
expectType<string | undefined>()(ray.getRuntimeContext().taskName);
// error TS2551: Property 'taskname' does not exist on type 'RuntimeContext'. Did you mean 'taskName'?
ray.getRuntimeContext().taskname;
expectType<typeof ray>()(named);
{
  await using context = await ray.init();
  expectType<number>()(context.numCpus);
  // error TS2339: Property 'nope' does not exist on type 'RayContext'.
  context.nope;
}

// display
expectType<string>()(ray.display(n).displayId);
ray.display.html("<b>", { displayId: "x" }).update("<i>");
ray.display.png(new Uint8Array(1));
ray.display.json({ any: "thing" });
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'string'.
ray.display.html(5);
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'string'.
ray.display.html("<b>").update(5);
// error TS2339: Property 'pdf' does not exist on type 'Display'.
ray.display.pdf("x");
// error TS2561: Object literal may only specify known properties, but 'displayID' does not exist in type 'DisplayOptions'. Did you mean to write 'displayId'?
ray.display(n, { displayID: "x" });

// what is thrown
try {
  await ray.get(n);
} catch (error) {
  if (ray.isRayError(error)) expectType<RayError>()(error);
  if (isRayError(error)) expectType<string>()(error.code);
  if (error instanceof RayTaskError) expectType<unknown>()(error.cause);
  if (error instanceof ray.exceptions.GetTimeoutError) expectType<string>()(error.message);
  // error TS18046: 'error' is of type 'unknown'.
  error.code;
  // error TS2339: Property 'NopeError' does not exist on type 'Exceptions'.
  ray.exceptions.NopeError;
}
const timeout: RayError = new GetTimeoutError("late");

// progress
expectType<Progress>()(ray.progress([n, s], { label: "both" }));
expectType<readonly ObjectRef<any>[]>()(ray.progress([]).refs);
// error TS2345 || TS2740: Argument of type 'ObjectRef<number>' is not assignable || Type 'ObjectRef<number>' is missing the following properties
ray.progress(n);
// error TS2353: Object literal may only specify known properties, and 'title' does not exist in type 'ProgressOptions'.
ray.progress([n], { title: "x" });
