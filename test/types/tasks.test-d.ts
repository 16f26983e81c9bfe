import ray, { type Args, type ObjectRef, type ObjectRefGenerator, type RemoteFunction, type SplitRemoteFunction } from "ray-ts";
import { expectType } from "./expect-type.ts";

const square = ray.remote((x: number) => x * x);
expectType<RemoteFunction<[x: number], number>>()(square);
expectType<ObjectRef<number>>()(square.remote(2));
expectType<ObjectRef<number>>()(square.remote(square.remote(2)));
expectType<ObjectRef<number>[]>()([0, 1].map((i) => square.remote(i)));

// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
square.remote("a");
// error TS2554: Expected 1 arguments, but got 0.
square.remote();
// error TS2554: Expected 1 arguments, but got 2.
square.remote(1, 2);
// error TS2345: Argument of type 'ObjectRef<string>' is not assignable to parameter of type 'Arg<number>'.
square.remote(ray.put("a"));
// error TS2345: Argument of type 'number[]' is not assignable to parameter of type 'Arg<number>'.
square.remote([1]);
// error TS2345: Argument of type 'undefined' is not assignable to parameter of type 'Arg<number>'.
square.remote(undefined);
// error TS2349: This expression is not callable.
square(2);
// error TS2351: This expression is not constructable.
new square(2);
// error TS2339: Property 'nope' does not exist on type 'RemoteFunction<[x: number], number>'.
square.nope;
// error TS2339: Property 'then' does not exist on type 'ObjectRef<number>'.
await square.remote(2).then();

// promises are unwrapped
const load = ray.remote(async (url: string) => new TextEncoder().encode(url).length);
expectType<RemoteFunction<[url: string], Promise<number>>>()(load);
expectType<ObjectRef<number>>()(load.remote("x"));
const nested = ray.remote(async (): Promise<Promise<string>> => Promise.resolve("x"));
expectType<ObjectRef<string>>()(nested.remote());
const maybe = ray.remote((x: boolean): Promise<number> | string => (x ? Promise.resolve(1) : "x"));
expectType<ObjectRef<string | number>>()(maybe.remote(true));
const nothing = ray.remote(() => {});
expectType<ObjectRef<void>>()(nothing.remote());
const refOfRef = ray.remote(() => square.remote(1));
expectType<ObjectRef<ObjectRef<number>>>()(refOfRef.remote());

// optional, rest and labelled parameters
const log = ray.remote((level: number, text?: string, ...rest: boolean[]) => `${level}${text}${rest.length}`);
expectType<RemoteFunction<[level: number, text?: string, ...rest: boolean[]], string>>()(log);
log.remote(1);
log.remote(1, "a");
log.remote(1, undefined, true, ray.put(false));
log.remote(ray.put(1), ray.put("a"));
// error TS2345: Argument of type '2' is not assignable to parameter of type 'Arg<string | undefined>'.
log.remote(1, 2);
// error TS2345: Argument of type '1' is not assignable to parameter of type 'Arg<boolean>'.
log.remote(1, "a", 1);
// error TS2555: Expected at least 1 arguments, but got 0.
log.remote();
const withDefault = ray.remote((x: number, by = 2) => x * by);
expectType<RemoteFunction<[x: number, by?: number], number>>()(withDefault);
withDefault.remote(1);
// error TS2345: Argument of type '"2"' is not assignable to parameter of type 'Arg<number | undefined>'.
withDefault.remote(1, "2");
const destructured = ray.remote(async ({ a }: { a: number }, [b] = [1]) => a + b);
expectType<ObjectRef<number>>()(destructured.remote({ a: 1 }, [2]));
// error TS7006: Parameter 'x' implicitly has an 'any' type.
ray.remote((x) => x);
const sum = ray.remote((...xs: number[]) => xs.length);
sum.remote();
sum.remote(1, ray.put(2), 3);
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
sum.remote(1, "2");
const pairwise = ray.remote((...pair: [a: number, b: string]) => pair[0]);
pairwise.remote(1, "a");
// error TS2554: Expected 2 arguments, but got 1.
pairwise.remote(1);

