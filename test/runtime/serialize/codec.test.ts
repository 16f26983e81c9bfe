import { inspect, isDeepStrictEqual, types } from "node:util";
import { createCodec } from "../../../runtime/serialize/create-codec.ts";
import type { RefHooks } from "../../../runtime/serialize/codec.ts";
import type { ActorInfo } from "../../../runtime/engine/engine.ts";
import type { ActorId, ObjectId } from "../../../runtime/ids.ts";
import { pack, unpack } from "../../../runtime/serialize/pack.ts";
import { roundTrip, tagOf } from "./round-trip.ts";

const cycle = (): { self?: unknown; b: unknown[] } => {
  const value: { self?: unknown; b: unknown[] } = { b: [1, 2] };
  value.self = value;
  value.b.push(value.b);
  return value;
};
const shared = { z: 1 };
const twoViews = (bytes: number): Uint8Array[] => {
  const memory = new ArrayBuffer(bytes);
  return [new Uint8Array(memory), new Uint8Array(memory, bytes / 2)];
};

const fidelity: [name: string, value: unknown, holds: (got: never) => boolean][] = [
  ["undefined", undefined, (x: unknown) => x === undefined],
  ["null", null, (x: unknown) => x === null],
  ["a string with a quote", 'a"b', (x: unknown) => x === 'a"b'],
  ["Map", new Map([[1, 2]]), (x: Map<number, number>) => types.isMap(x) && x.get(1) === 2],
  ["Set", new Set([1]), (x: Set<number>) => types.isSet(x) && x.has(1)],
  ["Date", new Date(5), (x: Date) => types.isDate(x) && x.getTime() === 5],
  ["big BigInt", 10n ** 30n, (x: bigint) => x === 10n ** 30n],
  ["small BigInt", 5n, (x: bigint) => x === 5n],
  ["a cycle", cycle(), (x: ReturnType<typeof cycle>) => x.self === x && x.b[2] === x.b],
  ["shared identity", [shared, shared], (x: object[]) => x[0] === x[1]],
  ["an undefined property", { a: undefined }, (x: object) => "a" in x],
  ["undefined in an array", [undefined], (x: unknown[]) => x.length === 1 && 0 in x && x[0] === undefined],
  // eslint-disable-next-line no-sparse-arrays
  ["a sparse array", [1, , 3], (x: unknown[]) => x.length === 3 && !(1 in x) && x[2] === 3],
  ["a long sparse array", Object.assign(new Array(1e6), { 999_999: { a: 1 } }), (x: unknown[]) => x.length === 1e6 && (x[999_999] as { a: number }).a === 1 && !(5 in x)],
  ["-0", -0, (x: number) => Object.is(x, -0)],
  ["-0 inside", { a: [-0] }, (x: { a: number[] }) => Object.is(x.a[0], -0)],
  ["NaN", NaN, (x: number) => Number.isNaN(x)],
  ["Infinity", [Infinity, -Infinity], (x: number[]) => x[0] === Infinity && x[1] === -Infinity],
  ["RegExp", /a\/b/giu, (x: RegExp) => types.isRegExp(x) && x.source === "a\\/b" && x.flags === "giu"],
  ["RegExp in the middle of its search", Object.assign(/a/g, { lastIndex: 3 }), (x: RegExp) => x.lastIndex === 3],
  ["Float64Array", new Float64Array([1, 2.5]), (x: Float64Array) => x instanceof Float64Array && x[1] === 2.5],
  ["BigInt64Array", new BigInt64Array([-2n]), (x: BigInt64Array) => x instanceof BigInt64Array && x[0] === -2n],
  ["DataView", new DataView(new ArrayBuffer(8), 2), (x: DataView) => types.isDataView(x) && x.byteLength === 6],
  ["ArrayBuffer", new Uint8Array([1, 2, 3]).buffer, (x: ArrayBuffer) => types.isArrayBuffer(x) && x.byteLength === 3],
  ["Buffer", Buffer.from("ab"), (x: Buffer) => Buffer.isBuffer(x) && x.toString() === "ab"],
  ["a big Buffer", Buffer.alloc(10_000, 7), (x: Buffer) => Buffer.isBuffer(x) && x.length === 10_000 && x[9_999] === 7],
  ["two views of one small buffer", twoViews(16), (x: Uint8Array[]) => x[0]!.buffer === x[1]!.buffer && x[1]!.byteOffset - x[0]!.byteOffset === 8],
  ["two views of one big buffer", twoViews(16_384), (x: Uint8Array[]) => x[0]!.buffer === x[1]!.buffer && x[1]!.byteOffset - x[0]!.byteOffset === 8192],
  ["a big ArrayBuffer with its view", ((ab) => ({ ab, view: new Float32Array(ab) }))(new ArrayBuffer(65_536)), (x: { ab: ArrayBuffer; view: Float32Array }) => x.view.buffer === x.ab && x.ab.byteLength === 65_536],
  ["boxed primitives", [new Number(5), new String("s"), new Boolean(false), Object(3n)], (x: object[]) => x.every((item) => types.isBoxedPrimitive(item)) && Number(x[0]) === 5],
  ["a null prototype", Object.assign(Object.create(null), { a: 1 }), (x: object) => Object.getPrototypeOf(x) === null && isDeepStrictEqual(Object.keys(x), ["a"])],
  ["a null prototype deep inside", { a: [{ b: Object.create(null) }] }, (x: { a: [{ b: object }] }) => Object.getPrototypeOf(x.a[0].b) === null],
  ["an own __proto__ key", JSON.parse('{"__proto__":1,"a":{"__proto__":{"x":2}}}'), (x: object) => Object.hasOwn(x, "__proto__") && Object.hasOwn((x as { a: object }).a, "__proto__")],
  ["an own __proto__ key in a graph", { p: JSON.parse('{"__proto__":{"y":1}}'), s: Symbol.for("s") }, (x: { p: object }) => Object.hasOwn(x.p, "__proto__") && !("y" in x.p)],
  ["a long string", "x".repeat(70_000) + "\u{1F600}", (x: string) => x.length === 70_002 && x.endsWith("\u{1F600}")],
  ["a lone surrogate", "\ud800", (x: string) => x === "\ud800"],
  ["Symbol.for", Symbol.for("k"), (x: symbol) => x === Symbol.for("k")],
  ["a well-known symbol", { s: Symbol.iterator }, (x: { s: symbol }) => x.s === Symbol.iterator],
  ["a symbol key", { [Symbol.for("k")]: 1 }, (x: Record<symbol, number>) => x[Symbol.for("k")] === 1],
  ["a getter's value", { get a() { return 4; } }, (x: { a: number }) => x.a === 4],
  ["a frozen object in a graph", [Object.freeze({ a: 1, s: Symbol.for("s") })], (x: object[]) => Object.isFrozen(x[0])],
  ["a hidden property in a graph", Object.defineProperty({ s: Symbol.for("s") }, "h", { value: 3 }), (x: { h: number }) => x.h === 3 && !Object.keys(x).includes("h")],
  ["URL", new URL("http://a.b/c?d=1"), (x: URL) => x instanceof URL && x.searchParams.get("d") === "1"],
  ["an array with a name", Object.assign([1, 2], { raw: "r", s: Symbol.for("s") }), (x: { raw: string } & number[]) => x.length === 2 && x.raw === "r"],
  ["a long array with a name", Object.assign(new Array(200).fill(1), { raw: [Symbol.for("s")] }), (x: { raw: symbol[] } & number[]) => x.length === 200 && x.raw[0] === Symbol.for("s")],
  ["an object that inherits from another", Object.create({ base: 1 }, { own: { value: 2, enumerable: true } }), (x: { base: number; own: number }) => x.base === 1 && x.own === 2 && !Object.hasOwn(x, "base")],
];

