import { AsyncLocalStorage } from "node:async_hooks";
import { Socket } from "node:net";
import { SerializationError } from "../../../runtime/errors.ts";
import { createCodec } from "../../../runtime/serialize/create-codec.ts";

const bad: [name: string, value: unknown, message: string][] = [
  ["a promise", { a: [1, Promise.resolve()] }, "Cannot send v.a[1]: a Promise lives in this process only; await it first, or pass an ObjectRef"],
  ["a WeakMap", { w: new WeakMap() }, "Cannot send v.w: a WeakMap lives in this process only; use a Map"],
  ["a WeakSet", [new WeakSet()], "Cannot send v[0]: a WeakSet lives in this process only; use a Set"],
  ["a WeakRef", [new WeakRef({})], "Cannot send v[0]: a WeakRef lives in this process only; send the object itself"],
  ["a generator", new Map([["g", (function* () { yield 1; })()]]), 'Cannot send v → get("g"): a running generator lives in this process only; send the generator function and its arguments'],
  ["an iterator", [[1].values()], "Cannot send v[0]: an iterator lives in this process only; send an array: [...iterator]"],
  ["a Proxy", { "odd key": new Proxy({}, {}) }, 'Cannot send v["odd key"]: a Proxy has a handler that lives in this process only; send the object behind it'],
  ["a unique symbol", { s: Symbol("q") }, 'Cannot send v.s: Symbol(q) is unique to this process; use Symbol.for("q")'],
  ["a unique symbol as a key", { [Symbol("q")]: 1 }, 'Cannot send v → key Symbol(q): Symbol(q) is unique to this process; use Symbol.for("q")'],
  ["shared memory", [new SharedArrayBuffer(8)], "Cannot send v[0]: a SharedArrayBuffer is shared by the threads of this process only; send a copy: new Uint8Array(buffer).slice()"],
  ["a socket", { db: { socket: new Socket() } }, "Cannot send v.db.socket: a Socket lives in this process only; make it inside the task or keep it in an actor"],
  ["AsyncLocalStorage", [new AsyncLocalStorage()], "Cannot send v[0]: an AsyncLocalStorage lives in this process only; make it inside the task or keep it in an actor"],
  ["a function, where only values go", { f: () => 1 }, "Cannot send v.f: a function cannot be part of this value; send data only"],
];

describe("what cannot be sent is refused at once, with the path and the way out:", () => {
  test.each(bad)("%s", (_, value, message) => {
    const encode = (): unknown => createCodec().encode(value, "v");
    expect(encode).toThrow(SerializationError);
    expect(encode).toThrow(message);
  });

  test("a view of shared memory", () => {
    expect(() => createCodec().encode({ a: new Uint8Array(new SharedArrayBuffer(8)) }, "v")).toThrow("Cannot send v.a: a SharedArrayBuffer");
  });

  test("an argument is named by its place", () => {
    expect(() => createCodec().encodeArgs([1, { db: Promise.resolve() }], "square")).toThrow("Cannot send square → argument 2.db: a Promise");
  });
});