// unions
const either = ray.remote((x: number | string) => x);
either.remote(ray.put(1));
either.remote(ray.put("a"));
declare const eitherRef: ObjectRef<number | string>;
either.remote(eitherRef);
// error TS2345: Argument of type 'boolean' is not assignable to parameter of type 'Arg<string | number>'.
either.remote(true);
// error TS2345: Argument of type 'ObjectRef<string | number>' is not assignable to parameter of type 'Arg<number>'.
square.remote(eitherRef);
const flag = ray.remote((on: boolean) => on);
flag.remote(true);
flag.remote(ray.put(true));
expectType<ObjectRef<boolean>>()(flag.remote(false));
const nullable = ray.remote((x: string | null) => x);
nullable.remote(null);
nullable.remote(ray.put(null));
// error TS2345: Argument of type 'undefined' is not assignable to parameter of type 'Arg<string | null>'.
nullable.remote(undefined);
const literal = ray.remote((mode: "fast" | "slow") => mode);
literal.remote("fast");
// error TS2345: Argument of type '"medium"' is not assignable to parameter of type 'Arg<"fast" | "slow">'.
literal.remote("medium");
const anything = ray.remote((x: any) => x);
anything.remote(1);
expectType<ObjectRef<any>>()(anything.remote(square.remote(1)));
const unknowns = ray.remote((x: unknown) => x);
unknowns.remote({});
expectType<ObjectRef<unknown>>()(unknowns.remote(1));

// a parameter typed ObjectRef wants a ref to a ref, or sits inside an object
const ofRef = ray.remote((r: ObjectRef<number>) => r.id);
ofRef.remote(refOfRef.remote());
// error TS2345: Argument of type 'ObjectRef<number>' is not assignable to parameter of type 'ObjectRef<ObjectRef<number>>'.
ofRef.remote(square.remote(1));
// error TS2345: Argument of type 'number' is not assignable to parameter of type 'ObjectRef<ObjectRef<number>>'.
ofRef.remote(1);
const inObject = ray.remote((o: { r: ObjectRef<number> }) => o.r.id);
inObject.remote({ r: square.remote(1) });
// error TS2322: Type 'number' is not assignable to type 'ObjectRef<number>'.
inObject.remote({ r: 1 });
const inArray = ray.remote((rs: ObjectRef<number>[]) => rs.length);
inArray.remote([square.remote(1)]);
// error TS2322: Type 'number' is not assignable to type 'ObjectRef<number>'.
inArray.remote([1]);

// what is sent is data of the parameter's type
const area = ray.remote((box: { w: number; h: number }) => box.w * box.h);
area.remote({ w: 1, h: 2 });
area.remote(ray.put({ w: 1, h: 2 }));
// error TS2345: Argument of type '{ w: number; }' is not assignable to parameter of type 'Arg<{ w: number; h: number; }>'.
area.remote({ w: 1 });
// error TS2353: Object literal may only specify known properties, and 'd' does not exist in type 'Arg<{ w: number; h: number; }>'.
area.remote({ w: 1, h: 2, d: 3 });
// error TS2322: Type 'ObjectRef<number>' is not assignable to type 'number'.
area.remote({ w: ray.put(1), h: 2 });
const total = ray.remote((m: Float64Array) => m.length);
total.remote(ray.put(new Float64Array(3)));
// error TS2345: Argument of type 'number[]' is not assignable to parameter of type 'Arg<Float64Array<ArrayBufferLike>>'. || Argument of type 'number[]' is not assignable to parameter of type 'Arg<Float64Array>'.
total.remote([1, 2]);

// refs of wider types
const wide: ObjectRef<number | string> = square.remote(1);
// error TS2322: Type 'ObjectRef<string | number>' is not assignable to type 'ObjectRef<number>'.
const narrow: ObjectRef<number> = wide;
// error TS2322: Type 'ObjectRef<number>' is not assignable to type 'ObjectRef<string>'.
const text: ObjectRef<string> = square.remote(1);
// error TS2322: Type 'ObjectRef<number>' is not assignable to type 'number'.
const value: number = square.remote(1);

