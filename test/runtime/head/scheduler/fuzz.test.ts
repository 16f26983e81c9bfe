import type { KnownShape } from "../../../../runtime/head/scheduler/resources.ts";
import { SchedulerState, type Demand, type Waiting } from "../../../../runtime/head/scheduler/scheduler-state.ts";
import { Scheduler } from "../../../../runtime/head/scheduler/scheduler.ts";
import { FuzzWorld } from "./fuzz-world.ts";

const EVENTS = 12_000;

/** How often the world was told each of these, in all runs. */
const told = new Map<string, number>();
afterAll(() => {
  for (const command of ["env-broken", "prepare-env", "forget-env", "group-state", "group-broken", "run-own"]) expect([command, (told.get(command) ?? 0) > 20]).toEqual([command, true]);
});

function run(seed: number, events: number, state?: SchedulerState, nesting = 0): { world: FuzzWorld; scheduler: Scheduler } {
  const world = new FuzzWorld(seed, nesting);
  const scheduler = new Scheduler(state);
  world.absorb(scheduler.handle({ type: "cluster-started", resources: { CPU: 4, GPU: 1 }, prestart: 2, at: world.now }));
  for (let i = 0; i < events; i++) {
    const commands = scheduler.handle({ ...world.next(), at: world.now });
    scheduler.assertInvariants();
    world.absorb(commands);
  }
  for (const [command, n] of world.done) told.set(command, (told.get(command) ?? 0) + n);
  return { world, scheduler };
}

/** Everybody leaves and every process that should end ends; what stays must be free. */
function windDown(world: FuzzWorld, scheduler: Scheduler): void {
  const step = (event: Parameters<Scheduler["handle"]>[0]): void => {
    world.absorb(scheduler.handle(event));
    scheduler.assertInvariants();
  };
  for (const driver of [...world.drivers.keys()]) step({ ...world.leave(driver), at: world.now });
  for (const group of [...world.groups.keys()]) step({ type: "group-removed", group, cause: "end", at: world.now });
  for (const actor of [...world.actors.keys()]) step({ type: "actor-killed", actor, noRestart: true, cause: "end", at: world.now });
  // workers are clients too: what their tasks left behind goes with them
  for (const worker of [...world.workers.keys()]) step({ ...world.exit(worker), at: world.now });
  while (world.doomed.size + world.abandoned.size > 0) for (const worker of new Set([...world.doomed, ...world.abandoned])) step({ ...world.exit(worker), at: world.now });
}

test.each([1, 2, 3, 4, 5, 6, 7])("the rules hold after each of 12,000 random events, seed %i", (seed) => {
  const { world, scheduler } = run(seed, EVENTS);
  const did = (what: string): number => world.done.get(what) ?? 0;
  expect(did("grant-lease")).toBeGreaterThan(500);
  expect(did("place-actor")).toBeGreaterThan(200);
  expect(did("lease-broken")).toBeGreaterThan(20);
  expect(did("abandon-work")).toBeGreaterThan(20);
  expect(did("recall-lease")).toBeGreaterThan(20);
  expect(did("reject-actor")).toBeGreaterThan(10);
  expect(did("notice")).toBeGreaterThan(20);
  expect(did("prepare-env")).toBeGreaterThan(5);
  expect(did("forget-env")).toBeGreaterThan(1);

  windDown(world, scheduler);
  const { resources, workers, actors } = scheduler.snapshot();
  expect(resources.available).toEqual(resources.total);
  expect(workers.filter(({ state }) => state !== "idle")).toEqual([]);
  expect(actors.filter(({ state }) => state !== "dead")).toEqual([]);
  expect(scheduler.listNamedActors()).toEqual([]);
});

test.each([11])("the rules hold after each of 24,000 random events while tasks wait for tasks, seed %i", (seed) => {
  const { world, scheduler } = run(seed, 2 * EVENTS, undefined, 30);
  windDown(world, scheduler);
  const { resources } = scheduler.snapshot();
  expect(resources.available).toEqual(resources.total);
});

test("the same seed gives the same commands", () => {
  const [a, b] = [run(42, 2_000), run(42, 2_000)];
  expect([...a.world.done]).toEqual([...b.world.done]);
  expect(a.scheduler.snapshot()).toEqual(b.scheduler.snapshot());
});

class Overcommitting extends SchedulerState {
  override hasRoomFor(shape: KnownShape, who: Waiting): boolean {
    return super.hasRoomFor(shape, who) || ("client" in who && this.idle.some(({ env }) => env === who.env));
  }
}
class Favouring extends SchedulerState {
  override isBefore(a: Demand, b: Demand): boolean {
    return a.held > b.held;
  }
}
class Spawning extends SchedulerState {
  override processLimit(light: number): number {
    return super.processLimit(light) + 3;
  }
}
class Mixing extends SchedulerState {
  override serves(): boolean {
    return true;
  }
}
class Hasty extends SchedulerState {
  override isEmptied(): boolean {
    return true;
  }
}

test.each([
  ["R2", "resources are given without looking", Overcommitting],
  ["L4", "who has most is served first", Favouring],
  ["W2", "processes are started beyond the limit", Spawning],
  ["G3", "what a removed group reserved comes back at once", Hasty],
  ["E1", "work goes to workers of any environment", Mixing],
])("rule %s is named when %s", (rule, _what, Broken) => {
  expect(() => run(1, EVENTS, new Broken())).toThrow(`Scheduler invariant ${rule} does not hold`);
});
