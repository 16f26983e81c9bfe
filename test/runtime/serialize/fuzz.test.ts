import { isDeepStrictEqual, types } from "node:util";
import { roundTrip } from "./round-trip.ts";

/** mulberry32 */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function makeValue(random: () => number, made: object[], depth: number): unknown {
  const pick = Math.floor(random() * (depth > 4 ? 10 : 19));
  const keep = <T extends object>(value: T): T => {
    made.push(value);
    return value;
  };
  const child = (): unknown => makeValue(random, made, depth + 1);
  const count = Math.floor(random() * 5);
  switch (pick) {
    case 0: return Math.floor(random() * 100);
    case 1: return random() * 1e10 - 5e9;
    case 2: return [NaN, -0, Infinity, 0][count % 4];
    case 3: return "s".repeat(count) + "é😀"[count % 3];
    case 4: return [true, false, null, undefined][count % 4];
    case 5: return BigInt(Math.floor(random() * 1e15)) ** BigInt(count);
    case 6: return made.length > 0 ? made[Math.floor(random() * made.length)] : null;
    case 7: return keep(new Date(Math.floor(random() * 1e12)));
    case 8: return keep(new Float32Array(Math.floor(random() * 3000)).fill(count));
    case 9: return Symbol.for("s" + count);
    case 10: case 11: { const array: unknown[] = keep([]); for (let i = 0; i < count; i++) array.push(child()); return array; }
    case 12: case 13: { const object: Record<string, unknown> = keep({}); for (let i = 0; i < count; i++) object["k" + Math.floor(random() * 8)] = child(); return object; }
    case 14: { const map = keep(new Map<unknown, unknown>()); for (let i = 0; i < count; i++) map.set(child(), child()); return map; }
    case 15: { const set = keep(new Set<unknown>()); for (let i = 0; i < count; i++) set.add(child()); return set; }
    case 16: { const object = keep(Object.create(null) as Record<string, unknown>); object["a"] = child(); return object; }
    case 17: return keep(Object.assign(new RangeError("m" + count, { cause: child() }), { extra: child() }));
    default: { const array: unknown[] = keep([]); array.length = count * 2; if (count > 0) array[count] = child(); return array; }
  }
}

test("2,000 random graphs come back the same", () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const value = makeValue(seeded(seed), [], 0);
    const got = roundTrip(value);
    if (!isDeepStrictEqual(sameShape(value), sameShape(got))) throw new Error(`seed ${seed} differs`);
  }
});

/** Identities as numbers, so that sharing and cycles are compared too. */
function sameShape(root: unknown): unknown {
  const numbers = new Map<object, number>();
  const rows: unknown[] = [];
  const visit = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    const known = numbers.get(value);
    if (known !== undefined) return `#${known}`;
    const number = numbers.size;
    numbers.set(value, number);
    const row: unknown[] = [Object.prototype.toString.call(value), Object.getPrototypeOf(value) === null, (value as { length?: number }).length];
    rows[number] = row;
    if (types.isMap(value)) for (const [k, v] of value) row.push([visit(k), visit(v)]);
    else if (types.isSet(value)) for (const v of value) row.push(visit(v));
    else if (types.isDate(value)) row.push(value.getTime());
    else if (ArrayBuffer.isView(value)) row.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex"));
    else for (const key of Reflect.ownKeys(value)) row.push([key, visit((value as Record<string | symbol, unknown>)[key])]);
    return `#${number}`;
  };
  return [visit(root), rows];
}