// generic functions get their type where they are made
function first<T>(xs: T[]): T { return xs[0] as T; }
const firstNumber = ray.remote(first<number>);
expectType<RemoteFunction<[xs: number[]], number>>()(firstNumber);
const firstUnknown = ray.remote(first);
expectType<RemoteFunction<[xs: unknown[]], unknown>>()(firstUnknown);
// error TS2322: Type 'string' is not assignable to type 'number'.
ray.remote(first<number>).remote(["a"]);
expectType<ObjectRef<string>>()(ray.remote(first<string>).remote(["a"]));

// a remote function as a parameter
function twice<P extends readonly unknown[], R>(f: RemoteFunction<P, R>, ...args: Args<P>) { return [f.remote(...args), f.remote(...args)]; }
expectType<ObjectRef<number>[]>()(twice(square, 2));
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
twice(square, "a");
const asFunction: RemoteFunction<[x: number], number> = square;
// error TS2322: Type 'RemoteFunction<[x: number], number>' is not assignable to type 'RemoteFunction<[x: string], number>'.
const asOther: RemoteFunction<[x: string], number> = square;
const asWider: RemoteFunction<[x: number], number | string> = square;

// overloads, up to 4
function parse(x: string): number;
function parse(x: number): string;
function parse(x: boolean, y: Date): Promise<Date>;
function parse(x: unknown, y?: unknown): unknown { return x ?? y; }
const parsed = ray.remote(parse);
expectType<ObjectRef<number>>()(parsed.remote("1"));
expectType<ObjectRef<string>>()(parsed.remote(ray.put(1)));
expectType<ObjectRef<Date>>()(parsed.remote(true, new Date()));
// error TS2769: Argument of type 'boolean' is not assignable to parameter of type 'Arg<number>'.
parsed.remote(true);
// error TS2769: Argument of type 'null' is not assignable to parameter of type 'Arg<number>'.
parsed.remote(null);
expectType<ObjectRef<string>>()(parsed.options({ numCpus: 2 }).remote(1));
function two(): 1;
function two(x: number): 2;
function two(x?: number): number { return x ?? 1; }
expectType<ObjectRef<1>>()(ray.remote(two).remote());
expectType<ObjectRef<2>>()(ray.remote(two).remote(1));
function four(x: 1): "a";
function four(x: 2): "b";
function four(x: 3): "c";
function four(x: 4): "d";
function four(x: number): string { return String(x); }
expectType<ObjectRef<"a">>()(ray.remote(four).remote(1));
expectType<ObjectRef<"d">>()(ray.remote(four).remote(4));
// error TS2769: Argument of type '5' is not assignable to parameter of type 'Arg<4>'.
ray.remote(four).remote(5);

// numReturns
const pair = ray.remote((x: number): [number, string] => [x, ""], { numReturns: 2 });
expectType<SplitRemoteFunction<[x: number], [number, string], 2>>()(pair);
expectType<[ObjectRef<number>, ObjectRef<string>]>()(pair.remote(1));
expectType<[ObjectRef<number>, ObjectRef<string>]>()(pair.options({ numCpus: 2 }).remote(1));
expectType<ObjectRef<[number, string]>>()(pair.options({ numReturns: 1 }).remote(1));
expectType<undefined>()(pair.options({ numReturns: 0 }).remote(1));
const list = ray.remote(async (n: number) => Array.from({ length: n }, (_, i) => i));
expectType<[ObjectRef<number>, ObjectRef<number>, ObjectRef<number>]>()(list.options({ numReturns: 3 }).remote(3));
declare const count: number;
expectType<ObjectRef<number[]> | ObjectRef<number>[]>()(list.options({ numReturns: count }).remote(3));
expectType<undefined>()(square.options({ numReturns: 0 }).remote(1));
// error TS2322: Type '3' is not assignable to type '0 | 1 | 2 | undefined'. || Type '3' is not assignable to type '0 | 2 | 1 | undefined'.
pair.options({ numReturns: 3 });
// error TS2322: Type '2' is not assignable to type '0 | 1 | undefined'.
square.options({ numReturns: 2 });
// error TS2322: Type '2' is not assignable to type '0 | 1 | undefined'.
ray.remote((x: number) => x, { numReturns: 2 });
// error TS2493: Tuple type '[ObjectRef<number>, ObjectRef<string>]' of length '2' has no element at index '2'.
const [one, other, third] = pair.remote(1);
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
pair.remote("a");

