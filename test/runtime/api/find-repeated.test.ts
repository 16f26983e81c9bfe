import { findRepeated } from "../../../runtime/api/find-repeated.ts";
import type { Hold } from "../../../runtime/api/object-ref.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const holds = (ids: readonly string[]): Hold[] => ids.map((id) => ({ id }) as unknown as Hold);

test("the first two of one object, whatever processes and counts their ids have", () => {
  const below = seededRandom(1);
  let repeated = 0;
  for (let round = 0; round < 2000; round++) {
    const ids = Array.from({ length: below(60) }, () => `d0000000${below(3)}-${below(200).toString(36)}`);
    const places = new Map<string, number>();
    let wanted: [number, number] | undefined;
    ids.forEach((id, place) => {
      if (places.has(id)) wanted ??= [places.get(id) as number, place];
      else places.set(id, place);
    });
    if (wanted) repeated++;
    expect([ids, findRepeated(holds(ids))]).toEqual([ids, wanted]);
  }
  expect(repeated).toBeGreaterThan(100);
});

test("none, one, and ids shorter than what is looked at", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "a"], ["", ""]].map((ids) => findRepeated(holds(ids)))).toEqual([undefined, undefined, undefined, [0, 2], [0, 1]]);
});