describe("a value comes back as it was:", () => {
  test.each(fidelity)("%s", (_, value, holds) => {
    const got = roundTrip(value);
    if (!holds(got as never)) throw new Error(`got ${inspect(got)}`);
  });

  test.each(fidelity)("%s, beside a value that needs the graph", (_, value, holds) => {
    const got = roundTrip({ value, marker: Symbol.for("marker"), again: value });
    if (!holds(got.value as never)) throw new Error(`got ${inspect(got.value)}`);
    expect(Object.is(got.value, got.again)).toBe(true);
  });
});

describe("the format", () => {
  test("is JSON for small trees of plain primitives", () => {
    expect([5, "x", null, true, [1, "a"], { a: 1, b: { c: [null] } }].map((value) => tagOf(value))).toEqual(Array(6).fill("json"));
    expect(Buffer.from(createCodec().encodeArgs([1, "x", null], "f").head).toString()).toBe('[1,"x",null]');
  });

  test("is V8's for what JSON would lose and for what is big", () => {
    const values = [NaN, 5n, { a: undefined }, [shared, shared], cycle(), new Map(), [new Float64Array(3)], Array.from({ length: 100 }, (_, i) => i), new Date()];
    expect(values.map((value) => tagOf(value))).toEqual(values.map(() => "clone"));
  });

  test("is its own for one view, alone or among plain arguments", () => {
    const codec = createCodec();
    const bytes = Uint8Array.from({ length: 64 }, (_, i) => i);
    const views = [
      new Int8Array(bytes.buffer, 3, 5), new Uint8Array(0), new Uint8ClampedArray(bytes), new Int16Array(bytes.buffer, 2, 7), new Uint32Array(bytes.buffer, 8), new Float32Array([1.5, NaN]), new Float64Array([-0, 2]),
      new BigInt64Array([5n, -1n]), new DataView(bytes.buffer, 5, 9), Buffer.from("héllo"), Buffer.allocUnsafe(10).fill(7), new Float64Array(2000).fill(4), new Uint8Array(1 << 20).subarray(7, 5007).fill(9), new Float64Array(3000).subarray(1, 9).fill(3),
    ];
    for (const view of views) {
      expect(tagOf(view)).toBe("view");
      const back = roundTrip(view);
      expect([back, back.constructor.name]).toEqual([view, view.constructor.name]);
      for (const args of [[view], [1, view], [view, "é", null], ["a", true, view]]) {
        const encoded = codec.encodeArgs(args, "f");
        expect(encoded.head[0]).toBe(3);
        expect(codec.decode({ ...unpack(pack(encoded)), refs: [] })).toEqual(args);
      }
    }
  });

  test("is not that one for two views, for what JSON would lose beside it, and for subclasses", () => {
    const codec = createCodec();
    class Own extends Uint8Array {}
    const [one, two] = [new Uint8Array(8), new Uint8Array(4)];
    for (const args of [[one, two], [one, undefined], [one, { a: 1 }], [one, -0], [one, new Uint8Array(one.buffer, 2)]]) {
      const encoded = codec.encodeArgs(args, "f");
      expect([encoded.head[0], codec.decode(encoded)]).toEqual([1, args]);
    }
    expect(() => codec.encode(new Own(3), "v")).toThrow("Cannot send v");
    const [back, part] = codec.decode(codec.encodeArgs([one, one.subarray(2)], "f")) as Uint8Array[];
    expect(part!.buffer).toBe(back!.buffer);
  });

  test("a view that fills a small buffer, and one of its parts, come back in a buffer of the same size", () => {
    const whole = new ArrayBuffer(64);
    expect([roundTrip(new Uint8Array(whole)).buffer.byteLength, roundTrip(new Uint8Array(whole, 8, 8)).buffer.byteLength]).toEqual([64, 64]);
  });

  test("damaged views are a SerializationError", () => {
    const codec = createCodec();
    const { head } = codec.encodeArgs(["x", new Uint8Array(8)], "f");
    const damaged = (change: (bytes: Uint8Array) => Uint8Array | void): (() => unknown) => {
      const bytes = Uint8Array.from(head);
      const changed = change(bytes) ?? bytes;
      return () => codec.decode({ head: changed, buffers: [], refs: [] });
    };
    for (const change of [(b: Uint8Array) => b.subarray(0, 9), (b: Uint8Array) => void (b[1] = 99), (b: Uint8Array) => void (b[2] = 200), (b: Uint8Array) => void (b[3] = 1), (b: Uint8Array) => void (b[8] = 77), (b: Uint8Array) => void (b[12] = 255), (b: Uint8Array) => b.subarray(0, b.length - 4)]) {
      expect(damaged(change)).toThrow("its bytes are damaged");
    }
  });

  test("is the graph for what V8's would lose", () => {
    class Point { x = 1; }
    const hooks = { code: undefined };
    const values = [Object.create(null), new Error("e"), [[Symbol.for("s")]], { get a() { return 1; } }, new Map([[1, new Set([new Error("x")])]]), new ArrayBuffer(3)];
    expect(values.map((value) => tagOf(value, hooks as never))).toEqual(values.map(() => "graph"));
    expect(() => tagOf(new Point())).toThrow(/a Point lives in this process only/);
  });

  test("keeps memory of at least 4096 bytes out of band, also inside a graph, and gives views of it without a copy", () => {
    const codec = createCodec();
    const big = new Float64Array(1000).fill(2);
    for (const value of [[{ big }], [{ big, s: Symbol.for("s") }]]) {
      const encoded = codec.encode(value, "v");
      expect(encoded.buffers.length).toBe(1);
      expect(encoded.buffers[0]!.buffer).toBe(big.buffer);
      expect(encoded.head.length).toBeLessThan(200);
      expect((codec.decode(encoded) as typeof value)[0]!.big.buffer).toBe(big.buffer);
    }
    expect(codec.encode(new Uint8Array(4095), "v").buffers.length).toBe(0);
  });

  test("does not send the rest of a big buffer with a small part of it", () => {
    const [encoded] = [createCodec().encode(new Uint8Array(1 << 20).subarray(0, 8192), "v")];
    expect(encoded.buffers.map((buffer) => buffer.length)).toEqual([8192]);
  });

  test("reads buffers at odd places in memory", () => {
    const codec = createCodec();
    const encoded = codec.encode(new Float64Array([1, ...Array(999).fill(3)]), "v");
    const moved = new Uint8Array(8001);
    moved.set(encoded.buffers[0]!, 1);
    expect((codec.decode({ ...encoded, buffers: [moved.subarray(1)] }) as Float64Array)[999]).toBe(3);
  });

  test("holds 50,000 levels of nesting", () => {
    let deep: { next?: unknown; s?: symbol } = {};
    for (let i = 0; i < 50_000; i++) deep = { next: deep };
    let got = roundTrip(deep);
    let count = 0;
    while (got.next !== undefined) {
      got = got.next as typeof deep;
      count++;
    }
    expect(count).toBe(50_000);
  });

  test("runs no getter to find out which format is needed", () => {
    let ran = 0;
    const value = { get a() { ran++; return 1; } };
    roundTrip(value);
    expect(ran).toBe(1);
  });
});