// generators
const counted = ray.remote(function* (n: number) { for (let i = 0; i < n; i++) yield i; });
expectType<ObjectRefGenerator<number>>()(counted.remote(2));
expectType<ObjectRefGenerator<string>>()(ray.remote(async function* () { yield "a"; }).remote());
expectType<ObjectRefGenerator<number>>()(counted.options({ generatorBackpressure: 1 }).remote(2));
expectType<Promise<IteratorResult<ObjectRef<number>, undefined>>>()(counted.remote(2).next());
expectType<ObjectRef<undefined>>()(counted.remote(2).completed());
// error TS2769: Argument of type 'ObjectRefGenerator<number>' is not assignable to parameter of type 'ObjectRef<unknown>'. || ObjectRefGenerator<number>
ray.get(counted.remote(2));
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'Arg<number>'.
counted.remote("2");

// options
expectType<RemoteFunction<[x: number], number>>()(square.options({ numCpus: 0.5, resources: { gpu: 1 }, maxRetries: 0, name: "sq" }));
const withOptions = ray.remote((x: number) => x, { numCpus: 2 });
expectType<RemoteFunction<[x: number], number>>()(withOptions);
expectType<RemoteFunction<[x: number], number>>()(ray.remote({ numCpus: 2 })((x: number) => x));
square.options({ numCpus: undefined });
expectType<RemoteFunction<[x: number], number>>()(square.options({ retryExceptions: [RangeError, ray.exceptions.RayError] }));
expectType<RemoteFunction<[x: number], number>>()(square.options({ retryExceptions: true }));
// error TS2322: Type 'string' is not assignable to type 'ErrorClass'.
square.options({ retryExceptions: ["RangeError"] });
// error TS2561: Object literal may only specify known properties, but 'numCpu' does not exist in type 'TaskOptions<1>'. Did you mean to write 'numCpus'?
square.options({ numCpu: 2 });
// error TS2322: Type 'string' is not assignable to type 'number'.
square.options({ numCpus: "2" });
// error TS2322: Type 'string' is not assignable to type 'number'.
square.options({ resources: { gpu: "1" } });
// error TS2353: Object literal may only specify known properties, and 'lifetime' does not exist in type 'TaskOptions<1>'.
square.options({ lifetime: "detached" });
// error TS2559: Type '2' has no properties in common with type 'TaskOptions<1>'.
square.options(2);
// error TS2554: Expected 1 arguments, but got 0.
square.options();
// error TS2561: Object literal may only specify known properties, but 'numCpu' does not exist in type 'TaskOptions<1>'. Did you mean to write 'numCpus'?
ray.remote((x: number) => x, { numCpu: 2 });
// error TS2353: Object literal may only specify known properties, and 'maxConcurrency' does not exist in type 'TaskOptions<1>'.
ray.remote((x: number) => x, { maxConcurrency: 2 });
// error TS2769: Argument of type 'number' is not assignable to parameter of type 'Function'.
ray.remote(5);
// error TS2554: Expected 1-2 arguments, but got 0.
ray.remote();
// error TS2769: Type 'RemoteFunction<[x: number], number>' is missing the following properties from type 'Function': apply, call, 
ray.remote(square);
// error TS2769: Type 'ObjectRef<number>' is missing the following properties from type 'Function': apply, call, bind, prototype, and 5 more.
ray.remote(square.remote(1));
