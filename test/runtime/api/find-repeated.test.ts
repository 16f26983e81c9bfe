import { findRepeated } from "../../../runtime/api/find-repeated.ts";
import type { Hold } from "../../../runtime/api/object-ref.ts";
import { seededRandom } from "../../fixtures/seeded-random.ts";

const holds = (ids: readonly string[], countOf: (id: string) => number): Hold[] => ids.map((id) => ({ id, count: countOf(id) }) as unknown as Hold);
const unknown = (): number => 0;

const below = seededRandom(1);
const known = (id: string): number => parseInt(id.split("-")[1] as string, 36) + 1;
const sometimes = (id: string): number => below(2) * known(id);

test.each([["unknown", unknown], ["known", known], ["known to some", sometimes]])("the first two of one object, whatever processes and counts their ids have: counts %s", (_how, countOf) => {
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
    expect([ids, findRepeated(holds(ids, countOf))]).toEqual([ids, wanted]);
  }
  expect(repeated).toBeGreaterThan(100);
});

test("none, one, and ids shorter than what is looked at", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "a"], ["", ""]].map((ids) => findRepeated(holds(ids, unknown)))).toEqual([undefined, undefined, undefined, [0, 2], [0, 1]]);
});
