import { ReferenceWorld } from "./reference-world.ts";

const SEEDS = 12;
const EVENTS = 10_000;

describe("references under random events", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`no held value is forgotten and nothing is left behind (seed ${seed}) (row 50)`, () => {
      const world = new ReferenceWorld(seed, 3 + (seed % 4));
      try {
        while (world.events < EVENTS) world.step();
        world.finish();
      } catch (error) {
        throw new Error(`seed ${seed}, event ${world.events}: ${(error as Error).message}`, { cause: error });
      }
      expect(world.deaths).toBeGreaterThan(0);
    });
  }
});
