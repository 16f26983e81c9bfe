import { inspect } from "node:util";
import { ObjectRef } from "../../../runtime/api/object-ref.ts";
import { collect } from "../../fixtures/collect.ts";
import { memoryRay } from "../../fixtures/memory-host.ts";

describe("an ObjectRef", () => {
  const { ray } = memoryRay();
  const ref = ray.put({ a: 1 });

  test("shows its id (row 49)", () => {
    expect(ref.id).toMatch(/^d[0-9a-f]{8}-1$/);
    expect(String(ref)).toBe(`ObjectRef(${ref.id})`);
    expect(inspect(ref)).toBe(`ObjectRef(${ref.id})`);
    expect(Object.prototype.toString.call(ref)).toBe("[object ObjectRef]");
    expect(ref).toBeInstanceOf(ObjectRef);
    expect({}).not.toBeInstanceOf(ObjectRef);
  });

  test("is no promise: awaiting it gives it back (row 48)", async () => {
    expect(await (ref as unknown)).toBe(ref);
    expect(await ref.value()).toEqual({ a: 1 });
    expect(await Promise.all([ref, ref].map((r) => r.value()))).toEqual([{ a: 1 }, { a: 1 }]);
  });

  test("is not made by hand", () => {
    expect(() => new (ObjectRef as never as new () => void)()).toThrow("An ObjectRef is made by f.remote(...), a handle's method or ray.put(value)");
  });

  test("cannot be put", () => {
    expect(() => ray.put(ref as never)).toThrow(new TypeError(`ray.put got ${ref}, which is in the cluster already: use the ref itself, or put it inside an object`));
  });
});

describe("a count", () => {
  test("is given back by using, once", () => {
    const { ray, host } = memoryRay();
    const ref = ray.put(1);
    expect(host.memory.countOf(ref.id)).toBe(1);
    ref[Symbol.dispose]();
    ref[Symbol.dispose]();
    expect(host.memory.countOf(ref.id)).toBe(0);
  });

  test("of a disposed ref cannot be used again", async () => {
    const { ray } = memoryRay();
    const ref = ray.put(1);
    ref[Symbol.dispose]();
    await expect(ray.get(ref)).rejects.toThrow(`Cannot get ${ref}: it was let go by \`using\` or [Symbol.dispose]()`);
    await expect(ray.wait([ref])).rejects.toThrow(`Cannot wait for ${ref}`);
    const task = ray.remote(function f(x: unknown) { return x; });
    expect(() => task.remote(ref)).toThrow(`Cannot pass ${ref} to f: it was let go`);
    expect(() => task.remote([ref])).toThrow(`Cannot pass ${ref}: it was let go`);
  });

  test("is given back when the ref is collected", async () => {
    const { ray, host } = memoryRay();
    const ids = Array.from({ length: 100 }, (_, i) => ray.put(i).id);
    const kept = ray.put("kept");
    const left = (): number => ids.filter((id) => host.memory.countOf(id) > 0).length;
    await collect(() => left() === 0);
    expect(left()).toBe(0);
    expect(host.memory.countOf(kept.id)).toBe(1);
    expect(await ray.get(kept)).toBe("kept");
  });

  test("is one for each ref that is decoded", async () => {
    const { ray, host } = memoryRay();
    const inner = ray.put(1);
    const outer = ray.put([inner]);
    const inObject = host.memory.countOf(inner.id);
    const [[a], [b]] = await Promise.all([ray.get(outer), ray.get(outer)]) as [[typeof inner], [typeof inner]];
    expect(host.memory.countOf(inner.id)).toBe(inObject + 2);
    a[Symbol.dispose]();
    b[Symbol.dispose]();
    expect(host.memory.countOf(inner.id)).toBe(inObject);
  });
});

describe("ray.free", () => {
  test("frees one or many", async () => {
    const { ray } = memoryRay();
    const refs = [ray.put(1), ray.put(2)];
    ray.free(refs);
    await expect(ray.get(refs)).rejects.toBeInstanceOf(ray.exceptions.ObjectLostError);
    const one = ray.put(3);
    ray.free(one);
    await expect(ray.get(one)).rejects.toThrow("was freed by ray.free");
    expect(() => ray.free([one, 5] as never)).toThrow("ray.free wants an ObjectRef or an array of them; got 5 (number)");
  });
});
