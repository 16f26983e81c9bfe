import ray, { type ActorHandle, type ObjectRef, type ObjectRefGenerator } from "ray-ts";
import { expectType } from "./expect-type.ts";

const square = ray.remote((x: number) => x * x);
const concat = ray.remote(async (a: string, ...rest: string[]) => [a, ...rest].join());
const input = new ray.dag.InputNode<number>();

// executing gives what .remote gives; depending on it gives its value
const node = square.bind(square.bind(input));
expectType<ObjectRef<number>>()(node.execute(3));
expectType<ObjectRef<string>>()(concat.bind("a", ray.put("b"), concat.bind("c")).execute());
expectType<number>()(input.execute(3));
expectType<ObjectRefGenerator<number>>()(ray.remote(function* (n: number) { yield n; }).bind(input).execute(1));
expectType<[ObjectRef<number>, ObjectRef<string>]>()(ray.remote((): [number, string] => [1, "a"], { numReturns: 2 }).bind().execute());

// error TS2345: Argument of type 'string' is not assignable to parameter of type 'BindArg<number>'.
square.bind("a");
// error TS2345: is not assignable to parameter of type 'BindArg<number>'.
square.bind(concat.bind("a"));
// error TS2554: Expected 1 arguments, but got 0.
square.bind();
// error TS2345: is not assignable to parameter of type 'Arg<number>'.
square.remote(square.bind(1));

// parts of the input
const parts = new ray.dag.InputNode<{ x: number; list: [string, number] }>();
square.bind(parts.x);
square.bind(parts.list[1]);
concat.bind(parts.list[0], parts.at("list")[0]);
// error TS2345: is not assignable to parameter of type 'BindArg<number>'.
square.bind(parts.list[0]);
// error TS2339: Property 'y' does not exist on type
parts.y;
const any = new ray.dag.InputNode();
square.bind(any.whatever[3]);

// actors
class Counter { i = 0; constructor(start: number) { this.i = start; } incr(by: number) { return (this.i += by); } async name() { return "c"; } }
const counter = ray.remote(Counter).bind(input);
expectType<ActorHandle<Counter>>()(counter.execute(1));
expectType<ObjectRef<number>>()(counter.incr.bind(square.bind(2)).execute(1));
expectType<ObjectRef<string>>()(ray.remote(Counter).remote(1).name.bind().execute());
// error TS2345: Argument of type 'string' is not assignable to parameter of type 'BindArg<number>'.
counter.incr.bind("a");
// error TS2339: Property 'nope' does not exist on type
counter.nope;

// several outputs
const both = new ray.dag.MultiOutputNode([node, concat.bind("a"), input]);
expectType<[ObjectRef<number>, ObjectRef<string>, number]>()(both.execute(1));