class Ref {
  readonly id: ObjectId;
  constructor(id: string) {
    this.id = id as ObjectId;
  }
}
class Handle {
  readonly info: ActorInfo;
  constructor(info: ActorInfo) {
    this.info = info;
  }
}
const refs: RefHooks = {
  refId: (value) => (value instanceof Ref ? value.id : undefined),
  makeRef: (id) => new Ref(id),
  actorInfo: (value) => (value instanceof Handle ? value.info : undefined),
  makeHandle: (info) => new Handle(info),
};
const hooks = { refs: () => refs };

describe("refs and handles", () => {
  test("are listed in order and come back by id, wherever they are", () => {
    const a = new Ref("d1-1");
    const info = { actor: "d1-a1" as ActorId, className: "Counter", methods: ["incr"], handleRef: "d1-2" as ObjectId };
    const value = { list: [a, { b: new Ref("d1-3") }], map: new Map([["h", new Handle(info)]]), again: a };
    const encoded = createCodec(hooks).encode(value, "v");
    expect([...encoded.refs].sort()).toEqual(["d1-1", "d1-2", "d1-3"]);
    const got = roundTrip(value, hooks);
    expect((got.list[0] as Ref).id).toBe("d1-1");
    expect(got.again).toBe(got.list[0]);
    expect((got.map.get("h") as Handle).info).toEqual(info);
  });

  test("a handle that counts nothing lists no ref", () => {
    const info = { actor: "d1-a1" as ActorId, className: "C", methods: [], name: "n" };
    expect(createCodec(hooks).encode(new Handle(info), "v").refs).toEqual([]);
    expect(roundTrip(new Handle(info), hooks).info).toEqual(info);
  });

  test("two arguments of one call share identity, two calls do not", () => {
    const codec = createCodec();
    const value = { a: 1 };
    const both = codec.decode(codec.encodeArgs([value, value], "f")) as object[];
    expect(both[0]).toBe(both[1]);
    expect((codec.decode(codec.encodeArgs([value], "f")) as object[])[0]).not.toBe(both[0]);
  });
});
