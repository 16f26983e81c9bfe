import { createCodec } from "../../../runtime/serialize/create-codec.ts";
import { layout, pack, unpack, unpackFrom } from "../../../runtime/serialize/pack.ts";

const encoded = { head: Buffer.from("head"), buffers: [new Uint8Array(5000).fill(1), new Uint8Array(0), new Uint8Array(4097).fill(2)] };

test("pack and unpack give the same parts, buffers at multiples of 64", () => {
  const bytes = pack(encoded);
  expect(bytes.byteLength).toBe(layout(encoded).sizeBytes);
  const { head, buffers } = unpack(bytes);
  expect(Buffer.from(head).toString()).toBe("head");
  expect(buffers.map((buffer) => buffer.byteLength)).toEqual([5000, 0, 4097]);
  expect(buffers.every((buffer) => buffer.byteOffset % 64 === 0)).toBe(true);
  expect(buffers[2]![4096]).toBe(2);
});

test("layout writes the same bytes as pack, and unpackFrom reads them in place", () => {
  const { sizeBytes, parts } = layout(encoded);
  const memory = new ArrayBuffer(sizeBytes + 4096);
  for (const { offset, bytes } of parts) new Uint8Array(memory).set(bytes, offset);
  expect(Buffer.from(memory, 0, sizeBytes).equals(pack(encoded))).toBe(true);
  const { buffers } = unpackFrom(memory);
  expect(buffers[0]!.buffer).toBe(memory);
  expect(buffers[2]![0]).toBe(2);
});

test("a value without buffers costs 8 bytes", () => {
  expect(pack({ head: Buffer.from("5"), buffers: [] }).byteLength).toBe(9);
  expect(Buffer.from(unpack(pack({ head: Buffer.from("5"), buffers: [] })).head).toString()).toBe("5");
});

test("unpack refuses bytes that are not whole", () => {
  const bytes = pack(encoded);
  expect(() => unpack(bytes.subarray(0, 4))).toThrow(/at least 8/);
  expect(() => unpack(bytes.subarray(0, 2000))).toThrow(/outside/);
  expect(() => unpack(new Uint8Array(8).fill(255))).toThrow(/outside/);
});

test("a view at an odd place of a message's Buffer is read from there", () => {
  const codec = createCodec();
  const values = BigInt64Array.from({ length: 700 }, (_, i) => BigInt(i));
  const packed = pack(codec.encode(values, "values"));
  for (let shift = 0; shift < 9; shift++) {
    const frame = Buffer.concat([Buffer.alloc(shift, 0xff), packed]);
    const { head, buffers } = unpack(frame.subarray(shift));
    expect(codec.decode({ head, buffers, refs: [] })).toEqual(values);
  }
});
