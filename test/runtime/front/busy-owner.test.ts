import { BusyOwner } from "../../../runtime/front/busy-owner.ts";
import { ManualClock } from "../../fixtures/manual-clock.ts";

function bench() {
  const clock = new ManualClock();
  const told: string[] = [];
  const world = { isNeeded: true, answers: false };
  const owner: BusyOwner = new BusyOwner({ clock, isNeeded: () => world.isNeeded, ping: () => { told.push("ping"); if (world.answers) owner.answered(); }, askWorkers: () => told.push("workers") });
  return { clock, told, world, owner, pass: (ms: number) => { for (let i = 0; i < ms; i += 10) clock.advance(10); } };
}

test("while the session answers no worker is asked", () => {
  const { told, world, owner, pass } = bench();
  world.answers = true;
  owner.wake();
  owner.wake();
  pass(1000);
  expect(told).not.toContain("workers");
  expect(told.length).toBeLessThanOrEqual(11);
});

test("a session that is busy is asked once, and its workers until it answers", () => {
  const { told, world, owner, pass } = bench();
  owner.wake();
  pass(500);
  expect(told.filter((each) => each === "ping")).toHaveLength(1);
  const asked = told.filter((each) => each === "workers").length;
  expect(asked).toBeGreaterThanOrEqual(8);
  world.answers = true;
  owner.answered();
  pass(500);
  expect(told.filter((each) => each === "workers")).toHaveLength(asked);
});

test("when nothing is waited for any more, or the front closes, nobody is asked", () => {
  const { clock, told, world, owner, pass } = bench();
  owner.wake();
  pass(200);
  world.isNeeded = false;
  const before = told.length;
  pass(500);
  expect(told).toHaveLength(before);
  expect(clock.isIdle).toBe(true);
  world.isNeeded = true;
  owner.close();
  owner.wake();
  expect(clock.isIdle).toBe(true);
});
