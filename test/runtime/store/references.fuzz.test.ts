import type { ObjectId } from "../../../runtime/ids.ts";
import { BorrowedObjects, type Move, OldBlocks, OwnedObjects, type ReferenceCommand, References } from "../../../runtime/store/references.ts";
import { type Actor, type Block, ReferenceWorld } from "./reference-world.ts";

/** More of them: RAY_TS_FUZZ_SEEDS=300 npm test -- test/runtime/store/references.fuzz */
const SEEDS = Number(process.env["RAY_TS_FUZZ_SEEDS"] ?? 12);
const EVENTS = 10_000;

function run(world: ReferenceWorld, seed: number): ReferenceWorld {
  try {
    while (world.events < EVENTS) world.step();
    world.finish();
  } catch (error) {
    throw new Error(`seed ${seed}, event ${world.events}: ${(error as Error).message}`, { cause: error });
  }
  return world;
}

describe("references under random events", () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    test(`no held value is forgotten, no block that can be read is freed, and nothing is left behind (seed ${seed}) (rows 50, 53, 55)`, () => {
      const { deaths, moves, waits, losses } = run(new ReferenceWorld(seed, 3 + (seed % 4)), seed);
      expect(deaths).toBeGreaterThan(0);
      expect(moves).toBeGreaterThan(100);
      expect(waits).toBeGreaterThan(20);
      expect(losses).toBeGreaterThan(20);
    });
  }
});

type Commands = readonly ReferenceCommand[];

/** Answers the news of a move although it reads the old block. */
class Hasty extends BorrowedObjects {
  override isClear(): boolean {
    return true;
  }
}
/** Waits for the lends alone. */
class Blind extends BorrowedObjects {
  override isClear(_oldPins: number, openLends: number): boolean {
    return openLends === 0;
  }
  override assertInvariants(): void {}
}
/** Frees a moved block at once. */
class Rash extends OldBlocks {
  override moved(id: ObjectId, move: Move): Commands {
    return [{ type: "free-old", id, move }];
  }
}
/** Takes no notice of who comes after the move. */
class Deaf extends OldBlocks {
  override borrowedBy(): Commands {
    return [];
  }
}
/** Moves what it reads itself, and what is under way. */
class Careless extends OwnedObjects {
  override isMovable(id: ObjectId): boolean {
    return this.hasValue(id);
  }
}
/** Forgets that what was lost held others. */
class Losing extends OwnedObjects {
  override lost(): Commands {
    return [];
  }
}
/** Maps what a message says, though it heard of a move. */
class StaleWorld extends ReferenceWorld {
  protected override addressOf(_actor: Actor, _id: ObjectId, sent: Block): Block {
    return sent;
  }
}

const until = (said: RegExp, World: typeof ReferenceWorld, parts: () => ConstructorParameters<typeof References>[1]): void =>
  expect(() => { for (let seed = 1; seed <= SEEDS; seed++) run(new World(seed, 3 + (seed % 4), (name) => new References(name, parts())), seed); }).toThrow(said);

describe("what the fuzz says", () => {
  test("M2, when a process answers a move while it uses the old block", () => until(/M2: a move was answered/, ReferenceWorld, () => ({ borrowed: new Hasty() })));
  test("M1, when it waits for its messages only", () => until(/M1: .* frees block \d+ of .*, which .* reads/, ReferenceWorld, () => ({ borrowed: new Blind() })));
  test("M1, when an owner frees a moved block at once", () => until(/M1: .* frees block \d+ of .*, which .* reads|M1: .* maps block \d+ of .*, which is free/, ReferenceWorld, () => ({ oldBlocks: new Rash() })));
  test("M1, when it waits only for those that held the object then", () => until(/M1: .* frees block \d+ of .*, which .* reads|M1: .* maps block \d+ of .*, which is free/, ReferenceWorld, () => ({ oldBlocks: new Deaf() })));
  test("M1, when it moves what is in use", () => until(/M1: .* frees block \d+ of .*, which .* reads|M1: .* maps block \d+ of .*, which is free/, ReferenceWorld, () => ({ Owned: Careless })));
  test("M3, when a process takes an old address for a new one", () => until(/M3: .* maps block \d+ of .*, and knows of a later one/, StaleWorld, () => ({})));
  test("O2, when a lost value keeps what it held", () => until(/O2: object .* was stored twice/, ReferenceWorld, () => ({ Owned: Losing })));
});
