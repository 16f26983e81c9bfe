import { objectId, type ObjectId, type ProcessName } from "../../../runtime/ids.ts";
import { CountTable } from "../../../runtime/store/count-table.ts";
import { IdTable } from "../../../runtime/store/id-table.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

interface Thing { readonly count: number }

test("a table is what a Map is, with counts that go on while a few things stay (seeded, 200,000 steps)", () => {
  const random = seededRandom(7);
  const table = new CountTable<Thing>();
  const map = new Map<number, Thing>();
  const wrong: string[] = [];
  let newest = 0;
  for (let step = 0; step < 200_000; step++) {
    const known = random(4) === 0 ? random(newest + 2) : Math.max(0, newest - random(300));
    switch (random(5)) {
      case 0: case 1: {
        const thing = { count: ++newest };
        table.set(newest, thing);
        map.set(newest, thing);
        break;
      }
      case 2: {
        const thing = { count: known };
        table.set(known, thing);
        map.set(known, thing);
        break;
      }
      case 3:
        // one in fifty lives long
        if (known % 50 === 0) break;
        if (table.delete(known) !== map.get(known)) wrong.push(`step ${step}: delete ${known}`);
        map.delete(known);
        break;
      default: if (table.get(known) !== map.get(known)) wrong.push(`step ${step}: get ${known}`);
    }
    if (table.size !== map.size) wrong.push(`step ${step}: ${table.size} things, not ${map.size}`);
  }
  expect(wrong).toEqual([]);
  expect([...table.values()].sort((a, b) => a.count - b.count)).toEqual([...map.values()].sort((a, b) => a.count - b.count));
});

test("more things than there are slots, and counts beyond 32 bits", () => {
  const table = new CountTable<Thing>();
  const counts = [...Array.from({ length: 200_000 }, (_, i) => i + 1), 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 1, 2 ** 40];
  for (const count of counts) table.set(count, { count });
  expect(table.size).toBe(counts.length);
  expect(counts.every((count) => table.get(count)?.count === count)).toBe(true);
  expect(table.get(2 ** 32 + 2)).toBe(undefined);
  expect(counts.every((count) => table.delete(count)?.count === count)).toBe(true);
  expect([table.size, [...table.values()]]).toEqual([0, []]);
});

test("ids of others, of items and of odd forms are kept apart", () => {
  const self = "d3fa9c1d2" as ProcessName;
  const table = new IdTable<{ readonly id: ObjectId }>(`${self}-`);
  const ids = [objectId(self, 1), `${self}-01`, `${self}-0`, `${self}-`, `${self}-i1.1`, `${self}-A`, objectId(self, 36 ** 6), objectId("w00000001" as ProcessName, 1), `${self}x-1`] as ObjectId[];
  for (const id of ids) table.set(id, { id });
  expect(table.size).toBe(ids.length);
  for (const id of ids) expect(table.get(id)?.id).toBe(id);
  expect([...table.values()].map(({ id }) => id).sort()).toEqual([...ids].sort());
  for (const id of ids) expect(table.delete(id)?.id).toBe(id);
  expect(table.size).toBe(0);
});
